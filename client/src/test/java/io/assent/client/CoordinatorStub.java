package io.assent.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server that records what it is sent and answers what it was told to, in order; the last answer repeats. */
final class CoordinatorStub implements AutoCloseable {

    record Request(String method, String uri, String contentType, String accept, String body) {}

    record Answer(int status, String body, Map<String, String> headers) {}

    private final HttpServer server;
    private final ConcurrentLinkedDeque<Answer> answers = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    CoordinatorStub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    CoordinatorStub answering(final int status, final String body) {
        answers.add(new Answer(status, body, Map.of()));
        return this;
    }

    CoordinatorStub answering(final int status, final String body, final String header, final String value) {
        answers.add(new Answer(status, body, Map.of(header, value)));
        return this;
    }

    CoordinatorStub answering(final int status, final String body, final Map<String, String> headers) {
        answers.add(new Answer(status, body, headers));
        return this;
    }

    String url(final String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    AssentClient client() {
        return AssentClient.connect(url("/api/dtmsvr"));
    }

    List<Request> requests() {
        return requests;
    }

    Request onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, found " + requests);
        }
        return requests.get(0);
    }

    private void handle(final HttpExchange exchange) throws IOException {
        requests.add(new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                exchange.getRequestHeaders().getFirst("Accept"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
        final Answer answer = answers.size() > 1 ? answers.poll() : answers.peek();
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        final byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
