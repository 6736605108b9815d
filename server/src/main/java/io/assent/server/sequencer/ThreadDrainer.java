package io.assent.server.sequencer;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A thread of its own drains the ring and parks when there is nothing to do. For machines with cores to spare. */
public final class ThreadDrainer implements Drainer {
    private static final long LONGEST_REST_MS = 1_000;
    /** Behind this, a loop has read its sockets. */
    private static final long SOCKETS_READ_MS = 1;

    private static final long NANOS_PER_MS = 1_000_000;

    private final Sequencer sequencer;
    private final List<LoopOutlet> loops;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Runnable> between = new ConcurrentLinkedQueue<>();
    /** Loops that have still to read their sockets before time moves on. */
    private final AtomicInteger unread = new AtomicInteger();

    private volatile boolean awake = true;
    private volatile boolean woken;
    private volatile boolean closed;

    public ThreadDrainer(Sequencer sequencer, List<LoopOutlet> loops) {
        this.sequencer = sequencer;
        this.loops = loops;
        this.thread = new Thread(this::run, "assent-drainer");
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void wake() {
        woken = true;
        if (!awake) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            long restMs = turn();
            if (restMs > 0) {
                park(restMs);
            }
        }
    }

    /** One turn of the thread; returns for how long it may rest unless it is woken, milliseconds. */
    long turn() {
        woken = false;
        for (Runnable task = between.poll(); task != null; task = between.poll()) {
            task.run();
        }
        if (unread.get() > 0) {
            return LONGEST_REST_MS;
        }
        boolean more = sequencer.drain();
        if (more && sequencer.clock().isBehind()) {
            letSocketsBeRead();
        } else if (more) {
            return 0;
        }
        return Math.min(LONGEST_REST_MS, sequencer.restMs());
    }

    /** Whether it was woken since its last turn began. */
    boolean isWoken() {
        return woken;
    }

    private void letSocketsBeRead() {
        unread.set(loops.size());
        for (LoopOutlet loop : loops) {
            loop.executeLater(
                    () -> {
                        unread.decrementAndGet();
                        wake();
                    },
                    SOCKETS_READ_MS);
        }
    }

    private void park(long restMs) {
        awake = false;
        if (!woken && between.isEmpty() && !closed) {
            LockSupport.parkNanos(restMs * NANOS_PER_MS);
        }
        awake = true;
    }

    @Override
    public void runBetweenDrains(Runnable task) {
        CountDownLatch done = new CountDownLatch(1);
        between.add(() -> {
            task.run();
            done.countDown();
        });
        wake();
        Waiting.forLatch(done);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
