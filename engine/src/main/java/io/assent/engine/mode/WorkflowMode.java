package io.assent.engine.mode;

import io.assent.engine.Rejection;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;

/**
 * A workflow (PROTOCOL 7): the client's own code runs the steps and records each with a registration, so that it can be run again and skip
 * what was done. The coordinator keeps the records and the end that the client says. As long as there is none, it calls the client back,
 * at a fixed interval, whatever that answers.
 *
 * <p>The submission has one step that is no branch: its action is the name of the workflow, its payload the input.
 */
public final class WorkflowMode implements TransactionMode {

    @Override
    public TransactionKind kind() {
        return TransactionKind.WORKFLOW;
    }

    @Override
    public Rejection check(Submission submission) {
        if (submission.stepCount() != 1 || submission.action(0).isEmpty()) {
            return Rejection.error(
                    "custom_data.name",
                    "custom_data of a workflow must be an object with a name, such as {\"name\":\"w\"}");
        }
        return null;
    }

    @Override
    public int step(int row) {
        return 0;
    }

    @Override
    public String operation(Submission submission, int row) {
        return submission.action(0);
    }

    @Override
    public String url(Submission submission, int row) {
        return submission.options().queryPrepared();
    }

    @Override
    public boolean isSubmitted() {
        return false;
    }

    @Override
    public long deadlineMs(
            Submission submission,
            boolean submitted,
            long createTimeMs,
            long nowMs,
            int resetIntervalS,
            int defaultTimeoutS) {
        return hasCallBack(submission) ? createTimeMs + resetIntervalS * 1_000L : 0;
    }

    @Override
    public boolean deadlineIsFirstCall() {
        return true;
    }

    @Override
    public boolean waitsForItsClient(TransactionView transaction) {
        return !hasCallBack(transaction.submission());
    }

    @Override
    public boolean checkBackDecides() {
        return false;
    }

    @Override
    public Plan plan(TransactionView transaction, long dueMs) {
        boolean called = transaction.status() == TransactionStatus.PREPARED && TimedOut.isOver(transaction, dueMs);
        return called ? new CheckBack() : new RestingPlan();
    }

    private static boolean hasCallBack(Submission submission) {
        return !submission.options().queryPrepared().isEmpty();
    }
}
