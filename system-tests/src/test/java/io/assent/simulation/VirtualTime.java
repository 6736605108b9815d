package io.assent.simulation;

import java.util.PriorityQueue;

/** What is going to happen, in order of time; of two things at one time the one that was planned first. */
final class VirtualTime {
    private record Planned(long atMs, long order, Runnable action) {}

    private final PriorityQueue<Planned> plans = new PriorityQueue<>((left, right) -> {
        int byTime = Long.compare(left.atMs, right.atMs);
        return byTime != 0 ? byTime : Long.compare(left.order, right.order);
    });
    private long nowMs;
    private long order;

    VirtualTime(long startMs) {
        nowMs = startMs;
    }

    long nowMs() {
        return nowMs;
    }

    void after(long delayMs, Runnable action) {
        plans.add(new Planned(nowMs + Math.max(0, delayMs), order++, action));
    }

    /** Lets the next thing happen; false when nothing is planned any more. */
    boolean step() {
        Planned next = plans.poll();
        if (next == null) {
            return false;
        }
        nowMs = next.atMs;
        next.action.run();
        return true;
    }
}
