package io.assent.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.journal.Journal;
import io.assent.server.CoordinatorServer;
import io.assent.server.ServerConfig;
import io.assent.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A whole server on a free port, and the requests of its clients. */
public final class TestServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration GENEROUS = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(GENEROUS).build();
    private final CoordinatorServer server;

    /** Settings are names and values in turn. */
    public TestServer(Path data, String... settings) {
        this(data, new SkippedTime(), UnaryOperator.identity(), settings);
    }

    /**
     * @param time that engine time follows
     * @param journalDecorator wraps the journal
     */
    TestServer(Path data, SkippedTime time, UnaryOperator<Journal> journalDecorator, String... settings) {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("DataDir", data.toString());
        given.put("HttpPort", "0");
        given.put("GrpcPort", "0");
        given.put("Clock", "manual");
        given.put("FreeDiskMin", "0");
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        ServerConfig config = ServerConfig.of(Settings.of(Map.of(), null, given));
        server = new CoordinatorServer(
                config,
                (why, cause) -> {
                    throw new AssertionError(why, cause);
                },
                journalDecorator,
                time::nanoTime,
                time::wallMs);
        try {
            server.start();
        } catch (RuntimeException failure) {
            server.close();
            throw failure;
        }
    }

    /** Status and body of one exchange. */
    public record Reply(int status, String body, HttpResponse<String> response) {
        public JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError("expected JSON, found " + body, e);
            }
        }

        public String message() {
            return json().path("message").asText();
        }
    }

    public int port() {
        return server.httpPort();
    }

    public int grpcPort() {
        return server.grpcPort();
    }

    public Reply post(String path, String body) {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    public Reply get(String path) {
        return send(request(path).GET());
    }

    public Reply delete(String path) {
        return send(request(path).DELETE());
    }

    public Reply submit(String body) {
        return post("/api/dtmsvr/submit", body);
    }

    public JsonNode query(String gid) {
        return get("/api/dtmsvr/query?gid=" + gid).json();
    }

    public String status(String gid) {
        return query(gid).path("transaction").path("status").asText();
    }

    /** Statuses of the rows, in their order, with a blank between. */
    public String rows(String gid) {
        StringBuilder rows = new StringBuilder();
        for (JsonNode branch : query(gid).path("branches")) {
            rows.append(rows.length() == 0 ? "" : " ")
                    .append(branch.path("status").asText());
        }
        return rows.toString();
    }

    /** Moves the manual clock and waits until everything is at rest. */
    public JsonNode advance(String query) {
        Reply reply = post("/api/clock/advance?" + query, "");
        if (reply.status() != 200) {
            throw new AssertionError("advance " + query + ": " + reply.status() + " " + reply.body());
        }
        return reply.json();
    }

    /** A request to this server, to be given a method. */
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path));
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    public Reply send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.timeout(GENEROUS).build(), BodyHandlers.ofString());
            return new Reply(response.statusCode(), response.body(), response);
        } catch (IOException e) {
            throw new AssertionError("request failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
