package io.assent.engine.mode;

import io.assent.engine.BranchStatus;
import io.assent.engine.MaskedUrl;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import java.util.Arrays;

/**
 * The saga (PROTOCOL 6.2): actions forward, one after the other or as {@code orders} allow; when one fails, the compensations of all that
 * may have run, backwards.
 *
 * <p>Rows: step i has its compensation in row 2i and its action in row 2i+1. A sequential saga is a chain, a concurrent one a graph in which
 * a step waits for its predecessors; both follow the same two rules. Forward: an action is due when every predecessor's action succeeded.
 * Backward: a step takes part when its action succeeded, failed, or was due and so may have run; it is due when every step that waits for it
 * is compensated or takes no part. A prepared saga waits for its client for ever.
 */
public final class SagaMode implements TransactionMode {

    @Override
    public TransactionKind kind() {
        return TransactionKind.SAGA;
    }

    @Override
    public int rowCount(Submission submission) {
        return submission.stepCount() * 2;
    }

    @Override
    public int step(int row) {
        return row >> 1;
    }

    @Override
    public String branchId(int row) {
        return BranchIds.ofStep(row >> 1);
    }

    @Override
    public String operation(Submission submission, int row) {
        return isAction(row) ? "action" : "compensate";
    }

    @Override
    public String url(Submission submission, int row) {
        return isAction(row) ? submission.action(row >> 1) : submission.compensate(row >> 1);
    }

    @Override
    public int sibling(int row) {
        return row ^ 1;
    }

    @Override
    public boolean isSecondPhase(int row) {
        return !isAction(row);
    }

    @Override
    public boolean mayFail(int row) {
        return isAction(row);
    }

    @Override
    public int retryLimit(Submission submission, int row) {
        return isAction(row) ? submission.options().retryLimit() : 0;
    }

    @Override
    public long deadlineMs(
            Submission submission,
            boolean submitted,
            long createTimeMs,
            long nowMs,
            int resetIntervalS,
            int defaultTimeoutS) {
        // No default time-out for sagas, and none while prepared (PROTOCOL 6.1, 6.8).
        int given = submission.options().timeoutToFailS();
        return submitted && given > 0 ? createTimeMs + given * 1_000L : 0;
    }

    @Override
    public Plan plan(TransactionView transaction, long dueMs) {
        return switch (transaction.status()) {
            case PREPARED, SUCCEED, FAILED -> new RestingPlan();
            case SUBMITTED ->
                TimedOut.isOver(transaction, dueMs)
                        ? new TimedOut(transaction)
                        : new Forward(transaction, new Steps(transaction.submission()));
            case ABORTING -> new Backward(transaction, new Steps(transaction.submission()));
        };
    }

    @Override
    public boolean waitsForItsClient(TransactionView transaction) {
        return transaction.status() == TransactionStatus.PREPARED;
    }

    private static boolean isAction(int row) {
        return (row & 1) == 1;
    }

    private static int actionOf(int step) {
        return 2 * step + 1;
    }

    private static int compensationOf(int step) {
        return 2 * step;
    }

    /** The actions. */
    private static final class Forward extends Plan {
        private final TransactionView transaction;
        private final Steps steps;
        /** Predecessors whose action has not succeeded, by step; null for a chain, where {@link #reached} says it. */
        private final int[] missing;

        private int succeeded;
        /** Of a chain: the step whose turn it is. */
        private int reached;

        private int failedRow = NO_ROW;

        Forward(TransactionView transaction, Steps steps) {
            this.transaction = transaction;
            this.steps = steps;
            this.missing = steps.isChain ? null : new int[steps.count];
            for (int step = 0; step < steps.count; step++) {
                BranchStatus status = transaction.branchStatus(actionOf(step));
                if (status == BranchStatus.SUCCEED) {
                    succeeded++;
                } else if (status == BranchStatus.FAILED) {
                    failedRow = actionOf(step);
                }
            }
            if (steps.isChain) {
                offerReached();
            } else {
                offerFree();
            }
        }

        private void offerReached() {
            while (reached < steps.count && hasSucceeded(reached)) {
                reached++;
            }
            if (reached < steps.count) {
                offer(actionOf(reached));
            }
        }

        private void offerFree() {
            for (int edge = 0; edge < steps.edgeCount(); edge++) {
                if (!hasSucceeded(steps.edgeFrom(edge))) {
                    missing[steps.edgeTo(edge)]++;
                }
            }
            for (int step = 0; step < steps.count; step++) {
                if (missing[step] == 0 && !hasSucceeded(step)) {
                    offer(actionOf(step));
                }
            }
        }

        @Override
        public Verdict verdict() {
            if (failedRow != NO_ROW) {
                return Verdict.ROLL_BACK;
            }
            return succeeded == steps.count ? Verdict.SUCCEED : Verdict.CONTINUE;
        }

        @Override
        public String reason() {
            String url = transaction.submission().action(failedRow >> 1);
            return "url:" + MaskedUrl.of(url) + " return failed: " + transaction.lastText(failedRow);
        }

        @Override
        public void settled(int row) {
            if (transaction.branchStatus(row) == BranchStatus.FAILED) {
                if (failedRow == NO_ROW) {
                    failedRow = row;
                }
                return;
            }
            succeeded++;
            if (steps.isChain) {
                offerReached();
                return;
            }
            int step = row >> 1;
            for (int i = steps.firstAfter(step); i < steps.firstAfter(step + 1); i++) {
                int after = steps.after(i);
                if (--missing[after] == 0) {
                    offer(actionOf(after));
                }
            }
        }

        @Override
        protected boolean isDue(int row) {
            if (!isAction(row) || transaction.branchStatus(row) != BranchStatus.PREPARED) {
                return false;
            }
            return steps.isChain ? (row >> 1) == reached : missing[row >> 1] == 0;
        }

        private boolean hasSucceeded(int step) {
            return transaction.branchStatus(actionOf(step)) == BranchStatus.SUCCEED;
        }
    }

    /** The compensations. */
    private static final class Backward extends Plan {
        private final TransactionView transaction;
        private final Steps steps;
        private final boolean[] takesPart;
        /** Steps that wait for this one, take part, and are not compensated yet. */
        private final int[] blockers;

        private int remaining;

        Backward(TransactionView transaction, Steps steps) {
            this.transaction = transaction;
            this.steps = steps;
            this.takesPart = new boolean[steps.count];
            this.blockers = new int[steps.count];
            boolean[] reachable = reachable();
            for (int step = 0; step < steps.count; step++) {
                takesPart[step] = reachable[step] || !isPrepared(step);
                if (isPending(step)) {
                    remaining++;
                }
            }
            for (int edge = 0; edge < steps.edgeCount(); edge++) {
                if (isPending(steps.edgeTo(edge))) {
                    blockers[steps.edgeFrom(edge)]++;
                }
            }
            for (int step = steps.count - 1; step >= 0; step--) {
                offer(compensationOf(step));
            }
        }

        /** Steps all of whose predecessors succeeded: their action may have been called. */
        private boolean[] reachable() {
            boolean[] reachable = new boolean[steps.count];
            Arrays.fill(reachable, true);
            for (int edge = 0; edge < steps.edgeCount(); edge++) {
                if (!hasSucceeded(steps.edgeFrom(edge))) {
                    reachable[steps.edgeTo(edge)] = false;
                }
            }
            return reachable;
        }

        @Override
        public Verdict verdict() {
            return remaining == 0 ? Verdict.FAIL : Verdict.CONTINUE;
        }

        @Override
        public String reason() {
            return "";
        }

        @Override
        public void settled(int row) {
            if (isAction(row)) {
                if (hasSucceeded(row >> 1)) {
                    lateSuccess(row >> 1);
                }
                return;
            }
            remaining--;
            int step = row >> 1;
            for (int i = steps.firstBefore(step); i < steps.firstBefore(step + 1); i++) {
                int before = steps.before(i);
                if (--blockers[before] == 0) {
                    offer(compensationOf(before));
                }
            }
        }

        /** An action that was open when the rollback was decided succeeded: what waits for it alone counts as "may have run" now. */
        private void lateSuccess(int step) {
            for (int i = steps.firstAfter(step); i < steps.firstAfter(step + 1); i++) {
                int after = steps.after(i);
                if (!takesPart[after] && everyPredecessorSucceeded(after)) {
                    takesPart[after] = true;
                    remaining++;
                    for (int j = steps.firstBefore(after); j < steps.firstBefore(after + 1); j++) {
                        blockers[steps.before(j)]++;
                    }
                    offer(compensationOf(after));
                }
            }
        }

        private boolean everyPredecessorSucceeded(int step) {
            for (int i = steps.firstBefore(step); i < steps.firstBefore(step + 1); i++) {
                if (!hasSucceeded(steps.before(i))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        protected boolean isDue(int row) {
            return row >= 0 && !isAction(row) && blockers[row >> 1] == 0 && isPending(row >> 1);
        }

        private boolean isPending(int step) {
            return takesPart[step] && transaction.branchStatus(compensationOf(step)) != BranchStatus.SUCCEED;
        }

        private boolean isPrepared(int step) {
            return transaction.branchStatus(actionOf(step)) == BranchStatus.PREPARED;
        }

        private boolean hasSucceeded(int step) {
            return transaction.branchStatus(actionOf(step)) == BranchStatus.SUCCEED;
        }
    }

    /** The graph of a saga's steps: edges run from a predecessor to the step that waits for it. */
    private static final class Steps {
        final int count;
        /** Not concurrent: each step waits for the one before it. Its {@code orders} can only repeat that (checked at the door). */
        final boolean isChain;

        private final int[] pairs;
        private int[] afterStart;
        private int[] afters;
        private int[] beforeStart;
        private int[] befores;

        Steps(Submission submission) {
            count = submission.stepCount();
            isChain = !submission.options().sagaConcurrent();
            pairs = isChain ? null : submission.options().orders();
        }

        int edgeCount() {
            return isChain ? Math.max(0, count - 1) : pairs.length / 2;
        }

        int edgeFrom(int edge) {
            return isChain ? edge : pairs[2 * edge + 1];
        }

        int edgeTo(int edge) {
            return isChain ? edge + 1 : pairs[2 * edge];
        }

        /** Edges out of a step are numbered from {@code firstAfter(step)} up to {@code firstAfter(step + 1)}. */
        int firstAfter(int step) {
            index();
            return afterStart[step];
        }

        int after(int i) {
            return afters[i];
        }

        /** Edges into a step are numbered from {@code firstBefore(step)} up to {@code firstBefore(step + 1)}. */
        int firstBefore(int step) {
            index();
            return beforeStart[step];
        }

        int before(int i) {
            return befores[i];
        }

        private void index() {
            if (afterStart == null) {
                afterStart = new int[count + 1];
                beforeStart = new int[count + 1];
                int edges = edgeCount();
                for (int edge = 0; edge < edges; edge++) {
                    afterStart[edgeFrom(edge) + 1]++;
                    beforeStart[edgeTo(edge) + 1]++;
                }
                for (int step = 0; step < count; step++) {
                    afterStart[step + 1] += afterStart[step];
                    beforeStart[step + 1] += beforeStart[step];
                }
                afters = new int[edges];
                befores = new int[edges];
                int[] afterFill = Arrays.copyOf(afterStart, count);
                int[] beforeFill = Arrays.copyOf(beforeStart, count);
                for (int edge = 0; edge < edges; edge++) {
                    afters[afterFill[edgeFrom(edge)]++] = edgeTo(edge);
                    befores[beforeFill[edgeTo(edge)]++] = edgeFrom(edge);
                }
            }
        }
    }
}
