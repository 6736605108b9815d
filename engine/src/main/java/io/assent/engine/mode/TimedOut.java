package io.assent.engine.mode;

/** Its time is over before it was decided: it is rolled back. */
final class TimedOut extends Plan {
    private final long timeoutS;

    TimedOut(TransactionView transaction) {
        timeoutS = (transaction.deadlineMs() - transaction.createTimeMs()) / 1_000;
    }

    static boolean isOver(TransactionView transaction, long dueMs) {
        return transaction.deadlineMs() > 0 && dueMs >= transaction.deadlineMs();
    }

    @Override
    public Verdict verdict() {
        return Verdict.ROLL_BACK;
    }

    @Override
    public String reason() {
        return "Timeout after " + timeoutS + " seconds";
    }

    @Override
    public void settled(int row) {
        // Decided already.
    }

    @Override
    protected boolean isDue(int row) {
        return false;
    }
}
