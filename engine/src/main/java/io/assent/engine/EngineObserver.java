package io.assent.engine;

/**
 * Hears what the engine does, for metrics. Told while deciding, never on replay, by the engine's thread: an implementation counts and
 * returns. It can change nothing.
 */
public interface EngineObserver {
    /** Hears nothing. */
    EngineObserver NONE = new EngineObserver() {};

    /**
     * A round of processing ended: what it was to bring is known (PROTOCOL 11, dtm_transaction_process_total).
     *
     * @param ok false when somebody waited for the round, a client or a time, and it did not end well
     * @param ageMs since the transaction was created
     */
    default void roundEnded(TransactionKind kind, boolean ok, long ageMs) {}

    /** A branch operation was called, or had nobody to call, and that ended so (dtm_branch_process_total). */
    default void branchEnded(TransactionKind kind, String branchId, String operation, boolean ok) {}
}
