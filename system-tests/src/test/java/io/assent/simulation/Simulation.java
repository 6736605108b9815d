package io.assent.simulation;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchRecord;
import io.assent.engine.BranchStatus;
import io.assent.engine.Outcome;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.simulation.ClientRequest.Progress;
import io.assent.simulation.ClientRequest.Verb;
import io.assent.simulation.Scenario.Wish;
import io.assent.simulation.SimulatedDisk.Recovered;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One history: a world made from a seed. In the first part everything may go wrong; then the world calms down, time runs, and everything
 * must come to its end.
 */
final class Simulation {
    private static final long START_MS = 1_700_000_000_000L;
    private static final int STEPS_MAX = 200_000;
    /** At about so many points a start may die. */
    private static final int STEPS_OF_A_START = 24;

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
        Recovered left = disk.recover();
        checker.crashed(left.lastPosition(), left.lastTimeMs());
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
        if (chance.percent(scenario.diesAgainPercent)) {
            crashCountdown = 1 + chance.below(STEPS_OF_A_START);
        } else {
            armCrash();
        }
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
        int startMs = chance.below(2_000) + (chance.oneIn(2) ? scenario.idleMs : 0);
        if (wish.isWorkflow()) {
            time.after(startMs, () -> executeWorkflow(wish));
        } else if (wish.isRegistered()) {
            time.after(startMs, () -> ask(Verb.PREPARE, wish, null, 4, request -> tryBranch(wish, 0)));
        } else {
            planSteps(wish, startMs);
        }
        for (int i = chance.below(4); i > 0; i--) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.QUERY, wish, 0));
        }
        if (chance.oneIn(5)) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.RESET, wish, 1));
        }
        if (wish.stops) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.FORCE_STOP, wish, 1));
        }
        if (wish.isRegistered()) {
            planStrangers(wish);
        }
    }

    /** A saga or a message. */
    private void planSteps(Wish wish, int startMs) {
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

    /** Requests out of turn: a registration that comes late, an abort nobody expects, another run of a workflow. */
    private void planStrangers(Wish wish) {
        if (wish.steps > 0 && chance.oneIn(3)) {
            int branch = chance.below(wish.steps);
            time.after(
                    chance.below(scenario.horizonMs),
                    () -> ask(Verb.REGISTER, wish, registration(wish, branch), 1, reply -> {}));
        }
        if (chance.oneIn(5)) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.ABORT, wish, 1));
        }
        if (wish.isWorkflow() && chance.oneIn(3)) {
            time.after(chance.below(scenario.horizonMs), () -> executeWorkflow(wish));
        }
        if (!wish.isWorkflow() && chance.oneIn(6)) {
            time.after(chance.below(scenario.horizonMs), () -> ask(Verb.SUBMIT, wish, 0));
        }
    }

    // ---------------------------------------------------------------- TCC and XA, as their SDKs do it

    private Progress registration(Wish wish, int branch) {
        String data = new String(wish.payload(branch), StandardCharsets.UTF_8);
        return wish.isWorkflow()
                ? new Progress(branch, "action", chance.oneIn(2), data)
                : new Progress(branch, "", true, data);
    }

    private void tryBranch(Wish wish, int branch) {
        if (branch == wish.diesAt) {
            trace(() -> "client of " + wish.gid + " dies before branch " + branch);
        } else if (branch == wish.steps) {
            submit(wish);
        } else {
            ask(Verb.REGISTER, wish, registration(wish, branch), 2, request -> {
                if (request.status != 200) {
                    abort(wish);
                } else {
                    time.after(chance.below(800), () -> {
                        boolean done = ledger.tryBranch(wish, branch);
                        trace(() -> "branch " + wish.branchIds[branch] + " of " + wish.gid + " tried: " + done);
                        if (done) {
                            tryBranch(wish, branch + 1);
                        } else {
                            abort(wish);
                        }
                    });
                }
            });
        }
    }

    /** A client that does not hear of its submit may abort; it comes too late when the submit was accepted. */
    private void submit(Wish wish) {
        ask(Verb.SUBMIT, wish, null, chance.below(3), request -> {
            if (request.status != 200 && chance.oneIn(2)) {
                abort(wish);
            }
        });
        if (chance.oneIn(6)) {
            time.after(chance.below(4_000), () -> abort(wish));
        }
    }

    private void abort(Wish wish) {
        ask(Verb.ABORT, wish, chance.below(4));
    }

    // ---------------------------------------------------------------- workflows, as their SDKs do it

    /** One run of the workflow's code: it asks what is done, does the rest, and says the end. It may die anywhere. */
    private void executeWorkflow(Wish wish) {
        boolean dies = !calm && chance.oneIn(3);
        int diesAfter = dies ? chance.below(2 * wish.steps + 2) : Integer.MAX_VALUE;
        ask(Verb.PREPARE_WORKFLOW, wish, null, 2, request -> {
            TransactionRecord record = request.status == 200 ? request.shown : null;
            if (record != null && record.status() == TransactionStatus.PREPARED) {
                step(wish, new HashMap<>(known(record)), 0, diesAfter);
            }
        });
    }

    /** What earlier runs recorded: whether each (branch id, operation) succeeded. */
    private static Map<String, Boolean> known(TransactionRecord record) {
        Map<String, Boolean> known = new HashMap<>();
        for (BranchRecord row : record.branches()) {
            known.put(row.branchId() + "-" + row.operation(), row.status() == BranchStatus.SUCCEED);
        }
        return known;
    }

    /** Actions until one fails, then commits or rollbacks, last branch first, then the end. */
    private void step(Wish wish, Map<String, Boolean> known, int done, int diesAfter) {
        if (done == diesAfter) {
            trace(() -> "a run of " + wish.gid + " dies");
            return;
        }
        boolean fails = false;
        for (int branch = 0; branch < wish.steps && !fails; branch++) {
            Boolean recorded = known.get(wish.branchIds[branch] + "-action");
            if (recorded == null) {
                record(
                        wish,
                        known,
                        new Progress(branch, "action", !wish.refuses[branch], "result of " + branch),
                        done,
                        diesAfter);
                return;
            }
            fails = !recorded;
        }
        String operation = fails ? "rollback" : "commit";
        for (int branch = wish.steps - 1; branch >= 0; branch--) {
            boolean acted = Boolean.TRUE.equals(known.get(wish.branchIds[branch] + "-action"));
            if (acted && !known.containsKey(wish.branchIds[branch] + "-" + operation)) {
                record(wish, known, new Progress(branch, operation, true, ""), done, diesAfter);
                return;
            }
        }
        RegisteredLife life = (RegisteredLife) checker.life(wish.gid);
        life.endAsked(!fails);
        ask(Verb.FINISH, wish, new Progress(-1, "", !fails, fails ? "" : "cmVzdWx0"), 3, request -> {});
    }

    private void record(Wish wish, Map<String, Boolean> known, Progress progress, int done, int diesAfter) {
        time.after(
                chance.below(600),
                () -> ask(Verb.REGISTER, wish, progress, 2, request -> {
                    if (request.status == 200) {
                        known.put(wish.branchIds[progress.branch()] + "-" + progress.operation(), progress.succeeds());
                        step(wish, known, done + 1, diesAfter);
                    }
                }));
    }

    private void ask(Verb verb, Wish wish, int repetitions) {
        ask(verb, wish, null, repetitions, request -> {});
    }

    /** Sends a request, and again when nothing definite comes back; tells the last one of them, once. */
    private void ask(Verb verb, Wish wish, Progress progress, int repetitions, Consumer<ClientRequest> then) {
        boolean[] over = {false};
        ClientRequest[] sent = new ClientRequest[1];
        Runnable again = () -> {
            if (!over[0]) {
                over[0] = true;
                if (repetitions > 0) {
                    time.after(chance.below(3_000), () -> ask(verb, wish, progress, repetitions - 1, then));
                } else {
                    sent[0].status = 0;
                    then.accept(sent[0]);
                }
            }
        };
        ClientRequest request = new ClientRequest(verb, wish, progress, status -> {
            if (status == 0 || status == 503 || status == 500) {
                again.run();
            } else if (!over[0]) {
                over[0] = true;
                sent[0].status = status;
                then.accept(sent[0]);
            }
        });
        sent[0] = request;
        checker.life(wish.gid).sent.add(verb);
        trace(() -> "client sends " + verb + " " + wish.gid + (progress == null ? "" : " " + progress));
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
        Wish wish = checker.life(call.gid()).wish;
        if (wish.isWorkflow() && (calm || chance.oneIn(2))) {
            executeWorkflow(wish);
        }
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
