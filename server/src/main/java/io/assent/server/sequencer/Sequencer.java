package io.assent.server.sequencer;

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
import io.assent.engine.Settings;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.journal.Journal;
import io.assent.transport.front.FrontLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

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

    /** What is made for readers and not delivered, at most and one more: a read waits in the ring, where it is small. */
    private static final long SNAPSHOT_BYTES_MAX = 4L << 20;

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
    private final ArrayDeque<Batch> unreleased = new ArrayDeque<>();
    private final ArrayDeque<Batch> spareBatches = new ArrayDeque<>();

    private int ownCommandLength;
    private Batch batch;
    private boolean outOfRoom;
    private boolean readsWait;
    /** Made for readers, released or not, and not delivered. */
    private final AtomicLong undeliveredBytes = new AtomicLong();

    private final long[] bytesPerLoop;
    private ManualClock manualClock;
    private Runnable afterDrain = () -> {};
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
        this.bytesPerLoop = new long[outlets.size()];
        for (int i = 0; i < outlets.size(); i++) {
            perLoop.add(new ArrayList<>());
        }
        batch = newBatch();
    }

    /** Runs a task behind every drain, on the drainer's thread. Before the start. */
    public void afterEachDrain(Runnable task) {
        afterDrain = task;
    }

    /** Lets a manual clock look at every drain. */
    void manualClock(ManualClock control) {
        manualClock = control;
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
            afterDrain.run();
            // Else whoever delivers wakes the drainer, and so does the sync in front of it.
            more |= readsWait && undeliveredBytes.get() == 0;
            more |= clock.isBehind() || (decider.hasWork() && !outOfRoom);
            idle = !more && ring.isEmpty() && unreleased.isEmpty() && !outOfRoom;
            return more && !outOfRoom;
        } catch (RuntimeException | Error failure) {
            halt.halt("the drainer failed behind position " + journal.appendedPosition(), failure);
            return false;
        }
    }

    /** Before the first drain: what decides is set, and everything in doubt is called again. Its effects leave with the first drain. */
    public void start(Settings settings, long boot) {
        run(commands -> commands.configure(settings));
        run(commands -> commands.resume(boot));
    }

    private void run(Consumer<Commands> command) {
        command.accept(ownCommands);
        clock.step();
        decide(ownCommand, ownCommandLength);
    }

    /** When to drain again if nothing is published, engine milliseconds; {@link Long#MAX_VALUE} for never. */
    long nextDeadlineMs() {
        return outOfRoom ? Long.MAX_VALUE : decider.nextDeadlineMs();
    }

    EngineClock clock() {
        return clock;
    }

    Decider decider() {
        return decider;
    }

    /** Whether nothing is published, left over or unreleased. */
    boolean isQuiet() {
        return ring.isEmpty() && unreleased.isEmpty() && batch.effects.isEmpty() && !decider.hasWork();
    }

    private boolean decideBatch() {
        long now = clock.step();
        journal.beginBatch();
        outOfRoom = false;
        readsWait = false;
        int taken = ring.drain(BATCH_MAX, (command, length) -> {
            if (undeliveredBytes.get() + batch.effects.snapshotBytes() > SNAPSHOT_BYTES_MAX) {
                readsWait = true;
                return false;
            }
            if (!journal.tryReserve(length + EVENTS_RESERVE_BYTES)) {
                outOfRoom = true;
                return false;
            }
            decide(command, length);
            return true;
        });
        for (int i = 0; i < OWN_COMMANDS_MAX && hasOwnCommand(now); i++) {
            if (!journal.tryReserve(EVENTS_RESERVE_BYTES)) {
                outOfRoom = true;
                break;
            }
            // Time first: what is left over from a bound has waited less long than what is due.
            if (isTimeDue(now)) {
                ownCommands.tick();
            } else {
                ownCommands.continueWork();
            }
            decide(ownCommand, ownCommandLength);
        }
        return taken == BATCH_MAX || hasOwnCommand(now);
    }

    private boolean hasOwnCommand(long now) {
        return decider.hasWork() || isTimeDue(now);
    }

    /** Replies that have arrived come before the time that would overtake them, also when they found the ring full. */
    private boolean isTimeDue(long now) {
        return decider.nextDeadlineMs() <= now && !hasBacklog();
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
                    pressure.get(),
                    command,
                    0,
                    length,
                    events,
                    batch.effects);
            if (eventBytes > 0) {
                journal.append(clock.nowMs(), events, 0, eventBytes);
            }
        } catch (RuntimeException | Error failure) {
            halt.halt(
                    "command " + CommandFrame.name(command, 0) + " of gid '" + CommandFrame.gid(command, 0)
                            + "' failed at position " + (journal.appendedPosition() + 1),
                    failure);
        }
    }

    /** Gives the batch to whoever syncs; its effects wait for their position. */
    private void endBatch() {
        if (batch.effects.isEmpty() && journal.appendedPosition() == journal.durablePosition()) {
            return;
        }
        batch.position = journal.appendedPosition();
        if (!batch.effects.isEmpty()) {
            undeliveredBytes.addAndGet(batch.effects.snapshotBytes());
            unreleased.addLast(batch);
            batch = newBatch();
        }
        if (journal.appendedPosition() > journal.durablePosition()) {
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
            int loop = loopOf(effect);
            perLoop.get(loop).add(effect);
            bytesPerLoop[loop] += EffectQueue.snapshotBytes(effect);
        }
        for (int i = 0; i < perLoop.size(); i++) {
            List<Effect> batchOfLoop = perLoop.get(i);
            if (!batchOfLoop.isEmpty()) {
                LoopOutlet outlet = outlets.get(i);
                long bytes = bytesPerLoop[i];
                bytesPerLoop[i] = 0;
                if (outlet.isCurrentThread()) {
                    outlet.deliver(batchOfLoop);
                    batchOfLoop.clear();
                    undeliveredBytes.addAndGet(-bytes);
                } else {
                    outlet.execute(() -> {
                        outlet.deliver(batchOfLoop);
                        if (bytes > 0) {
                            undeliveredBytes.addAndGet(-bytes);
                            ring.wakeDrainer();
                        }
                    });
                    perLoop.set(i, new ArrayList<>());
                }
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
