package io.assent.client;

import io.assent.client.internal.Coordinator;
import io.assent.client.internal.JsonWriter;
import io.assent.client.internal.TransactionOptions;
import io.assent.client.internal.TransactionRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What sagas and messages have in common, whichever way they go to the coordinator: the gid, the steps with their payloads, and the options.
 *
 * <p>The wire counts in whole seconds; a duration with a fraction is refused rather than rounded. A builder belongs to one thread. The
 * clients make builders; the constructors are no API.
 *
 * @param <P> the form of a payload: text over HTTP, bytes over gRPC.
 * @param <B> the builder itself, so that the calls chain.
 */
public abstract class GlobalTransaction<P, B extends GlobalTransaction<P, B>> {

    private static final Set<String> OWN_CUSTOM_KEYS = Set.of("orders", "concurrent", "delay");

    final Coordinator<P> coordinator;
    final Map<String, Object> custom = new LinkedHashMap<>();
    final Map<String, String> branchHeaders = new LinkedHashMap<>();
    boolean concurrent;
    long retryLimit;
    private final String gid;
    private final String transType;
    private final List<Map<String, String>> steps = new ArrayList<>();
    private final List<P> payloads = new ArrayList<>();
    private boolean waitResult;
    private long timeoutToFail;
    private long requestTimeout;
    private long retryInterval;

    GlobalTransaction(final Coordinator<P> coordinator, final String gid, final String transType) {
        this.coordinator = coordinator;
        this.gid = TransactionRequest.checkedGid(gid);
        this.transType = transType;
        coordinator.checkGid(gid);
    }

    /**
     * The builder itself.
     *
     * @return this.
     */
    protected abstract B self();

    /**
     * Tells the global id.
     *
     * @return the gid.
     */
    public final String gid() {
        return gid;
    }

    /**
     * Makes the submit answer only when the first round is over: success means that the transaction succeeded.
     *
     * @return this.
     */
    public final B waitResult() {
        waitResult = true;
        return self();
    }

    /**
     * Bounds the time to success. A saga is rolled back after it; a prepared message is asked about at its participant.
     *
     * @param timeout whole seconds, at least one.
     * @return this.
     */
    public final B timeoutToFail(final Duration timeout) {
        timeoutToFail = wholeSeconds(timeout, "timeoutToFail");
        return self();
    }

    /**
     * Bounds each call of a branch. The calls to the coordinator wait longer than that, whatever the client's own bound is.
     *
     * @param timeout whole seconds, at least one.
     * @return this.
     */
    public final B requestTimeout(final Duration timeout) {
        requestTimeout = wholeSeconds(timeout, "requestTimeout");
        return self();
    }

    /**
     * Sets the first interval between two attempts of a branch.
     *
     * @param interval whole seconds, at least one.
     * @return this.
     */
    public final B retryInterval(final Duration interval) {
        retryInterval = wholeSeconds(interval, "retryInterval");
        return self();
    }

    /**
     * Adds a header to every call of a branch (over gRPC: metadata); a repeated name (in any case) replaces the value.
     *
     * @param name the header's name.
     * @param value its value; no line breaks.
     * @return this.
     */
    public final B branchHeader(final String name, final String value) {
        coordinator.checkBranchHeader(name, value);
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

    final int steps() {
        return steps.size();
    }

    final void addStep(final Map<String, String> step, final P payload) {
        step.forEach((name, url) -> coordinator.checkUrl(url, name));
        steps.add(step);
        payloads.add(payload);
    }

    final TransactionRequest<P> request(
            final Map<String, Object> customData, final String queryPrepared, final String rollbackReason) {
        return new TransactionRequest<>(
                gid,
                transType,
                steps,
                payloads,
                concurrent,
                customData.isEmpty() ? "" : JsonWriter.write(customData),
                new TransactionOptions(
                        waitResult, timeoutToFail, requestTimeout, retryInterval, retryLimit, branchHeaders),
                queryPrepared,
                rollbackReason);
    }

    static long wholeSeconds(final Duration duration, final String name) {
        if (duration.getSeconds() < 1 || duration.getNano() != 0 || duration.getSeconds() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(name + " must be whole seconds, at least one, but is " + duration);
        }
        return duration.getSeconds();
    }
}
