package io.assent.loadtest.participant;

/**
 * One call of a branch operation, as its participant saw it.
 *
 * @param received its number in the order of everything the ledger saw.
 * @param receivedMs when it came, in ms of the wall clock.
 * @param answered the number of its answer in the same order; 0 while or if there is none.
 * @param answeredMs when the answer left; 0 if there is none.
 * @param gid the transaction.
 * @param branchId the branch.
 * @param op the operation.
 * @param attempt the number of this call of this operation, from 1.
 * @param outcome the scripted outcome.
 * @param account the account that moved, or {@code -}.
 * @param delta what moved on it by this call; 0 for a repeat, a null compensation, or an ineffective outcome.
 */
public record LedgerEntry(
        long received,
        long receivedMs,
        long answered,
        long answeredMs,
        String gid,
        String branchId,
        String op,
        int attempt,
        String outcome,
        String account,
        long delta) {

    /**
     * Tells whether the call was answered with SUCCESS.
     *
     * @return whether the caller could learn of a success.
     */
    public boolean answeredOk() {
        return answered > 0 && outcome.startsWith("ok");
    }

    /**
     * Tells whether the call was answered with FAILURE.
     *
     * @return whether the caller could learn of a definite no.
     */
    public boolean answeredFail() {
        return answered > 0 && outcome.startsWith("fail");
    }

    /**
     * Names the operation within its transaction.
     *
     * @return {@code branch/op}.
     */
    public String operation() {
        return branchId + "/" + op;
    }

    LedgerEntry answeredAt(final long sequence, final long ms) {
        return new LedgerEntry(received, receivedMs, sequence, ms, gid, branchId, op, attempt, outcome, account, delta);
    }
}
