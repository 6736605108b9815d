package io.assent.simulation;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.assent.simulation.ClientRequest.Verb;
import io.assent.simulation.Scenario.Wish;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One history: a world made from a seed. In the first part everything may go wrong; then the world calms down, time runs, and everything
 * must come to its end.
 */
final class Simulation {
    private static final long START_MS = 1_700_000_000_000L;
    private static final int STEPS_MAX = 200_000;

    final Chance chance;
    final Scenario scenario;
    final VirtualTime time = new VirtualTime(START_MS);
    final Checker checker;
    boolean calm;
    long lastSkewMs;
    /** The living process, or null. */
    Coordinator process;

    private final Ledger ledger;
    private final SimulatedDisk disk;
    private final PlantedBug bug;
    private final List<String> log;
    private final Map<Long, BranchCall> issued = new HashMap<>();
    private long lastRequestId;
    private int crashesLeft;
    private int crashCountdown;
    private int steps;

    private Simulation(long seed, PlantedBug bug, List<String> log) {
        this.bug = bug;
        this.log = log;
        chance = new Chance(seed);
        scenario = new Scenario(chance);
        ledger = new Ledger(chance, scenario);
        checker = new Checker(this, ledger);
        disk = new SimulatedDisk(bug);
        crashesLeft = scenario.crashes;
        armCrash();
    }

    /** What a history amounted to. */
    record Result(int steps, int records, int calls, int crashes) {}

    /** Runs one history; throws a {@link Violation} when a rule is broken. */
    static Result run(long seed, PlantedBug bug) {
        return new Simulation(seed, bug, null).run();
    }

    /** Runs it again and tells every step. */
    static List<String> tell(long seed, PlantedBug bug) {
        List<String> log = new ArrayList<>();
        try {
            new Simulation(seed, bug, log).run();
            log.add("no rule was broken");
        } catch (Violation violation) {
            log.add("BROKEN " + violation.getMessage());
        }
        return log;
    }

    private Result run() {
        try {
            scenario.wishes.forEach(this::plan);
            time.after(0, this::startProcess);
            time.after(scenario.horizonMs, this::calmDown);
            runOut();
            // The last word to every client.
            scenario.wishes.forEach(wish -> ask(Verb.QUERY, wish, 100));
            runOut();
            finish();
        } catch (Crash crash) {
            throw new IllegalStateException("a crash outside of the process", crash);
        }
        return new Result(steps, (int) disk.forcedPosition(), issued.size(), scenario.crashes - crashesLeft);
    }

    private void runOut() {
        while (time.step()) {
            steps++;
            Checker.require(steps < STEPS_MAX, "liveness", "the history does not end");
        }
    }

    private void finish() {
        Checker.require(process != null, "liveness", "the process does not come up");
        Checker.require(
                process.unanswered().isEmpty(), "liveness", "requests were never answered: " + process.unanswered());
        Checker.require(process.openCalls() == 0, "liveness", "calls are open and nobody works on them");
        process.checkHashes();
        checker.atEnd();
    }

    void trace(Supplier<String> line) {
        if (log != null) {
            log.add(String.format("%9d  %s", time.nowMs() - START_MS, line.get()));
        }
    }

    // ---------------------------------------------------------------- the process

    private void startProcess() {
        Coordinator starting = new Coordinator(this, disk, bug);
        process = starting;
        inside(starting, starting::start);
    }

    /** Lets something happen to this process later, if it still lives then. */
    void later(Coordinator subject, long delayMs, Runnable action) {
        time.after(delayMs, () -> {
            if (subject.alive) {
                inside(subject, action);
            }
        });
    }

    private void inside(Coordinator subject, Runnable action) {
        try {
            action.run();
        } catch (Crash crash) {
            crashed(subject, crash.getMessage());
        } catch (RuntimeException | StackOverflowError failure) {
            Violation violation = new Violation("thrown", "the process threw " + failure);
            violation.initCause(failure);
            throw violation;
        }
    }

    private void crashed(Coordinator subject, String where) {
        boolean powerLost = chance.oneIn(2);
        trace(() -> "CRASH " + where + (powerLost ? ", power is lost" : ""));
        subject.alive = false;
        process = null;
        if (powerLost) {
            disk.losePower(chance);
        }
        checker.crashed(disk.readable(), disk.lastTimeMs());
        for (ClientRequest request : subject.unanswered()) {
            request.standing = ClientRequest.Standing.GONE;
            time.after(chance.below(1_000), () -> request.reply.on(0));
        }
        time.after(chance.below(3_000), this::startProcess);
    }

    /** A point at which the process may die. */
    void mayCrash(String where) {
        if (crashesNow()) {
            throw new Crash(where);
        }
    }

    boolean crashesNow() {
        if (calm || crashesLeft == 0 || --crashCountdown > 0) {
            return false;
        }
        crashesLeft--;
        armCrash();
        return true;
    }

    private void armCrash() {
        crashCountdown = 1 + chance.below(scenario.crashSpacing);
    }

    long nextRequestId() {
        return ++lastRequestId;
    }

    // ---------------------------------------------------------------- clients

    private void plan(Wish wish) {
        int startMs = chance.below(2_000);
        if (wish.prepares) {
            time.after(startMs, () -> ask(Verb.PREPARE, wish, 4));
        }
        int decidesMs = startMs + (wish.prepares ? chance.below(20_000) : 0);
        boolean goes = wish.isSaga() || !wish.prepares || wish.committed != wish.confused;
        boolean dies = wish.prepares && !wish.isSaga() && chance.oneIn(3);
        time.after(decidesMs, () -> {
            ledger.decide(wish.gid);
            if (!dies) {
                ask(goes ? Verb.SUBMIT : Verb.ABORT, wish, chance.below(4));
            }
        });
        for (int i = chance.below(4); i > 0; i--) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.QUERY, wish, 0));
        }
        if (chance.oneIn(5)) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.RESET, wish, 1));
        }
        if (wish.stops) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.FORCE_STOP, wish, 1));
        }
        if (goes && !dies && chance.oneIn(4)) {
            time.after(decidesMs + chance.below(scenario.horizonMs), () -> ask(Verb.SUBMIT, wish, 1));
        }
        if (wish.isSaga() || wish.confused) {
            if (chance.oneIn(6)) {
                time.after(chance.below(scenario.horizonMs), () -> ask(Verb.ABORT, wish, 1));
            }
            if (chance.oneIn(10)) {
                time.after(chance.below(scenario.horizonMs), () -> ask(Verb.PREPARE, wish, 0));
            }
        }
    }

    /** Sends a request, and again when nothing definite comes back. */
    private void ask(Verb verb, Wish wish, int repetitions) {
        boolean[] over = {false};
        Runnable again = () -> {
            if (!over[0]) {
                over[0] = true;
                if (repetitions > 0) {
                    time.after(chance.below(3_000), () -> ask(verb, wish, repetitions - 1));
                }
            }
        };
        ClientRequest request = new ClientRequest(verb, wish, status -> {
            if (status == 0 || status == 503 || status == 500) {
                again.run();
            } else {
                over[0] = true;
            }
        });
        checker.life(wish.gid).sent.add(verb);
        trace(() -> "client sends " + verb + " " + wish.gid);
        if (!calm) {
            time.after(chance.oneOf(2_000, 6_000, 12_000), again);
        }
        if (!happens(scenario.lostRequestPercent)) {
            time.after(networkDelayMs(scenario.lateRequestPercent), () -> arrive(request));
        }
    }

    private void arrive(ClientRequest request) {
        if (process == null) {
            request.reply.on(0);
        } else {
            Coordinator taker = process;
            inside(taker, () -> taker.accept(request));
        }
    }

    void answerLeaves(ClientRequest request, int status) {
        if (!happens(scenario.lostAnswerPercent)) {
            time.after(networkDelayMs(scenario.lateRequestPercent), () -> request.reply.on(status));
        }
    }

    private boolean happens(int percent) {
        return !calm && chance.percent(percent);
    }

    private int networkDelayMs(int latePercent) {
        return happens(latePercent) ? chance.below(9_000) : chance.below(20);
    }

    // ---------------------------------------------------------------- participants

    void issue(BranchCall call) {
        issued.put(call.number(), call);
    }

    BranchCall issued(long number) {
        return issued.get(number);
    }

    /** A request of the process is on the wire. */
    void send(Coordinator sender, BranchCall call) {
        if (happens(scenario.refusedCallPercent)) {
            replyArrives(sender, call, Outcome.UNKNOWN, "connection refused");
            return;
        }
        if (happens(scenario.lostCallPercent)) {
            trace(() -> "call " + Checker.name(call) + " gets lost");
            return;
        }
        time.after(networkDelayMs(scenario.lateCallPercent), () -> execute(sender, call));
        if (happens(scenario.repeatedCallPercent)) {
            time.after(networkDelayMs(scenario.lateCallPercent), () -> execute(sender, call));
        }
    }

    private void execute(Coordinator sender, BranchCall call) {
        Outcome outcome = ledger.execute(call);
        trace(() -> "participant runs " + Checker.name(call) + " number " + call.number() + ": " + outcome);
        if (happens(scenario.lostReplyPercent)) {
            if (chance.oneIn(2)) {
                replyArrives(sender, call, Outcome.UNKNOWN, "connection broke within the response");
            }
            return;
        }
        replyArrives(sender, call, outcome, outcome == Outcome.FAILURE ? "no, FAILURE" : "");
    }

    private void replyArrives(Coordinator sender, BranchCall call, Outcome outcome, String text) {
        int delayMs = networkDelayMs(scenario.lateCallPercent);
        time.after(delayMs, () -> {
            Coordinator receiver = sender.alive ? sender : process;
            if (receiver != null) {
                inside(receiver, () -> receiver.callEnded(call.number(), outcome, text));
            }
        });
    }

    // ---------------------------------------------------------------- the end

    private void calmDown() {
        trace(() -> "the world calms down");
        calm = true;
        ledger.calmDown();
        for (Wish wish : scenario.wishes) {
            ledger.decide(wish.gid);
            if (wish.isSaga()) {
                time.after(5_000, () -> ask(Verb.SUBMIT, wish, 20));
            }
        }
    }
}
