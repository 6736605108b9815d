package io.assent.client;

import io.assent.client.internal.CheckBack;
import io.assent.client.internal.Coordinator;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A two-phase message, whichever way it goes to the coordinator: branches that are called, and called again until they succeed, if and only
 * if a local transaction commits.
 *
 * <p>Either {@link #prepare} before the local transaction and {@link #submit} after it, or both around it with {@link
 * #doAndSubmit}, which also does the right thing when the local transaction fails.
 *
 * @param <P> the form of a payload.
 * @param <B> the builder itself.
 */
public abstract class GlobalMsg<P, B extends GlobalMsg<P, B>> extends GlobalTransaction<P, B> {

    private static final String TOPIC = "topic://";

    private long delaySeconds;

    /**
     * Begins a message.
     *
     * @param coordinator the way to the coordinator.
     * @param gid its global id.
     */
    protected GlobalMsg(final Coordinator<P> coordinator, final String gid) {
        super(coordinator, gid, "msg");
    }

    /**
     * Adds a step.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payload goes with the call.
     * @return this.
     */
    protected final B addStep(final String action, final P payload) {
        final Map<String, String> step = new LinkedHashMap<>();
        step.put("action", action);
        addStep(step, payload);
        return self();
    }

    /**
     * Adds a step that calls every subscriber of a topic.
     *
     * @param topic the topic's name.
     * @param payload goes with the calls.
     * @return this.
     */
    protected final B addTopicStep(final String topic, final P payload) {
        if (topic.isEmpty()) {
            throw new IllegalArgumentException("topicStep: the topic has no name");
        }
        return addStep(TOPIC + topic, payload);
    }

    /**
     * Holds the branches back for a while after the submit.
     *
     * @param delay whole seconds, at least one.
     * @return this.
     */
    public final B delay(final Duration delay) {
        delaySeconds = wholeSeconds(delay, "delay");
        return self();
    }

    /**
     * Stores the message without calling anything. If neither submit nor abort follows in time, the coordinator asks {@code queryPrepared}.
     *
     * @param queryPrepared the URL that tells whether the local transaction is committed.
     */
    public final void prepare(final String queryPrepared) {
        coordinator.checkUrl(queryPrepared, "queryPrepared");
        coordinator.prepare(request(Map.of(), queryPrepared, ""));
    }

    /** Lets the branches be called: stores the message, or releases the prepared one. Repeated after they have all succeeded, it returns. */
    public final void submit() {
        // custom_data goes with the submit only: a delay counts from there.
        final Map<String, Object> data = new LinkedHashMap<>(custom);
        if (delaySeconds > 0) {
            data.put("delay", delaySeconds);
        }
        coordinator.submit(request(data, "", ""));
    }

    /**
     * Drops the prepared message.
     *
     * @param reason why; empty for none.
     */
    public final void abort(final String reason) {
        coordinator.abort(request(Map.of(), "", reason));
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
    public final void doAndSubmit(final String queryPrepared, final LocalTransaction local) throws Exception {
        final BranchContext barrier = BranchContext.ofMessage(gid());
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
            suppressing(open, () -> settle(coordinator.checkBack(queryPrepared, barrier, branchHeaders), open));
            throw open;
        }
        submit();
    }

    private void settle(final CheckBack answer, final Exception open) {
        switch (answer) {
            case COMMITTED -> submit();
            case ROLLED_BACK -> abort(reasonOf(open));
            case UNKNOWN -> {}
        }
    }

    private static String reasonOf(final Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void suppressing(final Exception first, final Runnable then) {
        try {
            then.run();
        } catch (final RuntimeException second) {
            first.addSuppressed(second);
        }
    }
}
