package io.assent.client;

import io.assent.client.internal.FailureAnswer;
import io.assent.client.internal.JsonException;
import io.assent.client.internal.JsonReader;
import io.assent.client.internal.JsonWriter;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * One call to the coordinator, and what its answer means. It succeeded when the status is 200 and the body does not say FAILURE or
 * ONGOING: coordinators before DTM 1.10 said it there.
 */
final class Exchange {

    private static final int MESSAGE_LENGTH_MAX = 1_000;
    private static final Duration RETRY_AFTER_MAX = Duration.ofDays(1);

    private final HttpClient http;
    private final String baseUrl;
    private final Duration timeout;

    Exchange(final HttpClient http, final String baseUrl, final Duration timeout) {
        this.http = http;
        this.baseUrl = baseUrl;
        this.timeout = timeout;
    }

    HttpClient http() {
        return http;
    }

    String baseUrl() {
        return baseUrl;
    }

    /** How long an answer may take unless a transaction says otherwise. */
    Duration timeout() {
        return timeout;
    }

    /** Posts a JSON object about a transaction; the answer may take so long. */
    void post(final String endpoint, final String gid, final Map<String, ?> body, final Duration answerWithin) {
        final HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/" + endpoint))
                .timeout(answerWithin)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JsonWriter.write(body), StandardCharsets.UTF_8))
                .build();
        final HttpResponse<String> answer = send(endpoint, request);
        if (answer.statusCode() == 425
                || answer.statusCode() == 200 && answer.body().contains("ONGOING")) {
            throw new StillOngoing(endpoint + ": " + message(answer.body()), answer.statusCode(), null);
        }
        if (answer.statusCode() != 409) {
            checkStatus(endpoint, answer);
        }
        if (answer.statusCode() == 409 || answer.body().contains("FAILURE")) {
            final AssentException meaning = new FailureAnswer(
                            endpoint + ": " + message(answer.body()),
                            answer.statusCode(),
                            null,
                            header(answer, "X-Assent-Code"))
                    .meaning(
                            header(answer, "X-Assent-Status"),
                            () -> query(gid).map(TransactionView::status),
                            endpoint.equals("submit"));
            if (meaning != null) {
                throw meaning;
            }
        }
    }

    /** Asks for the state of a transaction; empty if the coordinator does not know it. */
    Optional<TransactionView> query(final String gid) {
        final String body = get("query", "?gid=" + URLEncoder.encode(gid, StandardCharsets.UTF_8));
        try {
            return TransactionView.of(json(body, "query"));
        } catch (final JsonException e) {
            throw new AssentException("query: " + e.getMessage(), 200, e);
        }
    }

    /** Gets an endpoint and returns the body of a 200. */
    String get(final String endpoint, final String query) {
        final HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/" + endpoint + query))
                .timeout(timeout)
                .GET()
                .build();
        final HttpResponse<String> answer = send(endpoint, request);
        checkStatus(endpoint, answer);
        return answer.body();
    }

    static Map<String, Object> json(final String body, final String what) {
        try {
            return JsonReader.readObject(body);
        } catch (final JsonException e) {
            throw new AssentException(what + ": the answer is not a JSON object: " + e.getMessage(), 200, e);
        }
    }

    private HttpResponse<String> send(final String what, final HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
        } catch (final ConnectException | HttpConnectTimeoutException e) {
            throw new CoordinatorUnavailable(
                    what + ": no connection to " + request.uri().getAuthority(), 0, null, e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssentException(what + ": interrupted before the answer came", 0, e);
        } catch (final IOException e) {
            throw new AssentException(
                    what + ": no answer: " + Objects.requireNonNullElse(e.getMessage(), e.toString()), 0, e);
        }
    }

    private static void checkStatus(final String what, final HttpResponse<String> answer) {
        final int status = answer.statusCode();
        if (status == 503) {
            throw new CoordinatorUnavailable(what + ": " + message(answer.body()), status, retryAfter(answer), null);
        }
        if (status != 200) {
            throw new AssentException(what + ": status " + status + ": " + message(answer.body()), status, null);
        }
    }

    private static String header(final HttpResponse<String> answer, final String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    private static String message(final String body) {
        String text = body;
        try {
            if (JsonReader.read(body) instanceof Map<?, ?> answer && answer.get("message") instanceof String message) {
                text = message;
            }
        } catch (final JsonException e) {
            text = body;
        }
        return text.length() <= MESSAGE_LENGTH_MAX ? text : text.substring(0, MESSAGE_LENGTH_MAX) + "...";
    }

    private static Duration retryAfter(final HttpResponse<String> answer) {
        final String seconds =
                answer.headers().firstValue("Retry-After").orElse("").trim();
        if (seconds.isEmpty() || seconds.length() > 9 || !seconds.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        final Duration pause = Duration.ofSeconds(Long.parseLong(seconds));
        return pause.compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : pause;
    }
}
