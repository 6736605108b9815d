package io.assent.engine.mode;

import io.assent.engine.Rejection;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;

/**
 * One transaction mode: how its rows are laid out, what a client may ask of it, and what is next. Stateless and pure.
 *
 * <p>A row is one branch operation. Rows count from 0 in the order in which clients see them; {@link Plan#CHECK_ROW} stands for the
 * check-back, which clients do not see. The methods that take a row speak of the rows that follow from the submission alone; rows of
 * registered branches and of topic subscribers tell their own story ({@link io.assent.engine.BranchRows}).
 *
 * <p>What has a default is what most modes do not have.
 */
public interface TransactionMode {

    TransactionKind kind();

    // ---------------------------------------------------------------- rows

    /** Rows that follow from the submission alone. */
    default int rowCount(Submission submission) {
        return 0;
    }

    /** The step whose payload goes with this row, or -1 for none. */
    default int step(int row) {
        return -1;
    }

    /** For example {@code 01}. */
    default String branchId(int row) {
        return CheckBack.BRANCH_ID;
    }

    /** Wire name of the row's operation. */
    String operation(Submission submission, int row);

    /** "" when nobody is to be called. */
    default String url(Submission submission, int row) {
        return "";
    }

    /** The other operation of the same branch, whose call must have ended before this one starts; -1 for none. Of any row. */
    default int sibling(int row) {
        return -1;
    }

    /** Whether the row, any row, is a second phase or a compensation: these go first at a full destination. */
    default boolean isSecondPhase(int row) {
        return false;
    }

    /** Whether a FAILURE ends the row; elsewhere it counts as unknown (PROTOCOL 5.5). */
    default boolean mayFail(int row) {
        return false;
    }

    /** How often calls of this row may be repeated at once, over the whole transaction, before it is rolled back; 0 for back-off. */
    default int retryLimit(Submission submission, int row) {
        return 0;
    }

    // ---------------------------------------------------------------- what clients may ask

    /** What is wrong with a submission of this mode beyond the general rules, or null. */
    default Rejection check(Submission submission) {
        return null;
    }

    /** Whether a submit decides it. The other way is to say its end ({@link io.assent.engine.Commands#finishWorkflow}). */
    default boolean isSubmitted() {
        return true;
    }

    /** Whether a step may name a topic and stands for its subscribers then; such a mode has one row for each step. */
    default boolean expandsTopics() {
        return false;
    }

    /** What an abort does in this status. */
    default AbortEffect onAbort(TransactionStatus status) {
        return AbortEffect.REFUSED;
    }

    /** See {@link #onAbort}. */
    enum AbortEffect {
        /** Nothing: the client is told that it came too late, or to the wrong kind. */
        REFUSED,
        /** Failed at once; nobody has to be called. */
        FAILS,
        /** Undone, or its undoing is driven on. */
        ROLLS_BACK
    }

    // ---------------------------------------------------------------- time, and what is next

    /**
     * When something happens to a transaction by itself, epoch milliseconds; 0 for never.
     *
     * @param resetIntervalS its retry interval
     * @param defaultTimeoutS configured time-out of transactions that give none
     */
    long deadlineMs(
            Submission submission,
            boolean submitted,
            long createTimeMs,
            long nowMs,
            int resetIntervalS,
            int defaultTimeoutS);

    /** Whether that moment is a first call, which an administrator may bring forward, and no time-out. */
    default boolean deadlineIsFirstCall() {
        return false;
    }

    /** Whether that moment, once submitted, is the end of a delay: until then nothing is done for it. */
    default boolean deadlineIsDelay() {
        return false;
    }

    /** Whether it has to wait for its client, with neither timer nor call. */
    default boolean waitsForItsClient(TransactionView transaction) {
        return false;
    }

    /** Whether the answer to a check-back decides; elsewhere it changes nothing and is asked again after the same interval. */
    default boolean checkBackDecides() {
        return true;
    }

    /** How a client that waits for a round hears of a branch that did not succeed (PROTOCOL 6.7). */
    default RoundAnswers roundAnswers() {
        return RoundAnswers.REASON_ONLY;
    }

    /** See {@link #roundAnswers}. */
    enum RoundAnswers {
        /** Never of a branch; only of the rollback's reason. */
        REASON_ONLY,
        /** Of failures and errors. */
        BRANCH_ERRORS,
        /** Of failures, errors, and branches that are still at work. */
        BRANCH_ERRORS_AND_ONGOING
    }

    /**
     * What is next, from the stored state alone.
     *
     * @param dueMs deadlines up to here have come
     */
    Plan plan(TransactionView transaction, long dueMs);
}
