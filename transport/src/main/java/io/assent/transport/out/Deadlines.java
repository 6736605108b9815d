package io.assent.transport.out;

import io.assent.transport.SteadyTasks;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Deadlines of one event loop, kept as one list per time-out value: equal time-outs end in the order in which they start, so starting and
 * cancelling are a link and an unlink, and one scheduled task serves the whole loop.
 *
 * <p>Owned by its event loop. A deadline fires up to {@link #GRAIN_MS} late, never early.
 */
final class Deadlines {
    static final int GRAIN_MS = 5;
    /** A time-out beyond this (a year) is as good as none and would overflow the arithmetic. */
    static final long TIMEOUT_MS_MAX = 365L * 24 * 3_600_000;

    private static final long LATE_NS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int EMPTY_LISTS_KEPT = 64;

    private final EventLoop loop;
    private final SteadyTasks tasks;
    private final Runnable fire = this::fire;
    private final Runnable fireAfterReading = this::fireAfterReading;
    private final Long2ObjectHashMap<Line> byTimeout = new Long2ObjectHashMap<>();
    private final ArrayList<Line> lines = new ArrayList<>();
    private Line lastUsed;
    private Future<?> scheduled;
    private long scheduledNs;
    private boolean firing;
    private boolean stopped;

    Deadlines(EventLoop loop, SteadyTasks tasks) {
        this.loop = loop;
        this.tasks = tasks;
    }

    /** Something that ends by itself when nobody cancels it. */
    abstract static class Timed {
        private Timed earlier;
        private Timed later;
        private Line line;
        private long deadlineNs;

        /** The deadline passed. Called once, already cancelled. */
        abstract void expired();

        final boolean timed() {
            return line != null;
        }

        /** Left until the deadline, at least 1. */
        final long remainingMs(long nowNs) {
            return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNs - nowNs));
        }
    }

    private static final class Line {
        final long timeoutMs;
        Timed first;
        Timed last;

        Line(long timeoutMs) {
            this.timeoutMs = timeoutMs;
        }
    }

    void start(Timed timed, long timeoutMs, long nowNs) {
        long bounded = Math.min(timeoutMs, TIMEOUT_MS_MAX);
        Line line = lastUsed;
        if (line == null || line.timeoutMs != bounded) {
            line = lineOf(bounded);
            lastUsed = line;
        }
        timed.line = line;
        timed.deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(bounded);
        timed.earlier = line.last;
        if (line.last == null) {
            line.first = timed;
            schedule(timed.deadlineNs, nowNs);
        } else {
            line.last.later = timed;
        }
        line.last = timed;
    }

    void cancel(Timed timed) {
        Line line = timed.line;
        if (line == null) {
            return;
        }
        if (timed.earlier == null) {
            line.first = timed.later;
        } else {
            timed.earlier.later = timed.later;
        }
        if (timed.later == null) {
            line.last = timed.earlier;
        } else {
            timed.later.earlier = timed.earlier;
        }
        timed.earlier = null;
        timed.later = null;
        timed.line = null;
    }

    void stop() {
        stopped = true;
    }

    private Line lineOf(long timeoutMs) {
        Line line = byTimeout.get(timeoutMs);
        if (line == null) {
            line = new Line(timeoutMs);
            byTimeout.put(timeoutMs, line);
            lines.add(line);
        }
        return line;
    }

    private void schedule(long deadlineNs, long nowNs) {
        if (stopped || firing) {
            return;
        }
        if (scheduled != null) {
            if (scheduledNs - deadlineNs <= TimeUnit.MILLISECONDS.toNanos(GRAIN_MS)) {
                return;
            }
            scheduled.cancel(false);
        }
        scheduledNs = deadlineNs;
        scheduled = loop.schedule(fire, Math.max(deadlineNs - nowNs, 0) + 1, TimeUnit.NANOSECONDS);
    }

    /** A task that comes late means that the process stood still: replies may wait in the sockets, and they are read first. */
    private void fire() {
        if (stopped) {
            return;
        }
        if (System.nanoTime() - scheduledNs > LATE_NS) {
            scheduled = loop.schedule(fireAfterReading, 1, TimeUnit.MILLISECONDS);
        } else {
            fireAfterReading();
        }
    }

    private void fireAfterReading() {
        if (stopped) {
            return;
        }
        firing = true;
        long nowNs = System.nanoTime();
        long nextNs = 0;
        boolean any = false;
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            for (Timed timed = line.first; timed != null && timed.deadlineNs - nowNs <= 0; timed = line.first) {
                cancel(timed);
                tasks.run(SteadyTasks.Kind.CALL_DEADLINES, timed::expired);
            }
        }
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (line.first != null && (!any || line.first.deadlineNs - nextNs < 0)) {
                nextNs = line.first.deadlineNs;
                any = true;
            }
        }
        if (lines.size() > EMPTY_LISTS_KEPT) {
            lines.removeIf(line -> line.first == null && byTimeout.remove(line.timeoutMs) != null);
            lastUsed = null;
        }
        firing = false;
        scheduled = null;
        if (any) {
            // Not before the grain has passed: calls that end in time would otherwise cost a task each.
            schedule(Math.max(nextNs, nowNs + TimeUnit.MILLISECONDS.toNanos(GRAIN_MS)), nowNs);
        }
    }
}
