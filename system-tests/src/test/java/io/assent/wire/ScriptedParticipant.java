package io.assent.wire;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A participant over real HTTP: answers each path by its script, then 200 for ever, and keeps what it was asked. */
public final class ScriptedParticipant implements AutoCloseable {
    private static final Pattern ANSWER =
            Pattern.compile("(?<status>\\d{3})( \\[(?<name>[^:]+): (?<value>[^]]*)])?( |$)(?<body>.*)", Pattern.DOTALL);
    private static final String SUCCESS = "200 {\"dtm_result\":\"SUCCESS\"}";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Queue<String>> scripts = new HashMap<>();
    private List<String> calls = new ArrayList<>();

    public ScriptedParticipant() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    /** Its address without a path. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The next answers of this path: each a status; behind it, each after a blank, a header in brackets and a body, if there is one. */
    public synchronized void script(String path, String... answers) {
        scripts.put(path, new ArrayDeque<>(List.of(answers)));
    }

    /** The calls since the last look, each as method, path with query and, after a blank, the body if there is one. */
    public synchronized List<String> takeCalls() {
        List<String> taken = calls;
        calls = new ArrayList<>();
        return taken;
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String answer;
        synchronized (this) {
            calls.add(
                    exchange.getRequestMethod() + " " + exchange.getRequestURI() + (body.isEmpty() ? "" : " " + body));
            Queue<String> script = scripts.get(exchange.getRequestURI().getPath());
            answer = script == null || script.isEmpty() ? SUCCESS : script.poll();
        }
        Matcher parts = ANSWER.matcher(answer);
        if (!parts.matches()) {
            throw new IllegalArgumentException("no answer: " + answer);
        }
        if (parts.group("name") != null) {
            exchange.getResponseHeaders().set(parts.group("name"), parts.group("value"));
        }
        byte[] reply = parts.group("body").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(Integer.parseInt(parts.group("status")), reply.length == 0 ? -1 : reply.length);
        if (reply.length > 0) {
            exchange.getResponseBody().write(reply);
        }
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
