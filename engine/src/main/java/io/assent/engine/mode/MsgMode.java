package io.assent.engine.mode;

import io.assent.engine.BranchStatus;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;

/**
 * The two-phase message (PROTOCOL 6.3): prepared, then submitted by its sender or after a check-back, then delivered branch by branch until
 * each has succeeded. It is never rolled back.
 */
public final class MsgMode implements TransactionMode {
    @Override
    public TransactionKind kind() {
        return TransactionKind.MSG;
    }

    @Override
    public boolean expandsTopics() {
        return true;
    }

    @Override
    public AbortEffect onAbort(TransactionStatus status) {
        return status == TransactionStatus.PREPARED ? AbortEffect.FAILS : AbortEffect.REFUSED;
    }

    @Override
    public RoundAnswers roundAnswers() {
        return RoundAnswers.BRANCH_ERRORS;
    }

    @Override
    public int rowCount(Submission submission) {
        return submission.stepCount();
    }

    @Override
    public int step(int row) {
        return row == Plan.CHECK_ROW ? -1 : row;
    }

    @Override
    public String branchId(int row) {
        return row == Plan.CHECK_ROW ? CheckBack.BRANCH_ID : BranchIds.ofStep(row);
    }

    @Override
    public String operation(Submission submission, int row) {
        return row == Plan.CHECK_ROW ? "msg" : "action";
    }

    @Override
    public String url(Submission submission, int row) {
        return row == Plan.CHECK_ROW ? submission.options().queryPrepared() : submission.action(row);
    }

    @Override
    public long deadlineMs(
            Submission submission,
            boolean submitted,
            long createTimeMs,
            long nowMs,
            int resetIntervalS,
            int defaultTimeoutS) {
        if (submitted) {
            // The delay counts from the submission, and only while it has not passed since the creation (PROTOCOL 6.3,
            // 13.36).
            long delayMs = submission.options().delayS() * 1_000L;
            return nowMs < createTimeMs + delayMs ? nowMs + delayMs : 0;
        }
        int given = submission.options().timeoutToFailS();
        return createTimeMs + (given > 0 ? given : defaultTimeoutS) * 1_000L;
    }

    @Override
    public boolean deadlineIsDelay() {
        return true;
    }

    @Override
    public Plan plan(TransactionView transaction, long dueMs) {
        if (dueMs < transaction.deadlineMs()) {
            // Before the time-out of a prepared message, or during the delay of a submitted one.
            return new RestingPlan();
        }
        return transaction.status() == TransactionStatus.PREPARED ? new CheckBack() : new Delivery(transaction);
    }

    /** Submitted: rows one after the other, or all at once when concurrent. */
    private static final class Delivery extends Plan {
        private final TransactionView transaction;
        private final boolean concurrent;
        private final int rowCount;
        private int done;
        private int first;

        Delivery(TransactionView transaction) {
            this.transaction = transaction;
            this.concurrent = transaction.submission().options().concurrent();
            this.rowCount = transaction.rowCount();
            for (int row = 0; row < rowCount; row++) {
                if (isDone(row)) {
                    done++;
                } else if (concurrent) {
                    offer(row);
                }
            }
            if (!concurrent) {
                offerFirst();
            }
        }

        @Override
        public Verdict verdict() {
            return done == rowCount ? Verdict.SUCCEED : Verdict.CONTINUE;
        }

        @Override
        public String reason() {
            return "";
        }

        @Override
        public void settled(int row) {
            done++;
            if (!concurrent) {
                offerFirst();
            }
        }

        @Override
        protected boolean isDue(int row) {
            return row >= 0 && !isDone(row) && (concurrent || row == first);
        }

        private void offerFirst() {
            while (first < rowCount && isDone(first)) {
                first++;
            }
            if (first < rowCount) {
                offer(first);
            }
        }

        private boolean isDone(int row) {
            return transaction.branchStatus(row) == BranchStatus.SUCCEED;
        }
    }
}
