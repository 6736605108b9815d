package io.assent.server.sequencer;

import io.assent.engine.Answer;
import io.assent.engine.Commands;
import io.assent.engine.EffectQueue;
import io.assent.engine.EffectQueue.AlertEffect;
import io.assent.engine.EffectQueue.AnswerEffect;
import io.assent.engine.EffectQueue.CallEffect;
import io.assent.engine.EffectQueue.CronResetEffect;
import io.assent.engine.EffectQueue.Effect;
import io.assent.engine.EffectQueue.LookAgainEffect;
import io.assent.engine.EffectQueue.PageEffect;
import io.assent.engine.EffectQueue.RecordEffect;
import io.assent.engine.EffectQueue.TopicsEffect;
import io.assent.engine.EffectQueue.WaitsEffect;
import io.assent.engine.EffectQueue.WithdrawEffect;
import io.assent.engine.Pressure;
import io.assent.engine.Rejection;
import io.assent.engine.Settings;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.journal.Journal;
import io.assent.transport.front.FrontLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The three stages of a command, run by one drainer: decide, journal, release. A batch is everything the ring holds, up to a bound; what was due
 * by time or left over by a bound goes behind it; then the batch is made durable, and only then its effects leave, in order.
 *
 * <p>No stage assumes that the sync of a batch ends before the next batch is decided: with a sync thread it does not. There is one sync at a time.
 *
 * <p>All methods belong to the drainer's thread, except where they say otherwise. A throw in here is fatal.
 */
public final class Sequencer {
    /** Commands of one batch. */
    static final int BATCH_MAX = 256;
    /** Continuations and ticks of one batch. */
    private static final int OWN_COMMANDS_MAX = 8;
    /** Room asked for beyond a command's own length: what the events of the fullest command may take. */
    private static final int EVENTS_RESERVE_BYTES = 2 << 20;
    /** Without room for so long, the journal is not only behind: clients are not kept waiting any more. */
    private static final long NO_ROOM_GRACE_MS = 1_000;
    /** Without room, it is looked for again so soon. */
    private static final long ROOM_LOOK_MS = 100;
    /** While something is open or waits for its time, the present is looked at so often: a longer silence is a pause of the process. */
    private static final long HEARTBEAT_MS = EngineClock.STEP_MS_MAX / 2;

    /** What a client is told whose request can not be recorded. */
    static final Rejection NO_ROOM = Rejection.unavailable(
            "bound.journal",
            "nothing can be recorded now: the journal's disk is full; nothing has happened, try again");

    /** Effects of one batch and the position they depend on. */
    private static final class Batch {
        final EffectQueue effects = new EffectQueue();
        long position;
    }

    private final CommandRing ring;
    private final Decider decider;
    private final Journal journal;
    private final EngineClock clock;
    private final List<LoopOutlet> outlets;
    private final Supplier<Pressure> pressure;
    private final SyncThread syncThread;
    private final Halt halt;
    private final List<List<Effect>> perLoop = new ArrayList<>();

    private final ExpandableArrayBuffer events = new ExpandableArrayBuffer(64 << 10);
    private final ExpandableArrayBuffer ownCommand = new ExpandableArrayBuffer(256);
    private final CommandPublisher ownCommands;
    private final CommandRing.Taker taker = this::take;
    private final ArrayDeque<Batch> unreleased = new ArrayDeque<>();
    private final ArrayDeque<Batch> spareBatches = new ArrayDeque<>();

    /** Commands of the process itself that came while the journal had no room; at most as many as calls were open. They are decided first. */
    private final ArrayDeque<byte[]> setAside = new ArrayDeque<>();

    private int ownCommandLength;
    private Batch batch;
    /** Deadlines do not come before the ring is taken up to here; -1 when nothing is waited for. */
    private long beforeDeadlines = -1;
    /** Whether the last drain left something for want of room in the journal. */
    private boolean outOfRoom;

    private boolean noRoom;
    /** Monotonic time since which the journal has no room. */
    private long noRoomSinceMs;

    private volatile boolean starved;
    private ManualClock manualClock;
    /** The position that the last sync has to reach. */
    private long syncAskedFor;

    /** Time of the last record of this process. */
    private long recordedMs;
    /** Batches that were handed to a loop and not yet delivered there. */
    private final AtomicInteger delivering = new AtomicInteger();

    private Runnable onDelivered = () -> {};
    private volatile int openCalls;
    private volatile boolean idle;

    /**
     * @param syncThread who syncs when the drainer does not; null when it does
     * @param pressure asked for each command
     */
    public Sequencer(
            CommandRing ring,
            Decider decider,
            Journal journal,
            EngineClock clock,
            List<LoopOutlet> outlets,
            Supplier<Pressure> pressure,
            SyncThread syncThread,
            Halt halt) {
        this.ring = ring;
        this.decider = decider;
        this.journal = journal;
        this.clock = clock;
        this.outlets = outlets;
        this.pressure = pressure;
        this.syncThread = syncThread;
        this.halt = halt;
        this.ownCommands = new CommandPublisher(new CommandSink() {
            @Override
            public MutableDirectBuffer claim(int length, Source source) {
                return ownCommand;
            }

            @Override
            public void publish(int length) {
                ownCommandLength = length;
            }
        });
        for (int i = 0; i < outlets.size(); i++) {
            perLoop.add(new ArrayList<>());
        }
        batch = newBatch();
    }

    /**
     * Lets a manual clock look at every drain.
     *
     * @param look run by the loop that has delivered the last batch under way
     */
    void manualClock(ManualClock control, Runnable look) {
        manualClock = control;
        onDelivered = look;
    }

    /**
     * Lets the present outlive this process: it is recorded, without events, unless the last record has it.
     *
     * @return the position that has to be durable for it, -1 while there is no room
     */
    long keepTime() {
        if (clock.nowMs() > recordedMs) {
            if (!hasRoom(EVENTS_RESERVE_BYTES)) {
                return -1;
            }
            append(0);
        }
        return journal.appendedPosition();
    }

    /** Whether a sync that reaches this position was asked for. */
    boolean isBeingSynced(long position) {
        return position <= syncAskedFor;
    }

    boolean isDurable(long position) {
        return position <= journal.durablePosition();
    }

    /** Calls that are open in the engine, as of the last drain. Any thread. */
    public int openCalls() {
        return openCalls;
    }

    /** Whether the last drain left nothing to do and nothing unreleased. Any thread. */
    public boolean isIdle() {
        return idle;
    }

    /**
     * One round: a batch of commands, what time makes due, sync, release.
     *
     * @return whether there is more to do at once
     */
    boolean drain() {
        try {
            releaseDurable();
            boolean more = decideBatch();
            endBatch();
            releaseDurable();
            if (manualClock != null) {
                more |= manualClock.step();
            }
            openCalls = decider.openCallCount();
            more |= !outOfRoom && (clock.isBehind() || decider.hasWork());
            idle = !more && isQuiet() && !outOfRoom;
            return more;
        } catch (RuntimeException | Error failure) {
            halt.halt("the drainer failed behind position " + journal.appendedPosition(), failure);
            return false;
        }
    }

    /** Whether the journal has had no room for a while: only reads and refusals are answered. As of the last drain; any thread. */
    public boolean hasNoRoom() {
        return starved;
    }

    /** Before the first drain: what decides is set, and everything in doubt is called again. Its effects leave with the first drain. */
    public void start(Settings settings, long boot) {
        clock.toPresent();
        clock.letDeadlinesCome(true);
        run(commands -> commands.configure(settings));
        run(commands -> commands.resume(boot));
    }

    private void run(Consumer<Commands> command) {
        command.accept(ownCommands);
        decide(ownCommand, ownCommandLength);
    }

    /**
     * How long nobody needs to drain when nobody asks for it, milliseconds of real time; {@link Long#MAX_VALUE} for as long as it takes. Everything that
     * waits in here has its way to go on by this or by a wake-up of its own.
     */
    long restMs() {
        if (outOfRoom || noRoom) {
            return ROOM_LOOK_MS;
        }
        long deadlineMs = clock.isManual() ? Long.MAX_VALUE : decider.nextDeadlineMs();
        if (deadlineMs != Long.MAX_VALUE || decider.openCallCount() > 0 || !isQuiet()) {
            return Math.min(HEARTBEAT_MS, Math.max(1, deadlineMs - clock.nowMs()));
        }
        return Long.MAX_VALUE;
    }

    EngineClock clock() {
        return clock;
    }

    Decider decider() {
        return decider;
    }

    /** Whether nothing is published, left over, unreleased or undelivered. */
    boolean isQuiet() {
        return ring.isEmpty()
                && delivering.get() == 0
                && setAside.isEmpty()
                && unreleased.isEmpty()
                && batch.effects.isEmpty()
                && !decider.hasWork();
    }

    private boolean decideBatch() {
        clock.toPresent();
        if (decider.openCallCount() == 0 && decider.nextDeadlineMs() > clock.nowMs()) {
            // Nothing can be overtaken: silence leaves no time behind.
            clock.letDeadlinesCome(true);
        }
        journal.beginBatch();
        outOfRoom = false;
        if (noRoom) {
            hasRoom(EVENTS_RESERVE_BYTES);
        }
        starved = noRoom && clock.monotonicMs() - noRoomSinceMs >= NO_ROOM_GRACE_MS;
        decideSetAside();
        if (!setAside.isEmpty() && !outOfRoom) {
            return true;
        }
        if (beforeDeadlines < 0) {
            beforeDeadlines = ring.published();
        }
        int taken = ring.drain(BATCH_MAX, taker);
        letDeadlinesCome();
        for (int i = 0; i < OWN_COMMANDS_MAX && hasOwnCommand(); i++) {
            if (!hasRoom(EVENTS_RESERVE_BYTES)) {
                outOfRoom = true;
                break;
            }
            // Time first: what is left over from a bound has waited less long than what is due.
            if (isTimeDue()) {
                ownCommands.tick();
            } else {
                ownCommands.continueWork();
            }
            decide(ownCommand, ownCommandLength);
        }
        return taken == BATCH_MAX || (hasOwnCommand() && !outOfRoom);
    }

    /** One command of the ring; false when it stays there. */
    private boolean take(DirectBuffer command, int length) {
        if (CommandFrame.recordsNothing(command, 0)) {
            decide(command, length);
        } else if (setAside.isEmpty() && hasRoom(length + EVENTS_RESERVE_BYTES)) {
            decide(command, length);
        } else {
            outOfRoom = true;
            if (!starved) {
                return false;
            }
            takeWithoutRoom(command, length);
        }
        return true;
    }

    /** A client is refused; what the process itself has to tell waits, out of the way of what needs no record. */
    private void takeWithoutRoom(DirectBuffer command, int length) {
        long requestId = CommandFrame.requestId(command, 0);
        if (requestId != 0) {
            batch.effects.answer(requestId, Answer.refused(NO_ROOM, null));
        } else {
            byte[] copy = new byte[length];
            command.getBytes(0, copy);
            setAside.addLast(copy);
        }
    }

    private void decideSetAside() {
        for (int i = 0; i < BATCH_MAX && !setAside.isEmpty(); i++) {
            byte[] command = setAside.peekFirst();
            if (!hasRoom(command.length + EVENTS_RESERVE_BYTES)) {
                outOfRoom = true;
                return;
            }
            setAside.pollFirst();
            decide(new UnsafeBuffer(command), command.length);
        }
    }

    private boolean hasRoom(int bytes) {
        boolean room = journal.tryReserve(bytes);
        if (!room && !noRoom) {
            noRoomSinceMs = clock.monotonicMs();
        }
        noRoom = !room;
        return room;
    }

    /** Replies that have arrived come before the deadlines that would overtake them, also those that found the ring full or were set aside. */
    private void letDeadlinesCome() {
        if (ring.isTaken(beforeDeadlines) && setAside.isEmpty() && !hasBacklog()) {
            beforeDeadlines = -1;
            clock.letDeadlinesCome(false);
        }
    }

    private boolean hasOwnCommand() {
        return decider.hasWork() || isTimeDue();
    }

    private boolean isTimeDue() {
        return decider.nextDeadlineMs() <= clock.dueMs() && !hasBacklog();
    }

    private boolean hasBacklog() {
        for (int i = 0; i < outlets.size(); i++) {
            if (outlets.get(i).hasBacklog()) {
                return true;
            }
        }
        return false;
    }

    private void decide(DirectBuffer command, int length) {
        int eventBytes = 0;
        try {
            eventBytes = decider.decide(
                    journal.appendedPosition() + 1,
                    clock.nowMs(),
                    clock.dueMs(),
                    pressure.get(),
                    command,
                    0,
                    length,
                    events,
                    batch.effects);
            if (eventBytes > 0) {
                append(eventBytes);
            }
        } catch (RuntimeException | Error failure) {
            halt.halt(
                    "command " + CommandFrame.name(command, 0) + " of gid '" + CommandFrame.gid(command, 0)
                            + "' failed at position " + (journal.appendedPosition() + 1),
                    failure);
        }
    }

    private void append(int eventBytes) {
        journal.append(clock.nowMs(), events, 0, eventBytes);
        recordedMs = clock.nowMs();
    }

    /** Gives the batch to whoever syncs; its effects wait for their position. */
    private void endBatch() {
        if (batch.effects.isEmpty() && journal.appendedPosition() == journal.durablePosition()) {
            return;
        }
        batch.position = journal.appendedPosition();
        if (!batch.effects.isEmpty()) {
            unreleased.addLast(batch);
            batch = newBatch();
        }
        if (journal.appendedPosition() > journal.durablePosition()) {
            syncAskedFor = journal.appendedPosition();
            if (syncThread == null) {
                journal.sync();
            } else {
                syncThread.request();
            }
        }
    }

    private void releaseDurable() {
        long durable = journal.durablePosition();
        while (!unreleased.isEmpty() && unreleased.peekFirst().position <= durable) {
            Batch released = unreleased.pollFirst();
            release(released.effects);
            released.effects.clear();
            spareBatches.addLast(released);
        }
    }

    private void release(EffectQueue effects) {
        for (int i = 0; i < effects.size(); i++) {
            Effect effect = effects.get(i);
            perLoop.get(loopOf(effect)).add(effect);
        }
        for (int i = 0; i < perLoop.size(); i++) {
            List<Effect> batchOfLoop = perLoop.get(i);
            if (!batchOfLoop.isEmpty()) {
                LoopOutlet outlet = outlets.get(i);
                if (outlet.isCurrentThread()) {
                    outlet.deliver(batchOfLoop);
                    batchOfLoop.clear();
                } else {
                    delivering.incrementAndGet();
                    outlet.execute(() -> deliver(outlet, batchOfLoop));
                    perLoop.set(i, new ArrayList<>());
                }
            }
        }
    }

    /** On the loop. */
    private void deliver(LoopOutlet outlet, List<Effect> effects) {
        try {
            outlet.deliver(effects);
        } finally {
            if (delivering.decrementAndGet() == 0) {
                onDelivered.run();
            }
        }
    }

    /** Answers go to the loop that asked; all calls of a transaction to one loop. */
    private int loopOf(Effect effect) {
        if (effect instanceof CallEffect call) {
            return (int) (call.call().transactionId() % outlets.size());
        } else if (effect instanceof WithdrawEffect withdraw) {
            return (int) (withdraw.transactionId() % outlets.size());
        } else if (effect instanceof AnswerEffect answer) {
            return loopOfRequest(answer.requestId());
        } else if (effect instanceof RecordEffect record) {
            return loopOfRequest(record.requestId());
        } else if (effect instanceof PageEffect page) {
            return loopOfRequest(page.requestId());
        } else if (effect instanceof TopicsEffect topics) {
            return loopOfRequest(topics.requestId());
        } else if (effect instanceof CronResetEffect reset) {
            return loopOfRequest(reset.requestId());
        } else if (effect instanceof WaitsEffect waits) {
            return loopOfRequest(waits.requestId());
        } else if (effect instanceof AlertEffect) {
            return 0;
        } else if (effect instanceof LookAgainEffect lookAgain) {
            return loopOfRequest(lookAgain.requestId());
        }
        throw new IllegalStateException("no way out for " + effect);
    }

    private static int loopOfRequest(long requestId) {
        return (int) (requestId >>> FrontLoop.SEQUENCE_BITS);
    }

    private Batch newBatch() {
        Batch spare = spareBatches.pollFirst();
        return spare == null ? new Batch() : spare;
    }
}
