package io.assent.simulation;

import static io.assent.simulation.Checker.require;

import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.simulation.ClientRequest.Verb;
import io.assent.simulation.Coordinator.Slot;
import io.assent.simulation.Ledger.Account;
import io.assent.simulation.Scenario.Wish;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/**
 * The life of one transaction as the checker sees it: which positions of the journal changed it, which calls went out, what its clients asked
 * and were told. Positions are 0 while something has not happened; what a crash lost is forgotten again.
 */
class Life {
    private static final int CHECK_ROW = -1;

    /** A row's calls that ended without a result, as recorded. */
    record Deferral(long position, int row, long intervalS, long nextTimeMs) {}

    final Wish wish;
    /** Verbs that a client sent, whether or not they arrived. */
    final Set<Verb> sent = EnumSet.noneOf(Verb.class);
    /** Calls known dead that ended ONGOING or unknown. */
    int vagueEnds;
    /** Calls known dead that a participant refused. */
    int refusedEnds;

    long createdAt;
    long createdMs;
    TransactionStatus createdAs;
    long submittedAt;
    long rollbackAt;
    String reason;
    long finishedAt;
    TransactionStatus finishedAs;
    private final ArrayDeque<Long> resetsAt = new ArrayDeque<>();
    private final long[] succeededAt;
    private final long[] failedAt;
    private final int[] actionCalls;
    private final int[] compensationCalls;
    final ArrayDeque<Deferral> deferrals = new ArrayDeque<>();

    TransactionStatus told;
    Ledger ledger;

    Life(Wish wish) {
        this.wish = wish;
        int rows = 1 + (wish.isSaga() ? 2 * wish.steps : wish.steps);
        succeededAt = new long[rows];
        failedAt = new long[rows];
        actionCalls = new int[wish.steps];
        compensationCalls = new int[wish.steps];
    }

    Account account(Checker checker) {
        ledger = checker.ledger();
        return ledger.account(wish.gid);
    }

    // ---------------------------------------------------------------- the journal

    void changes(Checker checker, String what) {
        require(createdAt > 0, "journal", what + " of " + wish.gid + " before it was created");
        require(
                finishedAt == 0,
                "one terminal decision",
                what + " of " + wish.gid + " in record " + checker.recordPosition() + " after it ended in "
                        + finishedAt);
    }

    void created(Checker checker, long nowMs, TransactionStatus status) {
        require(createdAt == 0, "journal", wish.gid + " is created twice");
        Verb cause = status == TransactionStatus.PREPARED ? Verb.PREPARE : Verb.SUBMIT;
        require(sent.contains(cause), "journal", wish.gid + " was created as " + status + ", which nobody asked for");
        createdAt = checker.recordPosition();
        createdMs = nowMs;
        createdAs = status;
        submittedAt = status == TransactionStatus.SUBMITTED ? createdAt : 0;
    }

    void submitted(Checker checker, long nowMs) {
        changes(checker, "submission");
        require(statusNow() == TransactionStatus.PREPARED, "status", wish.gid + " is submitted from " + statusNow());
        boolean autoSubmit = !wish.isSaga() && wish.queryPrepared.isEmpty() && nowMs >= createdMs + prepareTimeoutMs();
        require(
                sent.contains(Verb.SUBMIT) || account(checker).checksYes > 0 || autoSubmit,
                "message",
                wish.gid + " was submitted, which nobody decided");
        submittedAt = checker.recordPosition();
    }

    void rollbackDecided(Checker checker, long nowMs, String why) {
        changes(checker, "rollback");
        require(wish.isSaga(), "message", wish.gid + " is a message and is rolled back");
        require(statusNow() == TransactionStatus.SUBMITTED, "status", wish.gid + " is rolled back from " + statusNow());
        rollbackAt = checker.recordPosition();
        reason = why;
        if (why.startsWith("Timeout")) {
            long deadlineMs = createdMs + wish.timeoutS * 1_000L;
            require(
                    wish.timeoutS > 0 && nowMs >= deadlineMs,
                    "rollback reason",
                    wish.gid + " timed out at " + (nowMs - createdMs) + " ms of " + wish.timeoutS + " s");
            require(
                    !checker.process().hasUnreadReply(wish.gid, deadlineMs),
                    "replies before ticks",
                    wish.gid + " timed out while a reply that came in time was not read");
        } else if (why.startsWith("RetryCount")) {
            require(
                    wish.retryLimit > 0 && vagueEnds > wish.retryLimit,
                    "rollback reason",
                    wish.gid + " used up its retry limit " + wish.retryLimit + " after " + vagueEnds + " vague ends");
        } else {
            boolean refused = false;
            for (int step = 0; step < wish.steps; step++) {
                refused |= why.startsWith("url:" + wish.actions[step] + " return failed")
                        && failedAt[actionRow(step) + 1] > 0;
            }
            require(refused, "rollback reason", wish.gid + " was rolled back because of '" + why + "', nobody said so");
        }
    }

    void finished(Checker checker, TransactionStatus status) {
        changes(checker, "end");
        boolean stopped = sent.contains(Verb.FORCE_STOP);
        TransactionStatus before = statusNow();
        finishedAt = checker.recordPosition();
        finishedAs = status;
        if (status == TransactionStatus.SUCCEED) {
            require(before == TransactionStatus.SUBMITTED, "status", wish.gid + " succeeds from " + before);
            for (int step = 0; step < wish.steps; step++) {
                require(succeededAt[actionRow(step) + 1] > 0, "atomicity", wish.gid + " succeeds without step " + step);
            }
        } else if (!stopped && wish.isSaga()) {
            require(before == TransactionStatus.ABORTING, "status", wish.gid + " fails from " + before);
        } else if (!stopped) {
            require(
                    before == TransactionStatus.PREPARED
                            && (sent.contains(Verb.ABORT) || account(checker).checksNo > 0),
                    "message",
                    wish.gid + " fails from " + before + ", which nobody decided");
        }
    }

    void branchSucceeded(Checker checker, int row, boolean called) {
        changes(checker, "success of row " + row);
        require(
                succeededAt[row + 1] == 0 && failedAt[row + 1] == 0,
                "one result",
                "row " + row + " of " + wish.gid + " has two results");
        require(called != url(row).isEmpty(), "one result", "row " + row + " of " + wish.gid + " called: " + called);
        if (called) {
            Account account = account(checker);
            boolean did;
            if (row == CHECK_ROW) {
                did = account.checksYes > 0;
            } else if (wish.isSaga() && (row & 1) == 0) {
                did = account.compensated[row >> 1];
            } else {
                did = account.done[step(row)] || account.compensated[step(row)];
            }
            require(did, "truth", "row " + row + " of " + wish.gid + " succeeded, its participant did nothing");
        }
        succeededAt[row + 1] = checker.recordPosition();
    }

    void branchFailed(Checker checker, int row) {
        changes(checker, "failure of row " + row);
        require(
                succeededAt[row + 1] == 0 && failedAt[row + 1] == 0,
                "one result",
                "row " + row + " of " + wish.gid + " has two results");
        Account account = account(checker);
        boolean refused = row == CHECK_ROW
                ? account.checksNo > 0
                : wish.isSaga() && (row & 1) == 1 && account.actionsRefused[step(row)] > 0;
        require(refused, "truth", "row " + row + " of " + wish.gid + " failed, its participant did not refuse");
        failedAt[row + 1] = checker.recordPosition();
    }

    void branchDeferred(Checker checker, long nowMs, int row, Outcome outcome, long nextTimeMs, int retryCount) {
        changes(checker, "deferral of row " + row);
        boolean action = wish.isSaga() && (row & 1) == 1 && row != CHECK_ROW;
        long before = intervalS(row);
        long intervalS = before;
        long expectedMs = 0;
        if (!action || (rollbackAt == 0 && wish.retryLimit == 0)) {
            intervalS = outcome == Outcome.ONGOING ? before : 2 * before;
            if (row == CHECK_ROW && outcome == Outcome.ONGOING) {
                intervalS = wish.resetIntervalS();
            }
            expectedMs = nowMs + intervalS * 1_000;
        }
        require(
                nextTimeMs == expectedMs,
                "back-off",
                "row " + row + " of " + wish.gid + " ended " + outcome + " at " + nowMs + ", is called again at "
                        + nextTimeMs + ", expected " + expectedMs);
        require(
                retryCount <= wish.retryLimit,
                "back-off",
                wish.gid + " counts " + retryCount + " repetitions of " + wish.retryLimit);
        deferrals.addLast(new Deferral(checker.recordPosition(), row, intervalS, nextTimeMs));
    }

    void registered(Checker checker, Registration registration) {
        throw new Violation("journal", wish.gid + " registers nothing");
    }

    void resultKept(Checker checker, String result) {
        throw new Violation("journal", wish.gid + " has no result");
    }

    void reasonReplaced(Checker checker, String why) {
        throw new Violation("journal", wish.gid + " has one reason");
    }

    /** What a query or prepareWorkflow shows of its branches. */
    void shown(TransactionRecord record, Slot slot) {
        // The rows of a saga or a message follow from its submission.
    }

    /** What is expected of a registration under a prepared transaction. */
    Answer.Verdict registrationExpected(ClientRequest request, Slot slot) {
        return Answer.Verdict.FAILURE;
    }

    /** A registration was acknowledged. */
    void acknowledged(ClientRequest request) {
        throw new Violation("answer", request + " was accepted");
    }

    void cronReset(Checker checker) {
        require(
                sent.contains(Verb.RESET) || sent.contains(Verb.SUBMIT) || sent.contains(Verb.ABORT),
                "journal",
                wish.gid + " was made due, which nobody asked for");
        resetsAt.addLast(checker.recordPosition());
    }

    /** Records above what survived never were. */
    void forget(long surviving) {
        if (createdAt > surviving) {
            createdAt = 0;
        }
        if (submittedAt > surviving) {
            submittedAt = 0;
        }
        if (rollbackAt > surviving) {
            rollbackAt = 0;
            reason = null;
        }
        if (finishedAt > surviving) {
            finishedAt = 0;
        }
        while (!resetsAt.isEmpty() && resetsAt.peekLast() > surviving) {
            resetsAt.pollLast();
        }
        Checker.forget(succeededAt, surviving);
        Checker.forget(failedAt, surviving);
        while (!deferrals.isEmpty() && deferrals.peekLast().position > surviving) {
            deferrals.pollLast();
        }
    }

    // ---------------------------------------------------------------- calls

    void checkCall(BranchCall call, Slot slot) {
        String name = Checker.name(call);
        long at = slot.position;
        require(happened(createdAt, at), "causality", name + " is called before its transaction was recorded");
        require(
                !happened(finishedAt, at),
                "silence after the end",
                name + " is called after the end in record " + finishedAt);
        int row;
        if (call.operation().equals("msg")) {
            row = CHECK_ROW;
            require(
                    statusAt(at) == TransactionStatus.PREPARED && slot.nowMs >= createdMs + prepareTimeoutMs(),
                    "message",
                    name + " is called under " + statusAt(at) + " after " + (slot.nowMs - createdMs) + " ms");
        } else {
            int step = Integer.parseInt(call.branchId()) - 1;
            boolean compensation = call.operation().equals("compensate");
            row = compensation ? 2 * step : actionRow(step);
            require(
                    Arrays.equals(payload(call), wish.payload(step))
                            && call.url().equals(url(row)),
                    "content",
                    name + " carries what the client did not give: " + call.url());
            if (compensation) {
                checkCompensation(step, name, at);
            } else {
                checkAction(step, name, slot);
            }
        }
        require(
                !happened(succeededAt[row + 1], at) && !happened(failedAt[row + 1], at),
                "one result",
                name + " is called although its result is known");
        checkBackOff(row, name, slot);
    }

    private void checkAction(int step, String name, Slot slot) {
        require(
                statusAt(slot.position) == TransactionStatus.SUBMITTED,
                "no action once aborting",
                name + " is called under status " + statusAt(slot.position));
        require(
                slot.nowMs >= createdMs + wish.delayS * 1_000L,
                "message",
                name + " is called before its delay of " + wish.delayS + " s passed");
        for (int before : wish.predecessors[step]) {
            require(
                    happened(succeededAt[actionRow(before) + 1], slot.position),
                    "order",
                    name + " is called before step " + before + " succeeded");
        }
        actionCalls[step]++;
    }

    private void checkCompensation(int step, String name, long at) {
        require(statusAt(at) == TransactionStatus.ABORTING, "order", name + " is called under status " + statusAt(at));
        for (int before : wish.predecessors[step]) {
            require(
                    happened(succeededAt[actionRow(before) + 1], at),
                    "compensation set",
                    name + " is called although step " + before + " never succeeded");
            // A step that was never called may join late, when the action it waited for succeeds behind the decision.
            require(
                    compensationCalls[before] == 0 || actionCalls[step] == 0,
                    "order",
                    name + " is called after the compensation of step " + before);
        }
        for (int after = step + 1; after < wish.steps; after++) {
            boolean names = Arrays.stream(wish.predecessors[after]).anyMatch(named -> named == step);
            require(
                    !names || compensationCalls[after] == 0 || happened(succeededAt[2 * after + 1], at),
                    "order",
                    name + " is called before the compensation of step " + after + " succeeded");
        }
        compensationCalls[step]++;
    }

    void checkBackOff(int row, String name, Slot slot) {
        Deferral last = null;
        for (Deferral deferral : deferrals) {
            if (deferral.row == row && deferral.position <= slot.position) {
                last = deferral;
            }
        }
        if (last != null && slot.nowMs < last.nextTimeMs) {
            long deferredAt = last.position;
            require(
                    resetsAt.stream().anyMatch(reset -> reset > deferredAt && reset <= slot.position),
                    "back-off",
                    name + " is called " + (last.nextTimeMs - slot.nowMs) + " ms before its time");
        }
    }

    static byte[] payload(BranchCall call) {
        return Arrays.copyOfRange(call.payload(), call.payloadOffset(), call.payloadOffset() + call.payloadLength());
    }

    // ---------------------------------------------------------------- clients

    /** What left for a client; a later one must not know less. */
    void told(ClientRequest request, TransactionStatus status, boolean success) {
        if (told != null) {
            boolean refusedAtTheDoor = status == null && !success && request.verb != Verb.QUERY && createdAt > 0;
            require(
                    status != null || refusedAtTheDoor,
                    "acknowledged is kept",
                    request + " does not know the transaction any more, it was told to be " + told);
        }
        if (status != null) {
            require(
                    told == null || rank(status) > rank(told) || status == told,
                    "status goes forward",
                    request + " was told " + status + " after " + told);
            require(
                    told != TransactionStatus.ABORTING || status != TransactionStatus.SUCCEED,
                    "status goes forward",
                    request + " was told " + status + " after " + told);
            told = status;
        }
    }

    private static int rank(TransactionStatus status) {
        return switch (status) {
            case PREPARED -> 0;
            case SUBMITTED -> 1;
            case ABORTING -> 2;
            case SUCCEED, FAILED -> 3;
        };
    }

    // ---------------------------------------------------------------- the end

    boolean isEnded() {
        return createdAt == 0 || finishedAt > 0;
    }

    void atEnd() {
        require(
                told == null || createdAt > 0,
                "acknowledged is kept",
                wish.gid + " is lost, clients know it as " + told);
        if (createdAt == 0) {
            return;
        }
        require(finishedAt > 0, "liveness", wish.gid + " did not end, it stands at " + statusNow());
        require(
                told == finishedAs,
                "status goes forward",
                wish.gid + " ended " + finishedAs + ", clients know " + told);
        if (ledger == null) {
            return;
        }
        Account account = ledger.account(wish.gid);
        boolean stopped = sent.contains(Verb.FORCE_STOP);
        for (int step = 0; step < wish.steps; step++) {
            String where = "step " + step + " of " + wish.gid + ", which ended " + finishedAs + ", ";
            if (finishedAs == TransactionStatus.SUCCEED) {
                require(account.done[step] || wish.actions[step].isEmpty(), "atomicity", where + "was never done");
                require(!account.compensated[step], "atomicity", where + "was compensated");
            } else if (!stopped && wish.isSaga()) {
                boolean undone = account.compensated[step] || wish.compensations[step].isEmpty();
                require(!account.done[step] || undone, "atomicity", where + "was done and never undone");
            } else if (!stopped) {
                require(!account.done[step], "atomicity", where + "was done");
            }
        }
        if (!wish.isSaga() && !wish.confused && !stopped) {
            boolean went = finishedAs == TransactionStatus.SUCCEED;
            require(
                    went == wish.committed || (went && wish.queryPrepared.isEmpty()),
                    "message",
                    wish.gid + " ended " + finishedAs + ", its sender's truth is committed: " + wish.committed);
        }
    }

    // ---------------------------------------------------------------- positions

    static boolean happened(long position, long upTo) {
        return position > 0 && position <= upTo;
    }

    TransactionStatus statusAt(long position) {
        if (happened(finishedAt, position)) {
            return finishedAs;
        }
        if (happened(rollbackAt, position)) {
            return TransactionStatus.ABORTING;
        }
        if (happened(submittedAt, position)) {
            return TransactionStatus.SUBMITTED;
        }
        return happened(createdAt, position) ? createdAs : null;
    }

    TransactionStatus statusNow() {
        return statusAt(Long.MAX_VALUE);
    }

    String rollbackReasonAt(long position) {
        return happened(rollbackAt, position) ? reason : null;
    }

    long intervalS(int row) {
        long intervalS = wish.resetIntervalS();
        for (Deferral deferral : deferrals) {
            intervalS = deferral.row == row ? deferral.intervalS : intervalS;
        }
        return intervalS;
    }

    long prepareTimeoutMs() {
        return (wish.timeoutS > 0 ? wish.timeoutS : 35) * 1_000L;
    }

    private int step(int row) {
        return wish.isSaga() ? row >> 1 : row;
    }

    private int actionRow(int step) {
        return wish.isSaga() ? 2 * step + 1 : step;
    }

    private String url(int row) {
        if (row == CHECK_ROW) {
            return wish.queryPrepared;
        }
        return wish.isSaga() && (row & 1) == 0 ? wish.compensations[row >> 1] : wish.actions[step(row)];
    }
}
