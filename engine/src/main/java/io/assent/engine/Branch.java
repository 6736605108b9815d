package io.assent.engine;

import io.assent.engine.Events.BranchImage;

/**
 * What changes of one branch operation. Created when the operation is first touched; an untouched row has no object.
 *
 * <p>The stored fields change only in {@link Transactions}; {@code open} and {@code timer} are beside the state: where the call and the
 * clock stand in this process.
 */
final class Branch {
    final int row;

    BranchStatus status = BranchStatus.PREPARED;
    int attempts;
    /** Seconds; 0 until the first deferral. */
    long intervalS;
    /** When to call again; 0 for no time to wait for. */
    long nextTimeMs;

    long updateTimeMs;
    long finishTimeMs;
    Outcome lastOutcome;
    int lastLatencyMs;
    String lastText = "";

    OpenCalls.OpenCall open;
    Timers.Timer timer;

    Branch(int row) {
        this.row = row;
    }

    /** Whether every stored field is as in a row that was never touched. */
    boolean isFresh() {
        return status == BranchStatus.PREPARED && attempts == 0 && nextTimeMs == 0 && updateTimeMs == 0;
    }

    BranchImage image() {
        return new BranchImage(
                status,
                attempts,
                intervalS,
                nextTimeMs,
                updateTimeMs,
                finishTimeMs,
                lastOutcome,
                lastLatencyMs,
                lastText);
    }

    void restore(BranchImage image) {
        status = image.status();
        attempts = image.attempts();
        intervalS = image.intervalS();
        nextTimeMs = image.nextTimeMs();
        updateTimeMs = image.updateTimeMs();
        finishTimeMs = image.finishTimeMs();
        lastOutcome = image.lastOutcome();
        lastLatencyMs = image.lastLatencyMs();
        lastText = image.text();
    }
}
