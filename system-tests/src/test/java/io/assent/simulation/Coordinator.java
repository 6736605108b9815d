package io.assent.simulation;

import io.assent.engine.Alert;
import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.BranchRecord;
import io.assent.engine.BranchStatus;
import io.assent.engine.Commands;
import io.assent.engine.CronReset;
import io.assent.engine.EffectQueue;
import io.assent.engine.EffectQueue.AnswerEffect;
import io.assent.engine.Effects;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Pressure;
import io.assent.engine.Registration;
import io.assent.engine.Request;
import io.assent.engine.Settings;
import io.assent.engine.StateMachine;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.EventPublisher;
import io.assent.engine.codec.sbe.BranchRegisteredDecoder;
import io.assent.journal.JournalException;
import io.assent.server.sequencer.CommandRing;
import io.assent.server.sequencer.Decider;
import io.assent.server.sequencer.EngineClock;
import io.assent.server.sequencer.LoopDrainer;
import io.assent.server.sequencer.LoopOutlet;
import io.assent.server.sequencer.Sequencer;
import io.assent.simulation.SimulatedDisk.Recovered;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One process: sockets, dispatcher, and the server's own ring, sequencer, drainer and clock around the real engine, driven by an event loop on
 * virtual time. It lives from {@link #start()} until a {@link Crash} flies out of it; the next process begins with what the disk kept.
 *
 * <p>One turn of the loop reads the sockets and then runs what was handed to the loop, the drain included, as the server's inline loop does.
 */
final class Coordinator implements Effects, LoopOutlet {
    private static final int CALL_TIMEOUT_MS = 3_000;
    private static final long NANOS_PER_MS = 1_000_000;

    /** A decided command, as what it caused is known by. */
    static final class Slot {
        /** What leaves depends on this position. */
        long position;
        /** The position of its own record, 0 when it wrote none. */
        long record;

        long nowMs;
        long requestId;
        boolean underPressure;
        boolean stopsByForce;
        /** Nothing was decided: the journal had no room. */
        boolean refusedForRoom;
    }

    /** Something read from a socket or a list: a command that wants into the ring. */
    private static final class Arrival {
        final Predicate<Commands> command;
        final ClientRequest request;
        /** The transaction whose call ended, or null. */
        final String replyOf;

        final long atMs;
        /** Found the ring full once. */
        boolean waited;

        Arrival(Predicate<Commands> command, ClientRequest request, String replyOf, long atMs) {
            this.command = command;
            this.request = request;
            this.replyOf = replyOf;
            this.atMs = atMs;
        }
    }

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
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    /** What every effect that was not delivered yet came from, in the order of the effects. */
    private final ArrayDeque<Slot> origins = new ArrayDeque<>();

    private final Map<Long, ClientRequest> waiting = new TreeMap<>();
    private final Map<Long, Outgoing> calls = new TreeMap<>();

    boolean alive = true;
    private CommandPublisher commands;
    private DiskJournal journal;
    private EngineClock clock;
    private LoopDrainer drainer;
    private long boot;
    private boolean turnPlanned;
    private boolean resumed;
    private long ignoredDeadlineMs;
    /** What the clocks of this process show. */
    private long shownMs;
    /** When this process started, in time of the world and of the engine. */
    private long startedWorldMs;

    private long startedMs;
    private Slot releasing;
    private Pressure pressure = Pressure.NONE;

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
        Recovered read = disk.recover();
        world.mayCrash("opened the journal");
        long recovered = read.lastPosition();
        checker.recovering(recovered);
        long left = bug == PlantedBug.REPLAY_SKIPS_RECORD && recovered > 1 ? 2 : 0;
        for (long position = 1; position <= recovered; position++) {
            byte[] record = read.records().get((int) position - 1).bytes();
            boolean lost = bug == PlantedBug.REGISTRATION_LOST_AT_RESTART && isRegistration(record);
            if (position != left && !lost) {
                machine.replay(position, new UnsafeBuffer(record), 0, record.length);
            }
        }
        world.mayCrash("replayed");
        journal = DiskJournal.start(world, this, disk, bug, read);
        boot = journal.boot();
        build();
        world.trace(() -> "process " + boot + " starts with " + recovered + " records");
    }

    /** Whether the first event of a record is a registration. */
    private static boolean isRegistration(byte[] record) {
        int template = new UnsafeBuffer(record).getShort(Integer.BYTES + Short.BYTES, ByteOrder.LITTLE_ENDIAN);
        return template == BranchRegisteredDecoder.TEMPLATE_ID;
    }

    /** What CoordinatorServer builds, with one loop that drains. */
    private void build() {
        long skewMs = world.calm ? world.lastSkewMs : chance.between(-scenario.skewMs, scenario.skewMs);
        world.lastSkewMs = skewMs;
        shownMs = world.time.nowMs();
        startedWorldMs = world.time.nowMs();
        startedMs = Math.max(startedWorldMs + skewMs, machine.lastEventTimeMs());
        clock = EngineClock.real(
                () -> worldMs() * NANOS_PER_MS,
                () -> worldMs() + skewMs,
                bug == PlantedBug.CLOCK_GOES_BACK ? 0 : machine.lastEventTimeMs());
        CommandRing ring = new CommandRing(scenario.ringSlots, 1 << 20);
        commands = new CommandPublisher(ring.newSink());
        Sequencer sequencer = new Sequencer(
                ring, new WatchedDecider(), journal, clock, List.of(this), () -> pressure, null, Coordinator::halt);
        drainer = new LoopDrainer(sequencer, this);
        ring.onPublished(drainer::wake);
        sequencer.start(Settings.DEFAULT, boot);
        drainer.start();
    }

    private long worldMs() {
        long nowMs = world.time.nowMs();
        shownMs = bug == PlantedBug.TIME_STANDS_STILL ? Math.min(nowMs, shownMs + 1_000) : nowMs;
        return shownMs;
    }

    private static void halt(String why, Throwable cause) {
        if (cause instanceof Violation violation) {
            throw violation;
        }
        if (cause instanceof Crash crash) {
            throw crash;
        }
        if (cause instanceof JournalException) {
            throw new Crash(why);
        }
        Violation violation = new Violation("thrown", why + ": " + cause);
        violation.initCause(cause);
        throw violation;
    }

    /** Between the sequencer and the engine: shows every command and what came of it to the checker. */
    private final class WatchedDecider implements Decider {
        @Override
        public int decide(
                long position,
                long nowMs,
                long dueMs,
                Pressure stamped,
                DirectBuffer command,
                int offset,
                int length,
                MutableDirectBuffer events,
                Effects effects) {
            checker.decidesAt(nowMs - startedMs, world.time.nowMs() - startedWorldMs);
            String name = CommandFrame.name(command, offset);
            if (name.equals("resume")) {
                resumed = true;
                if (bug == PlantedBug.RESUME_FORGOTTEN && boot > 1) {
                    return 0;
                }
            }
            Slot slot = new Slot();
            slot.nowMs = nowMs;
            slot.underPressure = stamped != Pressure.NONE;
            slot.requestId = CommandFrame.requestId(command, offset);
            slot.stopsByForce = name.equals("forceStop");
            EffectQueue caused = new EffectQueue();
            int bytes = machine.decide(position, nowMs, dueMs, stamped, command, offset, length, events, caused);
            world.trace(() -> "decide " + name + " " + CommandFrame.gid(command, offset) + " -> "
                    + (bytes > 0 ? "record " + position : "no record") + ", " + caused.size() + " effects");
            slot.record = bytes > 0 ? position : 0;
            slot.position = bytes > 0 ? position : position - 1;
            for (int i = 0; i < caused.size(); i++) {
                origins.add(slot);
            }
            caused.drainTo(effects);
            world.mayCrash("decided");
            pressure = !world.calm && chance.percent(scenario.pressurePercent) ? Pressure.DISK : Pressure.NONE;
            return bytes;
        }

        @Override
        public long nextDeadlineMs() {
            long deadlineMs = machine.nextDeadlineMs();
            if (bug == PlantedBug.TIMER_LOST_AT_RESTART && boot > 1 && resumed) {
                ignoredDeadlineMs = ignoredDeadlineMs == 0 ? deadlineMs : ignoredDeadlineMs;
                return deadlineMs == ignoredDeadlineMs ? Long.MAX_VALUE : deadlineMs;
            }
            return deadlineMs;
        }

        @Override
        public long nextDeadlineMs(String gid) {
            return machine.nextDeadlineMs(gid);
        }

        @Override
        public boolean hasWork() {
            return machine.hasWork();
        }

        @Override
        public int openCallCount() {
            return machine.openCallCount();
        }

        @Override
        public void forEachOpenGid(Consumer<String> consumer) {
            machine.forEachOpenGid(consumer);
        }

        @Override
        public void onDeadlineFired(Consumer<String> listener) {
            machine.onDeadlineFired(listener);
        }
    }

    // ---------------------------------------------------------------- sockets

    /** A client's request comes in over a connection of its own. */
    void accept(ClientRequest request) {
        request.id = world.nextRequestId();
        waiting.put(request.id, request);
        inbox.add(new Arrival(out -> publish(out, request), request, null, clock.nowMs()));
        if (request.waits()) {
            watch(request);
        }
        if (!world.calm && chance.percent(scenario.disconnectPercent)) {
            world.later(this, chance.below(4_000), () -> disconnect(request));
        }
        wake();
    }

    /** Its client waits for a round, and not for ever. */
    private void watch(ClientRequest request) {
        world.later(this, Math.max(CALL_TIMEOUT_MS, request.wish.requestTimeoutS * 1_000) + 2_000, () -> {
            if (waiting.containsKey(request.id) && request.standing == ClientRequest.Standing.WAITING) {
                request.expiryAsked = true;
                push(out -> out.roundExpired(request.id, request.wish.gid));
            }
        });
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
            case REGISTER -> out.registerBranch(asked, gid, registration(request));
            case PREPARE_WORKFLOW -> out.prepareWorkflow(asked, request.wish.submission, HistoryAnswer.NO_HISTORY);
            case FINISH -> {
                boolean succeeds = request.progress.succeeds();
                TransactionStatus end = succeeds ? TransactionStatus.SUCCEED : TransactionStatus.FAILED;
                yield out.finishWorkflow(asked, gid, end, succeeds ? "" : "no", request.progress.data());
            }
        };
    }

    private static Registration registration(ClientRequest request) {
        ClientRequest.Progress progress = request.progress;
        Scenario.Wish wish = request.wish;
        String id = wish.branchIds[progress.branch()];
        byte[] data = progress.data().getBytes(StandardCharsets.UTF_8);
        if (wish.isWorkflow()) {
            BranchStatus status = progress.succeeds() ? BranchStatus.SUCCEED : BranchStatus.FAILED;
            return Registration.workflow(id, progress.operation(), status, data);
        }
        String keeps = wish.actions[progress.branch()];
        return wish.keeps().equals("confirm")
                ? Registration.tcc(id, keeps, wish.compensations[progress.branch()], data)
                : Registration.xa(id, keeps, data);
    }

    private void push(Predicate<Commands> command) {
        inbox.add(new Arrival(command, null, null, clock.nowMs()));
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
        inbox.add(new Arrival(
                out -> out.branchReplied(number, outcome, text, 1), null, outgoing.call.gid(), clock.nowMs()));
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
        if (!turnPlanned) {
            turnPlanned = true;
            boolean pauses = !world.calm && chance.percent(scenario.pausePercent);
            int delayMs = pauses ? chance.oneOf(500, 5_000, 30_000) : chance.below(3);
            if (pauses) {
                world.trace(() -> "process pauses " + delayMs + " ms");
            }
            world.later(this, delayMs, this::turn);
        }
    }

    private void turn() {
        turnPlanned = false;
        if (bug != PlantedBug.TICK_BEFORE_REPLIES || tasks.isEmpty()) {
            readSockets();
        }
        for (int i = tasks.size(); i > 0; i--) {
            tasks.poll().run();
        }
        if (resumed) {
            checker.checkStuck(machine.stuckTransactions());
        }
        if (chance.oneIn(60)) {
            checkHashes();
        }
        if (!inbox.isEmpty() || !tasks.isEmpty()) {
            wake();
        }
    }

    private void readSockets() {
        while (!inbox.isEmpty()) {
            Arrival arrival = inbox.peek();
            boolean taken = arrival.command.test(commands);
            if (!taken && arrival.request != null) {
                ClientRequest request = arrival.request;
                world.trace(() -> "ring is full for " + request);
                waiting.remove(request.id);
                if (request.standing == ClientRequest.Standing.WAITING) {
                    request.standing = ClientRequest.Standing.ANSWERED;
                    world.answerLeaves(request, 503);
                }
            } else if (!taken && bug != PlantedBug.FULL_RING_DROPS) {
                inbox.forEach(other -> other.waited = true);
                return;
            }
            inbox.poll();
        }
    }

    @Override
    public boolean isCurrentThread() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        wake();
    }

    @Override
    public void executeLater(Runnable task, long delayMs) {
        if (bug != PlantedBug.ROOM_NOT_LOOKED_FOR || journal.hasRoom()) {
            world.later(this, delayMs, () -> execute(task));
        }
    }

    /** Something became durable, or room was made. */
    void drainAgain() {
        drainer.wake();
    }

    // ---------------------------------------------------------------- release

    @Override
    public void deliver(List<EffectQueue.Effect> effects) {
        List<Runnable> out = new ArrayList<>();
        for (EffectQueue.Effect effect : effects) {
            Slot slot = isRefusedForRoom(effect) ? null : origins.poll();
            out.add(() -> {
                world.mayCrash("releasing");
                releasing = slot == null ? refusal((AnswerEffect) effect) : slot;
                effect.deliverTo(this);
            });
        }
        if (bug == PlantedBug.RELEASE_IN_REVERSE) {
            Collections.reverse(out);
        }
        out.forEach(Runnable::run);
    }

    /** The sequencer refuses without asking the engine when nothing can be recorded. */
    private static boolean isRefusedForRoom(EffectQueue.Effect effect) {
        return effect instanceof AnswerEffect answer && answer.answer().code().equals("bound.journal");
    }

    private Slot refusal(AnswerEffect effect) {
        Slot slot = new Slot();
        slot.requestId = effect.requestId();
        slot.refusedForRoom = true;
        slot.position = checker.positionTold();
        slot.nowMs = clock.nowMs();
        return slot;
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

    private void deliver(long requestId, Answer decided) {
        ClientRequest request = waiting.remove(requestId);
        boolean registers = request != null && request.verb == ClientRequest.Verb.REGISTER;
        boolean aborts = request != null && request.verb == ClientRequest.Verb.ABORT;
        boolean lies = (bug == PlantedBug.LATE_REGISTRATION_ACCEPTED && registers)
                || (bug == PlantedBug.LATE_ABORT_ACCEPTED && aborts);
        Answer answer = lies && decided.verdict() == Answer.Verdict.FAILURE
                ? Answer.success(decided.status() == null ? TransactionStatus.PREPARED : decided.status())
                : decided;
        world.trace(() -> "answer #" + requestId + " " + answer);
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
        TransactionRecord shown = bug == PlantedBug.PROGRESS_NOT_SHOWN ? withoutLastRow(record) : record;
        checker.recordShown(request, requestId, shown, releasing);
        request.shown = shown;
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
    public void topics(long requestId, TopicPage page) {
        throw new Violation("answer", "nobody asked for this, #" + requestId);
    }

    @Override
    public void cronReset(long requestId, CronReset.Part part) {
        throw new Violation("answer", "nobody asked for this, #" + requestId);
    }

    @Override
    public void waits(long requestId, int requestTimeoutS) {
        ClientRequest request = waiting.get(requestId);
        if (request != null) {
            request.toldToWait = true;
            watch(request);
        }
    }

    @Override
    public void alert(Alert alert) {
        // Best effort, and nobody listens.
    }

    @Override
    public void lookAgain(long requestId) {
        throw new Violation("answer", "there is no history to look into again, #" + requestId);
    }

    @Override
    public void call(BranchCall decided) {
        BranchCall call = misdirected(decided);
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

    /** With the one bug: a second phase becomes the other one. */
    private BranchCall misdirected(BranchCall call) {
        boolean swaps =
                bug == PlantedBug.CANCEL_BECOMES_CONFIRM && call.operation().equals("cancel");
        if (!swaps) {
            return call;
        }
        return new BranchCall(
                call.number(),
                call.transactionId(),
                call.gid(),
                call.kind(),
                call.protocol(),
                call.branchId(),
                "confirm",
                call.url(),
                call.payload(),
                call.payloadOffset(),
                call.payloadLength(),
                call.headers(),
                call.requestTimeoutMs(),
                call.priority(),
                call.attempt());
    }

    private static TransactionRecord withoutLastRow(TransactionRecord record) {
        if (record == null || record.branches().isEmpty()) {
            return record;
        }
        List<BranchRecord> rows = record.branches().subList(0, record.branches().size() - 1);
        return new TransactionRecord(
                record.id(),
                record.gid(),
                record.kind(),
                record.status(),
                record.options(),
                record.rollbackReason(),
                record.result(),
                record.createTimeMs(),
                record.updateTimeMs(),
                record.finishTimeMs(),
                record.rollbackTimeMs(),
                record.nextCronIntervalS(),
                record.nextCronTimeMs(),
                record.retryCount(),
                record.quarantineReason(),
                record.deadlineMs(),
                rows,
                record.check());
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
            if (bug == PlantedBug.SECOND_PHASE_SKIPPED && call.branchId().equals("01") && call.priority()) {
                callEnded(call.number(), Outcome.SUCCESS, "");
                return;
            }
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
            if (gid.equals(arrival.replyOf) && arrival.atMs < beforeMs && !arrival.waited) {
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
        List<SimulatedDisk.Entry> records = disk.recover().records();
        for (long position = 1; position <= Math.min(journal.appendedPosition(), records.size()); position++) {
            byte[] record = records.get((int) position - 1).bytes();
            replayed.replay(position, new UnsafeBuffer(record), 0, record.length);
        }
        checker.checkHash("replayed", live, replayed.stateHash());
        StateMachine restored = newMachine();
        ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
        EventPublisher told = new EventPublisher((buffer, offset, length) -> {});
        told.begin(bytes);
        machine.describeTo(told);
        restored.replay(journal.appendedPosition(), bytes, 0, told.length());
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
}
