package io.assent.engine;

import io.assent.engine.Work.Containment;
import io.assent.engine.mode.Modes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Decides. Each command is checked against the state, told as events (which change the state at once), and followed by asking the mode what
 * is next; what must be done outside leaves as effects.
 *
 * <p>Here stands what clients may ask. {@link Work} moves transactions on, {@link Rounds} knows who waits for that, {@link Admission} what
 * may come in, {@link TopicCommands} the topics; they share the {@link Turn}.
 */
final class Engine implements Commands {
    private final Turn turn;
    private final Modes modes;
    private final Transactions state;
    private final Events events;
    private final Admission admission;
    private final Rounds rounds;
    private final Work work;
    private final TopicCommands topics;

    Engine(Modes modes, Transactions state, Events events, Containment containment) {
        this.turn = new Turn(events);
        this.modes = modes;
        this.state = state;
        this.events = events;
        this.admission = new Admission(turn, modes, state);
        this.rounds = new Rounds(turn, modes);
        this.work = new Work(turn, modes, state, events, rounds, containment);
        this.topics = new TopicCommands(turn, state, events);
    }

    /** Before each command: its time, up to when deadlines have come, the bound that is reached outside, and where its effects go. */
    void begin(long commandTimeMs, long dueMs, Pressure outside, Effects target) {
        turn.begin(commandTimeMs, dueMs, outside, target);
    }

    /** The transaction that the current command is about, or null when that is not known yet. */
    Transaction subject() {
        return turn.subject;
    }

    /** The part that the host asks about deadlines and open calls. */
    Work work() {
        return work;
    }

    void observer(EngineObserver listener) {
        turn.observer = listener;
    }

    void onDeadlineFired(Consumer<String> listener) {
        work.onDeadlineFired(listener);
    }

    // ---------------------------------------------------------------- commands of clients

    @Override
    public boolean configure(Settings settings) {
        if (!settings.equals(state.settings())) {
            events.configured(turn.now, settings);
        }
        return true;
    }

    @Override
    public boolean prepare(Request request, Submission submission, HistoryAnswer history) {
        Transaction known = subject(submission.gid());
        if (known != null) {
            if (known.status != TransactionStatus.PREPARED) {
                return turn.refuse(request, Rejections.statusForbids("prepare", known.status), known.status);
            }
            String difference = GivenContent.differenceOfPrepare(known.submission, submission);
            return difference == null
                    ? turn.answer(request, Answer.success(known.status))
                    : turn.refuse(request, Rejections.otherContent(known, difference, "prepare"), known.status);
        }
        if (admission.mayCreate(request, submission, history, "prepare")) {
            Transaction created = work.create(request, submission, TransactionStatus.PREPARED);
            work.progress(created);
            turn.answer(request, Answer.success(created.status));
        }
        return true;
    }

    @Override
    public boolean submit(Request request, Submission submission, HistoryAnswer history) {
        Transaction known = subject(submission.gid());
        if (modes.has(submission.kind()) && !modes.of(submission.kind()).isSubmitted()) {
            return turn.refuse(
                    request,
                    Rejection.error(
                            "req_extra.status",
                            "a " + submission.kind() + " is submitted with req_extra.status succeed or failed"),
                    known == null ? null : known.status);
        }
        if (known == null) {
            if (admission.mayCreate(request, submission, history, "sumbmit")) {
                Transaction created = work.create(request, submission, TransactionStatus.SUBMITTED);
                int saidTimeoutS = saidTimeoutS(submission);
                answerOrWait(request, created, false, saidTimeoutS, saidTimeoutS != Rounds.UNSAID);
            }
            return true;
        }
        if (!known.kind().equals(submission.kind())) {
            return turn.refuse(request, Rejections.mismatch(known, submission.kind(), "sumbmit"), known.status);
        }
        String difference = GivenContent.differenceOfSubmit(
                known.submission, submission, known.status == TransactionStatus.PREPARED);
        if (difference != null) {
            return turn.refuse(request, Rejections.otherContent(known, difference, "sumbmit"), known.status);
        }
        switch (known.status) {
            case PREPARED -> {
                Options merged = merged(known, submission);
                Rejection rejection = merged == null ? null : Admission.check(known, merged);
                if (rejection != null) {
                    return turn.refuse(request, rejection, known.status);
                }
                turn.caused(request);
                work.markSubmitted(known, merged);
                answerOrWait(
                        request,
                        known,
                        false,
                        saidTimeoutS(submission),
                        known.submission.options().waitResult());
            }
            case SUBMITTED -> {
                work.dueNow(known);
                int saidTimeoutS = saidTimeoutS(submission);
                answerOrWait(request, known, false, saidTimeoutS, saidTimeoutS != Rounds.UNSAID);
            }
            case ABORTING, SUCCEED, FAILED ->
                turn.refuse(request, Rejections.statusForbids("sumbmit", known.status), known.status);
        }
        return true;
    }

    private static int saidTimeoutS(Submission submission) {
        Options options = submission.options();
        return options.waitResult() ? options.requestTimeoutS() : Rounds.UNSAID;
    }

    /** What holds from now on, or null when the submit changes nothing. */
    private static Options merged(Transaction stored, Submission request) {
        Options merged = OptionsMerge.merge(stored.submission.options(), request.options());
        return merged.equals(stored.submission.options()) ? null : merged;
    }

    @Override
    public boolean abort(Request request, String gid, String transType, String rollbackReason) {
        Transaction known = subject(gid);
        if (known == null) {
            return turn.refuse(request, Rejections.unknownGid(gid), null);
        }
        return switch (modes.of(known.kind()).onAbort(known.status)) {
            case FAILS -> {
                turn.caused(request);
                work.finish(known, TransactionStatus.FAILED);
                yield turn.answer(request, Answer.success(known.status));
            }
            case ROLLS_BACK -> {
                turn.caused(request);
                if (known.status == TransactionStatus.ABORTING) {
                    abortAgain(known, rollbackReason);
                } else {
                    work.rollBack(known, rollbackReason);
                }
                answerOrWait(
                        request,
                        known,
                        true,
                        Rounds.UNSAID,
                        known.submission.options().waitResult());
                yield true;
            }
            case REFUSED ->
                turn.refuse(
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
            events.rollbackReasonReplaced(turn.now, transaction.id, reason);
        }
        work.dueNow(transaction);
    }

    @Override
    public boolean prepareWorkflow(Request request, Submission submission, HistoryAnswer history) {
        Transaction known = subject(submission.gid());
        if (known == null) {
            if (!admission.mayCreate(request, submission, history, "prepare")) {
                return true;
            }
            known = work.create(request, submission, TransactionStatus.PREPARED);
            work.progress(known);
        }
        if (!known.kind().equals(submission.kind())) {
            return turn.refuse(request, Rejections.mismatch(known, submission.kind(), "prepare"), known.status);
        }
        turn.effects.record(request.id(), Records.of(known, true));
        return true;
    }

    @Override
    public boolean finishWorkflow(
            Request request, String gid, TransactionStatus status, String rollbackReason, String result) {
        Transaction known = subject(gid);
        if (known == null) {
            return turn.refuse(
                    request,
                    Rejection.error(
                            "gid.unknown",
                            "no workflow with gid: " + gid + " found; prepareWorkflow comes before submit"),
                    null);
        }
        if (modes.of(known.kind()).isSubmitted()) {
            return turn.refuse(request, Rejections.mismatch(known, TransactionKind.WORKFLOW, "sumbmit"), known.status);
        }
        if (known.status == status) {
            return turn.answer(request, Answer.success(status));
        }
        if (known.status != TransactionStatus.PREPARED) {
            return turn.refuse(request, Rejections.statusForbids("sumbmit", known.status), known.status);
        }
        turn.caused(request);
        if (!rollbackReason.isEmpty() || !result.isEmpty()) {
            String reason = Utf8.truncate(rollbackReason, Limits.ROLLBACK_REASON_BYTES_MAX);
            events.resultKept(turn.now, known.id, reason, result);
        }
        work.finish(known, status);
        return turn.answer(request, Answer.success(status));
    }

    @Override
    public boolean registerBranch(Request request, String gid, Registration registration) {
        Transaction known = subject(gid);
        if (known == null || known.status != TransactionStatus.PREPARED) {
            return turn.refuse(
                    request,
                    Rejection.failure(
                            "registerBranch.status", "no trans with gid: " + gid + " status: prepared found FAILURE"),
                    known == null ? null : known.status);
        }
        if (!known.kind().equals(registration.kind())) {
            return turn.refuse(
                    request, Rejections.mismatch(known, registration.kind(), "register a branch"), known.status);
        }
        for (Registration.Operation operation : registration.operations()) {
            Registration earlier = known.rows.find(registration.branchId(), operation.name());
            if (earlier != null) {
                return earlier.equals(registration)
                        ? turn.answer(request, Answer.success(known.status))
                        : turn.refuse(request, Rejections.registeredOtherwise(registration, operation), known.status);
            }
        }
        Rejection bound = Admission.check(known, registration);
        if (bound != null) {
            return turn.refuse(request, bound, known.status);
        }
        turn.caused(request);
        events.branchRegistered(turn.now, known.id, registration);
        return turn.answer(request, Answer.success(known.status));
    }

    @Override
    public boolean forceStop(Request request, String gid) {
        Transaction known = subject(gid);
        if (known == null) {
            return turn.refuse(request, Rejections.unknownGid(gid), null);
        }
        if (known.isTerminal()) {
            return turn.refuse(
                    request,
                    Rejection.failure(
                            "forceStop.status",
                            "global transaction force stop error. status: " + known.status.wireName()
                                    + ". error: FAILURE"),
                    known.status);
        }
        turn.caused(request);
        turn.observer.administered("forceStop", gid, request);
        rounds.stop(known);
        work.stop(known);
        return turn.answer(request, Answer.success(known.status));
    }

    @Override
    public boolean resetNextCronTime(Request request, String gid) {
        Transaction known = subject(gid);
        if (known == null) {
            return turn.refuse(request, Rejections.unknownGid(gid), null);
        }
        turn.caused(request);
        turn.observer.administered("resetNextCronTime", gid, request);
        work.resetCron(known);
        return turn.answer(request, Answer.success(known.status));
    }

    @Override
    public boolean resetCronTime(Request request, CronReset reset) {
        long id = Math.min(reset.belowId(), state.nextId());
        int looked = 0;
        int count = 0;
        boolean hasRemaining = false;
        while (id > state.oldestId() && looked < Limits.PAGE_SCAN_MAX && turn.budget > 0 && !hasRemaining) {
            id--;
            looked++;
            Transaction transaction = state.byId(id);
            if (transaction == null
                    || transaction.isTerminal()
                    || transaction.quarantined
                    || Records.nextTimeMs(transaction) <= turn.now + reset.laterThanMs()) {
                continue;
            }
            if (count == reset.limit()) {
                hasRemaining = true;
                continue;
            }
            if (count == 0) {
                turn.caused(request);
            }
            count++;
            turn.budget--;
            turn.subject = transaction;
            work.resetCron(transaction);
        }
        if (count > 0) {
            turn.observer.administered("resetCronTime (" + count + " due at once)", "", request);
        }
        long nextId = hasRemaining || id <= state.oldestId() ? 0 : id;
        turn.effects.cronReset(request.id(), new CronReset.Part(count, nextId, hasRemaining));
        return true;
    }

    @Override
    public boolean subscribe(Request request, String topicName, String url, String remark) {
        return topics.subscribe(request, topicName, url, remark);
    }

    @Override
    public boolean unsubscribe(Request request, String topicName, String url) {
        return topics.unsubscribe(request, topicName, url);
    }

    @Override
    public boolean deleteTopic(Request request, String topicName) {
        return topics.deleteTopic(request, topicName);
    }

    @Override
    public boolean topic(long requestId, String name) {
        return topics.topic(requestId, name);
    }

    @Override
    public boolean topics(long requestId, String after, int limit) {
        return topics.topics(requestId, after, limit);
    }

    @Override
    public boolean releaseQuarantined(Request request, String gid) {
        Transaction known = subject(gid);
        if (known == null) {
            return turn.refuse(request, Rejections.unknownGid(gid), null);
        }
        if (!known.quarantined) {
            return turn.refuse(
                    request,
                    Rejection.error("quarantine.none", "transaction " + gid + " is not quarantined"),
                    known.status);
        }
        turn.caused(request);
        turn.observer.administered("releaseQuarantined", gid, request);
        events.quarantineReleased(turn.now, known.id);
        known.plan = null;
        work.arm(known);
        work.progress(known);
        return turn.answer(request, Answer.success(known.status));
    }

    @Override
    public boolean query(long requestId, String gid) {
        Transaction known = subject(gid);
        turn.effects.record(requestId, known == null ? null : Records.of(known, true));
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
        turn.effects.page(requestId, new TransactionPage(records, id > state.oldestId() ? id : 0));
        return true;
    }

    @Override
    public boolean roundExpired(long requestId, String gid) {
        Transaction known = subject(gid);
        if (known != null && rounds.removeWaiter(known, requestId)) {
            turn.effects.answer(requestId, rounds.answerNow(known));
        }
        return true;
    }

    @Override
    public boolean waiterGone(long requestId, String gid) {
        Transaction known = subject(gid);
        if (known != null) {
            rounds.removeWaiter(known, requestId);
        }
        return true;
    }

    // ---------------------------------------------------------------- commands of the process itself

    @Override
    public boolean branchReplied(long callNumber, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        return work.branchReplied(callNumber, outcome, text, latencyMs, retryAfterS);
    }

    @Override
    public boolean tick() {
        return work.tick();
    }

    @Override
    public boolean continueWork() {
        return work.continueWork();
    }

    @Override
    public boolean resume(long boot) {
        return work.resume(boot);
    }

    @Override
    public boolean forgetFinished(long position) {
        // A bounded portion; the history asks again while more is held.
        long portion = Math.min(position, state.finishedAt(Limits.EFFECTS_PER_COMMAND_MAX));
        if (portion > state.forgottenUpTo()) {
            events.historyTookOver(turn.now, portion);
        }
        return true;
    }

    /**
     * Answers at once, or when the round has ended if the client asked for that.
     *
     * @param aborts whether the client asked for an abort
     * @param saidTimeoutS see {@link Rounds#await}
     * @param waits whether it waits, also because the stored options say so
     */
    private void answerOrWait(
            Request request, Transaction transaction, boolean aborts, int saidTimeoutS, boolean waits) {
        if (waits) {
            rounds.await(request, transaction, aborts, saidTimeoutS);
            work.progress(transaction);
        } else {
            rounds.begin(transaction, Transaction.Round.REQUESTED);
            work.progress(transaction);
            turn.answer(request, Answer.success(transaction.status));
        }
    }

    private Transaction subject(String gid) {
        turn.subject = state.byGid(gid);
        return turn.subject;
    }
}
