package io.assent.server.sequencer;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A thread of its own drains the ring and parks when there is nothing to do. For machines with cores to spare. */
public final class ThreadDrainer implements Drainer {
    private static final long LONGEST_SLEEP_MS = 1_000;
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
            woken = false;
            for (Runnable task = between.poll(); task != null; task = between.poll()) {
                task.run();
            }
            boolean more = unread.get() == 0 && sequencer.drain();
            if (more && sequencer.clock().isBehind()) {
                letSocketsBeRead();
                more = false;
            }
            if (!more) {
                sleep();
            }
        }
    }

    private void letSocketsBeRead() {
        unread.set(loops.size());
        for (LoopOutlet loop : loops) {
            loop.execute(() -> {
                unread.decrementAndGet();
                wake();
            });
        }
    }

    private void sleep() {
        awake = false;
        if (!woken && between.isEmpty() && !closed) {
            LockSupport.parkNanos(sleepMs() * NANOS_PER_MS);
        }
        awake = true;
    }

    private long sleepMs() {
        long deadlineMs = sequencer.nextDeadlineMs();
        if (deadlineMs == Long.MAX_VALUE || sequencer.clock().isManual()) {
            return LONGEST_SLEEP_MS;
        }
        return Math.min(
                LONGEST_SLEEP_MS, Math.max(1, deadlineMs - sequencer.clock().nowMs()));
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
