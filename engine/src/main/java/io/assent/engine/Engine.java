package io.assent.engine;

import io.assent.engine.Answer.Verdict;
import io.assent.engine.OpenCalls.OpenCall;
import io.assent.engine.Timers.Timer;
import io.assent.engine.mode.Modes;
import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.agrona.collections.LongArrayList;

/**
 * Decides. Each command is checked against the state, told as events (which change the state at once), and followed by asking the mode what
 * is next; what must be done outside leaves as effects.
 *
 * <p>Beside the state it keeps what binds it to this process: open calls, timers, waiting clients, and work that a command left because of
 * its bound. {@link #resume} makes all of it anew from the state.
 */
final class Engine implements Commands {
    private static final long SECOND_MS = 1_000;
    private static final String DEFINITE_PREAMBLE =
            "your http/grpc result should be specified as in:\nhttps://dtm.pub/practice/arch.html#proto\nunkown result will be retried: ";

    private final Modes modes;
    private final Transactions state;
    private final Events events;
    private final Containment containment;

    private final OpenCalls calls = new OpenCalls();
    private final Timers timers = new Timers();
    private final ArrayDeque<Transaction> work = new ArrayDeque<>();
    /** Ids that {@link #resume} has still to look at, from {@link #resumeNext} on. */
    private long[] resumeIds = {};

    private int resumeNext;

    private Effects effects;
    private long now;
    private Pressure pressure = Pressure.NONE;
    private int budget;
    private Transaction subject;
    private Consumer<String> deadlineListener = gid -> {};

    /** Runs one part of a command so that its failure stays with one transaction, as long as it has recorded nothing. */
    interface Containment {
        void run(Transaction subject, Runnable part);
    }

    Engine(Modes modes, Transactions state, Events events, Containment containment) {
        this.modes = modes;
        this.state = state;
        this.events = events;
        this.containment = containment;
    }

    /** Before each command: its time, the bound that is reached outside, and where its effects go. */
    void begin(long commandTimeMs, Pressure outside, Effects target) {
        now = commandTimeMs;
        pressure = outside;
        effects = target;
        budget = Limits.EFFECTS_PER_COMMAND_MAX;
        subject = null;
    }

    /** The transaction that the current command is about, or null when that is not known yet. */
    Transaction subject() {
        return subject;
    }

    void onDeadlineFired(Consumer<String> listener) {
        deadlineListener = listener;
    }

    // ---------------------------------------------------------------- commands of clients

    @Override
    public boolean configure(Settings settings) {
        if (!settings.equals(state.settings())) {
            events.configured(now, settings);
        }
        return true;
    }

    @Override
    public boolean prepare(Request request, Submission submission, HistoryAnswer history) {
        Transaction known = subject(submission.gid());
        if (known != null) {
            if (known.status == TransactionStatus.PREPARED) {
                return answer(request, Answer.success(known.status));
            }
            return refuse(request, statusForbids("prepare", known.status), known.status);
        }
        if (mayCreate(request, submission, history, "prepare")) {
            Transaction created = create(request, submission, TransactionStatus.PREPARED);
            progress(created);
            answer(request, Answer.success(created.status));
        }
        return true;
    }

    @Override
    public boolean submit(Request request, Submission submission, HistoryAnswer history) {
        Transaction known = subject(submission.gid());
        boolean waits = submission.options().waitResult();
        if (known == null) {
            if (mayCreate(request, submission, history, "sumbmit")) {
                Transaction created = create(request, submission, TransactionStatus.SUBMITTED);
                answerOrWait(request, created, waits);
            }
            return true;
        }
        if (known.kind() != submission.kind()) {
            return refuse(
                    request,
                    Rejection.failure(
                            "trans_type.mismatch",
                            "trans type: '" + known.kind().wireName() + "' of the stored transaction differs from '"
                                    + submission.kind().wireName() + "' of the request, cannot sumbmit. FAILURE"),
                    known.status);
        }
        switch (known.status) {
            case PREPARED -> {
                caused(request);
                markSubmitted(known, merged(known, submission));
                answerOrWait(request, known, waits);
            }
            case SUBMITTED -> {
                dueNow(known);
                answerOrWait(request, known, waits);
            }
            case ABORTING, SUCCEED, FAILED -> refuse(request, statusForbids("sumbmit", known.status), known.status);
        }
        return true;
    }

    @Override
    public boolean abort(Request request, String gid, String transType, String rollbackReason) {
        Transaction known = subject(gid);
        if (known == null) {
            return refuse(request, unknownGid(gid), null);
        }
        if (known.kind() == TransactionKind.MSG && known.status == TransactionStatus.PREPARED) {
            caused(request);
            finish(known, TransactionStatus.FAILED);
            return answer(request, Answer.success(known.status));
        }
        return refuse(
                request,
                Rejection.failure(
                        "abort.status",
                        "trans type: '" + known.kind().wireName() + "' current status '" + known.status.wireName()
                                + "', cannot abort. FAILURE"),
                known.status);
    }

    @Override
    public boolean forceStop(Request request, String gid) {
        Transaction known = subject(gid);
        if (known == null) {
            return refuse(request, unknownGid(gid), null);
        }
        if (known.isTerminal()) {
            return refuse(
                    request,
                    Rejection.failure(
                            "forceStop.status",
                            "global transaction force stop error. status: " + known.status.wireName()
                                    + ". error: FAILURE"),
                    known.status);
        }
        caused(request);
        finish(known, TransactionStatus.FAILED);
        return answer(request, Answer.success(known.status));
    }

    @Override
    public boolean resetNextCronTime(Request request, String gid) {
        Transaction known = subject(gid);
        if (known == null) {
            return refuse(request, unknownGid(gid), null);
        }
        caused(request);
        events.cronReset(now, known.id);
        if (!known.isTerminal()) {
            offerTimed(known);
            progress(known);
        }
        return answer(request, Answer.success(known.status));
    }

    @Override
    public boolean releaseQuarantined(Request request, String gid) {
        Transaction known = subject(gid);
        if (known == null) {
            return refuse(request, unknownGid(gid), null);
        }
        if (!known.quarantined) {
            return refuse(
                    request,
                    Rejection.error("quarantine.none", "transaction " + gid + " is not quarantined"),
                    known.status);
        }
        caused(request);
        events.quarantineReleased(now, known.id);
        known.plan = null;
        arm(known);
        progress(known);
        return answer(request, Answer.success(known.status));
    }

    @Override
    public boolean query(long requestId, String gid) {
        Transaction known = subject(gid);
        effects.record(requestId, known == null ? null : Records.of(known, modes.of(known.kind()), true));
        return true;
    }

    @Override
    public boolean list(long requestId, TransactionFilter filter) {
        List<TransactionRecord> records = new ArrayList<>();
        long id = Math.min(filter.belowId(), state.nextId());
        int looked = 0;
        long bytes = 0;
        while (id > 1
                && records.size() < filter.limit()
                && looked < Limits.PAGE_SCAN_MAX
                && bytes < Limits.PAGE_BYTES_MAX) {
            id--;
            looked++;
            Transaction transaction = state.byId(id);
            if (transaction != null && Records.matches(transaction, filter)) {
                records.add(Records.of(transaction, modes.of(transaction.kind()), false));
                bytes += transaction.submission.options().bytes().length;
            }
        }
        effects.page(requestId, new TransactionPage(records, id > 1 ? id : 0));
        return true;
    }

    @Override
    public boolean roundExpired(long requestId, String gid) {
        Transaction known = subject(gid);
        if (known != null && removeWaiter(known, requestId)) {
            effects.answer(requestId, roundAnswer(known));
        }
        return true;
    }

    @Override
    public boolean waiterGone(long requestId, String gid) {
        Transaction known = subject(gid);
        if (known != null) {
            removeWaiter(known, requestId);
        }
        return true;
    }

    // ---------------------------------------------------------------- commands of the process itself

    @Override
    public boolean branchReplied(long callNumber, Outcome outcome, String text, int latencyMs) {
        OpenCall call = calls.end(callNumber);
        if (call == null) {
            return true;
        }
        Transaction transaction = call.transaction;
        subject = transaction;
        if (transaction.quarantined || transaction.isTerminal()) {
            return true;
        }
        String kept = Utf8.truncate(text, Limits.ERROR_TEXT_BYTES_MAX);
        if (outcome == Outcome.WITHDRAWN) {
            plan(transaction).offer(call.branch.row);
        } else if (call.branch.row == Plan.CHECK_ROW) {
            checkReplied(transaction, call.branch, outcome, kept, latencyMs);
        } else {
            rowReplied(transaction, call.branch, outcome, kept, latencyMs);
        }
        if (transaction.status == TransactionStatus.ABORTING) {
            offerSibling(transaction, call.branch.row);
        }
        progress(transaction);
        return true;
    }

    @Override
    public boolean tick() {
        int fired = 0;
        while (timers.nextDeadlineMs() <= now && fired < Limits.TIMERS_PER_COMMAND_MAX && budget > 0) {
            Timer timer = timers.poll();
            fired++;
            subject = timer.transaction;
            containment.run(timer.transaction, () -> fire(timer));
        }
        return true;
    }

    @Override
    public boolean continueWork() {
        int waiting = work.size();
        while (waiting-- > 0 && budget > 0) {
            Transaction transaction = work.pollFirst();
            transaction.hasWork = false;
            subject = transaction;
            containment.run(transaction, () -> progress(transaction));
        }
        while (resumeNext < resumeIds.length && budget > 0) {
            Transaction transaction = state.byId(resumeIds[resumeNext++]);
            budget--;
            if (transaction != null && !transaction.isTerminal()) {
                subject = transaction;
                containment.run(transaction, () -> {
                    arm(transaction);
                    progress(transaction);
                });
            }
        }
        return true;
    }

    @Override
    public boolean resume(long boot) {
        calls.startBoot(boot);
        timers.clear();
        work.clear();
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

    @Override
    public boolean forgetFinished(long position) {
        // A bounded portion; the history asks again while more is held.
        long portion = Math.min(position, state.finishedAt(Limits.EFFECTS_PER_COMMAND_MAX));
        if (portion > state.forgottenUpTo()) {
            events.historyTookOver(now, portion);
        }
        return true;
    }

    /** Takes the transaction out of all work. */
    void quarantine(Transaction transaction, String reason) {
        events.quarantined(now, transaction.id, reason);
        cancelTimers(transaction);
        transaction.plan = null;
        answerWaiters(transaction);
    }

    // ---------------------------------------------------------------- what the host asks

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
        return !work.isEmpty() || resumeNext < resumeIds.length;
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
            boolean waitsForClient =
                    transaction.status == TransactionStatus.PREPARED && transaction.kind() == TransactionKind.SAGA;
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

    // ---------------------------------------------------------------- creating and deciding

    private boolean mayCreate(Request request, Submission submission, HistoryAnswer history, String verb) {
        if (!modes.has(submission.kind())) {
            refuse(
                    request,
                    Rejection.error(
                            "trans_type.unavailable",
                            "trans_type " + submission.kind().wireName() + " is not available in this version"),
                    null);
            return false;
        }
        switch (history.finding()) {
            case SUCCEED -> {
                refuse(request, statusForbids(verb, TransactionStatus.SUCCEED), TransactionStatus.SUCCEED);
                return false;
            }
            case FAILED -> {
                refuse(request, statusForbids(verb, TransactionStatus.FAILED), TransactionStatus.FAILED);
                return false;
            }
            case ABSENT, NO_HISTORY -> {
                if (history.position() < state.forgottenUpTo()) {
                    effects.lookAgain(request.id());
                    return false;
                }
            }
        }
        Rejection rejection = modes.of(submission.kind()).check(submission);
        rejection = rejection != null ? rejection : boundReached(submission);
        if (rejection != null) {
            refuse(request, rejection, null);
            return false;
        }
        return true;
    }

    private Rejection boundReached(Submission submission) {
        Settings settings = state.settings();
        if (pressure != Pressure.NONE) {
            return Rejection.unavailable(
                    "bound." + pressure.name().toLowerCase(Locale.ROOT),
                    "no new transactions now: " + pressure.boundName());
        }
        if (state.liveCount() >= settings.liveTransactionsMax()) {
            return Rejection.unavailable(
                    "bound.liveTransactions",
                    "no new transactions now: " + settings.liveTransactionsMax()
                            + " unfinished transactions are the bound liveTransactionsMax");
        }
        if (state.liveBytes() + submission.retainedBytes() > settings.liveBytesMax()) {
            return Rejection.unavailable(
                    "bound.liveBytes",
                    "no new transactions now: " + settings.liveBytesMax()
                            + " bytes of unfinished transactions are the bound liveBytesMax");
        }
        return null;
    }

    private Transaction create(Request request, Submission submission, TransactionStatus status) {
        caused(request);
        Settings settings = state.settings();
        long id = state.nextId();
        boolean submitted = status == TransactionStatus.SUBMITTED;
        long deadlineMs =
                modes.of(submission.kind()).deadlineMs(submission, submitted, now, now, settings.timeoutToFailS());
        events.transactionCreated(now, id, status, resetIntervalS(submission.options()), deadlineMs, submission);
        subject = state.byId(id);
        arm(subject);
        return subject;
    }

    /** @param options the merged options, or null when nothing changes */
    private void markSubmitted(Transaction transaction, Options options) {
        Submission merged = options == null ? transaction.submission : transaction.submission.with(options);
        long deadlineMs = modes.of(transaction.kind())
                .deadlineMs(
                        merged,
                        true,
                        transaction.createTimeMs,
                        now,
                        state.settings().timeoutToFailS());
        cancelTimers(transaction);
        if (transaction.openCalls > 0) {
            // A check-back under way: its answer does not matter any more.
            effects.withdraw(transaction.id);
            calls.abandon(transaction);
        }
        events.submitted(now, transaction.id, resetIntervalS(merged.options()), deadlineMs, options);
        transaction.plan = null;
        arm(transaction);
    }

    private static Options merged(Transaction stored, Submission request) {
        Options merged = OptionsMerge.merge(stored.submission.options(), request.options());
        return merged.equals(stored.submission.options()) ? null : merged;
    }

    private int resetIntervalS(Options options) {
        if (options.retryIntervalS() > 0) {
            return options.retryIntervalS();
        }
        int byDefault = state.settings().retryIntervalS();
        int timeoutS = options.timeoutToFailS();
        return timeoutS > 0 && timeoutS < byDefault ? timeoutS : byDefault;
    }

    private void finish(Transaction transaction, TransactionStatus status) {
        if (transaction.openCalls > 0) {
            effects.withdraw(transaction.id);
            calls.abandon(transaction);
        }
        cancelTimers(transaction);
        events.finished(now, transaction.id, status);
        transaction.plan = null;
        answerWaiters(transaction);
        if (!state.settings().historyPresent()) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        Settings settings = state.settings();
        while (state.finishedCount() > settings.finishedKeptMax()
                || (state.finishedBytes() > settings.liveBytesMax() / 4 && state.finishedCount() > 1)) {
            events.forgotten(now, state.oldestFinished().id);
        }
    }

    // ---------------------------------------------------------------- replies and time

    private void checkReplied(Transaction transaction, Branch check, Outcome outcome, String text, int latencyMs) {
        if (transaction.status != TransactionStatus.PREPARED) {
            return;
        }
        switch (outcome) {
            case SUCCESS -> {
                events.branchSucceeded(now, transaction.id, Plan.CHECK_ROW, latencyMs, true);
                markSubmitted(transaction, null);
            }
            case FAILURE -> {
                events.branchFailed(now, transaction.id, Plan.CHECK_ROW, latencyMs, text);
                finish(transaction, TransactionStatus.FAILED);
            }
            case ONGOING, UNKNOWN -> {
                long intervalS = outcome == Outcome.ONGOING
                        ? transaction.retryIntervalS
                        : RetryPolicy.doubled(check.intervalS, transaction.retryIntervalS, state.settings());
                defer(transaction, check, outcome, text, latencyMs, intervalS);
            }
            case WITHDRAWN -> throw new IllegalStateException("a withdrawn call has no reply");
        }
    }

    private void rowReplied(Transaction transaction, Branch branch, Outcome outcome, String text, int latencyMs) {
        TransactionMode mode = modes.of(transaction.kind());
        noteForWaiters(transaction, outcome, text);
        if (outcome == Outcome.SUCCESS) {
            events.branchSucceeded(now, transaction.id, branch.row, latencyMs, true);
            settled(transaction, branch.row);
            return;
        }
        boolean mayFail = mode.mayFail(branch.row);
        if (outcome == Outcome.FAILURE && mayFail) {
            events.branchFailed(now, transaction.id, branch.row, latencyMs, text);
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
            repeatAtOnce(transaction, branch, outcome, text, latencyMs, retryLimit);
            return;
        }
        long intervalS = outcome == Outcome.ONGOING
                ? RetryPolicy.unchanged(branch.intervalS, transaction.retryIntervalS)
                : RetryPolicy.doubled(branch.intervalS, transaction.retryIntervalS, state.settings());
        defer(transaction, branch, outcome, text, latencyMs, intervalS);
    }

    private void repeatAtOnce(
            Transaction transaction, Branch branch, Outcome outcome, String text, int latencyMs, int retryLimit) {
        boolean exhausted = transaction.retryCount >= retryLimit;
        int count = exhausted ? transaction.retryCount : transaction.retryCount + 1;
        recordDeferral(transaction, branch, outcome, text, latencyMs, branch.intervalS, 0, count);
        if (exhausted) {
            rollBack(transaction, "RetryCount is greater than RetryLimit, RetryLimit: " + retryLimit);
        } else {
            plan(transaction).offer(branch.row);
        }
    }

    private void defer(
            Transaction transaction, Branch branch, Outcome outcome, String text, int latencyMs, long intervalS) {
        long nextTimeMs = now + RetryPolicy.delayMs(transaction, branch, intervalS, state.settings());
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
                now, transaction.id, branch.row, latencyMs, outcome, intervalS, nextTimeMs, retryCount, text);
    }

    private void fire(Timer timer) {
        Transaction transaction = timer.transaction;
        if (timer.row == Timers.TRANSACTION_ROW) {
            transaction.timer = null;
            transaction.plan = null;
        } else {
            transaction.touched(timer.row).timer = null;
            plan(transaction).offer(timer.row);
        }
        deadlineListener.accept(transaction.gid());
        progress(transaction);
    }

    private void dueNow(Transaction transaction) {
        boolean[] waits = {false};
        transaction.forEachTouched(branch -> waits[0] |= branch.timer != null);
        if (waits[0]) {
            events.cronReset(now, transaction.id);
            offerTimed(transaction);
        }
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
    private void arm(Transaction transaction) {
        if (transaction.quarantined || transaction.isTerminal()) {
            return;
        }
        if (transaction.timer == null
                && transaction.deadlineMs > now
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
    private void progress(Transaction transaction) {
        if (transaction.quarantined) {
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
                        answerWaitersOfEndedRound(transaction);
                        return;
                    }
                }
            }
        }
    }

    /** Takes up one due row; false when none is left or the bound of this command is reached. */
    private boolean takeNext(Transaction transaction, Plan plan) {
        if (budget <= 0) {
            if (plan.hasOffers()) {
                transaction.hasWork = true;
                work.addLast(transaction);
            }
            return false;
        }
        int row = plan.poll();
        if (row == Plan.NO_ROW) {
            return false;
        }
        Branch branch = transaction.branch(row);
        TransactionMode mode = modes.of(transaction.kind());
        if (branch.timer == null && branch.open == null && branch.nextTimeMs > now) {
            branch.timer = timers.schedule(branch.nextTimeMs, transaction, row);
        }
        if (branch.open != null || branch.timer != null || siblingIsOpen(transaction, mode, row)) {
            return true;
        }
        budget--;
        String url = mode.url(transaction.submission, row);
        if (!url.isEmpty()) {
            call(transaction, branch, mode, url);
        } else if (row == Plan.CHECK_ROW) {
            // Nobody to ask counts as yes (PROTOCOL 6.3).
            events.branchSucceeded(now, transaction.id, row, 0, false);
            markSubmitted(transaction, null);
        } else {
            events.branchSucceeded(now, transaction.id, row, 0, false);
            settled(transaction, row);
        }
        return true;
    }

    private void call(Transaction transaction, Branch branch, TransactionMode mode, String url) {
        Submission submission = transaction.submission;
        Options options = submission.options();
        int row = branch.row;
        boolean isCheck = row == Plan.CHECK_ROW;
        int step = isCheck ? 0 : mode.step(row);
        OpenCall call = calls.open(transaction, branch, now);
        effects.call(new BranchCall(
                call.number,
                transaction.id,
                submission.gid(),
                submission.kind(),
                options.protocol(),
                mode.branchId(row),
                mode.operation(row),
                url,
                submission.payloadArray(),
                isCheck ? 0 : submission.payloadOffset(step),
                isCheck ? 0 : submission.payloadLength(step),
                Records.branchHeaders(options),
                options.requestTimeoutS() * SECOND_MS,
                mode.isSecondPhase(row),
                branch.attempts));
    }

    private void rollBack(Transaction transaction, String reason) {
        cancelTimers(transaction);
        events.rollbackDecided(now, transaction.id, Utf8.truncate(reason, Limits.ROLLBACK_REASON_BYTES_MAX));
        transaction.plan = null;
        if (transaction.openCalls > 0) {
            effects.withdraw(transaction.id);
        }
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
        int sibling = modes.of(transaction.kind()).sibling(row);
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
            plan = modes.of(transaction.kind()).plan(transaction, now);
            transaction.plan = plan;
        }
        return plan;
    }

    // ---------------------------------------------------------------- waiting clients

    private void answerOrWait(Request request, Transaction transaction, boolean waits) {
        if (!waits) {
            progress(transaction);
            answer(request, Answer.success(transaction.status));
            return;
        }
        if (transaction.waiters == null) {
            transaction.waiters = new LongArrayList();
        }
        if (transaction.waiters.isEmpty()) {
            transaction.roundOutcome = null;
            transaction.roundText = "";
        }
        if (transaction.waiters.size() >= Limits.WAITERS_PER_TRANSACTION_MAX) {
            refuse(
                    request,
                    Rejection.unavailable(
                            "bound.waiters",
                            Limits.WAITERS_PER_TRANSACTION_MAX + " clients wait for this transaction already, the bound"
                                    + " waitersPerTransaction"),
                    transaction.status);
            progress(transaction);
            return;
        }
        transaction.waiters.addLong(request.id());
        progress(transaction);
    }

    /** The first end of a call in this round that was no success decides the answer of a message. */
    private static void noteForWaiters(Transaction transaction, Outcome outcome, String text) {
        if (transaction.waiters != null
                && !transaction.waiters.isEmpty()
                && transaction.roundOutcome == null
                && outcome != Outcome.SUCCESS) {
            transaction.roundOutcome = outcome;
            transaction.roundText = text;
        }
    }

    private void answerWaitersOfEndedRound(Transaction transaction) {
        if (transaction.openCalls == 0 && !transaction.hasWork) {
            answerWaiters(transaction);
        }
    }

    private void answerWaiters(Transaction transaction) {
        if (transaction.waiters != null) {
            Answer answer = roundAnswer(transaction);
            for (int i = 0; i < transaction.waiters.size(); i++) {
                effects.answer(transaction.waiters.getLong(i), answer);
            }
            transaction.waiters = null;
        }
    }

    private static boolean removeWaiter(Transaction transaction, long requestId) {
        return transaction.waiters != null && transaction.waiters.removeLong(requestId);
    }

    /** PROTOCOL 6.7. */
    private static Answer roundAnswer(Transaction transaction) {
        TransactionStatus status = transaction.status;
        if (status == TransactionStatus.SUCCEED) {
            return Answer.success(status);
        }
        if (!transaction.rollbackReason.isEmpty()) {
            String reason = transaction.rollbackReason;
            String text = reason.endsWith("FAILURE") ? reason : reason + " FAILURE";
            return new Answer(Verdict.FAILURE, "round.rolled_back", text, status);
        }
        if (transaction.kind() == TransactionKind.MSG && transaction.roundOutcome == Outcome.UNKNOWN) {
            return Answer.refused(
                    Rejection.error("round.branch_unknown", DEFINITE_PREAMBLE + transaction.roundText), status);
        }
        if (transaction.kind() == TransactionKind.MSG && transaction.roundOutcome == Outcome.FAILURE) {
            return new Answer(
                    Verdict.FAILURE, "round.branch_refused", DEFINITE_PREAMBLE + transaction.roundText, status);
        }
        return new Answer(Verdict.FAILURE, "round.not_finished", "wait result not return success: FAILURE", status);
    }

    // ---------------------------------------------------------------- answers

    private Transaction subject(String gid) {
        subject = state.byGid(gid);
        return subject;
    }

    private void caused(Request request) {
        if (!request.actor().isEmpty() || !request.reason().isEmpty()) {
            events.caused(request.actor(), request.reason());
        }
    }

    private boolean answer(Request request, Answer answer) {
        if (request.id() != 0) {
            effects.answer(request.id(), answer);
        }
        return true;
    }

    private boolean refuse(Request request, Rejection rejection, TransactionStatus status) {
        return answer(request, Answer.refused(rejection, status));
    }

    private static Rejection unknownGid(String gid) {
        return Rejection.error("gid.unknown", "no TransGlobal with gid: " + gid + " found");
    }

    private static Rejection statusForbids(String verb, TransactionStatus status) {
        return Rejection.failure(
                "status.forbids", "current status '" + status.wireName() + "', cannot " + verb + ". FAILURE");
    }
}
