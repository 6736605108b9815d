package io.assent.server.sequencer;

import io.assent.transport.front.ClockControl;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Moves the manual clock, one instant at a time: set it to the next deadline, let that fire, wait until everything it caused has come to rest, look
 * again. Wishes are fulfilled one after the other; other requests go on meanwhile. None is answered before its time is durable: the clock does not go
 * back over a restart.
 *
 * <p>{@link #advance} may be called by any thread; the rest belongs to the drainer.
 */
public final class ManualClock implements ClockControl {
    private static final int TOUCHED_MAX = 1_000;
    private static final long NANOS_PER_MS = 1_000_000;

    private static final class Wish {
        final Advance advance;
        final Consumer<Advanced> whenDone;
        final long deadlineNanos;
        final Set<String> touched = new LinkedHashSet<>();
        /** Where to go; unknown until everything before is at rest. */
        long targetMs = -1;

        Wish(Advance advance, Consumer<Advanced> whenDone, long deadlineNanos) {
            this.advance = advance;
            this.whenDone = whenDone;
            this.deadlineNanos = deadlineNanos;
        }
    }

    /** An answer that waits until its time would outlive this process. */
    private static final class Ending {
        final Wish wish;
        final Advanced advanced;
        /** -1 while there is no room to record it. */
        long position = -1;

        Ending(Wish wish, Advanced advanced) {
            this.wish = wish;
            this.advanced = advanced;
        }
    }

    /** Wakes the drainer, now or after some milliseconds of real time. */
    public interface Waker {
        void wakeAfter(long delayMs);
    }

    private final Sequencer sequencer;
    private final LongSupplier nanoTime;
    private final Waker waker;
    private final ConcurrentLinkedQueue<Wish> wishes = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Ending> endings = new ArrayDeque<>();
    private final BooleanSupplier restsOutside;
    private Wish current;

    /** @param restsOutside whether what left the engine and is no call has come to its end: alerts. Who changes that wakes the drainer */
    public ManualClock(Sequencer sequencer, LongSupplier nanoTime, Waker waker, BooleanSupplier restsOutside) {
        this.sequencer = sequencer;
        this.nanoTime = nanoTime;
        this.waker = waker;
        this.restsOutside = restsOutside;
        sequencer.manualClock(this, () -> waker.wakeAfter(0));
        sequencer.decider().onDeadlineFired(gid -> {
            if (current != null && current.touched.size() < TOUCHED_MAX) {
                current.touched.add(gid);
            }
        });
    }

    @Override
    public void advance(Advance advance, Consumer<Advanced> whenDone) {
        long timeoutMs = Math.max(0, advance.timeoutMs());
        wishes.add(new Wish(advance, whenDone, nanoTime.getAsLong() + timeoutMs * NANOS_PER_MS));
        waker.wakeAfter(0);
        waker.wakeAfter(timeoutMs + 1);
    }

    /** Looks whether a wish can go on; true when the clock moved and there is something to do at once. */
    boolean step() {
        refuseOverdue();
        if (current == null) {
            current = wishes.poll();
        }
        while (current != null && isAtRest()) {
            if (moveOn()) {
                return true;
            }
            finish(current, null);
            current = wishes.poll();
        }
        return answerEndings();
    }

    /** Answers what is durable; true when there is something to sync. */
    private boolean answerEndings() {
        for (Ending ending = endings.peekFirst(); ending != null; ending = endings.peekFirst()) {
            if (ending.position < 0) {
                ending.position = sequencer.keepTime();
                if (ending.position < 0) {
                    return false;
                }
            }
            if (!sequencer.isDurable(ending.position)) {
                return !sequencer.isBeingSynced(ending.position);
            }
            endings.pollFirst();
            ending.wish.whenDone.accept(ending.advanced);
        }
        return false;
    }

    private boolean isAtRest() {
        Decider decider = sequencer.decider();
        return sequencer.isQuiet()
                && decider.openCallCount() == 0
                && restsOutside.getAsBoolean()
                && decider.nextDeadlineMs() > sequencer.clock().nowMs();
    }

    /** Moves to the next instant of the wish; false when it has arrived. */
    private boolean moveOn() {
        long now = sequencer.clock().nowMs();
        if (current.targetMs < 0) {
            current.targetMs = target(current.advance, now);
        }
        long deadlineMs = sequencer.decider().nextDeadlineMs();
        if (deadlineMs <= current.targetMs) {
            sequencer.clock().set(deadlineMs);
            return true;
        }
        sequencer.clock().set(Math.max(now, current.targetMs));
        return false;
    }

    private long target(Advance advance, long now) {
        if (!advance.untilNext()) {
            return now + advance.ms();
        }
        Decider decider = sequencer.decider();
        long next = advance.gid().isEmpty() ? decider.nextDeadlineMs() : decider.nextDeadlineMs(advance.gid());
        if (advance.ms() >= 0) {
            return Math.min(next, now + advance.ms());
        }
        return next == Long.MAX_VALUE ? now : next;
    }

    private void refuseOverdue() {
        long nanos = nanoTime.getAsLong();
        if (current != null && current.deadlineNanos - nanos <= 0 && !isAtRest()) {
            finish(current, busy());
            current = null;
        }
        if (current != null) {
            wishes.removeIf(wish -> {
                boolean overdue = wish.deadlineNanos - nanos <= 0;
                if (overdue) {
                    finish(wish, busy());
                }
                return overdue;
            });
        }
    }

    private List<String> busy() {
        Set<String> gids = new LinkedHashSet<>();
        sequencer.decider().forEachOpenGid(gids::add);
        return new ArrayList<>(gids);
    }

    private void finish(Wish wish, List<String> busy) {
        long next = sequencer.decider().nextDeadlineMs();
        endings.addLast(new Ending(
                wish,
                new Advanced(
                        sequencer.clock().nowMs(),
                        new ArrayList<>(wish.touched),
                        next == Long.MAX_VALUE ? -1 : next,
                        busy)));
    }
}
