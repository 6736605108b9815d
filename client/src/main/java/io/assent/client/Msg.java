package io.assent.client;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A two-phase message: branches that are called, and called again until they succeed, if and only if a local transaction commits.
 *
 * <p>Either {@link #prepare} before the local transaction and {@link #submit} after it, or both around it with {@link
 * #doAndSubmit}, which also does the right thing when the local transaction fails.
 */
public final class Msg extends GlobalTransaction<Msg> {

    private static final String TOPIC = "topic://";

    private long delaySeconds;

    Msg(final Exchange exchange, final String gid) {
        super(exchange, gid, "msg");
    }

    @Override
    Msg self() {
        return this;
    }

    /** The local work of {@link Msg#doAndSubmit}. */
    @FunctionalInterface
    public interface LocalTransaction {
        /**
         * Does the local work in one database transaction, together with the barrier row of the given id, so that the participant's
         * {@code queryPrepared} can tell whether it is committed.
         *
         * @param barrier the key of the barrier row.
         * @throws Exception {@link TransactionFailed} for a definite no; anything else leaves it open.
         */
        void run(BarrierId barrier) throws Exception;
    }

    /**
     * Adds a step without a payload: its branch gets the JSON value {@code null}.
     *
     * @param action the URL to call; empty for nothing to do.
     * @return this.
     */
    public Msg step(final String action) {
        return step(action, "null");
    }

    /**
     * Adds a step.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payloadJson the body of the call, sent as it is.
     * @return this.
     */
    public Msg step(final String action, final String payloadJson) {
        final Map<String, String> step = new LinkedHashMap<>();
        step.put("action", checkedUrl(action, "action"));
        addStep(step, payloadJson == null ? "null" : payloadJson);
        return this;
    }

    /**
     * Adds a step whose payload is written as JSON.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payload a map, a record, a list or another value with a JSON form.
     * @return this.
     */
    public Msg step(final String action, final Object payload) {
        return step(action, json(payload));
    }

    /**
     * Adds a step that calls every subscriber of a topic.
     *
     * @param topic the topic's name.
     * @param payloadJson the body of the calls, sent as it is.
     * @return this.
     */
    public Msg topicStep(final String topic, final String payloadJson) {
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("topicStep: the topic has no name");
        }
        return step(TOPIC + topic, payloadJson);
    }

    /**
     * Adds a step that calls every subscriber of a topic with a payload written as JSON.
     *
     * @param topic the topic's name.
     * @param payload a map, a record, a list or another value with a JSON form.
     * @return this.
     */
    public Msg topicStep(final String topic, final Object payload) {
        return topicStep(topic, json(payload));
    }

    /**
     * Holds the branches back for a while after the submit.
     *
     * @param delay whole seconds, at least one.
     * @return this.
     */
    public Msg delay(final Duration delay) {
        delaySeconds = wholeSeconds(delay, "delay");
        return this;
    }

    /**
     * Stores the message without calling anything. If neither submit nor abort follows in time, the coordinator asks {@code queryPrepared}.
     *
     * @param queryPrepared the URL that tells whether the local transaction is committed.
     */
    public void prepare(final String queryPrepared) {
        final Map<String, Object> body = body();
        body.put("query_prepared", checkedUrl(queryPrepared, "queryPrepared"));
        send("prepare", body);
    }

    /** Lets the branches be called: stores the message, or releases the prepared one. */
    public void submit() {
        final Map<String, Object> body = body();
        final Map<String, Object> data = new LinkedHashMap<>(custom);
        if (delaySeconds > 0) {
            data.put("delay", delaySeconds);
        }
        if (!data.isEmpty()) {
            body.put("custom_data", json(data));
        }
        send("submit", body);
    }

    /**
     * Drops the prepared message.
     *
     * @param reason why; empty for none.
     */
    public void abort(final String reason) {
        final Map<String, Object> body = body();
        if (!reason.isEmpty()) {
            body.put("rollback_reason", reason);
        }
        send("abort", body);
    }

    /**
     * Prepares, runs the local transaction, and submits when it is committed. When it throws {@link TransactionFailed} the message is
     * aborted. When it throws anything else, the participant's {@code queryPrepared} decides: committed submits, rolled back
     * aborts, anything else leaves the message prepared and the coordinator asks later. What the local transaction threw is thrown on
     * in every case, with an error of the submit or abort as suppressed.
     *
     * @param queryPrepared the URL that tells whether the local transaction is committed.
     * @param local the local work; not run if the prepare fails.
     * @throws Exception what {@code local} threw.
     */
    public void doAndSubmit(final String queryPrepared, final LocalTransaction local) throws Exception {
        final BarrierId barrier = new BarrierId("msg", gid, "00", "msg");
        prepare(queryPrepared);
        try {
            local.run(barrier);
        } catch (final TransactionFailed no) {
            suppressing(no, () -> abort(reasonOf(no)));
            throw no;
        } catch (final Exception open) {
            if (open instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            switch (exchange.queryPrepared(queryPrepared, barrier, branchHeaders)) {
                case COMMITTED -> suppressing(open, this::submit);
                case ROLLED_BACK -> suppressing(open, () -> abort(reasonOf(open)));
                case UNKNOWN -> {}
            }
            throw open;
        }
        submit();
    }

    @Override
    void describeTo(final Map<String, Object> body) {
        // custom_data goes with the submit only: a delay counts from there.
    }

    private static String reasonOf(final Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void suppressing(final Exception first, final Runnable then) {
        try {
            then.run();
        } catch (final AssentException second) {
            first.addSuppressed(second);
        }
    }
}
