package io.assent.engine;

import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import io.assent.engine.mode.TransactionView;

/**
 * A sixth mode, as an exercise: steps are alternatives. They are tried in order until one succeeds; when all have refused, the transaction
 * has failed and there is nothing to undo. This file and the line in {@link EscalationModeTest} are all it takes.
 */
final class EscalationMode implements TransactionMode {
    private static final TransactionKind KIND = new TransactionKind(42, "escalation");

    @Override
    public TransactionKind kind() {
        return KIND;
    }

    @Override
    public int rowCount(Submission submission) {
        return submission.stepCount();
    }

    @Override
    public int step(int row) {
        return row;
    }

    @Override
    public String branchId(int row) {
        return "0" + (row + 1);
    }

    @Override
    public String operation(Submission submission, int row) {
        return "attempt";
    }

    @Override
    public String url(Submission submission, int row) {
        return submission.action(row);
    }

    @Override
    public boolean mayFail(int row) {
        return true;
    }

    @Override
    public long deadlineMs(
            Submission submission,
            boolean submitted,
            long createTimeMs,
            long nowMs,
            int resetIntervalS,
            int defaultTimeoutS) {
        return 0;
    }

    @Override
    public boolean waitsForItsClient(TransactionView transaction) {
        return transaction.status() == TransactionStatus.PREPARED;
    }

    @Override
    public Plan plan(TransactionView transaction, long nowMs) {
        return new Attempts(transaction);
    }

    /** The first alternative that has not refused. */
    private static final class Attempts extends Plan {
        private final TransactionView transaction;
        private int current;

        Attempts(TransactionView transaction) {
            this.transaction = transaction;
            next();
        }

        private void next() {
            while (current < transaction.rowCount() && transaction.branchStatus(current) == BranchStatus.FAILED) {
                current++;
            }
            if (current < transaction.rowCount()) {
                offer(current);
            }
        }

        @Override
        public Verdict verdict() {
            if (transaction.status() != TransactionStatus.SUBMITTED) {
                return Verdict.CONTINUE;
            }
            if (current == transaction.rowCount()) {
                return Verdict.FAIL;
            }
            return transaction.branchStatus(current) == BranchStatus.SUCCEED ? Verdict.SUCCEED : Verdict.CONTINUE;
        }

        @Override
        public String reason() {
            return "";
        }

        @Override
        public void settled(int row) {
            next();
        }

        @Override
        protected boolean isDue(int row) {
            return transaction.status() == TransactionStatus.SUBMITTED && row == current;
        }
    }
}
