package io.assent.client.internal;

import io.assent.client.BranchContext;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Asks the sender of a message over HTTP: a GET as PROTOCOL 5.6 has it, its answer judged by PROTOCOL 5.2. */
public final class HttpCheckBack {

    private HttpCheckBack() {}

    /**
     * Asks once.
     *
     * @param http the connections to use.
     * @param dtm the address of the coordinator, for the participant to know.
     * @param url the check-back's URL.
     * @param barrier what is asked about.
     * @param headers the headers of the transaction's branches.
     * @param timeout how long the answer may take.
     * @return the answer; unknown if none came.
     */
    public static CheckBack ask(
            final HttpClient http,
            final String dtm,
            final String url,
            final BranchContext barrier,
            final Map<String, String> headers,
            final Duration timeout) {
        final String query = "branch_id=" + encoded(barrier.branchId()) + "&dtm=" + encoded(dtm) + "&gid="
                + encoded(barrier.gid()) + "&op=" + encoded(barrier.op()) + "&trans_type="
                + encoded(barrier.transType());
        try {
            final HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(url + (url.indexOf('?') < 0 ? "?" : "&") + query))
                    .timeout(timeout)
                    .header("Content-Type", "application/json");
            headers.forEach(request::setHeader);
            return meaning(http.send(request.GET().build(), BodyHandlers.ofString(StandardCharsets.UTF_8)));
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return CheckBack.UNKNOWN;
        } catch (final IOException | IllegalArgumentException e) {
            return CheckBack.UNKNOWN;
        }
    }

    private static CheckBack meaning(final HttpResponse<String> answer) {
        if (answer.statusCode() == 425 || answer.body().contains("ONGOING")) {
            return CheckBack.UNKNOWN;
        }
        if (answer.statusCode() == 409 || answer.body().contains("FAILURE")) {
            return CheckBack.ROLLED_BACK;
        }
        return answer.statusCode() == 200 ? CheckBack.COMMITTED : CheckBack.UNKNOWN;
    }

    private static String encoded(final String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
