package io.assent.client;

/** The local work of {@link GlobalMsg#doAndSubmit}. */
@FunctionalInterface
public interface LocalTransaction {
    /**
     * Does the local work in one database transaction, together with the barrier row of the given id, so that the participant's
     * {@code queryPrepared} can tell whether it is committed.
     *
     * @param barrier the key of the barrier row.
     * @throws Exception {@link TransactionFailed} for a definite no; anything else leaves it open.
     */
    void run(BranchContext barrier) throws Exception;
}
