package io.assent.engine;

/**
 * The durable memory of finished transactions, outside the state machine. The engine drops a finished transaction only after the history
 * holds it ({@link Commands#forgetFinished}).
 *
 * <p>Threads: {@link #add} by one writer; {@link #find} by any thread.
 */
public interface History {

    /** What is known of a gid, with the position up to which that answer is complete. */
    HistoryAnswer find(String gid);

    /** Every transaction that finished at or below this journal position is in the history. */
    long position();

    /** Adds one finished transaction. A gid that finished twice (it was forgotten in between) keeps the later status. */
    void add(String gid, TransactionStatus finalStatus);

    /** Declares that every transaction finished at or below {@code position} was added. Never goes back. */
    void completeUpTo(long position);
}
