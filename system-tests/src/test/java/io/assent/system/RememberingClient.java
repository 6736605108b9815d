package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A client that remembers what was acknowledged to it, and asks for all of it later. */
final class RememberingClient {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final List<String> acknowledged = new ArrayList<>();

    RememberingClient(int port) {
        this.base = "http://127.0.0.1:" + port + "/api/dtmsvr/";
    }

    /** Submits one after another, at least one. */
    void submitFor(int millis) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            String gid = "g" + acknowledged.size();
            String body = "{\"gid\":\"" + gid + "\",\"trans_type\":\"msg\",\"custom_data\":\"{\\\"delay\\\":500}\"}";
            HttpResponse<String> answer =
                    send(HttpRequest.newBuilder(URI.create(base + "submit")).POST(BodyPublishers.ofString(body)));
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            acknowledged.add(gid);
        } while (System.nanoTime() < end);
    }

    void shouldFindAll(String after) throws Exception {
        for (String gid : acknowledged) {
            assertThat(send(HttpRequest.newBuilder(URI.create(base + "query?gid=" + gid)))
                            .body())
                    .as("%s of %d, %s", gid, acknowledged.size(), after)
                    .contains("\"gid\":\"" + gid + "\"");
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.timeout(LIMIT).build(), BodyHandlers.ofString());
    }
}
