package io.assent.engine;

/**
 * Hears what the engine does, for metrics and for the log. Told while deciding, never on replay, by the engine's thread: an implementation
 * counts or notes, and returns. It can change nothing.
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

    /**
     * A call ended without the result that would end its operation: unknown, or a refusal that does not count. Another call follows unless the
     * transaction turns away from it.
     *
     * @param attempts calls so far, with this one
     * @param text why
     */
    default void branchFails(String gid, String branchId, String operation, String url, int attempts, String text) {}

    /** An operation ended by a definite result that was not its first. */
    default void branchSettled(String gid, String branchId, String operation, int attempts, boolean ok) {}

    /** A transaction is undone from here on. */
    default void rollbackDecided(String gid, String reason) {}

    /** A transaction came to its end. */
    default void finished(String gid, TransactionStatus status) {}

    /**
     * An administrator's act took effect.
     *
     * @param act name of the command, and of what it acted on when that is no transaction
     * @param gid "" when it was about no single one
     */
    default void administered(String act, String gid, Request request) {}
}
