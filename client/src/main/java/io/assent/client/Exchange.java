package io.assent.client;

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

/**
 * One call to the coordinator or, for the check of a message, to a participant, and what its answer means. A call to the
 * coordinator succeeded when the status is 200 and the body does not say FAILURE or ONGOING: coordinators before DTM 1.10 said it there.
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

    String baseUrl() {
        return baseUrl;
    }

    /** Posts a JSON object; {@code branchTimeout} (or null) is the transaction's own, which a waiting submit must outlast. */
    void post(final String endpoint, final Map<String, ?> body, final Duration branchTimeout) {
        final HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/" + endpoint))
                .timeout(outlasting(branchTimeout))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JsonWriter.write(body), StandardCharsets.UTF_8))
                .build();
        checkWords(endpoint, send(endpoint, request));
    }

    /** Gets an endpoint whose body has the words FAILURE or ONGOING only when it means them. */
    String getChecked(final String endpoint, final String query) {
        final String body = get(endpoint, query);
        checkWords(endpoint, body);
        return body;
    }

    /** Gets an endpoint and returns the body of a 200. */
    String get(final String endpoint, final String query) {
        final HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/" + endpoint + query))
                .timeout(timeout)
                .GET()
                .build();
        return send(endpoint, request);
    }

    /** What a participant says about the local transaction of a message. */
    enum Prepared {
        /** It is committed. */
        COMMITTED,
        /** It never was and never will be. */
        ROLLED_BACK,
        /** Nothing definite; the coordinator asks again later. */
        UNKNOWN
    }

    /** Asks a participant as the coordinator would (PROTOCOL 5.6), and judges its answer by PROTOCOL 5.2. */
    Prepared queryPrepared(final String url, final BarrierId barrier, final Map<String, String> headers) {
        final String query = "branch_id=" + encoded(barrier.branchId()) + "&dtm=" + encoded(baseUrl) + "&gid="
                + encoded(barrier.gid()) + "&op=" + encoded(barrier.op()) + "&trans_type="
                + encoded(barrier.transType());
        try {
            final HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(url + (url.indexOf('?') < 0 ? "?" : "&") + query))
                    .timeout(timeout)
                    .header("Content-Type", "application/json");
            headers.forEach(request::setHeader);
            final HttpResponse<String> answer =
                    http.send(request.GET().build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
            if (answer.statusCode() == 425 || answer.body().contains("ONGOING")) {
                return Prepared.UNKNOWN;
            }
            if (answer.statusCode() == 409 || answer.body().contains("FAILURE")) {
                return Prepared.ROLLED_BACK;
            }
            return answer.statusCode() == 200 ? Prepared.COMMITTED : Prepared.UNKNOWN;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return Prepared.UNKNOWN;
        } catch (final IOException | IllegalArgumentException e) {
            return Prepared.UNKNOWN;
        }
    }

    private Duration outlasting(final Duration branchTimeout) {
        if (branchTimeout == null) {
            return timeout;
        }
        // The coordinator answers a waiting client after request_timeout + 2 s at the latest; one more second is for
        // the way.
        final Duration waiting = branchTimeout.plusSeconds(3);
        return waiting.compareTo(timeout) > 0 ? waiting : timeout;
    }

    private String send(final String what, final HttpRequest request) {
        final HttpResponse<String> answer;
        try {
            answer = http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8));
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
        final int status = answer.statusCode();
        switch (status) {
            case 200:
                return answer.body();
            case 409:
                throw new TransactionFailed(what + ": " + message(answer.body()), status);
            case 425:
                throw new StillOngoing(what + ": " + message(answer.body()), status);
            case 503:
                throw new CoordinatorUnavailable(
                        what + ": " + message(answer.body()), status, retryAfter(answer), null);
            default:
                throw new AssentException(what + ": status " + status + ": " + message(answer.body()), status, null);
        }
    }

    private static void checkWords(final String what, final String body) {
        if (body.contains("ONGOING")) {
            throw new StillOngoing(what + ": " + message(body), 200);
        }
        if (body.contains("FAILURE")) {
            throw new TransactionFailed(what + ": " + message(body), 200);
        }
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

    private static String encoded(final String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
