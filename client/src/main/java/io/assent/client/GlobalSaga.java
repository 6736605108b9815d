package io.assent.client;

import io.assent.client.internal.Coordinator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A saga, whichever way it goes to the coordinator: steps that each have an action and a compensation. If an action fails, what was done is
 * undone.
 *
 * <p>Steps run one after the other, or side by side with {@link #concurrent()}, where {@link #order} says which wait for which.
 *
 * @param <P> the form of a payload.
 * @param <B> the builder itself.
 */
public abstract class GlobalSaga<P, B extends GlobalSaga<P, B>> extends GlobalTransaction<P, B> {

    private final Map<Integer, List<Integer>> orders = new TreeMap<>();

    /**
     * Begins a saga.
     *
     * @param coordinator the way to the coordinator.
     * @param gid its global id.
     */
    protected GlobalSaga(final Coordinator<P> coordinator, final String gid) {
        super(coordinator, gid, "saga");
    }

    /**
     * Adds a step.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payload goes with both calls.
     * @return this.
     */
    protected final B addStep(final String action, final String compensate, final P payload) {
        final Map<String, String> step = new LinkedHashMap<>();
        step.put("action", action);
        step.put("compensate", compensate);
        addStep(step, payload);
        return self();
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
     * Makes a step of a concurrent saga wait for others.
     *
     * @param step the number of the step, from 0.
     * @param predecessors the numbers of the steps that must have succeeded before it starts.
     * @return this.
     */
    public final B order(final int step, final int... predecessors) {
        orders.put(step, IntStream.of(predecessors).boxed().toList());
        return self();
    }

    /**
     * Calls an action without a definite result again at once, up to this many extra times in all, and then rolls back.
     *
     * @param extraCalls at least one.
     * @return this.
     */
    public final B retryLimit(final int extraCalls) {
        if (extraCalls < 1) {
            throw new IllegalArgumentException("retryLimit must be at least 1, but is " + extraCalls);
        }
        retryLimit = extraCalls;
        return self();
    }

    /**
     * Hands the saga to the coordinator. Without {@code waitResult()} it returns as soon as the saga is stored; with it, when the saga has
     * succeeded. Repeated after the saga has succeeded, it returns.
     *
     * @throws TransactionFailed if the saga has failed.
     * @throws StillOngoing if the wait was over first, or the saga is being undone.
     * @throws GidInUse if the gid belongs to another transaction.
     * @throws CoordinatorUnavailable if nothing was stored; try again.
     */
    public final void submit() {
        checkOrders();
        coordinator.submit(request(customData(), "", ""));
    }

    private Map<String, Object> customData() {
        final Map<String, Object> data = new LinkedHashMap<>(custom);
        if (concurrent) {
            if (!orders.isEmpty()) {
                data.put("orders", orders);
            }
            data.put("concurrent", true);
        }
        return data;
    }

    private void checkOrders() {
        if (!orders.isEmpty() && !concurrent) {
            throw new IllegalStateException(
                    "order(...) says which steps of a concurrent saga wait; call concurrent() too");
        }
        orders.forEach((step, predecessors) -> {
            checkStep(step, step);
            predecessors.forEach(predecessor -> {
                checkStep(step, predecessor);
                if (predecessor.equals(step)) {
                    throw new IllegalStateException("order: step " + step + " cannot wait for itself");
                }
            });
        });
    }

    private void checkStep(final int step, final int named) {
        if (named < 0 || named >= steps()) {
            throw new IllegalStateException("order of step " + step + " names step " + named
                    + ", but the saga has steps 0 to " + (steps() - 1));
        }
    }
}
