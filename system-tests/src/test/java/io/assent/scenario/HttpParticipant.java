package io.assent.scenario;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real HTTP server, one path a name. */
final class HttpParticipant implements Participant {
    private final Business business;
    private HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    HttpParticipant(Business business) {
        this.business = business;
        this.server = serving(0);
    }

    private HttpServer serving(int port) {
        try {
            HttpServer started = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            started.setExecutor(threads);
            started.createContext("/", this::handle);
            started.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String url(String name) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/" + name;
    }

    @Override
    public String callBackUrl() {
        return url(CALL_BACK);
    }

    @Override
    public String unknownText(String text) {
        return "status 500: " + text;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Business.Answer answer;
        try {
            answer = business.answer(received(exchange));
        } catch (InterruptedException stopped) {
            exchange.close();
            return;
        }
        int status = switch (answer.result()) {
            case OK -> 200;
            case NO -> 409;
            case ONGOING -> 425;
            case ERROR -> 500;
            case HANG -> throw new IllegalStateException("who hangs has no answer");
        };
        byte[] body = answer.text().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    private static Received received(HttpExchange exchange) throws IOException {
        Map<String, String> parameters = new HashMap<>();
        for (String pair : exchange.getRequestURI().getRawQuery().split("&")) {
            String[] sides = pair.split("=", 2);
            parameters.put(sides[0], URLDecoder.decode(sides[1], StandardCharsets.UTF_8));
        }
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(",", values)));
        return new Received(
                Protocol.HTTP,
                exchange.getRequestURI().getPath().substring(1),
                parameters.get("gid"),
                parameters.get("branch_id"),
                parameters.get("op"),
                parameters.get("trans_type"),
                exchange.getRequestBody().readAllBytes(),
                headers);
    }

    @Override
    public void goAway() {
        server.stop(0);
    }

    @Override
    public void comeBack() {
        server = serving(server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
