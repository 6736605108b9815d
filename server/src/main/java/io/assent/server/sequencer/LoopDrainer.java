package io.assent.server.sequencer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The only event loop drains the ring itself, once per iteration, behind its reading of sockets: no hand-off, and batches come for free. For
 * machines with few cores.
 */
public final class LoopDrainer implements Drainer {
    /** Behind this, sockets have been read. */
    private static final long SOCKETS_READ_MS = 1;

    private final Sequencer sequencer;
    private final LoopOutlet loop;
    private final AtomicBoolean scheduled = new AtomicBoolean();
    /** Monotonic time of the earliest wake-up that is planned. */
    private long wakesAtMs = Long.MAX_VALUE;

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
            if (scheduled.compareAndSet(false, true)) {
                loop.executeLater(this::drain, SOCKETS_READ_MS);
            }
        } else if (more) {
            wake();
        } else {
            sleep();
        }
    }

    /** Has itself woken when the sequencer's rest is over; what is planned sooner serves too. */
    private void sleep() {
        long restMs = sequencer.restMs();
        if (restMs == Long.MAX_VALUE) {
            return;
        }
        long wakeMs = sequencer.clock().monotonicMs() + restMs;
        if (wakeMs < wakesAtMs) {
            wakesAtMs = wakeMs;
            loop.executeLater(
                    () -> {
                        // Otherwise a sooner one has come between, and another plan holds.
                        if (wakesAtMs == wakeMs) {
                            wakesAtMs = Long.MAX_VALUE;
                            wake();
                        }
                    },
                    restMs);
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
