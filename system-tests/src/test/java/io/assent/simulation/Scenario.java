package io.assent.simulation;

import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What one history is made of: its transactions and how bad its world is. Each kind of fault is there in some histories only. */
final class Scenario {
    final List<Wish> wishes = new ArrayList<>();

    final int lostRequestPercent;
    final int lostAnswerPercent;
    final int lateRequestPercent;
    final int refusedCallPercent;
    final int lostCallPercent;
    final int lostReplyPercent;
    final int lateCallPercent;
    final int repeatedCallPercent;
    final int fullDestinationPercent;
    final int unknownPercent;
    final int ongoingPercent;
    final int slowSyncPercent;
    final int failedSyncPerMille;
    final int failedAppendPerMille;
    final int pausePercent;
    final int pressurePercent;
    final int disconnectPercent;
    final int ringSlots;
    final int noRoomPercent;
    final boolean syncsInline;
    final int crashes;
    final int crashSpacing;
    /** How often a crash is followed by one of the next start. */
    final int diesAgainPercent;

    final int skewMs;
    final int horizonMs;
    /** In the middle nobody asks for anything, for so long. */
    final int idleMs;

    Scenario(Chance chance) {
        boolean calm = chance.oneIn(10);
        lostRequestPercent = some(chance, calm, 15);
        lostAnswerPercent = some(chance, calm, 15);
        lateRequestPercent = some(chance, calm, 15);
        refusedCallPercent = some(chance, calm, 15);
        lostCallPercent = some(chance, calm, 15);
        lostReplyPercent = some(chance, calm, 15);
        lateCallPercent = some(chance, calm, 20);
        repeatedCallPercent = some(chance, calm, 15);
        fullDestinationPercent = some(chance, calm, 30);
        unknownPercent = some(chance, calm, 25);
        ongoingPercent = some(chance, calm, 25);
        slowSyncPercent = some(chance, calm, 30);
        failedSyncPerMille = some(chance, calm, 20);
        failedAppendPerMille = some(chance, calm, 20);
        pausePercent = some(chance, calm, 4);
        pressurePercent = chance.oneIn(8) ? 20 : 0;
        disconnectPercent = some(chance, calm, 15);
        ringSlots = chance.oneOf(2, 4, 8, 16, 16);
        noRoomPercent = some(chance, calm, 10);
        syncsInline = chance.oneIn(3);
        diesAgainPercent = chance.oneIn(3) ? 80 : 0;
        crashes = calm ? 0 : chance.below(diesAgainPercent > 0 ? 7 : 4);
        crashSpacing = chance.oneOf(15, 60, 200, 500);
        skewMs = chance.oneIn(4) ? 10_000 : 0;
        idleMs = chance.oneIn(4) ? chance.oneOf(40_000, 130_000, 600_000) : 0;
        horizonMs = chance.oneOf(3_000, 15_000, 60_000) + idleMs;
        int count = chance.oneOf(1, 1, 2, 2, 3, 4);
        for (int i = 0; i < count; i++) {
            wishes.add(new Wish(chance, "g" + i));
        }
    }

    private static int some(Chance chance, boolean calm, int percentMax) {
        return calm || chance.oneIn(2) ? 0 : 1 + chance.below(percentMax);
    }

    /** One transaction that a client wants, and what is true about it in the client's own world. */
    static final class Wish {
        static final String WORKFLOW = "w";

        final String gid;
        final TransactionKind kind;
        final int steps;
        /** Of registered branches. */
        final String[] branchIds;
        /** The client is gone before this branch; -1 for never. */
        final int diesAt;

        final String[] actions;
        final String[] compensations;
        /** {@code predecessors[step]} lists the steps that must have succeeded before. */
        final int[][] predecessors;

        final boolean concurrent;
        final boolean waitResult;
        final int timeoutS;
        final int retryLimit;
        final int retryIntervalS;
        final int requestTimeoutS;
        final int delayS;
        final String queryPrepared;
        /** The sender's local transaction went through: a check-back hears SUCCESS, else FAILURE. */
        final boolean committed;
        /** The client acts against its own truth: aborts what it committed, submits what it did not. */
        final boolean confused;

        final boolean prepares;
        final boolean stops;
        final boolean[] refuses;
        final Submission submission;

        Wish(Chance chance, String gid) {
            this.gid = gid;
            kind = kindOf(chance);
            boolean saga = kind.equals(TransactionKind.SAGA);
            steps = chance.oneIn(30) ? 0 : 1 + chance.below(4);
            branchIds = branchIds(chance, steps);
            diesAt = chance.oneIn(4) ? chance.below(steps + 1) : -1;
            actions = new String[steps];
            compensations = new String[steps];
            refuses = new boolean[steps];
            predecessors = new int[steps][];
            concurrent = chance.percent(50);
            waitResult = chance.percent(40);
            timeoutS = chance.percent(40) ? 1 + chance.below(20) : 0;
            retryLimit = chance.percent(20) ? 1 + chance.below(3) : 0;
            retryIntervalS = chance.percent(50) ? 1 + chance.below(12) : 0;
            requestTimeoutS = chance.percent(20) ? 1 + chance.below(6) : 0;
            delayS = kind.equals(TransactionKind.MSG) && chance.percent(20) ? 1 + chance.below(10) : 0;
            queryPrepared = saga || (kind.equals(TransactionKind.MSG) && chance.oneIn(10))
                    ? ""
                    : "http://app/" + gid + "/check";
            prepares = saga ? chance.oneIn(8) : isRegistered() || chance.percent(85);
            committed = !prepares || chance.percent(60);
            confused = chance.oneIn(8);
            stops = chance.oneIn(12);
            int refusePercent = !kind.equals(TransactionKind.MSG) && chance.percent(50) ? 40 : 0;
            SubmissionBuilder builder = new SubmissionBuilder()
                    .gid(gid)
                    .kind(kind)
                    .queryPrepared(queryPrepared)
                    .waitResult(waitResult)
                    .concurrent(kind.equals(TransactionKind.MSG) && concurrent)
                    .sagaConcurrent(saga && concurrent)
                    .timeoutToFail(timeoutS)
                    .requestTimeout(requestTimeoutS)
                    .retryInterval(retryIntervalS)
                    .retryLimit(retryLimit)
                    .delay(delayS);
            boolean graph = chance.percent(60);
            for (int step = 0; step < steps; step++) {
                actions[step] = chance.oneIn(20) ? "" : "http://rm/" + gid + "/" + step + "/action";
                boolean undoneElsewhere = saga || kind.equals(TransactionKind.TCC);
                compensations[step] =
                        !undoneElsewhere || chance.oneIn(20) ? "" : "http://rm/" + gid + "/" + step + "/compensate";
                refuses[step] = chance.percent(refusePercent);
                if (isRegistered()) {
                    predecessors[step] = new int[0];
                } else {
                    builder.step(actions[step], compensations[step], payload(step));
                    predecessors[step] = predecessorsOf(chance, step, graph, builder);
                }
            }
            if (kind.equals(TransactionKind.WORKFLOW)) {
                builder.workflow(WORKFLOW, payload(0));
            }
            if (builder.check() != null) {
                throw new IllegalStateException("a scenario must be valid: " + builder.check());
            }
            submission = builder.build();
        }

        private int[] predecessorsOf(Chance chance, int step, boolean graph, SubmissionBuilder builder) {
            if (!concurrent) {
                return step == 0 ? new int[0] : new int[] {step - 1};
            }
            List<Integer> chosen = new ArrayList<>();
            for (int before = 0; kind.equals(TransactionKind.SAGA) && graph && before < step; before++) {
                if (chance.percent(45)) {
                    chosen.add(before);
                    builder.order(step, before);
                }
            }
            return chosen.stream().mapToInt(Integer::intValue).toArray();
        }

        private static TransactionKind kindOf(Chance chance) {
            int dice = chance.below(100);
            if (dice < 35) {
                return TransactionKind.SAGA;
            } else if (dice < 60) {
                return TransactionKind.MSG;
            } else if (dice < 76) {
                return TransactionKind.TCC;
            }
            return dice < 86 ? TransactionKind.XA : TransactionKind.WORKFLOW;
        }

        /** In the order of their first registration; some are children of the one before (PROTOCOL 6.4). */
        private static String[] branchIds(Chance chance, int count) {
            String[] ids = new String[count];
            int top = 0;
            for (int i = 0; i < count; i++) {
                boolean nested = i > 0 && ids[i - 1].length() == 2 && chance.oneIn(4);
                ids[i] = nested ? ids[i - 1] + "01" : "0" + ++top;
            }
            return ids;
        }

        /** The branch with this id. */
        int branch(String id) {
            for (int i = 0; i < steps; i++) {
                if (branchIds[i].equals(id)) {
                    return i;
                }
            }
            throw new Violation("content", "no branch of " + gid + " has the id " + id);
        }

        /** Its branches come by registration: TCC, XA or workflow. */
        boolean isRegistered() {
            return !isSaga() && !kind.equals(TransactionKind.MSG);
        }

        boolean isMsg() {
            return kind.equals(TransactionKind.MSG);
        }

        boolean isWorkflow() {
            return kind.equals(TransactionKind.WORKFLOW);
        }

        /** The operation that keeps what a branch did. */
        String keeps() {
            return kind.equals(TransactionKind.TCC) ? "confirm" : "commit";
        }

        String undoes() {
            return kind.equals(TransactionKind.TCC) ? "cancel" : "rollback";
        }

        boolean isSaga() {
            return kind.equals(TransactionKind.SAGA);
        }

        byte[] payload(int step) {
            return ("pay " + gid + " " + step).getBytes(StandardCharsets.UTF_8);
        }

        /** The interval R of PROTOCOL 6.9, in seconds, under a default of 10. */
        int resetIntervalS() {
            if (retryIntervalS != 0) {
                return retryIntervalS;
            }
            return timeoutS > 0 && timeoutS < 10 ? timeoutS : 10;
        }

        int requestTimeoutMs() {
            return requestTimeoutS > 0 ? requestTimeoutS * 1_000 : 3_000;
        }
    }
}
