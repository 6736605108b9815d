package io.assent.engine.mode;

import io.assent.engine.Rejection;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;

/**
 * One transaction mode: how its rows are laid out, and what is next. Stateless and pure.
 *
 * <p>A row is one branch operation. Rows count from 0 in the order in which clients see them; {@link Plan#CHECK_ROW} stands for the
 * check-back, which clients do not see.
 */
public interface TransactionMode {

    TransactionKind kind();

    /** What is wrong with a submission of this mode beyond the general rules, or null. */
    Rejection check(Submission submission);

    int rowCount(Submission submission);

    /** The step whose payload goes with this row. */
    int step(int row);

    /** For example {@code 01}. */
    String branchId(int row);

    /** Wire name of the row's operation. */
    String operation(int row);

    String url(Submission submission, int row);

    /** The other operation of the same branch, whose call must have ended before this one starts; -1 for none. */
    int sibling(int row);

    /** Whether the row is a second phase or a compensation: these go first at a full destination. */
    boolean isSecondPhase(int row);

    /** Whether a FAILURE ends the row; elsewhere it counts as unknown (PROTOCOL 5.5). */
    boolean mayFail(int row);

    /** How often calls of this row may be repeated at once, over the whole transaction, before it is rolled back; 0 for back-off. */
    int retryLimit(Submission submission, int row);

    /**
     * When something happens to a fresh transaction by itself, epoch milliseconds; 0 for never.
     *
     * @param defaultTimeoutS configured time-out of transactions that give none
     */
    long deadlineMs(Submission submission, boolean submitted, long createTimeMs, long nowMs, int defaultTimeoutS);

    /** What is next, from the stored state alone. */
    Plan plan(TransactionView transaction, long nowMs);
}
