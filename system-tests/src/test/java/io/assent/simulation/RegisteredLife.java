package io.assent.simulation;

import static io.assent.simulation.Checker.require;

import io.assent.engine.Answer.Verdict;
import io.assent.engine.BranchCall;
import io.assent.engine.BranchRecord;
import io.assent.engine.BranchStatus;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.simulation.ClientRequest.Progress;
import io.assent.simulation.ClientRequest.Verb;
import io.assent.simulation.Coordinator.Slot;
import io.assent.simulation.Ledger.Account;
import io.assent.simulation.Scenario.Wish;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The life of a transaction whose branches come by registration: TCC, XA and workflow. What was accepted must be seen through to its second
 * phase, what was refused must never be heard of, and a workflow's progress is in every answer from then on.
 */
final class RegisteredLife extends Life {
    private static final long CONFIGURED_INTERVAL_MS = 10_000;

    /** A registration as recorded, and its second phase. */
    private static final class Entry {
        final long position;
        final String branchId;
        final String operation;
        final BranchStatus status;
        final byte[] data;
        long keptAt;
        long undoneAt;

        Entry(long position, Registration registration) {
            this.position = position;
            this.branchId = registration.branchId();
            Registration.Operation last =
                    registration.operations().get(registration.operations().size() - 1);
            this.operation = registration.operations().size() == 1 ? last.name() : "";
            this.status = last.status();
            this.data = Arrays.copyOfRange(
                    registration.bytes(),
                    registration.payloadOffset(),
                    registration.payloadOffset() + registration.payloadLength());
        }

        boolean isOf(String id, String op) {
            return branchId.equals(id) && operation.equals(op);
        }
    }

    private final List<Entry> entries = new ArrayList<>();
    /** (branch id, operation) of registrations that a client knows to be accepted. */
    private final Set<String> acknowledged = new HashSet<>();
    /** Ends that a client asked for. */
    private final Set<Boolean> endsAsked = new HashSet<>();

    private String result = "";
    private long resultAt;

    RegisteredLife(Wish wish) {
        super(wish);
    }

    void endAsked(boolean succeeds) {
        endsAsked.add(succeeds);
    }

    // ---------------------------------------------------------------- the journal

    @Override
    void created(Checker checker, long nowMs, TransactionStatus status) {
        require(createdAt == 0, "journal", wish.gid + " is created twice");
        Verb cause = status == TransactionStatus.SUBMITTED
                ? Verb.SUBMIT
                : wish.isWorkflow() ? Verb.PREPARE_WORKFLOW : Verb.PREPARE;
        require(sent.contains(cause), "journal", wish.gid + " was created as " + status + ", which nobody asked for");
        createdAt = checker.recordPosition();
        createdMs = nowMs;
        createdAs = status;
        submittedAt = status == TransactionStatus.SUBMITTED ? createdAt : 0;
    }

    @Override
    void registered(Checker checker, Registration registration) {
        changes(checker, "registration");
        require(
                statusNow() == TransactionStatus.PREPARED,
                "registration",
                wish.gid + " takes branch " + registration.branchId() + " under " + statusNow());
        Entry entry = new Entry(checker.recordPosition(), registration);
        for (Entry other : entries) {
            require(
                    !other.isOf(entry.branchId, entry.operation),
                    "registration",
                    "branch " + entry.branchId + " " + entry.operation + " of " + wish.gid + " is there twice");
        }
        entries.add(entry);
    }

    @Override
    void submitted(Checker checker, long nowMs) {
        changes(checker, "submission");
        require(
                !wish.isWorkflow() && statusNow() == TransactionStatus.PREPARED && sent.contains(Verb.SUBMIT),
                "status",
                wish.gid + " is submitted from " + statusNow());
        submittedAt = checker.recordPosition();
    }

    @Override
    void rollbackDecided(Checker checker, long nowMs, String why) {
        changes(checker, "rollback");
        require(
                !wish.isWorkflow() && statusNow() == TransactionStatus.PREPARED,
                "status",
                wish.gid + " is rolled back from " + statusNow());
        boolean timedOut = why.startsWith("Timeout") && nowMs >= createdMs + prepareTimeoutMs();
        require(
                timedOut || (!why.startsWith("Timeout") && sent.contains(Verb.ABORT)),
                "rollback reason",
                wish.gid + " is rolled back because of '" + why + "' after " + (nowMs - createdMs) + " ms");
        rollbackAt = checker.recordPosition();
        reason = why;
    }

    @Override
    void reasonReplaced(Checker checker, String why) {
        changes(checker, "reason");
        require(statusNow() == TransactionStatus.ABORTING, "status", wish.gid + " gets a reason under " + statusNow());
        reason = why;
    }

    @Override
    void resultKept(Checker checker, String kept) {
        changes(checker, "result");
        require(wish.isWorkflow(), "journal", wish.gid + " is no workflow and has a result");
        result = kept;
        resultAt = checker.recordPosition();
    }

    @Override
    void finished(Checker checker, TransactionStatus status) {
        changes(checker, "end");
        TransactionStatus before = statusNow();
        boolean stopped = sent.contains(Verb.FORCE_STOP) && status == TransactionStatus.FAILED;
        finishedAt = checker.recordPosition();
        finishedAs = status;
        if (wish.isWorkflow()) {
            boolean asked = endsAsked.contains(status == TransactionStatus.SUCCEED);
            require(asked || stopped, "status", wish.gid + " ends " + status + ", which its client did not say");
        } else if (!stopped) {
            boolean keeps = status == TransactionStatus.SUCCEED;
            TransactionStatus needed = keeps ? TransactionStatus.SUBMITTED : TransactionStatus.ABORTING;
            require(before == needed, "status", wish.gid + " ends " + status + " from " + before);
            for (Entry entry : entries) {
                require(
                        (keeps ? entry.keptAt : entry.undoneAt) > 0,
                        "second phase",
                        wish.gid + " ends " + status + " without branch " + entry.branchId);
            }
        }
    }

    @Override
    void branchSucceeded(Checker checker, int row, boolean called) {
        changes(checker, "success of row " + row);
        require(
                !wish.isWorkflow() && row >= 0 && row / 2 < entries.size(),
                "journal",
                wish.gid + " has no row " + row + " that could succeed");
        Entry entry = entries.get(row / 2);
        boolean keeps = (row & 1) == 1;
        require((keeps ? entry.keptAt : entry.undoneAt) == 0, "one result", "row " + row + " has two results");
        Account account = account(checker);
        int branch = wish.branch(entry.branchId);
        boolean did = keeps ? account.kept[branch] : account.undone[branch];
        require(called == !url(branch, keeps).isEmpty(), "one result", "row " + row + " called: " + called);
        require(!called || did, "truth", "row " + row + " of " + wish.gid + " succeeded, its participant did nothing");
        if (keeps) {
            entry.keptAt = checker.recordPosition();
        } else {
            entry.undoneAt = checker.recordPosition();
        }
    }

    @Override
    void branchFailed(Checker checker, int row) {
        throw new Violation("journal", "row " + row + " of " + wish.gid + " failed, which it may not");
    }

    @Override
    void branchDeferred(Checker checker, long nowMs, int row, Outcome outcome, long nextTimeMs, int retryCount) {
        if (!wish.isWorkflow()) {
            super.branchDeferred(checker, nowMs, row, outcome, nextTimeMs, retryCount);
            return;
        }
        changes(checker, "deferral of row " + row);
        require(
                nextTimeMs == nowMs + CONFIGURED_INTERVAL_MS,
                "back-off",
                wish.gid + " is called back " + (nextTimeMs - nowMs) + " ms after " + outcome);
        deferrals.addLast(new Deferral(checker.recordPosition(), row, 10, nextTimeMs));
    }

    @Override
    void forget(long surviving) {
        super.forget(surviving);
        entries.removeIf(entry -> entry.position > surviving);
        for (Entry entry : entries) {
            entry.keptAt = entry.keptAt > surviving ? 0 : entry.keptAt;
            entry.undoneAt = entry.undoneAt > surviving ? 0 : entry.undoneAt;
        }
        if (resultAt > surviving) {
            resultAt = 0;
            result = "";
        }
    }

    // ---------------------------------------------------------------- calls

    @Override
    void checkCall(BranchCall call, Slot slot) {
        String name = Checker.name(call);
        long at = slot.position;
        require(happened(createdAt, at), "causality", name + " is called before its transaction was recorded");
        require(
                !happened(finishedAt, at),
                "silence after the end",
                name + " is called after the end in record " + finishedAt);
        if (wish.isWorkflow()) {
            checkCallBack(call, name, slot);
        } else {
            checkSecondPhase(call, name, slot);
        }
    }

    private void checkCallBack(BranchCall call, String name, Slot slot) {
        require(
                call.branchId().equals("00")
                        && call.operation().equals(Wish.WORKFLOW)
                        && call.url().equals(wish.queryPrepared)
                        && Arrays.equals(payload(call), wish.payload(0)),
                "content",
                name + " carries what the client did not give: " + call.url());
        boolean reset = sent.contains(Verb.RESET);
        require(
                reset || slot.nowMs >= createdMs + wish.resetIntervalS() * 1_000L,
                "back-off",
                name + " is called back " + (slot.nowMs - createdMs) + " ms after its beginning");
        checkBackOff(-1, name, slot);
    }

    private void checkSecondPhase(BranchCall call, String name, Slot slot) {
        boolean keeps = call.operation().equals(wish.keeps());
        require(keeps || call.operation().equals(wish.undoes()), "content", name + " is an operation of another mode");
        TransactionStatus needed = keeps ? TransactionStatus.SUBMITTED : TransactionStatus.ABORTING;
        TransactionStatus status = statusAt(slot.position);
        require(status == needed, "second phase", name + " is called under " + status);
        int branch = wish.branch(call.branchId());
        int index = -1;
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).branchId.equals(call.branchId())) {
                index = i;
            }
        }
        require(
                index >= 0 && happened(entries.get(index).position, slot.position),
                "second phase",
                name + " is called, its branch was never registered");
        require(
                call.url().equals(url(branch, keeps)) && Arrays.equals(payload(call), wish.payload(branch)),
                "content",
                name + " carries what the client did not give: " + call.url());
        boolean backwards = wish.undoes().equals("cancel");
        for (int i = 0; i < entries.size(); i++) {
            Entry other = entries.get(i);
            boolean before = backwards ? i > index : i < index;
            long doneAt = keeps ? other.keptAt : other.undoneAt;
            require(
                    !before || happened(doneAt, slot.position),
                    "order",
                    name + " is called before branch " + other.branchId + " is done");
            require(i != index || !happened(doneAt, slot.position), "one result", name + " is called again");
        }
        checkBackOff(2 * index + (keeps ? 1 : 0), name, slot);
    }

    private String url(int branch, boolean keeps) {
        boolean xa = wish.undoes().equals("rollback");
        return keeps || xa ? wish.actions[branch] : wish.compensations[branch];
    }

    // ---------------------------------------------------------------- clients

    @Override
    Verdict registrationExpected(ClientRequest request, Slot slot) {
        Progress progress = request.progress;
        for (Entry entry : entries) {
            boolean known = slot.record == 0 || entry.position < slot.record;
            if (known && entry.isOf(wish.branchIds[progress.branch()], progress.operation())) {
                boolean same = Arrays.equals(entry.data, progress.data().getBytes(StandardCharsets.UTF_8))
                        && (progress.operation().isEmpty()
                                || (entry.status == BranchStatus.SUCCEED) == progress.succeeds());
                return same ? Verdict.SUCCESS : Verdict.ERROR;
            }
        }
        return Verdict.SUCCESS;
    }

    @Override
    void acknowledged(ClientRequest request) {
        Progress progress = request.progress;
        acknowledged.add(wish.branchIds[progress.branch()] + "/" + progress.operation());
    }

    @Override
    void shown(TransactionRecord record, Slot slot) {
        int row = 0;
        for (Entry entry : entries) {
            if (entry.position <= slot.position) {
                int rows = entry.operation.isEmpty() ? 2 : 1;
                require(
                        record.branches().size() >= row + rows,
                        "progress is kept",
                        wish.gid + " is shown without branch " + entry.branchId + " " + entry.operation);
                for (int i = 0; i < rows; i++) {
                    BranchRecord branch = record.branches().get(row++);
                    byte[] data = Arrays.copyOfRange(
                            branch.payload(), branch.payloadOffset(), branch.payloadOffset() + branch.payloadLength());
                    require(
                            branch.branchId().equals(entry.branchId)
                                    && (entry.operation.isEmpty()
                                            || branch.operation().equals(entry.operation))
                                    && (entry.operation.isEmpty() || branch.status() == entry.status)
                                    && Arrays.equals(data, entry.data),
                            "progress is kept",
                            wish.gid + " shows row " + row + " as " + branch.branchId() + " " + branch.operation() + " "
                                    + branch.status());
                }
            }
        }
        require(
                record.branches().size() == row,
                "progress is kept",
                wish.gid + " is shown with " + record.branches().size() + " rows, the journal has " + row);
        require(
                record.result().equals(happened(resultAt, slot.position) ? result : ""),
                "progress is kept",
                wish.gid + " is shown with the result '" + record.result() + "'");
    }

    // ---------------------------------------------------------------- the end

    @Override
    void atEnd() {
        require(
                told == null || createdAt > 0,
                "acknowledged is kept",
                wish.gid + " is lost, clients know it as " + told);
        require(
                createdAt > 0 || acknowledged.isEmpty(),
                "acknowledged is kept",
                wish.gid + " is lost, clients know of its branches " + acknowledged);
        if (createdAt == 0) {
            return;
        }
        require(finishedAt > 0, "liveness", wish.gid + " did not end, it stands at " + statusNow());
        require(
                told == finishedAs,
                "status goes forward",
                wish.gid + " ended " + finishedAs + ", clients know " + told);
        for (String name : acknowledged) {
            String[] parts = name.split("/", 2);
            require(
                    entries.stream().anyMatch(entry -> entry.isOf(parts[0], parts[1])),
                    "acknowledged is kept",
                    wish.gid + " lost branch " + name + ", which was accepted");
        }
        if (!wish.isWorkflow() && ledger != null) {
            checkBranches(ledger.account(wish.gid));
        }
    }

    private void checkBranches(Account account) {
        boolean keeps = finishedAs == TransactionStatus.SUCCEED;
        boolean stopped = !keeps && sent.contains(Verb.FORCE_STOP);
        for (int branch = 0; branch < wish.steps; branch++) {
            String id = wish.branchIds[branch];
            boolean registered = entries.stream().anyMatch(entry -> entry.isOf(id, ""));
            String where = "branch " + id + " of " + wish.gid + ", which ended " + finishedAs + ", ";
            require(!(account.kept[branch] && account.undone[branch]), "atomicity", where + "was kept and undone");
            require(
                    registered || !(account.kept[branch] || account.undone[branch]),
                    "second phase",
                    where + "was never registered and has a second phase");
            if (registered && !stopped) {
                boolean called = !url(branch, keeps).isEmpty();
                boolean done = keeps ? account.kept[branch] : account.undone[branch];
                require(done || !called, "second phase", where + "never had its second phase");
            }
        }
    }
}
