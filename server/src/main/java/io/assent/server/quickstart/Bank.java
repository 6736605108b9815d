package io.assent.server.quickstart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A participant over real HTTP: two accounts, TransOut and TransIn, and the compensation of each. It keeps its own record of who called what, does
 * nothing twice, and undoes nothing that was not done.
 */
final class Bank implements AutoCloseable {

    /** One call as the participant saw it. */
    record Call(String gid, String operation, String what, int status) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Integer> balances = new TreeMap<>(Map.of("alice", 100, "bob", 100));
    private final List<Call> calls = new ArrayList<>();
    private final Set<String> done = new HashSet<>();
    private final Set<String> refusing = new HashSet<>();

    Bank() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/TransOut", exchange -> handle(exchange, "TransOut", "alice", -1));
        server.createContext("/TransOutUndo", exchange -> handle(exchange, "TransOutUndo", "alice", 1));
        server.createContext("/TransIn", exchange -> handle(exchange, "TransIn", "bob", 1));
        server.createContext("/TransInUndo", exchange -> handle(exchange, "TransInUndo", "bob", -1));
        server.start();
    }

    String url(String operation) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + operation;
    }

    /** TransIn of this transaction will be refused. */
    synchronized void refuseTransIn(String gid) {
        refusing.add(gid);
    }

    synchronized Map<String, Integer> balances() {
        return new TreeMap<>(balances);
    }

    /** What was called for this transaction, in order. */
    synchronized List<Call> callsOf(String gid) {
        return calls.stream().filter(call -> call.gid().equals(gid)).toList();
    }

    private void handle(HttpExchange exchange, String what, String account, int sign) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> query = query(exchange.getRequestURI().getQuery());
        JsonNode payload = json.readTree(body);
        int status = apply(
                query.get("gid"),
                query.get("branch_id"),
                query.get("op"),
                what,
                account,
                sign * payload.path("amount").asInt());
        byte[] reply = (status == 200 ? "{\"dtm_result\":\"SUCCESS\"}" : "{\"error\":\"bob's account is closed\"}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, reply.length);
        exchange.getResponseBody().write(reply);
        exchange.close();
    }

    private synchronized int apply(
            String gid, String branch, String operation, String what, String account, int change) {
        boolean refused = what.equals("TransIn") && refusing.contains(gid);
        boolean undo = operation.equals("compensate");
        boolean first = !refused && done.add(gid + "/" + branch + "/" + operation);
        if (first && (!undo || done.contains(gid + "/" + branch + "/action"))) {
            balances.merge(account, change, Integer::sum);
        }
        int status = refused ? 409 : 200;
        calls.add(new Call(gid, operation, what, status));
        return status;
    }

    private static Map<String, String> query(String text) {
        Map<String, String> values = new TreeMap<>();
        for (String pair : text.split("&")) {
            String[] parts = pair.split("=", 2);
            values.put(parts[0], parts[1]);
        }
        return values;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
