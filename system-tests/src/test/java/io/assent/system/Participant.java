package io.assent.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** A participant over real HTTP: answers each path by a script (then 200 for ever) and records what it was asked. */
final class Participant implements AutoCloseable {

    /** One request as it came. */
    record Received(String method, String path, String query, String body, Map<String, List<String>> headers) {
        /** The first value of a header, or null. */
        String header(String name) {
            for (Map.Entry<String, List<String>> header : headers.entrySet()) {
                if (header.getKey().equalsIgnoreCase(name)) {
                    return header.getValue().get(0);
                }
            }
            return null;
        }

        /** What most tests look at. */
        String call() {
            return path.substring(1);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Received> received = new ArrayList<>();
    private final Map<String, Queue<String>> scripts = new HashMap<>();
    private final Map<String, Semaphore> gates = new HashMap<>();

    Participant() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    }

    /** The answers of this path, one after the other: a status, or a status, a blank and a body. */
    synchronized void script(String name, String... answers) {
        scripts.put("/" + name, new ArrayDeque<>(List.of(answers)));
    }

    /** Calls of this path wait until the gate is opened that often. */
    synchronized Semaphore gate(String name) {
        return gates.computeIfAbsent("/" + name, path -> new Semaphore(0));
    }

    synchronized List<String> calls() {
        return received.stream().map(Received::call).toList();
    }

    synchronized List<Received> received() {
        return new ArrayList<>(received);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String path = exchange.getRequestURI().getPath();
        Semaphore gate;
        String answer;
        synchronized (this) {
            received.add(new Received(
                    exchange.getRequestMethod(),
                    path,
                    exchange.getRequestURI().getRawQuery(),
                    body,
                    Map.copyOf(exchange.getRequestHeaders())));
            gate = gates.get(path);
            Queue<String> script = scripts.get(path);
            answer = script == null || script.isEmpty() ? "200" : script.poll();
        }
        if (gate != null) {
            gate.acquireUninterruptibly();
        }
        String[] parts = answer.split(" ", 2);
        byte[] reply = (parts.length > 1 ? parts[1] : "{}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(Integer.parseInt(parts[0]), reply.length);
        exchange.getResponseBody().write(reply);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
