package io.assent.journal;

import org.agrona.DirectBuffer;

/**
 * An append-only log of records with dense positions 1, 2, 3, ... and an explicit durable position.
 *
 * <p>A record is opaque bytes: this module knows no transactions. Appending makes a record readable by this process; only a
 * {@link #sync()} that returned makes it durable at the configured {@link Durability}. Nothing may leave the process before the
 * position it depends on is durable.
 *
 * <p>Threads: {@link #append}, {@link #beginBatch} and {@link #tryReserve} belong to one thread, the writer. {@link #sync()} may be
 * called by one other thread while the writer goes on appending; one sync runs at a time. {@link #durablePosition()} and {@link
 * #appendedPosition()} may be read by any thread.
 *
 * <p>Errors: every failed append or force throws {@link JournalException}, which is always fatal: the caller stops the process.
 */
public interface Journal extends AutoCloseable {

    /**
     * Whether {@code bytes} of records can be appended now without entering space that is not filled ahead. False means "not yet":
     * the filler is behind or the disk is full; the caller pauses its drain and asks again. Never blocks.
     */
    boolean tryReserve(int bytes);

    /** Starts a batch: the next appended record carries the durable position known now. */
    void beginBatch();

    /**
     * Appends one record and returns its position. The bytes are copied before this returns.
     *
     * @param timeMs engine time of the record, epoch milliseconds
     */
    long append(long timeMs, DirectBuffer body, int offset, int length);

    /** Makes every record that was appended before this call durable and returns the durable position. */
    long sync();

    /** The highest position appended, 0 when the journal is empty. */
    long appendedPosition();

    /** The highest position known to be durable at the configured level. */
    long durablePosition();

    /** Number of this start of the journal, 1 for the first; grows with every open of the data directory. */
    long boot();

    /** Syncs, seals the current cycle so that a reader sees a clean end, and releases everything. */
    @Override
    void close();
}
