package io.assent.loadtest.fuzz;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/** What was sent and what came back, in numbers. Safe for many threads. */
public final class Tally {

    private final Map<String, LongAdder> inputs = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> answers = new ConcurrentSkipListMap<>();
    private final LongAdder connections = new LongAdder();
    private final LongAccumulator slowestNanos = new LongAccumulator(Long::max, 0);

    /**
     * Counts an input.
     *
     * @param kind its kind.
     */
    public void input(final String kind) {
        inputs.computeIfAbsent(kind, key -> new LongAdder()).increment();
    }

    /**
     * Counts an answer.
     *
     * @param outcome its status, or how else it ended.
     * @param nanos how long it took, 0 for what is not timed.
     */
    public void answer(final String outcome, final long nanos) {
        answers.computeIfAbsent(outcome, key -> new LongAdder()).increment();
        slowestNanos.accumulate(nanos);
    }

    /** Counts a connection. */
    public void connection() {
        connections.increment();
    }

    /**
     * Tells the inputs.
     *
     * @return how many of each kind.
     */
    public Map<String, Long> inputs() {
        return copy(inputs);
    }

    /**
     * Tells the answers.
     *
     * @return how many of each outcome.
     */
    public Map<String, Long> answers() {
        return copy(answers);
    }

    /**
     * Tells the connections.
     *
     * @return how many were opened.
     */
    public long connections() {
        return connections.sum();
    }

    /**
     * Tells the slowest answer.
     *
     * @return its time in ms.
     */
    public long slowestMs() {
        return slowestNanos.get() / 1_000_000;
    }

    private static Map<String, Long> copy(final Map<String, LongAdder> counts) {
        final Map<String, Long> copy = new TreeMap<>();
        counts.forEach((name, count) -> copy.put(name, count.sum()));
        return copy;
    }
}
