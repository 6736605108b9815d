package io.assent.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A saga: steps that each have an action and a compensation. If an action fails, what was done is undone.
 *
 * <p>Steps run one after the other, or side by side with {@link #concurrent()}, where {@link #order} says which wait for which.
 */
public final class Saga extends GlobalTransaction<Saga> {

    private final Map<Integer, List<Integer>> orders = new TreeMap<>();

    Saga(final Exchange exchange, final String gid) {
        super(exchange, gid, "saga");
    }

    @Override
    Saga self() {
        return this;
    }

    /**
     * Adds a step without a payload: its branches get the JSON value {@code null}.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @return this.
     */
    public Saga step(final String action, final String compensate) {
        return step(action, compensate, "null");
    }

    /**
     * Adds a step.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payloadJson the body of both calls, sent as it is.
     * @return this.
     */
    public Saga step(final String action, final String compensate, final String payloadJson) {
        final Map<String, String> step = new LinkedHashMap<>();
        step.put("action", checkedUrl(action, "action"));
        step.put("compensate", checkedUrl(compensate, "compensate"));
        addStep(step, payloadJson == null ? "null" : payloadJson);
        return this;
    }

    /**
     * Adds a step whose payload is written as JSON.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payload a map, a record, a list or another value with a JSON form.
     * @return this.
     */
    public Saga step(final String action, final String compensate, final Object payload) {
        return step(action, compensate, json(payload));
    }

    /**
     * Makes a step of a concurrent saga wait for others.
     *
     * @param step the number of the step, from 0.
     * @param predecessors the numbers of the steps that must have succeeded before it starts.
     * @return this.
     */
    public Saga order(final int step, final int... predecessors) {
        orders.put(step, IntStream.of(predecessors).boxed().toList());
        return this;
    }

    /**
     * Calls an action without a definite result again at once, up to this many extra times in all, and then rolls back.
     *
     * @param extraCalls at least one.
     * @return this.
     */
    public Saga retryLimit(final int extraCalls) {
        if (extraCalls < 1) {
            throw new IllegalArgumentException("retryLimit must be at least 1, but is " + extraCalls);
        }
        option("retry_limit", extraCalls);
        return this;
    }

    /**
     * Hands the saga to the coordinator. Without {@code waitResult()} it returns as soon as the saga is stored; with it, when the saga has succeeded.
     *
     * @throws TransactionFailed if it did not succeed within the wait, or the gid is finished or being rolled back.
     * @throws StillOngoing if a branch is still working.
     * @throws CoordinatorUnavailable if nothing was stored; try again.
     */
    public void submit() {
        checkOrders();
        send("submit", body());
    }

    @Override
    void describeTo(final Map<String, Object> body) {
        final Map<String, Object> data = new LinkedHashMap<>(custom);
        if (concurrent) {
            if (!orders.isEmpty()) {
                data.put("orders", orders);
            }
            data.put("concurrent", true);
        }
        if (!data.isEmpty()) {
            body.put("custom_data", json(data));
        }
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
