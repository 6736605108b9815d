package io.assent.engine.mode;

import io.assent.engine.BranchStatus;

/**
 * The second phase of registered branches: one operation of each, one after the other, until every one has succeeded. A branch has two
 * rows, the one that undoes it and the one that keeps it.
 */
final class PhaseTwo extends Plan {
    private final TransactionView transaction;
    private final Verdict end;
    private final int firstRow;
    private final int stride;
    private final int count;
    private int done;

    /**
     * @param keeps the operation that keeps what was done, or the one that undoes it
     * @param backwards from the branch that was registered last
     */
    PhaseTwo(TransactionView transaction, boolean keeps, boolean backwards) {
        this.transaction = transaction;
        this.end = keeps ? Verdict.SUCCEED : Verdict.FAIL;
        this.count = transaction.rowCount() / 2;
        int operation = keeps ? 1 : 0;
        this.firstRow = backwards ? 2 * (count - 1) + operation : operation;
        this.stride = backwards ? -2 : 2;
        offerNext();
    }

    @Override
    public Verdict verdict() {
        return done == count ? end : Verdict.CONTINUE;
    }

    @Override
    public String reason() {
        return "";
    }

    @Override
    public void settled(int row) {
        offerNext();
    }

    @Override
    protected boolean isDue(int row) {
        return done < count && row == next();
    }

    private void offerNext() {
        while (done < count && transaction.branchStatus(next()) == BranchStatus.SUCCEED) {
            done++;
        }
        if (done < count) {
            offer(next());
        }
    }

    private int next() {
        return firstRow + done * stride;
    }
}
