package io.assent.client;

import io.assent.client.internal.JsonWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What sagas and messages have in common: the gid, the steps with their payloads, and the options.
 *
 * <p>The wire counts in whole seconds; a duration with a fraction is refused rather than rounded. A builder belongs to one thread.
 *
 * @param <B> the builder itself, so that the calls chain.
 */
public abstract sealed class GlobalTransaction<B extends GlobalTransaction<B>> permits Saga, Msg {

    private static final Set<String> OWN_CUSTOM_KEYS = Set.of("orders", "concurrent", "delay");
    private static final int GID_LENGTH_MAX = 128;

    final Exchange exchange;
    final String gid;
    final Map<String, Object> custom = new LinkedHashMap<>();
    final Map<String, String> branchHeaders = new LinkedHashMap<>();
    boolean concurrent;
    private final String transType;
    private final List<Map<String, String>> steps = new ArrayList<>();
    private final List<String> payloads = new ArrayList<>();
    private final Map<String, Object> options = new LinkedHashMap<>();
    private Duration requestTimeout;

    GlobalTransaction(final Exchange exchange, final String gid, final String transType) {
        this.exchange = exchange;
        this.gid = checkedGid(gid);
        this.transType = transType;
    }

    abstract B self();

    /** Adds what this type has beyond the common keys. */
    abstract void describeTo(Map<String, Object> body);

    /**
     * Tells the global id.
     *
     * @return the gid.
     */
    public final String gid() {
        return gid;
    }

    /**
     * Calls branches side by side instead of one after the other.
     *
     * @return this.
     */
    public final B concurrent() {
        concurrent = true;
        return self();
    }

    /**
     * Makes the submit answer only when the first round is over: success means that the transaction succeeded.
     *
     * @return this.
     */
    public final B waitResult() {
        options.put("wait_result", true);
        return self();
    }

    /**
     * Bounds the time to success. A saga is rolled back after it; a prepared message is asked about at its participant.
     *
     * @param timeout whole seconds, at least one.
     * @return this.
     */
    public final B timeoutToFail(final Duration timeout) {
        options.put("timeout_to_fail", wholeSeconds(timeout, "timeoutToFail"));
        return self();
    }

    /**
     * Bounds each call of a branch.
     *
     * @param timeout whole seconds, at least one.
     * @return this.
     */
    public final B requestTimeout(final Duration timeout) {
        options.put("request_timeout", wholeSeconds(timeout, "requestTimeout"));
        requestTimeout = timeout;
        return self();
    }

    /**
     * Sets the first interval between two attempts of a branch.
     *
     * @param interval whole seconds, at least one.
     * @return this.
     */
    public final B retryInterval(final Duration interval) {
        options.put("retry_interval", wholeSeconds(interval, "retryInterval"));
        return self();
    }

    /**
     * Adds a header to every call of a branch; a repeated name (in any case) replaces the value.
     *
     * @param name the header's name.
     * @param value its value; no line breaks.
     * @return this.
     */
    public final B branchHeader(final String name, final String value) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 127 && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0)) {
            throw new IllegalArgumentException("branchHeader: '" + name + "' is no header name");
        }
        if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("branchHeader " + name + ": a value has no line breaks");
        }
        branchHeaders.keySet().removeIf(known -> known.toLowerCase(Locale.ROOT).equals(name.toLowerCase(Locale.ROOT)));
        branchHeaders.put(name, value);
        return self();
    }

    /**
     * Adds a member of the transaction's {@code custom_data}, beside those the builder writes itself.
     *
     * @param key the member's name; not {@code orders}, {@code concurrent} or {@code delay}.
     * @param value anything with a JSON form.
     * @return this.
     */
    public final B custom(final String key, final Object value) {
        if (OWN_CUSTOM_KEYS.contains(key)) {
            throw new IllegalArgumentException("custom: '" + key + "' is written by the builder; use its own method");
        }
        custom.put(key, value);
        return self();
    }

    final void option(final String key, final Object value) {
        options.put(key, value);
    }

    final int steps() {
        return steps.size();
    }

    final void addStep(final Map<String, String> step, final String payloadJson) {
        steps.add(step);
        payloads.add(payloadJson);
    }

    final void send(final String endpoint, final Map<String, Object> body) {
        exchange.post(endpoint, body, requestTimeout);
    }

    final Map<String, Object> body() {
        final Map<String, Object> body = new LinkedHashMap<>();
        body.put("gid", gid);
        body.put("trans_type", transType);
        body.put("steps", steps);
        body.put("payloads", payloads);
        describeTo(body);
        if (concurrent) {
            body.put("concurrent", true);
        }
        body.putAll(options);
        if (!branchHeaders.isEmpty()) {
            body.put("branch_headers", branchHeaders);
        }
        return body;
    }

    static String json(final Object payload) {
        return JsonWriter.write(payload);
    }

    // The coordinator drops LF, CR and ';' from a gid, and the transaction would then not be found under its own name.
    static String checkedGid(final String gid) {
        if (gid == null || gid.isEmpty() || gid.length() > GID_LENGTH_MAX) {
            throw new IllegalArgumentException("a gid has 1 to " + GID_LENGTH_MAX + " characters, this one "
                    + (gid == null ? "is null" : "has " + gid.length()));
        }
        if (gid.indexOf('\n') >= 0 || gid.indexOf('\r') >= 0 || gid.indexOf(';') >= 0) {
            throw new IllegalArgumentException("a gid has no line breaks and no ';'");
        }
        return gid;
    }

    static long wholeSeconds(final Duration duration, final String name) {
        if (duration.getSeconds() < 1 || duration.getNano() != 0 || duration.getSeconds() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " must be whole seconds, at least one, but is " + duration);
        }
        return duration.getSeconds();
    }

    static String checkedUrl(final String url, final String name) {
        if (url == null || url.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException(name + " must be a URL (empty for none), but is " + url);
        }
        return url;
    }
}
