package io.assent.engine;

import io.assent.engine.OpenCalls.OpenCall;
import io.assent.engine.Timers.Timer;
import io.assent.engine.mode.Modes;
import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Moves transactions on: takes up what their plans offer, hears how calls ended, and minds the times they wait for.
 *
 * <p>Here is what binds the state to this process: open calls, timers, and work that a command left because of its bound. {@link #resume}
 * makes all of it anew from the state.
 */
final class Work {
    private static final long SECOND_MS = 1_000;
    private static final String FAILURE_SUFFIX = " FAILURE";

    private final Turn turn;
    private final Modes modes;
    private final Transactions state;
    private final Events events;
    private final Rounds rounds;
    private final Containment containment;

    private final OpenCalls calls = new OpenCalls();
    private final Timers timers = new Timers();
    private final ArrayDeque<Transaction> leftOver = new ArrayDeque<>();
    /** Ids that {@link #resume} has still to look at, from {@link #resumeNext} on. */
    private long[] resumeIds = {};

    private int resumeNext;
    private Consumer<String> deadlineListener = gid -> {};

    /** Runs one part of a command so that its failure stays with one transaction, as long as it has recorded nothing. */
    interface Containment {
        void run(Transaction subject, Runnable part);
    }

    Work(Turn turn, Modes modes, Transactions state, Events events, Rounds rounds, Containment containment) {
        this.turn = turn;
        this.modes = modes;
        this.state = state;
        this.events = events;
        this.rounds = rounds;
        this.containment = containment;
    }

    void onDeadlineFired(Consumer<String> listener) {
        deadlineListener = listener;
    }

    // ---------------------------------------------------------------- status

    Transaction create(Request request, Submission submission, TransactionStatus status) {
        turn.caused(request);
        Settings settings = state.settings();
        long id = state.nextId();
        boolean submitted = status == TransactionStatus.SUBMITTED;
        TransactionMode mode = modes.of(submission.kind());
        int intervalS = resetIntervalS(submission.options());
        long deadlineMs =
                mode.deadlineMs(submission, submitted, turn.now, turn.now, intervalS, settings.timeoutToFailS());
        events.transactionCreated(turn.now, id, status, intervalS, deadlineMs, submission);
        if (mode.expandsTopics()) {
            TopicSteps.expand(
                    submission, state.topics(), (step, urls) -> events.topicExpanded(turn.now, id, step, urls));
        }
        turn.subject = state.byId(id);
        arm(turn.subject);
        return turn.subject;
    }

    /** @param options the merged options, or null when nothing changes */
    void markSubmitted(Transaction transaction, Options options) {
        Submission merged = options == null ? transaction.submission : transaction.submission.with(options);
        int intervalS = resetIntervalS(merged.options());
        long deadlineMs = mode(transaction)
                .deadlineMs(
                        merged,
                        true,
                        transaction.createTimeMs,
                        turn.now,
                        intervalS,
                        state.settings().timeoutToFailS());
        cancelTimers(transaction);
        if (transaction.openCalls > 0) {
            // A check-back under way: its answer does not matter any more.
            turn.effects.withdraw(transaction.id);
            calls.abandon(transaction);
        }
        events.submitted(turn.now, transaction.id, intervalS, deadlineMs, options);
        transaction.plan = null;
        arm(transaction);
    }

    private int resetIntervalS(Options options) {
        if (options.retryIntervalS() > 0) {
            return options.retryIntervalS();
        }
        int byDefault = state.settings().retryIntervalS();
        int timeoutS = options.timeoutToFailS();
        return timeoutS > 0 && timeoutS < byDefault ? timeoutS : byDefault;
    }

    void rollBack(Transaction transaction, String reason) {
        cancelTimers(transaction);
        events.rollbackDecided(turn.now, transaction.id, Utf8.truncate(reason, Limits.ROLLBACK_REASON_BYTES_MAX));
        turn.observer.rollbackDecided(transaction.gid(), transaction.rollbackReason);
        transaction.plan = null;
        if (transaction.openCalls > 0) {
            turn.effects.withdraw(transaction.id);
        }
    }

    void finish(Transaction transaction, TransactionStatus status) {
        end(transaction, status, false);
    }

    /** An administrator ends it; nothing is undone. */
    void stop(Transaction transaction) {
        end(transaction, TransactionStatus.FAILED, true);
    }

    private void end(Transaction transaction, TransactionStatus status, boolean forced) {
        if (transaction.openCalls > 0) {
            turn.effects.withdraw(transaction.id);
            calls.abandon(transaction);
        }
        cancelTimers(transaction);
        events.finished(turn.now, transaction.id, status, forced);
        turn.observer.finished(transaction.gid(), status);
        transaction.plan = null;
        rounds.end(transaction);
        rounds.answerWaiters(transaction);
        if (!state.settings().historyPresent()) {
            forgetOldest();
        }
    }

    /** A bounded portion: when a bound was lowered, each end brings the number nearer to it. */
    private void forgetOldest() {
        Settings settings = state.settings();
        for (int portion = Limits.FORGOTTEN_PER_COMMAND_MAX;
                portion > 0
                        && (state.finishedCount() > settings.finishedKeptMax()
                                || (state.finishedBytes() > settings.liveBytesMax() / 4 && state.finishedCount() > 1));
                portion--) {
            events.forgotten(turn.now, state.oldestFinished().id);
        }
    }

    /** Takes the transaction out of all work. */
    void quarantine(Transaction transaction, String reason) {
        events.quarantined(turn.now, transaction.id, reason);
        cancelTimers(transaction);
        transaction.plan = null;
        rounds.answerWaiters(transaction);
    }

    // ---------------------------------------------------------------- replies

    boolean branchReplied(long callNumber, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        OpenCall call = calls.end(callNumber);
        if (call == null) {
            return true;
        }
        Transaction transaction = call.transaction;
        turn.subject = transaction;
        if (transaction.quarantined || transaction.isTerminal()) {
            return true;
        }
        String kept = bounded(text, outcome);
        if (outcome == Outcome.WITHDRAWN) {
            plan(transaction).offer(call.branch.row);
        } else if (call.branch.row == Plan.CHECK_ROW) {
            checkReplied(transaction, call.branch, outcome, kept, latencyMs, retryAfterS);
        } else {
            rowReplied(transaction, call.branch, outcome, kept, latencyMs, retryAfterS);
        }
        if (transaction.status == TransactionStatus.ABORTING) {
            offerSibling(transaction, call.branch.row);
        }
        progress(transaction);
        return true;
    }

    /** A refusal that is cut short still says FAILURE at its end: clients look for the word (PROTOCOL 2.0, 5.2). */
    private static String bounded(String text, Outcome outcome) {
        String kept = Utf8.truncate(text, Limits.ERROR_TEXT_BYTES_MAX);
        if (outcome != Outcome.FAILURE || kept.length() == text.length()) {
            return kept;
        }
        return Utf8.truncate(text, Limits.ERROR_TEXT_BYTES_MAX - FAILURE_SUFFIX.length()) + FAILURE_SUFFIX;
    }

    private void checkReplied(
            Transaction transaction, Branch check, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        if (transaction.status != TransactionStatus.PREPARED) {
            return;
        }
        boolean decides = mode(transaction).checkBackDecides();
        boolean ends = outcome == Outcome.SUCCESS || (outcome == Outcome.FAILURE && decides);
        observe(transaction, check, outcome, text, ends);
        if (!decides) {
            calledBack(transaction, check, outcome, text, latencyMs, retryAfterS);
            return;
        }
        switch (outcome) {
            case SUCCESS -> {
                events.branchSucceeded(turn.now, transaction.id, Plan.CHECK_ROW, latencyMs, true);
                markSubmitted(transaction, null);
            }
            case FAILURE -> {
                events.branchFailed(turn.now, transaction.id, Plan.CHECK_ROW, latencyMs, text);
                finish(transaction, TransactionStatus.FAILED);
            }
            case ONGOING, UNKNOWN -> {
                long intervalS = outcome == Outcome.ONGOING
                        ? transaction.retryIntervalS
                        : RetryPolicy.doubled(check.intervalS, transaction.retryIntervalS, state.settings());
                defer(transaction, check, outcome, text, latencyMs, intervalS, retryAfterS);
            }
            case WITHDRAWN -> throw new IllegalStateException("a withdrawn call has no reply");
        }
    }

    /** The answer changes nothing: the client acts by itself. It is called again after the configured interval, always the same. */
    private void calledBack(
            Transaction transaction, Branch check, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        defer(transaction, check, outcome, text, latencyMs, state.settings().retryIntervalS(), retryAfterS);
    }

    private void rowReplied(
            Transaction transaction, Branch branch, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        TransactionMode mode = mode(transaction);
        rounds.noteOutcome(transaction, outcome, text);
        branchEnded(transaction, branch.row, outcome == Outcome.SUCCESS);
        boolean mayFail = mode.mayFail(branch.row);
        boolean ends = outcome == Outcome.SUCCESS || (outcome == Outcome.FAILURE && mayFail);
        // An action of a transaction that is undone is not called again.
        if (ends || !mayFail || transaction.status != TransactionStatus.ABORTING) {
            observe(transaction, branch, outcome, text, ends);
        }
        if (outcome == Outcome.SUCCESS) {
            events.branchSucceeded(turn.now, transaction.id, branch.row, latencyMs, true);
            settled(transaction, branch.row);
            return;
        }
        if (outcome == Outcome.FAILURE && mayFail) {
            events.branchFailed(turn.now, transaction.id, branch.row, latencyMs, text);
            settled(transaction, branch.row);
            return;
        }
        boolean forward = mayFail;
        if (forward && transaction.status == TransactionStatus.ABORTING) {
            // Too late to matter: recorded, never called again.
            recordDeferral(transaction, branch, outcome, text, latencyMs, branch.intervalS, 0, transaction.retryCount);
            return;
        }
        int retryLimit = mode.retryLimit(transaction.submission, branch.row);
        if (retryLimit > 0) {
            repeat(transaction, branch, outcome, text, latencyMs, retryLimit, retryAfterS);
            return;
        }
        long intervalS = outcome == Outcome.ONGOING
                ? RetryPolicy.unchanged(branch.intervalS, transaction.retryIntervalS)
                : RetryPolicy.doubled(branch.intervalS, transaction.retryIntervalS, state.settings());
        defer(transaction, branch, outcome, text, latencyMs, intervalS, retryAfterS);
        if (outcome != Outcome.ONGOING) {
            alert(
                    transaction,
                    branch,
                    text,
                    RetryPolicy.doublings(branch, transaction.retryIntervalS, state.settings()));
        }
    }

    private void branchEnded(Transaction transaction, int row, boolean ok) {
        turn.observer.branchEnded(
                transaction.kind(), transaction.rows.branchId(row), transaction.rows.operation(row), ok);
    }

    /** Before the event of this end: what is well at its first call costs nothing. */
    private void observe(Transaction transaction, Branch branch, Outcome outcome, String text, boolean ends) {
        BranchRows rows = transaction.rows;
        int attempts = branch.attempts + 1;
        if (!ends && outcome != Outcome.ONGOING) {
            turn.observer.branchFails(
                    transaction.gid(),
                    rows.branchId(branch.row),
                    rows.operation(branch.row),
                    rows.url(branch.row),
                    attempts,
                    text);
        } else if (ends && attempts > 1) {
            turn.observer.branchSettled(
                    transaction.gid(),
                    rows.branchId(branch.row),
                    rows.operation(branch.row),
                    attempts,
                    outcome == Outcome.SUCCESS);
        }
    }

    /** At once, unless the participant asks for a pause. */
    private void repeat(
            Transaction transaction,
            Branch branch,
            Outcome outcome,
            String text,
            int latencyMs,
            int retryLimit,
            int retryAfterS) {
        boolean exhausted = transaction.retryCount >= retryLimit;
        int count = exhausted ? transaction.retryCount : transaction.retryCount + 1;
        long nextTimeMs = exhausted || retryAfterS <= 0 ? 0 : turn.now + RetryPolicy.askedMs(retryAfterS);
        recordDeferral(transaction, branch, outcome, text, latencyMs, branch.intervalS, nextTimeMs, count);
        if (outcome == Outcome.UNKNOWN) {
            alert(transaction, branch, text, exhausted ? count + 1 : count);
        }
        if (exhausted) {
            rollBack(transaction, "RetryCount is greater than RetryLimit, RetryLimit: " + retryLimit);
        } else if (nextTimeMs > 0) {
            branch.timer = timers.schedule(nextTimeMs, transaction, branch.row);
        } else {
            plan(transaction).offer(branch.row);
        }
    }

    private void defer(
            Transaction transaction,
            Branch branch,
            Outcome outcome,
            String text,
            int latencyMs,
            long intervalS,
            int retryAfterS) {
        long delayMs = RetryPolicy.delayMs(transaction, branch, intervalS, state.settings());
        long nextTimeMs = turn.now + Math.max(delayMs, RetryPolicy.askedMs(retryAfterS));
        recordDeferral(transaction, branch, outcome, text, latencyMs, intervalS, nextTimeMs, transaction.retryCount);
        branch.timer = timers.schedule(nextTimeMs, transaction, branch.row);
    }

    private void recordDeferral(
            Transaction transaction,
            Branch branch,
            Outcome outcome,
            String text,
            int latencyMs,
            long intervalS,
            long nextTimeMs,
            int retryCount) {
        events.branchDeferred(
                turn.now, transaction.id, branch.row, latencyMs, outcome, intervalS, nextTimeMs, retryCount, text);
    }

    private void alert(Transaction transaction, Branch branch, String text, int retryCount) {
        turn.effects.alert(new Alert(
                transaction.gid(),
                transaction.status,
                MaskedUrl.of(transaction.rows.url(branch.row)),
                Rounds.PREAMBLE + text,
                retryCount));
    }

    // ---------------------------------------------------------------- time

    boolean tick() {
        int fired = 0;
        while (timers.nextDeadlineMs() <= turn.due && fired < Limits.TIMERS_PER_COMMAND_MAX && turn.budget > 0) {
            Timer timer = timers.poll();
            fired++;
            turn.subject = timer.transaction;
            containment.run(timer.transaction, () -> fire(timer));
        }
        return true;
    }

    private void fire(Timer timer) {
        Transaction transaction = timer.transaction;
        if (timer.row == Timers.TRANSACTION_ROW) {
            transaction.timer = null;
            transaction.plan = null;
        } else {
            transaction.touched(timer.row).timer = null;
            if (transaction.timer != null && transaction.timer.deadlineMs <= turn.due) {
                // Both are overdue: the time-out is looked at first, or an action would go out with the decision to
                // roll back.
                timers.cancel(transaction.timer);
                transaction.timer = null;
                transaction.plan = null;
            }
            plan(transaction).offer(timer.row);
        }
        deadlineListener.accept(transaction.gid());
        rounds.begin(transaction, Transaction.Round.AWAITED);
        progress(transaction);
    }

    void dueNow(Transaction transaction) {
        boolean[] waits = {false};
        transaction.forEachTouched(branch -> waits[0] |= branch.timer != null);
        if (waits[0]) {
            events.cronReset(turn.now, transaction.id);
            offerTimed(transaction);
        }
    }

    void resetCron(Transaction transaction) {
        events.cronReset(turn.now, transaction.id);
        if (transaction.isTerminal()) {
            return;
        }
        if (transaction.timer != null && transaction.deadlineMs <= turn.due) {
            timers.cancel(transaction.timer);
            transaction.timer = null;
            transaction.plan = null;
        }
        offerTimed(transaction);
        progress(transaction);
    }

    /** Rows that waited for a time are looked at now. */
    private void offerTimed(Transaction transaction) {
        transaction.forEachTouched(branch -> {
            if (branch.timer != null) {
                timers.cancel(branch.timer);
                branch.timer = null;
                plan(transaction).offer(branch.row);
            }
        });
    }

    /** Sets the timers that the stored state asks for. */
    void arm(Transaction transaction) {
        if (transaction.quarantined || transaction.isTerminal()) {
            return;
        }
        if (transaction.timer == null
                && transaction.deadlineMs > turn.due
                && transaction.status != TransactionStatus.ABORTING) {
            transaction.timer = timers.schedule(transaction.deadlineMs, transaction, Timers.TRANSACTION_ROW);
        }
        transaction.forEachTouched(branch -> {
            // Overdue ones too: after downtime they fire in their order.
            if (branch.timer == null && branch.open == null && branch.nextTimeMs > 0) {
                branch.timer = timers.schedule(branch.nextTimeMs, transaction, branch.row);
            }
        });
    }

    private void cancelTimers(Transaction transaction) {
        timers.cancel(transaction.timer);
        transaction.timer = null;
        transaction.forEachTouched(branch -> {
            timers.cancel(branch.timer);
            branch.timer = null;
        });
    }

    // ---------------------------------------------------------------- what is next

    /** Does what the plan says until it says nothing more, or the bound of this command is reached. */
    void progress(Transaction transaction) {
        if (transaction.quarantined) {
            rounds.answerWaiters(transaction);
            return;
        }
        while (!transaction.isTerminal() && !transaction.hasWork) {
            Plan plan = plan(transaction);
            switch (plan.verdict()) {
                case SUCCEED -> finish(transaction, TransactionStatus.SUCCEED);
                case FAIL -> finish(transaction, TransactionStatus.FAILED);
                case ROLL_BACK -> rollBack(transaction, plan.reason());
                case CONTINUE -> {
                    if (!takeNext(transaction, plan)) {
                        rounds.endAtRest(transaction);
                        return;
                    }
                }
            }
        }
    }

    /** Takes up one due row; false when none is left or the bound of this command is reached. */
    private boolean takeNext(Transaction transaction, Plan plan) {
        if (turn.budget <= 0) {
            if (plan.hasOffers()) {
                transaction.hasWork = true;
                leftOver.addLast(transaction);
            }
            return false;
        }
        int row = plan.poll();
        if (row == Plan.NO_ROW) {
            return false;
        }
        Branch branch = transaction.branch(row);
        TransactionMode mode = mode(transaction);
        if (branch.timer == null && branch.open == null && branch.nextTimeMs > turn.due) {
            branch.timer = timers.schedule(branch.nextTimeMs, transaction, row);
        }
        if (branch.open != null || branch.timer != null || siblingIsOpen(transaction, mode, row)) {
            return true;
        }
        turn.budget--;
        String url = transaction.rows.url(row);
        if (!url.isEmpty()) {
            call(transaction, branch, mode, url);
        } else if (row == Plan.CHECK_ROW) {
            // Nobody to ask counts as yes (PROTOCOL 6.3).
            events.branchSucceeded(turn.now, transaction.id, row, 0, false);
            markSubmitted(transaction, null);
        } else {
            branchEnded(transaction, row, true);
            events.branchSucceeded(turn.now, transaction.id, row, 0, false);
            settled(transaction, row);
        }
        return true;
    }

    private void call(Transaction transaction, Branch branch, TransactionMode mode, String url) {
        Submission submission = transaction.submission;
        Options options = submission.options();
        BranchRows rows = transaction.rows;
        int row = branch.row;
        OpenCall call = calls.open(transaction, branch, turn.now);
        turn.effects.call(new BranchCall(
                call.number,
                transaction.id,
                submission.gid(),
                submission.kind(),
                options.protocol(),
                rows.branchId(row),
                rows.operation(row),
                url,
                rows.payload(row),
                rows.payloadOffset(row),
                rows.payloadLength(row),
                Records.branchHeaders(options),
                options.requestTimeoutS() * SECOND_MS,
                mode.isSecondPhase(row),
                branch.attempts));
    }

    private boolean siblingIsOpen(Transaction transaction, TransactionMode mode, int row) {
        int sibling = mode.sibling(row);
        if (sibling < 0) {
            return false;
        }
        Branch branch = transaction.touched(sibling);
        return branch != null && branch.open != null;
    }

    private void offerSibling(Transaction transaction, int row) {
        int sibling = mode(transaction).sibling(row);
        if (sibling >= 0) {
            plan(transaction).offer(sibling);
        }
    }

    private void settled(Transaction transaction, int row) {
        if (transaction.plan != null) {
            transaction.plan.settled(row);
        }
    }

    private Plan plan(Transaction transaction) {
        Plan plan = transaction.plan;
        if (plan == null) {
            plan = mode(transaction).plan(transaction, turn.due);
            transaction.plan = plan;
        }
        return plan;
    }

    private TransactionMode mode(Transaction transaction) {
        return modes.of(transaction.kind());
    }

    // ---------------------------------------------------------------- a new process, and what its host asks

    boolean resume(long boot) {
        calls.startBoot(boot);
        timers.clear();
        leftOver.clear();
        resumeIds = state.ids();
        resumeNext = 0;
        for (long id : resumeIds) {
            Transaction transaction = state.byId(id);
            transaction.plan = null;
            transaction.timer = null;
            transaction.hasWork = false;
            transaction.waiters = null;
            transaction.forEachTouched(branch -> branch.timer = null);
        }
        return continueWork();
    }

    boolean continueWork() {
        int waiting = leftOver.size();
        while (waiting-- > 0 && turn.budget > 0) {
            Transaction transaction = leftOver.pollFirst();
            transaction.hasWork = false;
            turn.subject = transaction;
            containment.run(transaction, () -> progress(transaction));
        }
        while (resumeNext < resumeIds.length && turn.budget > 0) {
            Transaction transaction = state.byId(resumeIds[resumeNext++]);
            turn.budget--;
            if (transaction != null && !transaction.isTerminal()) {
                turn.subject = transaction;
                containment.run(transaction, () -> {
                    arm(transaction);
                    progress(transaction);
                });
            }
        }
        return true;
    }

    long nextDeadlineMs() {
        return timers.nextDeadlineMs();
    }

    long nextDeadlineMs(String gid) {
        Transaction transaction = state.byGid(gid);
        if (transaction == null) {
            return Long.MAX_VALUE;
        }
        long[] earliest = {transaction.timer == null ? Long.MAX_VALUE : transaction.timer.deadlineMs};
        transaction.forEachTouched(branch -> {
            if (branch.timer != null) {
                earliest[0] = Math.min(earliest[0], branch.timer.deadlineMs);
            }
        });
        return earliest[0];
    }

    boolean hasWork() {
        return !leftOver.isEmpty() || resumeNext < resumeIds.length;
    }

    OpenCalls calls() {
        return calls;
    }

    /** Gids of unfinished transactions that nothing will ever move again; empty unless a rule is broken. */
    List<String> stuck() {
        List<String> stuck = new ArrayList<>();
        if (resumeNext < resumeIds.length) {
            return stuck;
        }
        for (long id : state.ids()) {
            Transaction transaction = state.byId(id);
            boolean waitsForClient = mode(transaction).waitsForItsClient(transaction);
            if (!transaction.isTerminal()
                    && !transaction.quarantined
                    && !waitsForClient
                    && !transaction.hasWork
                    && transaction.openCalls == 0
                    && nextDeadlineMs(transaction.gid()) == Long.MAX_VALUE) {
                stuck.add(transaction.gid());
            }
        }
        return stuck;
    }
}
