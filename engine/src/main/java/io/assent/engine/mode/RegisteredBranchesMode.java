package io.assent.engine.mode;

import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;

/**
 * What TCC and XA have in common: branches registered while prepared, two rows each (the one that undoes, then the one that keeps), and one
 * decision for all of them. A registration counts for the decision because it is refused once there is one.
 */
class RegisteredBranchesMode implements TransactionMode {
    private final TransactionKind kind;
    private final boolean backwards;

    RegisteredBranchesMode(TransactionKind kind, boolean backwards) {
        this.kind = kind;
        this.backwards = backwards;
    }

    @Override
    public final TransactionKind kind() {
        return kind;
    }

    @Override
    public final String operation(Submission submission, int row) {
        throw new IllegalArgumentException("every row of a " + kind + " is registered, row " + row + " is not");
    }

    @Override
    public final int sibling(int row) {
        return row ^ 1;
    }

    @Override
    public final boolean isSecondPhase(int row) {
        return true;
    }

    @Override
    public final AbortEffect onAbort(TransactionStatus status) {
        return switch (status) {
            case PREPARED, ABORTING -> AbortEffect.ROLLS_BACK;
            case SUBMITTED, SUCCEED, FAILED -> AbortEffect.REFUSED;
        };
    }

    @Override
    public final long deadlineMs(
            Submission submission,
            boolean submitted,
            long createTimeMs,
            long nowMs,
            int resetIntervalS,
            int defaultTimeoutS) {
        // Once submitted it never times out (PROTOCOL 6.8).
        int given = submission.options().timeoutToFailS();
        return submitted ? 0 : createTimeMs + (given > 0 ? given : defaultTimeoutS) * 1_000L;
    }

    @Override
    public final RoundAnswers roundAnswers() {
        return RoundAnswers.BRANCH_ERRORS_AND_ONGOING;
    }

    @Override
    public final Plan plan(TransactionView transaction, long dueMs) {
        return switch (transaction.status()) {
            case PREPARED -> TimedOut.isOver(transaction, dueMs) ? new TimedOut(transaction) : new RestingPlan();
            case SUBMITTED -> new PhaseTwo(transaction, true, backwards);
            case ABORTING -> new PhaseTwo(transaction, false, backwards);
            case SUCCEED, FAILED -> new RestingPlan();
        };
    }
}
