package io.assent.server.sequencer;

import io.assent.journal.Journal;
import java.util.concurrent.locks.LockSupport;

/** Syncs the journal beside the drainer, one sync at a time: each covers everything appended before it began. */
public final class SyncThread implements AutoCloseable {
    private final Journal journal;
    private final Runnable onSynced;
    private final Halt halt;
    private final Thread thread;

    private volatile boolean requested;
    private volatile boolean stopped;

    /** @param onSynced run by this thread behind each sync */
    public SyncThread(Journal journal, Runnable onSynced, Halt halt) {
        this.journal = journal;
        this.onSynced = onSynced;
        this.halt = halt;
        this.thread = new Thread(this::run, "assent-sync");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** What is appended now wants to be durable. The drainer's thread. */
    void request() {
        requested = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!stopped || requested) {
            if (!requested) {
                LockSupport.park();
                continue;
            }
            requested = false;
            try {
                journal.sync();
            } catch (RuntimeException | Error failure) {
                halt.halt("sync failed behind position " + journal.durablePosition(), failure);
                return;
            }
            onSynced.run();
        }
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
