package io.assent.simulation;

import io.assent.engine.Answer;
import io.assent.engine.Answer.Verdict;
import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.engine.codec.EventAdapter;
import io.assent.simulation.ClientRequest.Verb;
import io.assent.simulation.Coordinator.Slot;
import io.assent.simulation.Scenario.Wish;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Watches everything that a process records and everything that leaves it, and compares with what must hold. It knows what clients asked,
 * what they were told, what participants did (the {@link Ledger}) and the order of the journal; it shares no code with the engine but the
 * names of its values. Rules are named as in docs/simulation.md.
 */
final class Checker {
    private final Simulation world;
    private final Ledger ledger;
    private final Map<String, Life> lives = new HashMap<>();
    private final Map<Long, Life> byId = new HashMap<>();
    private final EventAdapter recorded = new EventAdapter(new Recorded(this));

    private final Set<Long> numbers = new HashSet<>();
    private final Map<String, Long> open = new HashMap<>();
    private final Set<Long> answered = new HashSet<>();
    private long positionTold;
    private long lastTimeMs;

    Checker(Simulation world, Ledger ledger) {
        this.world = world;
        this.ledger = ledger;
        for (Wish wish : world.scenario.wishes) {
            lives.put(wish.gid, wish.isRegistered() ? new RegisteredLife(wish) : new Life(wish));
        }
    }

    static String name(BranchCall call) {
        return call.gid() + "/" + call.branchId() + "/" + call.operation();
    }

    static void require(boolean holds, String rule, String what) {
        if (!holds) {
            throw new Violation(rule, what);
        }
    }

    Life life(String gid) {
        return lives.get(gid);
    }

    Life life(long id) {
        Life life = byId.get(id);
        require(life != null, "journal", "an event names transaction number " + id + ", which was never created");
        return life;
    }

    void born(long id, Life life) {
        byId.put(id, life);
    }

    Ledger ledger() {
        return ledger;
    }

    Coordinator process() {
        return world.process;
    }

    // ---------------------------------------------------------------- the journal

    private long recordPosition;

    void appended(long position, byte[] record, long nowMs) {
        recordPosition = position;
        require(
                nowMs >= lastTimeMs,
                "time",
                "record " + position + " was decided at " + nowMs + ", the one before at " + lastTimeMs);
        lastTimeMs = nowMs;
        recorded.onRecord(new UnsafeBuffer(record), 0, record.length);
    }

    long recordPosition() {
        return recordPosition;
    }

    /** What left last depends on this position. */
    long positionTold() {
        return positionTold;
    }

    /**
     * A command is decided at the present: as much time has passed for the engine since its start as for the world, give or take the tenth by which a
     * skewed wall clock is worked off.
     */
    void decidesAt(long engineMs, long worldMs) {
        require(
                engineMs >= worldMs - worldMs / 10 - 1 && engineMs <= worldMs + worldMs / 10 + 1,
                "time",
                "a command is decided " + engineMs + " ms after the start by the engine's time, " + worldMs
                        + " ms by the world's");
    }

    /** The process died, and these records are what is left. */
    void crashed(long surviving, long timeMs) {
        lastTimeMs = timeMs;
        require(
                surviving >= positionTold,
                "durability",
                "something left that depends on position " + positionTold + ", the crash left only " + surviving);
        open.clear();
        for (Life life : lives.values()) {
            life.forget(surviving);
        }
    }

    void recovering(long readable) {
        require(
                readable >= positionTold,
                "durability",
                "something left that depends on position " + positionTold + ", recovery reads only " + readable);
    }

    // ---------------------------------------------------------------- what leaves

    private void leaves(String what, Slot slot) {
        long forced = world.process.forcedPosition();
        require(
                slot.position <= forced,
                "durability",
                what + " depends on position " + slot.position + " and left when " + forced + " was durable");
        require(
                slot.position >= positionTold,
                "release order",
                what + " depends on position " + slot.position + " and left behind one of " + positionTold);
        positionTold = slot.position;
    }

    void called(BranchCall call, Slot slot) {
        String name = name(call);
        leaves("call " + name, slot);
        require(numbers.add(call.number()), "call number", name + " has number " + call.number() + " of another call");
        Life life = life(call.gid());
        Long other = open.putIfAbsent(name, call.number());
        require(other == null, "one open call", name + " is called while call " + other + " of it is open");
        String sibling = sibling(call);
        require(
                sibling == null || !open.containsKey(sibling),
                "one open call",
                name + " is called while " + sibling + " is open");
        life.checkCall(call, slot);
    }

    private static String sibling(BranchCall call) {
        return switch (call.operation()) {
            case "compensate" -> call.gid() + "/" + call.branchId() + "/action";
            case "action" -> call.gid() + "/" + call.branchId() + "/compensate";
            case "confirm" -> call.gid() + "/" + call.branchId() + "/cancel";
            case "cancel" -> call.gid() + "/" + call.branchId() + "/confirm";
            case "commit" -> call.gid() + "/" + call.branchId() + "/rollback";
            case "rollback" -> call.gid() + "/" + call.branchId() + "/commit";
            default -> null;
        };
    }

    /** The call is known dead: its reply is in, its connection broke, its deadline passed, or it was never written. */
    void callEnded(BranchCall call, Outcome outcome) {
        open.remove(name(call), call.number());
        if (outcome == Outcome.UNKNOWN || outcome == Outcome.ONGOING) {
            life(call.gid()).vagueEnds++;
        } else if (outcome == Outcome.FAILURE) {
            life(call.gid()).refusedEnds++;
        }
    }

    private boolean hasOpenBranchCall(String gid) {
        for (String name : open.keySet()) {
            if (name.startsWith(gid + "/") && !name.endsWith("/msg")) {
                return true;
            }
        }
        return false;
    }

    void answered(ClientRequest request, long requestId, Answer answer, Slot slot) {
        require(request != null, "one answer", "request #" + requestId + " is answered and nobody waits for it");
        require(answered.add(requestId), "one answer", request + " is answered twice");
        leaves("answer to " + request, slot);
        Life life = life(request.wish.gid);
        TransactionStatus after = life.statusAt(slot.position);
        TransactionStatus before = slot.record == 0 ? after : life.statusAt(slot.record - 1);
        boolean own = slot.requestId == requestId;
        require(own || request.waits(), "answer", request + " is answered by a command of another request: " + answer);
        Verdict expected = null;
        if (slot.refusedForRoom) {
            expected = Verdict.UNAVAILABLE;
        } else if (own) {
            expected = expected(life, request, before, slot);
        }
        boolean round = request.waits() && (!own || expected == Verdict.SUCCESS);
        if (round) {
            checkRound(request, life, answer, after, slot);
        } else {
            require(
                    answer.verdict() == expected,
                    "answer",
                    request + " under status " + before + " expects " + expected + ", was told " + answer);
        }
        boolean stateless = answer.verdict() == Verdict.UNAVAILABLE || after == null;
        require(
                answer.status() == (stateless ? null : after),
                "answer",
                request + " was told status " + answer.status() + ", the journal says " + after);
        checkText(request, answer);
        if (request.verb == Verb.REGISTER && answer.verdict() == Verdict.SUCCESS) {
            life.acknowledged(request);
        }
        life.told(request, answer.status(), answer.verdict() == Verdict.SUCCESS);
    }

    private static Verdict expected(Life life, ClientRequest request, TransactionStatus before, Slot slot) {
        return switch (request.verb) {
            case PREPARE, SUBMIT -> {
                if (before == null) {
                    yield slot.underPressure ? Verdict.UNAVAILABLE : Verdict.SUCCESS;
                }
                boolean goesOn = before == TransactionStatus.PREPARED
                        || (before == TransactionStatus.SUBMITTED && request.verb == Verb.SUBMIT);
                yield goesOn ? Verdict.SUCCESS : Verdict.FAILURE;
            }
            case ABORT -> {
                if (before == null) {
                    yield Verdict.ERROR;
                }
                Wish wish = request.wish;
                boolean twoPhased = wish.isRegistered() && !wish.isWorkflow();
                boolean undoable = twoPhased
                        ? before == TransactionStatus.PREPARED || before == TransactionStatus.ABORTING
                        : before == TransactionStatus.PREPARED && !wish.isSaga() && !wish.isWorkflow();
                yield undoable ? Verdict.SUCCESS : Verdict.FAILURE;
            }
            case REGISTER -> {
                boolean open = before == TransactionStatus.PREPARED;
                yield open ? life.registrationExpected(request, slot) : Verdict.FAILURE;
            }
            case PREPARE_WORKFLOW -> {
                require(
                        before == null && slot.underPressure,
                        "answer",
                        request + " under status " + before + " expects a record");
                yield Verdict.UNAVAILABLE;
            }
            case FINISH -> {
                if (before == null) {
                    yield Verdict.ERROR;
                }
                TransactionStatus end =
                        request.progress.succeeds() ? TransactionStatus.SUCCEED : TransactionStatus.FAILED;
                yield before == TransactionStatus.PREPARED || before == end ? Verdict.SUCCESS : Verdict.FAILURE;
            }
            case FORCE_STOP -> {
                if (before == null) {
                    yield Verdict.ERROR;
                }
                yield before.isTerminal() ? Verdict.FAILURE : Verdict.SUCCESS;
            }
            case RESET -> before == null ? Verdict.ERROR : Verdict.SUCCESS;
            case QUERY -> throw new Violation("answer", request + " expects a record");
        };
    }

    /** PROTOCOL 6.7, and when a round ends. */
    private void checkRound(ClientRequest request, Life life, Answer answer, TransactionStatus after, Slot slot) {
        boolean terminal = after != null && after.isTerminal();
        boolean decided =
                life.wish.isMsg() && life.vagueEnds + life.refusedEnds > 0 && answer.verdict() != Verdict.SUCCESS;
        require(
                terminal || decided || request.expiryAsked || !hasOpenBranchCall(life.wish.gid),
                "wait_result",
                request + " is answered " + answer + " although its round goes on");
        if (slot.stopsByForce) {
            require(
                    answer.verdict() == Verdict.ERROR && after == TransactionStatus.FAILED,
                    "wait_result",
                    request + " was stopped by force under " + after + ", was told " + answer);
            return;
        }
        if (life.wish.isRegistered()) {
            boolean well = after == TransactionStatus.SUCCEED
                    || (after == TransactionStatus.FAILED && request.verb == Verb.ABORT);
            boolean fits = terminal
                    ? (answer.verdict() == (well ? Verdict.SUCCESS : Verdict.FAILURE))
                    : answer.verdict() != Verdict.SUCCESS && answer.verdict() != Verdict.UNAVAILABLE;
            require(fits, "wait_result", request + " ended its round under " + after + ", was told " + answer);
            return;
        }
        String reason = life.rollbackReasonAt(slot.position);
        if (after == TransactionStatus.SUCCEED) {
            require(answer.verdict() == Verdict.SUCCESS, "wait_result", request + " succeeded, was told " + answer);
        } else if (reason != null) {
            String text = reason.endsWith("FAILURE") ? reason : reason + " FAILURE";
            require(
                    answer.verdict() == Verdict.FAILURE && answer.text().equals(text),
                    "wait_result",
                    request + " was rolled back because of '" + reason + "', was told " + answer);
        } else if (life.wish.isSaga() || life.vagueEnds == 0) {
            require(
                    answer.verdict() == Verdict.FAILURE
                            && (!life.wish.isSaga() || answer.text().equals("wait result not return success: FAILURE")),
                    "wait_result",
                    request + " did not end, was told " + answer);
        } else {
            require(
                    answer.verdict() == Verdict.FAILURE || answer.verdict() == Verdict.ERROR,
                    "wait_result",
                    request + " did not end, was told " + answer);
        }
    }

    private static void checkText(ClientRequest request, Answer answer) {
        boolean marked = answer.text().contains("FAILURE") || answer.text().contains("ONGOING");
        switch (answer.verdict()) {
            case SUCCESS -> require(answer.text().isEmpty(), "answer", request + " was told " + answer);
            case FAILURE ->
                require(answer.text().contains("FAILURE"), "answer", request + " lacks the word FAILURE: " + answer);
            case ONGOING ->
                require(answer.text().contains("ONGOING"), "answer", request + " lacks the word ONGOING: " + answer);
            case ERROR, UNAVAILABLE ->
                require(!marked, "answer", request + " has a definite word in an indefinite answer: " + answer);
        }
    }

    void recordShown(ClientRequest request, long requestId, TransactionRecord record, Slot slot) {
        require(request != null, "one answer", "query #" + requestId + " is answered and nobody waits for it");
        require(answered.add(requestId), "one answer", request + " is answered twice");
        require(
                (request.verb == Verb.QUERY || request.verb == Verb.PREPARE_WORKFLOW) && slot.requestId == requestId,
                "answer",
                request + " was told a record that it did not ask for");
        leaves("record for " + request, slot);
        Life life = life(request.wish.gid);
        TransactionStatus status = record == null ? null : record.status();
        require(
                status == life.statusAt(slot.position),
                "answer",
                request + " was shown " + status + ", the journal says " + life.statusAt(slot.position));
        if (record != null) {
            require(
                    record.gid().equals(request.wish.gid)
                            && record.quarantineReason().isEmpty(),
                    "answer",
                    request + " was shown " + record);
            life.shown(record, slot);
        }
        life.told(request, status, status != null);
    }

    // ---------------------------------------------------------------- always and at the end

    void checkStuck(List<String> stuck) {
        require(stuck.isEmpty(), "liveness", "nothing will ever move " + stuck);
    }

    void checkHash(String which, long live, long other) {
        require(live == other, "hash", "the " + which + " state differs from the live one");
    }

    void atEnd() {
        require(open.isEmpty(), "liveness", "calls still open at the end: " + open.keySet());
        for (Wish wish : world.scenario.wishes) {
            lives.get(wish.gid).atEnd();
        }
    }

    /** Empties an array of positions above what survived. */
    static void forget(long[] positions, long surviving) {
        for (int i = 0; i < positions.length; i++) {
            if (positions[i] > surviving) {
                positions[i] = 0;
            }
        }
    }
}
