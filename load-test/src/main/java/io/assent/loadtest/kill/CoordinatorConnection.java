package io.assent.loadtest.kill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.loadtest.kill.Evidence.ServerView;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Asks the server, as a client does. Safe for many threads. */
final class CoordinatorConnection {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
    private final String base;

    CoordinatorConnection(final int port) {
        base = "http://127.0.0.1:" + port + "/api/dtmsvr/";
    }

    HttpResponse<String> post(final String endpoint, final String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(base + endpoint))
                        .timeout(LIMIT)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    /** What the server says about a transaction, empty if it says that there is none. */
    Optional<ServerView> query(final String gid) throws IOException, InterruptedException {
        final HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(base + "query?gid=" + URLEncoder.encode(gid, StandardCharsets.UTF_8)))
                        .timeout(LIMIT)
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException("query was answered " + answer.statusCode() + ": " + answer.body());
        }
        final JsonNode root = mapper.readTree(answer.body());
        if (!root.has("transaction")) {
            throw new IOException("query was answered without a transaction: " + answer.body());
        }
        final JsonNode transaction = root.get("transaction");
        if (transaction.isNull()) {
            return Optional.empty();
        }
        final Map<String, String> rows = new LinkedHashMap<>();
        for (final JsonNode row : root.path("branches")) {
            rows.put(
                    row.path("branch_id").asText() + "/" + row.path("op").asText(),
                    row.path("status").asText());
        }
        final String end = transaction
                .path("finish_time")
                .asText(transaction.path("rollback_time").asText(""));
        final long endedMs =
                end.isEmpty() ? 0 : OffsetDateTime.parse(end).toInstant().toEpochMilli();
        return Optional.of(new ServerView(transaction.path("status").asText(), endedMs, rows, answer.body()));
    }
}
