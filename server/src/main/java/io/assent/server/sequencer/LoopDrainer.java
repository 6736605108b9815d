package io.assent.server.sequencer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The only event loop drains the ring itself, once per iteration, behind its reading of sockets: no hand-off, and batches come for free. For
 * machines with few cores.
 */
public final class LoopDrainer implements Drainer {
    private static final long LONGEST_SLEEP_MS = 1_000;

    private final Sequencer sequencer;
    private final LoopOutlet loop;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private long sleepingUntilMs = Long.MAX_VALUE;
    private volatile boolean started;
    private volatile boolean closed;

    public LoopDrainer(Sequencer sequencer, LoopOutlet loop) {
        this.sequencer = sequencer;
        this.loop = loop;
    }

    @Override
    public void start() {
        started = true;
        wake();
    }

    @Override
    public void wake() {
        if (started && scheduled.compareAndSet(false, true)) {
            loop.execute(this::drain);
        }
    }

    private void drain() {
        scheduled.set(false);
        if (closed) {
            return;
        }
        boolean more = sequencer.drain();
        if (more && sequencer.clock().isBehind()) {
            // Sockets are read before time moves on.
            if (scheduled.compareAndSet(false, true)) {
                loop.executeLater(this::drain, 1);
            }
        } else if (more) {
            wake();
        } else {
            sleep();
        }
    }

    /** Has itself woken for the next deadline; an earlier one schedules once more, a later one finds nothing due. */
    private void sleep() {
        long deadlineMs = sequencer.nextDeadlineMs();
        if (deadlineMs == Long.MAX_VALUE || sequencer.clock().isManual()) {
            return;
        }
        long now = sequencer.clock().nowMs();
        long wakeMs = Math.min(Math.max(deadlineMs, now + 1), now + LONGEST_SLEEP_MS);
        if (wakeMs < sleepingUntilMs) {
            sleepingUntilMs = wakeMs;
            loop.executeLater(
                    () -> {
                        sleepingUntilMs = Long.MAX_VALUE;
                        wake();
                    },
                    wakeMs - now);
        }
    }

    @Override
    public void runBetweenDrains(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        loop.execute(() -> {
            task.run();
            done.countDown();
        });
        Waiting.forLatch(done);
    }

    @Override
    public void close() {
        runBetweenDrains(() -> closed = true);
    }
}
