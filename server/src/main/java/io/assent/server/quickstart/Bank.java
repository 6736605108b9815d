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
import java.util.function.BiConsumer;

/**
 * A participant over real HTTP: two accounts, TransOut and TransIn, and the compensation of each. It keeps its own record of who called what, does
 * nothing twice, and undoes nothing that was not done.
 */
public final class Bank implements AutoCloseable {

    /** One call as the participant saw it. */
    public record Call(String gid, String operation, String what, int status) {}

    private static final Set<String> NEEDED = Set.of("gid", "branch_id", "op");

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Integer> balances = new TreeMap<>(Map.of("alice", 100, "bob", 100));
    private final List<Call> calls = new ArrayList<>();
    private final Set<String> done = new HashSet<>();
    private final Set<String> refusing = new HashSet<>();

    private final BiConsumer<Call, Map<String, Integer>> listener;

    /**
     * @param port 0 for any free one
     * @param listener hears of every call when it was answered, with the balances then, in the thread that answered
     */
    public Bank(int port, BiConsumer<Call, Map<String, Integer>> listener) throws IOException {
        this.listener = listener;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/TransOut", exchange -> handle(exchange, "TransOut", "alice", -1));
        server.createContext("/TransOutUndo", exchange -> handle(exchange, "TransOutUndo", "alice", 1));
        server.createContext("/TransIn", exchange -> handle(exchange, "TransIn", "bob", 1));
        server.createContext("/TransInUndo", exchange -> handle(exchange, "TransInUndo", "bob", -1));
        server.start();
    }

    public String url(String operation) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + operation;
    }

    /** TransIn of this transaction will be refused. */
    synchronized void refuseTransIn(String gid) {
        refusing.add(gid);
    }

    public synchronized Map<String, Integer> balances() {
        return new TreeMap<>(balances);
    }

    /** What was called for this transaction, in order. */
    synchronized List<Call> callsOf(String gid) {
        return calls.stream().filter(call -> call.gid().equals(gid)).toList();
    }

    private void handle(HttpExchange exchange, String what, String account, int sign) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        Map<String, String> query = query(exchange.getRequestURI().getQuery());
        if (!query.keySet().containsAll(NEEDED)) {
            reply(exchange, 400, "{\"error\":\"a coordinator calls with gid, branch_id and op\"}");
            return;
        }
        JsonNode payload = json.readTree(body);
        int status = apply(
                query.get("gid"),
                query.get("branch_id"),
                query.get("op"),
                what,
                account,
                sign * payload.path("amount").asInt());
        reply(
                exchange,
                status,
                status == 200 ? "{\"dtm_result\":\"SUCCESS\"}" : "{\"error\":\"bob's account is closed\"}");
        listener.accept(new Call(query.get("gid"), query.get("op"), what, status), balances());
    }

    private static void reply(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
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
        for (String pair : text == null ? new String[0] : text.split("&")) {
            String[] parts = pair.split("=", 2);
            values.put(parts[0], parts.length == 1 ? "" : parts[1]);
        }
        return values;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
