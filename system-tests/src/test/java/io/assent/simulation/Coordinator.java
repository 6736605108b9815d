package io.assent.simulation;

import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.Commands;
import io.assent.engine.EffectQueue;
import io.assent.engine.Effects;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Pressure;
import io.assent.engine.Request;
import io.assent.engine.Settings;
import io.assent.engine.StateMachine;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.engine.codec.EventPublisher;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One process: sockets, a small ring, and the three stages around the real engine. It lives from {@link #start()} until a {@link Crash} flies
 * out of it; the next process begins with what the disk kept.
 *
 * <p>The loop runs as the server's does: read the sockets, tick when a timer is due, decide a batch, ask for a sync unless one is under way,
 * release what is durable. Deciding goes on while a sync is under way.
 */
final class Coordinator implements Effects {
    private static final int CALL_TIMEOUT_MS = 3_000;

    /** A command with what came of it. */
    static final class Slot {
        final byte[] command;
        /** What leaves depends on this position. */
        long position;
        /** The position of its own record, 0 when it wrote none. */
        long record;
        long nowMs;
        long requestId;
        boolean underPressure;
        /** What was read, or null for the process's own commands. */
        final Arrival arrival;

        final EffectQueue effects = new EffectQueue();

        Slot(byte[] command, Arrival arrival) {
            this.command = command;
            this.arrival = arrival;
        }
    }

    /** Something read from a socket or a list: a command that wants into the ring. */
    private record Arrival(Predicate<Commands> command, ClientRequest request, String replyOf, long atMs) {}

    /** A call as the dispatcher keeps it. */
    private static final class Outgoing {
        final BranchCall call;
        boolean written;

        Outgoing(BranchCall call) {
            this.call = call;
        }
    }

    private final Simulation world;
    private final Scenario scenario;
    private final Chance chance;
    private final Checker checker;
    private final SimulatedDisk disk;
    private final PlantedBug bug;

    private final StateMachine machine = newMachine();
    private final ArrayDeque<Arrival> inbox = new ArrayDeque<>();
    private final ArrayDeque<Slot> ring = new ArrayDeque<>();
    private final ArrayDeque<Slot> decided = new ArrayDeque<>();
    private final Map<Long, ClientRequest> waiting = new TreeMap<>();
    private final Map<Long, Outgoing> calls = new TreeMap<>();
    private final ExpandableArrayBuffer commandRoom = new ExpandableArrayBuffer(2_048);
    private final ExpandableArrayBuffer events = new ExpandableArrayBuffer(4_096);
    private final CommandPublisher commands = new CommandPublisher(new RingSink());

    boolean alive = true;
    private long boot;
    private long appended;
    private long durable;
    private boolean syncing;
    private boolean loopPlanned;
    private long timerPlannedFor = Long.MAX_VALUE;
    private boolean resumed;
    private long ignoredDeadlineMs;
    private long skewMs;
    private long clockFloorMs;
    private Arrival reading;
    private Slot releasing;

    Coordinator(Simulation world, SimulatedDisk disk, PlantedBug bug) {
        this.world = world;
        this.scenario = world.scenario;
        this.chance = world.chance;
        this.checker = world.checker;
        this.disk = disk;
        this.bug = bug;
    }

    private StateMachine newMachine() {
        return new StateMachine((gid, command, failure) -> {
            throw new Violation("contained", command + " " + gid + " failed inside the engine: " + failure);
        });
    }

    // ---------------------------------------------------------------- start

    void start() {
        boot = disk.open();
        world.mayCrash("opened the journal");
        appended = disk.readable();
        checker.recovering(appended);
        long left = bug == PlantedBug.REPLAY_SKIPS_RECORD && appended > 1 ? 2 : 0;
        for (long position = 1; position <= appended; position++) {
            byte[] record = disk.entry(position).bytes();
            if (position != left) {
                machine.replay(position, new UnsafeBuffer(record), 0, record.length);
            }
        }
        world.mayCrash("replayed");
        if (bug != PlantedBug.REPLAYED_TAIL_NOT_FORCED) {
            disk.force(appended);
        }
        durable = appended;
        world.mayCrash("forced what was replayed");
        skewMs = scenario.skewMs == 0 || world.calm ? world.lastSkewMs : chance.between(-scenario.skewMs, scenario.skewMs);
        world.lastSkewMs = skewMs;
        clockFloorMs = bug == PlantedBug.CLOCK_GOES_BACK ? 0 : machine.lastEventTimeMs();
        clockFloorMs = Math.max(clockFloorMs, world.time.nowMs() + skewMs);
        inbox.add(new Arrival(out -> out.configure(Settings.DEFAULT), null, null, 0));
        if (bug != PlantedBug.RESUME_FORGOTTEN || boot == 1) {
            inbox.add(new Arrival(out -> out.resume(boot), null, null, 0));
        } else {
            resumed = true;
        }
        world.trace(() -> "process " + boot + " starts with " + appended + " records, skew " + skewMs + " ms");
        wake();
    }

    // ---------------------------------------------------------------- sockets

    /** A client's request comes in over a connection of its own. */
    void accept(ClientRequest request) {
        request.id = world.nextRequestId();
        waiting.put(request.id, request);
        inbox.add(new Arrival(out -> publish(out, request), request, null, world.time.nowMs()));
        if (request.waits()) {
            world.later(this, Math.max(CALL_TIMEOUT_MS, request.wish.requestTimeoutS * 1_000) + 2_000, () -> {
                if (waiting.containsKey(request.id) && request.standing == ClientRequest.Standing.WAITING) {
                    request.expiryAsked = true;
                    push(out -> out.roundExpired(request.id, request.wish.gid));
                }
            });
        }
        if (!world.calm && chance.percent(scenario.disconnectPercent)) {
            world.later(this, chance.below(4_000), () -> disconnect(request));
        }
        wake();
    }

    private void disconnect(ClientRequest request) {
        if (waiting.containsKey(request.id) && request.standing == ClientRequest.Standing.WAITING) {
            world.trace(() -> "connection of " + request + " dies");
            request.standing = ClientRequest.Standing.GONE;
            request.reply.on(0);
            if (request.waits()) {
                push(out -> out.waiterGone(request.id, request.wish.gid));
            }
        }
    }

    private static boolean publish(Commands out, ClientRequest request) {
        Request asked = Request.of(request.id);
        String gid = request.wish.gid;
        return switch (request.verb) {
            case PREPARE -> out.prepare(asked, request.wish.submission, HistoryAnswer.NO_HISTORY);
            case SUBMIT -> out.submit(asked, request.wish.submission, HistoryAnswer.NO_HISTORY);
            case ABORT -> out.abort(asked, gid, request.wish.kind.wireName(), "");
            case FORCE_STOP -> out.forceStop(asked, gid);
            case RESET -> out.resetNextCronTime(asked, gid);
            case QUERY -> out.query(request.id, gid);
        };
    }

    private void push(Predicate<Commands> command) {
        inbox.add(new Arrival(command, null, null, world.time.nowMs()));
        wake();
    }

    /** A reply came in for this call number, or what stands for one: its deadline, a refused connection. */
    void callEnded(long number, Outcome outcome, String text) {
        Outgoing outgoing = calls.remove(number);
        if (outgoing == null) {
            staleReply(number, outcome);
            return;
        }
        checker.callEnded(outgoing.call, outcome);
        long atMs = world.time.nowMs();
        inbox.add(new Arrival(
                out -> out.branchReplied(number, outcome, text, 1), null, outgoing.call.gid(), engineTimeMs(atMs)));
        wake();
    }

    /** A reply for which nobody waits any more. The dispatcher drops it; some histories let it through, the engine has to drop it then. */
    private void staleReply(long number, Outcome outcome) {
        if (bug == PlantedBug.OLD_REPLY_ACCEPTED) {
            BranchCall old = world.issued(number);
            for (Outgoing current : calls.values()) {
                BranchCall call = current.call;
                if (call.gid().equals(old.gid())
                        && call.branchId().equals(old.branchId())
                        && call.operation().equals(old.operation())) {
                    push(out -> out.branchReplied(call.number(), outcome, "late", 1));
                    return;
                }
            }
        }
        if (chance.oneIn(2)) {
            push(out -> out.branchReplied(number, outcome, "late", 1));
        }
    }

    // ---------------------------------------------------------------- the loop

    private void wake() {
        if (!loopPlanned) {
            loopPlanned = true;
            world.later(this, chance.below(3), this::loop);
        }
    }

    private void loop() {
        loopPlanned = false;
        if (!world.calm && chance.percent(scenario.pausePercent)) {
            int pauseMs = chance.oneOf(500, 5_000, 30_000);
            world.trace(() -> "process pauses " + pauseMs + " ms");
            loopPlanned = true;
            world.later(this, pauseMs, () -> {
                loopPlanned = false;
                turn();
            });
            return;
        }
        turn();
    }

    private void turn() {
        if (bug == PlantedBug.TICK_BEFORE_REPLIES) {
            tickIfDue();
        }
        readSockets();
        if (inbox.isEmpty()) {
            tickIfDue();
            if (machine.hasWork()) {
                commands.continueWork();
            }
        }
        decideBatch();
        if (!syncing && durable < appended) {
            syncing = true;
            long target = appended;
            world.later(this, syncDelayMs(), () -> syncEnded(target));
        }
        release();
        if (resumed) {
            checker.checkStuck(machine.stuckTransactions());
        }
        if (chance.oneIn(40)) {
            checkHashes();
        }
        if (!inbox.isEmpty() || !ring.isEmpty() || machine.hasWork()) {
            wake();
        } else {
            planTimer();
        }
    }

    private void readSockets() {
        while (!inbox.isEmpty()) {
            Arrival arrival = inbox.peek();
            reading = arrival;
            boolean taken = arrival.command.test(commands);
            reading = null;
            if (!taken && arrival.request != null) {
                ClientRequest request = arrival.request;
                world.trace(() -> "ring is full for " + request);
                waiting.remove(request.id);
                if (request.standing == ClientRequest.Standing.WAITING) {
                    request.standing = ClientRequest.Standing.ANSWERED;
                    world.answerLeaves(request, 503);
                }
            } else if (!taken && bug != PlantedBug.FULL_RING_DROPS) {
                return;
            }
            inbox.poll();
        }
    }

    private void tickIfDue() {
        long deadlineMs = machine.nextDeadlineMs();
        if (bug == PlantedBug.TIMER_LOST_AT_RESTART && boot > 1) {
            ignoredDeadlineMs = ignoredDeadlineMs == 0 && ring.isEmpty() ? deadlineMs : ignoredDeadlineMs;
            if (deadlineMs == ignoredDeadlineMs) {
                return;
            }
        }
        if (deadlineMs <= engineTimeMs(world.time.nowMs())) {
            commands.tick();
        }
    }

    private void planTimer() {
        long deadlineMs = machine.nextDeadlineMs();
        if (deadlineMs == Long.MAX_VALUE || deadlineMs == ignoredDeadlineMs) {
            return;
        }
        long atMs = Math.max(world.time.nowMs(), deadlineMs - skewMs);
        if (atMs < timerPlannedFor) {
            timerPlannedFor = atMs;
            world.later(this, atMs - world.time.nowMs(), () -> {
                timerPlannedFor = Long.MAX_VALUE;
                wake();
            });
        }
    }

    private long engineTimeMs(long atMs) {
        return Math.max(clockFloorMs, atMs + skewMs);
    }

    // ---------------------------------------------------------------- decide and journal

    private void decideBatch() {
        for (int i = 0; i < scenario.batchMax && !ring.isEmpty(); i++) {
            Slot slot = ring.poll();
            slot.nowMs = engineTimeMs(world.time.nowMs());
            slot.underPressure = !world.calm && chance.percent(scenario.pressurePercent);
            UnsafeBuffer command = new UnsafeBuffer(slot.command);
            slot.requestId = CommandFrame.requestId(command, 0);
            int length = machine.decide(
                    appended + 1,
                    slot.nowMs,
                    slot.underPressure ? Pressure.DISK : Pressure.NONE,
                    command,
                    0,
                    slot.command.length,
                    events,
                    slot.effects);
            world.trace(() -> "decide " + CommandFrame.name(command, 0) + " " + CommandFrame.gid(command, 0) + " -> "
                    + (length > 0 ? "record " + (appended + 1) : "no record") + ", " + slot.effects.size()
                    + " effects");
            resumed |= CommandFrame.name(command, 0).equals("resume");
            world.mayCrash("decided");
            if (length > 0) {
                byte[] record = new byte[length];
                events.getBytes(0, record);
                append(record, slot.nowMs);
                if (bug == PlantedBug.RECORD_APPENDED_TWICE && chance.oneIn(20)) {
                    append(record, slot.nowMs);
                }
                slot.record = appended;
            }
            slot.position = appended;
            decided.add(slot);
            world.mayCrash("appended");
        }
    }

    private void append(byte[] record, long nowMs) {
        if (world.crashesNow()) {
            disk.appendTorn(record, nowMs);
            throw new Crash("while appending");
        }
        boolean fails = !world.calm && chance.below(1_000) < scenario.failedAppendPerMille;
        if (fails && bug != PlantedBug.FAILED_APPEND_IGNORED) {
            throw new Crash("append failed");
        }
        appended++;
        if (!fails) {
            disk.append(record, nowMs);
        }
        checker.appended(appended, record, nowMs);
    }

    private long syncDelayMs() {
        if (!world.calm && chance.percent(scenario.slowSyncPercent)) {
            return chance.below(4_000);
        }
        return chance.below(5);
    }

    private void syncEnded(long target) {
        world.mayCrash("syncing");
        boolean fails = !world.calm && chance.below(1_000) < scenario.failedSyncPerMille;
        if (fails && bug != PlantedBug.RELEASE_AFTER_FAILED_SYNC) {
            throw new Crash("sync failed");
        }
        if (!fails) {
            disk.force(target);
        }
        durable = target;
        syncing = false;
        world.trace(() -> "durable up to " + target);
        world.mayCrash("synced");
        wake();
    }

    // ---------------------------------------------------------------- release

    private void release() {
        List<Runnable> out = new ArrayList<>();
        while (!decided.isEmpty() && (decided.peek().position <= durable || bug == PlantedBug.RELEASE_BEFORE_SYNC)) {
            Slot slot = decided.poll();
            for (int i = 0; i < slot.effects.size(); i++) {
                EffectQueue.Effect effect = slot.effects.get(i);
                out.add(() -> {
                    world.mayCrash("releasing");
                    releasing = slot;
                    effect.deliverTo(this);
                });
            }
        }
        if (bug == PlantedBug.RELEASE_IN_REVERSE) {
            Collections.reverse(out);
        }
        out.forEach(Runnable::run);
    }

    @Override
    public void answer(long requestId, Answer answer) {
        deliver(addressee(requestId), answer);
        if (bug == PlantedBug.ANSWER_SENT_TWICE && chance.oneIn(20)) {
            deliver(addressee(requestId), answer);
        }
    }

    private long addressee(long requestId) {
        if (bug == PlantedBug.ANSWER_TO_OTHER_CLIENT) {
            for (long other : waiting.keySet()) {
                if (other != requestId) {
                    return other;
                }
            }
        }
        return requestId;
    }

    private void deliver(long requestId, Answer answer) {
        world.trace(() -> "answer #" + requestId + " " + answer);
        ClientRequest request = waiting.remove(requestId);
        checker.answered(request, requestId, answer, releasing);
        if (request.standing == ClientRequest.Standing.WAITING) {
            request.standing = ClientRequest.Standing.ANSWERED;
            world.answerLeaves(
                    request,
                    switch (answer.verdict()) {
                        case SUCCESS -> 200;
                        case FAILURE -> 409;
                        case ONGOING -> 425;
                        case ERROR -> 500;
                        case UNAVAILABLE -> 503;
                    });
        }
    }

    @Override
    public void record(long requestId, TransactionRecord record) {
        ClientRequest request = waiting.remove(requestId);
        world.trace(() -> "record #" + requestId + " " + (record == null ? "unknown" : record.status()));
        checker.recordShown(request, requestId, record, releasing);
        if (request.standing == ClientRequest.Standing.WAITING) {
            request.standing = ClientRequest.Standing.ANSWERED;
            world.answerLeaves(request, 200);
        }
    }

    @Override
    public void page(long requestId, TransactionPage page) {
        throw new Violation("answer", "nobody asked for a listing, #" + requestId);
    }

    @Override
    public void lookAgain(long requestId) {
        throw new Violation("answer", "there is no history to look into again, #" + requestId);
    }

    @Override
    public void call(BranchCall call) {
        world.trace(() -> "call " + Checker.name(call) + " number " + call.number());
        checker.called(call, releasing);
        world.issue(call);
        Outgoing outgoing = new Outgoing(call);
        calls.put(call.number(), outgoing);
        if (!world.calm && chance.percent(scenario.fullDestinationPercent)) {
            world.later(this, chance.below(5_000), () -> write(outgoing));
        } else {
            write(outgoing);
        }
        if (bug == PlantedBug.CALL_SENT_TWICE && chance.oneIn(20)) {
            checker.called(call, releasing);
        }
    }

    private void write(Outgoing outgoing) {
        BranchCall call = outgoing.call;
        if (calls.get(call.number()) == outgoing) {
            outgoing.written = true;
            long timeoutMs = call.requestTimeoutMs() > 0 ? call.requestTimeoutMs() : CALL_TIMEOUT_MS;
            world.later(this, timeoutMs, () -> {
                if (calls.get(call.number()) == outgoing) {
                    callEnded(call.number(), Outcome.UNKNOWN, "timed out");
                }
            });
            world.send(this, call);
        }
    }

    @Override
    public void withdraw(long transactionId) {
        for (Outgoing outgoing : List.copyOf(calls.values())) {
            boolean reachable = !outgoing.written || bug == PlantedBug.WITHDRAW_ENDS_WRITTEN_CALLS;
            if (outgoing.call.transactionId() == transactionId && reachable) {
                if (outgoing.written) {
                    long number = outgoing.call.number();
                    push(out -> out.branchReplied(number, Outcome.WITHDRAWN, "", 0));
                } else {
                    callEnded(outgoing.call.number(), Outcome.WITHDRAWN, "");
                }
            }
        }
    }

    // ---------------------------------------------------------------- what the checker asks

    /** Whether a reply of this transaction reached the socket before this engine time and has not been decided. */
    boolean hasUnreadReply(String gid, long beforeMs) {
        for (Arrival arrival : inbox) {
            if (gid.equals(arrival.replyOf) && arrival.atMs < beforeMs) {
                return true;
            }
        }
        for (Slot slot : ring) {
            if (slot.arrival != null && gid.equals(slot.arrival.replyOf) && slot.arrival.atMs < beforeMs) {
                return true;
            }
        }
        return false;
    }

    long forcedPosition() {
        return disk.forcedPosition();
    }

    /** Live, replayed and described state are one. */
    void checkHashes() {
        long live = machine.stateHash();
        StateMachine replayed = newMachine();
        for (long position = 1; position <= Math.min(appended, disk.readable()); position++) {
            byte[] record = disk.entry(position).bytes();
            replayed.replay(position, new UnsafeBuffer(record), 0, record.length);
        }
        checker.checkHash("replayed", live, replayed.stateHash());
        StateMachine restored = newMachine();
        ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
        EventPublisher told = new EventPublisher((buffer, offset, length) -> {});
        told.begin(bytes);
        machine.describeTo(told);
        restored.replay(appended, bytes, 0, told.length());
        checker.checkHash("restored", live, restored.stateHash());
    }

    /** Requests that this process took and never answered. */
    List<ClientRequest> unanswered() {
        return waiting.values().stream()
                .filter(request -> request.standing == ClientRequest.Standing.WAITING)
                .toList();
    }

    int openCalls() {
        return machine.openCallCount();
    }

    /** The ring: bounded, a part of it kept from clients. */
    private final class RingSink implements CommandSink {
        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            int room = source == Source.CLIENT ? scenario.ringSlots - Math.max(1, scenario.ringSlots / 4) : scenario.ringSlots;
            return ring.size() >= room ? null : commandRoom;
        }

        @Override
        public void publish(int length) {
            byte[] command = new byte[length];
            commandRoom.getBytes(0, command);
            ring.add(new Slot(command, reading));
        }
    }
}
