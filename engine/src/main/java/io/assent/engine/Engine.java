package io.assent.engine;

import io.assent.engine.Answer.Verdict;
import io.assent.engine.OpenCalls.OpenCall;
import io.assent.engine.Timers.Timer;
import io.assent.engine.mode.Modes;
import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import io.assent.engine.mode.TransactionMode.RoundAnswers;
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
    private EngineObserver observer = EngineObserver.NONE;

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

    void observer(EngineObserver listener) {
        observer = listener;
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
        if (modes.has(submission.kind()) && !modes.of(submission.kind()).isSubmitted()) {
            return refuse(
                    request,
                    Rejection.error(
                            "req_extra.status",
                            "a " + submission.kind() + " is submitted with req_extra.status succeed or failed"),
                    known == null ? null : known.status);
        }
        if (known == null) {
            if (mayCreate(request, submission, history, "sumbmit")) {
                Transaction created = create(request, submission, TransactionStatus.SUBMITTED);
                boolean said = submission.options().waitResult();
                answerOrWait(request, created, false, said, said);
            }
            return true;
        }
        if (!known.kind().equals(submission.kind())) {
            return refuse(request, mismatch(known, submission.kind(), "sumbmit"), known.status);
        }
        switch (known.status) {
            case PREPARED -> {
                caused(request);
                markSubmitted(known, merged(known, submission));
                boolean said = submission.options().waitResult();
                answerOrWait(
                        request, known, false, said, known.submission.options().waitResult());
            }
            case SUBMITTED -> {
                dueNow(known);
                boolean said = submission.options().waitResult();
                answerOrWait(request, known, false, said, said);
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
        return switch (mode(known).onAbort(known.status)) {
            case FAILS -> {
                caused(request);
                finish(known, TransactionStatus.FAILED);
                yield answer(request, Answer.success(known.status));
            }
            case ROLLS_BACK -> {
                caused(request);
                if (known.status == TransactionStatus.ABORTING) {
                    abortAgain(known, rollbackReason);
                } else {
                    rollBack(known, rollbackReason);
                }
                answerOrWait(
                        request, known, true, false, known.submission.options().waitResult());
                yield true;
            }
            case REFUSED ->
                refuse(
                        request,
                        Rejection.failure(
                                "abort.status",
                                "trans type: '" + known.kind().wireName() + "' current status '"
                                        + known.status.wireName() + "', cannot abort. FAILURE"),
                        known.status);
        };
    }

    private void abortAgain(Transaction transaction, String rollbackReason) {
        String reason = Utf8.truncate(rollbackReason, Limits.ROLLBACK_REASON_BYTES_MAX);
        if (!reason.isEmpty() && !reason.equals(transaction.rollbackReason)) {
            events.rollbackReasonReplaced(now, transaction.id, reason);
        }
        dueNow(transaction);
    }

    @Override
    public boolean prepareWorkflow(Request request, Submission submission, HistoryAnswer history) {
        Transaction known = subject(submission.gid());
        if (known == null) {
            if (!mayCreate(request, submission, history, "prepare")) {
                return true;
            }
            known = create(request, submission, TransactionStatus.PREPARED);
            progress(known);
        }
        effects.record(request.id(), Records.of(known, true));
        return true;
    }

    @Override
    public boolean finishWorkflow(
            Request request, String gid, TransactionStatus status, String rollbackReason, String result) {
        Transaction known = subject(gid);
        if (known == null) {
            return refuse(
                    request,
                    Rejection.error(
                            "gid.unknown",
                            "no workflow with gid: " + gid + " found; prepareWorkflow comes before submit"),
                    null);
        }
        if (mode(known).isSubmitted()) {
            return refuse(request, mismatch(known, TransactionKind.WORKFLOW, "sumbmit"), known.status);
        }
        if (known.status == status) {
            return answer(request, Answer.success(status));
        }
        if (known.status != TransactionStatus.PREPARED) {
            return refuse(request, statusForbids("sumbmit", known.status), known.status);
        }
        caused(request);
        if (!rollbackReason.isEmpty() || !result.isEmpty()) {
            String reason = Utf8.truncate(rollbackReason, Limits.ROLLBACK_REASON_BYTES_MAX);
            events.resultKept(now, known.id, reason, result);
        }
        finish(known, status);
        return answer(request, Answer.success(status));
    }

    @Override
    public boolean registerBranch(Request request, String gid, Registration registration) {
        Transaction known = subject(gid);
        if (known == null || known.status != TransactionStatus.PREPARED) {
            return refuse(
                    request,
                    Rejection.failure(
                            "registerBranch.status", "no trans with gid: " + gid + " status: prepared found FAILURE"),
                    known == null ? null : known.status);
        }
        if (!known.kind().equals(registration.kind())) {
            return refuse(request, mismatch(known, registration.kind(), "register a branch"), known.status);
        }
        for (Registration.Operation operation : registration.operations()) {
            Registration earlier = known.rows.find(registration.branchId(), operation.name());
            if (earlier != null) {
                return earlier.equals(registration)
                        ? answer(request, Answer.success(known.status))
                        : refuse(request, registeredOtherwise(registration, operation), known.status);
            }
        }
        Rejection bound = boundReached(known, registration);
        if (bound != null) {
            return refuse(request, bound, known.status);
        }
        caused(request);
        events.branchRegistered(now, known.id, registration);
        return answer(request, Answer.success(known.status));
    }

    private static Rejection registeredOtherwise(Registration registration, Registration.Operation operation) {
        return Rejection.error(
                "branch.conflict",
                "storage: UniqueKeyConflict: branch_id " + registration.branchId() + " op " + operation.name()
                        + " is registered with other content");
    }

    private static Rejection boundReached(Transaction transaction, Registration registration) {
        if (transaction.rowCount() + registration.operations().size() > Limits.ROWS_MAX) {
            return Rejection.error(
                    "branches.limit",
                    "a transaction has at most " + Limits.ROWS_MAX + " branch rows, this registration goes beyond");
        }
        if (transaction.rows.retainedBytes() + registration.bytes().length > Limits.REGISTERED_BYTES_MAX) {
            return Rejection.error(
                    "branches.bytes.limit",
                    "the branches of a transaction hold at most " + Limits.REGISTERED_BYTES_MAX
                            + " bytes, this registration goes beyond");
        }
        return null;
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
        resetCron(known);
        return answer(request, Answer.success(known.status));
    }

    private void resetCron(Transaction transaction) {
        events.cronReset(now, transaction.id);
        if (transaction.isTerminal()) {
            return;
        }
        if (transaction.timer != null && transaction.deadlineMs <= now) {
            timers.cancel(transaction.timer);
            transaction.timer = null;
            transaction.plan = null;
        }
        offerTimed(transaction);
        progress(transaction);
    }

    @Override
    public boolean resetCronTime(Request request, CronReset reset) {
        long id = Math.min(reset.belowId(), state.nextId());
        int looked = 0;
        int count = 0;
        boolean hasRemaining = false;
        while (id > state.oldestId() && looked < Limits.PAGE_SCAN_MAX && budget > 0 && !hasRemaining) {
            id--;
            looked++;
            Transaction transaction = state.byId(id);
            if (transaction == null
                    || transaction.isTerminal()
                    || transaction.quarantined
                    || Records.nextTimeMs(transaction) <= now + reset.laterThanMs()) {
                continue;
            }
            if (count == reset.limit()) {
                hasRemaining = true;
                continue;
            }
            if (count == 0) {
                caused(request);
            }
            count++;
            budget--;
            subject = transaction;
            resetCron(transaction);
        }
        long nextId = hasRemaining || id <= state.oldestId() ? 0 : id;
        effects.cronReset(request.id(), new CronReset.Part(count, nextId, hasRemaining));
        return true;
    }

    @Override
    public boolean subscribe(Request request, String topicName, String url, String remark) {
        Rejection rejection = subscription(topicName, url);
        rejection = rejection != null ? rejection : topicBoundReached(topicName, url, remark);
        if (rejection != null) {
            return refuse(request, rejection, null);
        }
        caused(request);
        events.topicSubscribed(now, topicName, url, remark);
        return answer(request, Answer.SUCCESS);
    }

    private Rejection topicBoundReached(String topicName, String url, String remark) {
        Topic topic = state.topics().get(topicName);
        if (topic != null && topic.hasSubscriber(url)) {
            return Rejection.error("url.exists", "this url exists");
        }
        if (topicName.length() > Limits.TOPIC_CHARS_MAX) {
            return tooMany("topic", Limits.TOPIC_CHARS_MAX, "characters");
        }
        if (url.length() > Limits.URL_CHARS_MAX) {
            return tooMany("url", Limits.URL_CHARS_MAX, "characters");
        }
        if (remark.length() > Limits.REMARK_CHARS_MAX) {
            return tooMany("remark", Limits.REMARK_CHARS_MAX, "characters");
        }
        if (topic == null && state.topics().count() >= Limits.TOPICS_MAX) {
            return tooMany("topics", Limits.TOPICS_MAX, "topics");
        }
        if (topic != null && topic.subscribers().size() >= Limits.SUBSCRIBERS_PER_TOPIC_MAX) {
            return tooMany("topic " + topicName, Limits.SUBSCRIBERS_PER_TOPIC_MAX, "subscribers");
        }
        if (state.topics().subscriptions() >= Limits.SUBSCRIPTIONS_MAX) {
            return tooMany("topics together", Limits.SUBSCRIPTIONS_MAX, "subscribers");
        }
        return null;
    }

    private static Rejection tooMany(String field, int max, String unit) {
        return Rejection.error("topics.limit", field + ": at most " + max + " " + unit + " are allowed");
    }

    private static Rejection subscription(String topicName, String url) {
        if (topicName.isEmpty()) {
            return Rejection.error("topic.empty", "empty topic");
        }
        return url.isEmpty() ? Rejection.error("url.empty", "empty url") : null;
    }

    @Override
    public boolean unsubscribe(Request request, String topicName, String url) {
        Rejection rejection = subscription(topicName, url);
        Topic topic = state.topics().get(topicName);
        if (rejection == null && topic == null) {
            rejection = Rejection.error("topic.unknown", "no such a topic");
        } else if (rejection == null && topic.subscribers().isEmpty()) {
            rejection = Rejection.error("topic.subscribers", "this topic is empty");
        } else if (rejection == null && !topic.hasSubscriber(url)) {
            rejection = Rejection.error("url.unknown", "no such an url ");
        }
        if (rejection != null) {
            return refuse(request, rejection, null);
        }
        caused(request);
        events.topicUnsubscribed(now, topicName, url);
        return answer(request, Answer.SUCCESS);
    }

    @Override
    public boolean deleteTopic(Request request, String topicName) {
        if (state.topics().get(topicName) == null) {
            return refuse(request, Rejection.error("topic.unknown", "storage: NotFound"), null);
        }
        caused(request);
        events.topicDeleted(now, topicName);
        return answer(request, Answer.SUCCESS);
    }

    @Override
    public boolean topic(long requestId, String name) {
        Topic topic = state.topics().get(name);
        effects.topics(requestId, new TopicPage(topic == null ? List.of() : List.of(topic), ""));
        return true;
    }

    @Override
    public boolean topics(long requestId, String after, int limit) {
        List<Topic> page = new ArrayList<>();
        long bytes = 0;
        String next = "";
        for (Topic topic : state.topics().after(after).values()) {
            if (page.size() == limit || bytes >= Limits.PAGE_BYTES_MAX) {
                next = page.get(page.size() - 1).name();
                break;
            }
            page.add(topic);
            bytes += topic.retainedBytes();
        }
        effects.topics(requestId, new TopicPage(page, next));
        return true;
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
        effects.record(requestId, known == null ? null : Records.of(known, true));
        return true;
    }

    @Override
    public boolean list(long requestId, TransactionFilter filter) {
        List<TransactionRecord> records = new ArrayList<>();
        long id = Math.min(filter.belowId(), state.nextId());
        int looked = 0;
        long bytes = 0;
        while (id > state.oldestId()
                && records.size() < filter.limit()
                && looked < Limits.PAGE_SCAN_MAX
                && bytes < Limits.PAGE_BYTES_MAX) {
            id--;
            looked++;
            Transaction transaction = state.byId(id);
            if (transaction != null && Records.matches(transaction, filter)) {
                records.add(Records.of(transaction, false));
                bytes += transaction.submission.options().bytes().length;
            }
        }
        effects.page(requestId, new TransactionPage(records, id > state.oldestId() ? id : 0));
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
        rejection = rejection != null ? rejection : TopicSteps.check(submission, modes, state.topics());
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
        TransactionMode mode = modes.of(submission.kind());
        int intervalS = resetIntervalS(submission.options());
        long deadlineMs = mode.deadlineMs(submission, submitted, now, now, intervalS, settings.timeoutToFailS());
        events.transactionCreated(now, id, status, intervalS, deadlineMs, submission);
        if (mode.expandsTopics()) {
            TopicSteps.expand(submission, state.topics(), (step, urls) -> events.topicExpanded(now, id, step, urls));
        }
        subject = state.byId(id);
        arm(subject);
        return subject;
    }

    /** @param options the merged options, or null when nothing changes */
    private void markSubmitted(Transaction transaction, Options options) {
        Submission merged = options == null ? transaction.submission : transaction.submission.with(options);
        int intervalS = resetIntervalS(merged.options());
        long deadlineMs = mode(transaction)
                .deadlineMs(
                        merged,
                        true,
                        transaction.createTimeMs,
                        now,
                        intervalS,
                        state.settings().timeoutToFailS());
        cancelTimers(transaction);
        if (transaction.openCalls > 0) {
            // A check-back under way: its answer does not matter any more.
            effects.withdraw(transaction.id);
            calls.abandon(transaction);
        }
        events.submitted(now, transaction.id, intervalS, deadlineMs, options);
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
        endRound(transaction);
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
        if (!mode(transaction).checkBackDecides()) {
            calledBack(transaction, check, outcome, text, latencyMs);
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

    /** The answer changes nothing: the client acts by itself. It is called again after the configured interval, always the same. */
    private void calledBack(Transaction transaction, Branch check, Outcome outcome, String text, int latencyMs) {
        defer(transaction, check, outcome, text, latencyMs, state.settings().retryIntervalS());
    }

    private void rowReplied(Transaction transaction, Branch branch, Outcome outcome, String text, int latencyMs) {
        TransactionMode mode = mode(transaction);
        noteOutcome(transaction, outcome, text);
        observer.branchEnded(
                transaction.kind(),
                transaction.rows.branchId(branch.row),
                transaction.rows.operation(branch.row),
                outcome == Outcome.SUCCESS);
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
        if (outcome != Outcome.ONGOING) {
            alert(
                    transaction,
                    branch,
                    text,
                    RetryPolicy.doublings(branch, transaction.retryIntervalS, state.settings()));
        }
    }

    private void alert(Transaction transaction, Branch branch, String text, int retryCount) {
        effects.alert(new Alert(
                transaction.gid(),
                transaction.status,
                transaction.rows.url(branch.row),
                DEFINITE_PREAMBLE + text,
                retryCount));
    }

    private void repeatAtOnce(
            Transaction transaction, Branch branch, Outcome outcome, String text, int latencyMs, int retryLimit) {
        boolean exhausted = transaction.retryCount >= retryLimit;
        int count = exhausted ? transaction.retryCount : transaction.retryCount + 1;
        recordDeferral(transaction, branch, outcome, text, latencyMs, branch.intervalS, 0, count);
        if (outcome == Outcome.UNKNOWN) {
            alert(transaction, branch, text, exhausted ? count + 1 : count);
        }
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
            if (transaction.timer != null && transaction.timer.deadlineMs <= now) {
                // Both are overdue: the time-out is looked at first, or an action would go out with the decision to
                // roll back.
                timers.cancel(transaction.timer);
                transaction.timer = null;
                transaction.plan = null;
            }
            plan(transaction).offer(timer.row);
        }
        deadlineListener.accept(transaction.gid());
        beginRound(transaction, Transaction.Round.AWAITED);
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
                        endRoundAtRest(transaction);
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
        TransactionMode mode = mode(transaction);
        if (branch.timer == null && branch.open == null && branch.nextTimeMs > now) {
            branch.timer = timers.schedule(branch.nextTimeMs, transaction, row);
        }
        if (branch.open != null || branch.timer != null || siblingIsOpen(transaction, mode, row)) {
            return true;
        }
        budget--;
        String url = transaction.rows.url(row);
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
        BranchRows rows = transaction.rows;
        int row = branch.row;
        OpenCall call = calls.open(transaction, branch, now);
        effects.call(new BranchCall(
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

    private TransactionMode mode(Transaction transaction) {
        return modes.of(transaction.kind());
    }

    private Plan plan(Transaction transaction) {
        Plan plan = transaction.plan;
        if (plan == null) {
            plan = mode(transaction).plan(transaction, now);
            transaction.plan = plan;
        }
        return plan;
    }

    // ---------------------------------------------------------------- waiting clients

    /**
     * Answers at once, or when the round has ended if the client asked for that.
     *
     * @param aborts whether the client asked for an abort
     * @param said whether the request itself says that it waits
     * @param waits whether it waits, also because the stored options say so
     */
    private void answerOrWait(Request request, Transaction transaction, boolean aborts, boolean said, boolean waits) {
        if (!waits) {
            beginRound(transaction, Transaction.Round.REQUESTED);
            progress(transaction);
            answer(request, Answer.success(transaction.status));
            return;
        }
        if (transaction.waiters == null) {
            transaction.waiters = new LongArrayList();
        }
        if (transaction.waiters.isEmpty()) {
            beginRound(transaction, Transaction.Round.AWAITED);
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
        transaction.waitersAborted = aborts;
        if (!said) {
            effects.waits(request.id(), transaction.submission.options().requestTimeoutS());
        }
        progress(transaction);
    }

    private static void beginRound(Transaction transaction, Transaction.Round round) {
        if (transaction.round != Transaction.Round.AWAITED) {
            transaction.round = round;
            transaction.roundOutcome = null;
            transaction.roundText = "";
        }
    }

    /** The first end of a call in this round that was no success decides its answer. */
    private static void noteOutcome(Transaction transaction, Outcome outcome, String text) {
        if (transaction.roundOutcome == null && outcome != Outcome.SUCCESS) {
            transaction.roundOutcome = outcome;
            transaction.roundText = text;
        }
    }

    private void endRoundAtRest(Transaction transaction) {
        if (transaction.openCalls == 0 && !transaction.hasWork) {
            answerWaiters(transaction);
            endRound(transaction);
        }
    }

    private void endRound(Transaction transaction) {
        if (transaction.round == null) {
            return;
        }
        boolean ok = transaction.round == Transaction.Round.REQUESTED
                || switch (transaction.status) {
                    case SUCCEED -> true;
                    case SUBMITTED -> false;
                    case PREPARED, ABORTING -> transaction.roundOutcome == null;
                    case FAILED -> mode(transaction).roundAnswers() != RoundAnswers.REASON_ONLY;
                };
        observer.roundEnded(transaction.kind(), ok, now - transaction.createTimeMs);
        transaction.round = null;
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
    private Answer roundAnswer(Transaction transaction) {
        TransactionStatus status = transaction.status;
        if (status == TransactionStatus.SUCCEED || (status == TransactionStatus.FAILED && transaction.waitersAborted)) {
            return Answer.success(status);
        }
        RoundAnswers told = mode(transaction).roundAnswers();
        if (told != RoundAnswers.REASON_ONLY && !transaction.isTerminal()) {
            if (transaction.roundOutcome == Outcome.UNKNOWN) {
                return Answer.refused(
                        Rejection.error("round.branch_unknown", DEFINITE_PREAMBLE + transaction.roundText), status);
            }
            if (transaction.roundOutcome == Outcome.FAILURE) {
                return new Answer(
                        Verdict.FAILURE, "round.branch_refused", DEFINITE_PREAMBLE + transaction.roundText, status);
            }
            if (transaction.roundOutcome == Outcome.ONGOING && told == RoundAnswers.BRANCH_ERRORS_AND_ONGOING) {
                return new Answer(Verdict.ONGOING, "round.branch_ongoing", "ONGOING", status);
            }
        }
        if (!transaction.rollbackReason.isEmpty()) {
            String reason = transaction.rollbackReason;
            String text = reason.endsWith("FAILURE") ? reason : reason + " FAILURE";
            return new Answer(Verdict.FAILURE, "round.rolled_back", text, status);
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
        observer.refused(rejection.code());
        return answer(request, Answer.refused(rejection, status));
    }

    private static Rejection unknownGid(String gid) {
        return Rejection.error("gid.unknown", "no TransGlobal with gid: " + gid + " found");
    }

    private static Rejection mismatch(Transaction stored, TransactionKind asked, String verb) {
        return Rejection.failure(
                "trans_type.mismatch",
                "trans type: '" + stored.kind().wireName() + "' of the stored transaction differs from '"
                        + asked.wireName() + "' of the request, cannot " + verb + ". FAILURE");
    }

    private static Rejection statusForbids(String verb, TransactionStatus status) {
        return Rejection.failure(
                "status.forbids", "current status '" + status.wireName() + "', cannot " + verb + ". FAILURE");
    }
}
