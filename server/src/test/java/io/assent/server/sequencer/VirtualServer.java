package io.assent.server.sequencer;

import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.Commands;
import io.assent.engine.EffectQueue.AlertEffect;
import io.assent.engine.EffectQueue.AnswerEffect;
import io.assent.engine.EffectQueue.CallEffect;
import io.assent.engine.EffectQueue.Effect;
import io.assent.engine.EffectQueue.RecordEffect;
import io.assent.engine.Outcome;
import io.assent.engine.Pressure;
import io.assent.engine.Settings;
import io.assent.engine.StateMachine;
import io.assent.engine.TransactionRecord;
import io.assent.engine.codec.CommandPublisher;
import io.assent.journal.Journal;
import io.assent.server.MachineDecider;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Engine, ring, sequencer and one of the two drainers around one event loop on virtual time: a turn of the loop reads what has arrived in its sockets, then
 * runs what was handed to it. Nothing happens that the server does not do by itself or the test does not plan.
 */
final class VirtualServer implements LoopOutlet {
    static final long START_MS = 1_700_000_000_000L;
    private static final int TURNS_MAX = 200_000;

    /** What happens at a time; of two things the one that was planned first. */
    private record Planned(long atMs, long order, Runnable action) implements Comparable<Planned> {
        @Override
        public int compareTo(Planned other) {
            return atMs != other.atMs ? Long.compare(atMs, other.atMs) : Long.compare(order, other.order);
        }
    }

    /** How a participant answers. */
    private record Script(long afterMs, Outcome outcome) {}

    /** A call and when it went out, milliseconds from the start. */
    record Call(long atMs, BranchCall call) {}

    final Journal journal;
    final CommandRing ring;
    final EngineClock clock;
    final Sequencer sequencer;
    final StateMachine machine = new StateMachine((gid, command, failure) -> {
        throw new AssertionError(command + " of " + gid, failure);
    });

    final List<Call> calls = new ArrayList<>();
    final Map<Long, Answer> answers = new HashMap<>();
    final Map<Long, TransactionRecord> records = new HashMap<>();
    final List<AlertEffect> alerts = new ArrayList<>();
    /** What the wall clock shows beyond the monotonic one. */
    long wallSkewMs;

    private final boolean drainsOnLoop;
    private final CommandPublisher commands;
    private final LoopDrainer onLoop;
    private final ThreadDrainer onThread;
    private final PriorityQueue<Planned> timers = new PriorityQueue<>();
    private final PriorityQueue<Planned> sockets = new PriorityQueue<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final ArrayDeque<Predicate<Commands>> untold = new ArrayDeque<>();
    private final Map<String, Script> scripts = new HashMap<>();
    private final LongSupplier nanoTime = () -> nowMs() * 1_000_000;
    private long nowMs;
    private long order;
    private long lastRequestId;
    private long threadRestsUntilMs;

    /** @param lastTimeMs what the journal has reached */
    VirtualServer(boolean drainsOnLoop, Journal journal, int ringSlots, long lastTimeMs) {
        this.drainsOnLoop = drainsOnLoop;
        this.journal = journal;
        ring = new CommandRing(ringSlots, 1 << 20);
        commands = new CommandPublisher(ring.newSink());
        clock = EngineClock.real(nanoTime, () -> START_MS + nowMs + wallSkewMs, lastTimeMs);
        sequencer = new Sequencer(
                ring,
                new MachineDecider(machine),
                journal,
                clock,
                List.of(this),
                () -> Pressure.NONE,
                null,
                (why, cause) -> {
                    throw new AssertionError(why, cause);
                });
        onLoop = drainsOnLoop ? new LoopDrainer(sequencer, this) : null;
        onThread = drainsOnLoop ? null : new ThreadDrainer(sequencer, List.of(this));
        ring.onPublished(this::wake);
    }

    void start() {
        sequencer.start(Settings.DEFAULT, journal.boot());
        if (drainsOnLoop) {
            onLoop.start();
        }
        runTurns();
    }

    /** As the sync thread does behind each sync. */
    void wake() {
        if (drainsOnLoop) {
            onLoop.wake();
        } else {
            onThread.wake();
        }
    }

    /** Virtual time from the start. */
    long nowMs() {
        return nowMs;
    }

    /** Wake-ups that are planned. */
    int plannedWakeUps() {
        return timers.size();
    }

    boolean isRingFull() {
        return ring.occupied() == ring.slots();
    }

    // ---------------------------------------------------------------- what the test plans

    /** Calls of this URL end so, after a time. What has no script is never answered. */
    void answers(String url, long afterMs, Outcome outcome) {
        scripts.put(url, new Script(afterMs, outcome));
    }

    /** A client's command now; returns its request id, 0 when the ring was full. */
    long ask(BiPredicate<Commands, Long> command) {
        long id = ++lastRequestId;
        return command.test(commands, id) ? id : 0;
    }

    /** Something comes in later, and is read when the loop reads its sockets. */
    void arrivesAfter(long delayMs, Runnable arrival) {
        sockets.add(new Planned(nowMs + delayMs, order++, arrival));
    }

    /** The process stands still while time goes on. */
    void pause(long ms) {
        nowMs += ms;
    }

    /** Lets time pass and everything happen that happens by itself. */
    void run(long ms) {
        long untilMs = nowMs + ms;
        runTurns();
        while (nextMs() <= untilMs) {
            nowMs = Math.max(nowMs, nextMs());
            runTurns();
        }
        nowMs = Math.max(nowMs, untilMs);
    }

    // ---------------------------------------------------------------- the machine

    private long nextMs() {
        long next = drainsOnLoop ? Long.MAX_VALUE : threadRestsUntilMs;
        next = timers.isEmpty() ? next : Math.min(next, timers.peek().atMs());
        return sockets.isEmpty() ? next : Math.min(next, sockets.peek().atMs());
    }

    private void runTurns() {
        for (int turns = 0; loopHasWork() || threadHasWork(); turns++) {
            if (turns > TURNS_MAX) {
                throw new AssertionError("the server never rests");
            }
            if (threadHasWork()) {
                long restMs = onThread.turn();
                threadRestsUntilMs = restMs == 0 ? nowMs : nowMs + restMs;
            }
            if (loopHasWork()) {
                turnOfTheLoop();
            }
        }
    }

    private boolean loopHasWork() {
        return !tasks.isEmpty() || isDue(timers) || isDue(sockets);
    }

    private boolean threadHasWork() {
        return !drainsOnLoop && (onThread.isWoken() || threadRestsUntilMs <= nowMs);
    }

    private boolean isDue(PriorityQueue<Planned> queue) {
        return !queue.isEmpty() && queue.peek().atMs() <= nowMs;
    }

    private void turnOfTheLoop() {
        while (isDue(sockets)) {
            sockets.poll().action().run();
        }
        // Tasks that this turn plans belong to the next one.
        for (int due = tasks.size(); due > 0; due--) {
            tasks.poll().run();
        }
        for (List<Planned> due = dueTimers(); !due.isEmpty(); due = List.of()) {
            due.forEach(planned -> planned.action().run());
        }
    }

    private List<Planned> dueTimers() {
        List<Planned> due = new ArrayList<>();
        while (isDue(timers)) {
            due.add(timers.poll());
        }
        return due;
    }

    @Override
    public boolean isCurrentThread() {
        return drainsOnLoop;
    }

    @Override
    public boolean hasBacklog() {
        return !untold.isEmpty();
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void executeLater(Runnable task, long delayMs) {
        timers.add(new Planned(nowMs + delayMs, order++, task));
    }

    @Override
    public void deliver(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof AnswerEffect answer) {
                answers.put(answer.requestId(), answer.answer());
            } else if (effect instanceof RecordEffect record) {
                records.put(record.requestId(), record.record());
            } else if (effect instanceof AlertEffect alert) {
                alerts.add(alert);
            } else if (effect instanceof CallEffect call) {
                called(call.call());
            }
        }
    }

    private void called(BranchCall call) {
        calls.add(new Call(nowMs, call));
        Script script = scripts.get(call.url());
        if (script != null) {
            arrivesAfter(
                    script.afterMs(), () -> tell(out -> out.branchReplied(call.number(), script.outcome(), "", 1)));
        }
    }

    /** As the dispatcher does: what finds the ring full is offered again a moment later. */
    private void tell(Predicate<Commands> end) {
        untold.add(end);
        if (untold.size() == 1) {
            offer();
        }
    }

    private void offer() {
        while (!untold.isEmpty() && untold.peek().test(commands)) {
            untold.poll();
        }
        if (!untold.isEmpty()) {
            executeLater(this::offer, 1);
        }
    }
}
