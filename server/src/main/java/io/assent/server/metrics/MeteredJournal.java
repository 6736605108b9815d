package io.assent.server.metrics;

import io.assent.journal.Journal;
import org.agrona.DirectBuffer;

/** A journal whose syncs are measured; everything else is the journal's own. Threads as the journal. */
public final class MeteredJournal implements Journal {
    private final Journal journal;
    private final Metrics metrics;

    public MeteredJournal(Journal journal, Metrics metrics) {
        this.journal = journal;
        this.metrics = metrics;
    }

    @Override
    public long sync() {
        long before = journal.durablePosition();
        long started = System.nanoTime();
        long durable = journal.sync();
        metrics.synced(durable - before, System.nanoTime() - started);
        return durable;
    }

    @Override
    public boolean tryReserve(int bytes) {
        return journal.tryReserve(bytes);
    }

    @Override
    public void beginBatch() {
        journal.beginBatch();
    }

    @Override
    public long append(long timeMs, DirectBuffer body, int offset, int length) {
        return journal.append(timeMs, body, offset, length);
    }

    @Override
    public long appendedPosition() {
        return journal.appendedPosition();
    }

    @Override
    public long durablePosition() {
        return journal.durablePosition();
    }

    @Override
    public long boot() {
        return journal.boot();
    }

    @Override
    public void close() {
        journal.close();
    }
}
