package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.engine.codec.EventPublisher;
import io.assent.engine.mode.Modes;
import io.assent.engine.mode.Plan;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A state machine in a test: commands go through their bytes, records are kept, effects are collected, and after every command the rules
 * that hold always are checked.
 */
final class Machine implements Effects {
    final Modes modes;
    final List<byte[]> records = new ArrayList<>();
    final List<String> effects = new ArrayList<>();
    final List<String> events = new ArrayList<>();
    final List<String> contained = new ArrayList<>();
    /** Calls handed out and not replied to, by number. */
    final Map<Long, BranchCall> open = new TreeMap<>();

    final List<BranchCall> calls = new ArrayList<>();
    final List<TransactionPage> pages = new ArrayList<>();
    final List<Alert> alerts = new ArrayList<>();
    CronReset.Part lastPart;

    private final Set<Long> numbersSeen = new HashSet<>();
    private final ExpandableArrayBuffer command = new ExpandableArrayBuffer(1024);
    private final ExpandableArrayBuffer eventBuffer = new ExpandableArrayBuffer(1024);
    private StateMachine machine;
    private int commandLength;
    long now = 1_000_000;
    /** Deadlines come no further than this. */
    long due = Long.MAX_VALUE;

    long boot = 1;
    Pressure pressure = Pressure.NONE;
    boolean checksEveryCommand = true;
    TransactionRecord lastRecord;

    private final CommandPublisher publisher = new CommandPublisher(new CommandSink() {
        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            return command;
        }

        @Override
        public void publish(int length) {
            commandLength = length;
        }
    });

    Machine() {
        this(Modes.standard());
    }

    Machine(Modes modes) {
        this.modes = modes;
        this.machine = newMachine();
        send(commands -> commands.resume(boot));
    }

    StateMachine stateMachine() {
        return machine;
    }

    /** Encodes one command and lets the machine decide it. */
    void send(Predicate<Commands> call) {
        assertThat(call.test(publisher)).isTrue();
        effects.clear();
        events.clear();
        long position = records.size() + 1L;
        int length = machine.decide(
                position, now, Math.min(due, now), pressure, command, 0, commandLength, eventBuffer, this);
        if (length > 0) {
            byte[] record = new byte[length];
            eventBuffer.getBytes(0, record);
            records.add(record);
            EventLines.of(record, events);
        }
        if (checksEveryCommand) {
            checkRules();
        }
    }

    void reply(long number, Outcome outcome, String text) {
        reply(number, outcome, text, 0);
    }

    void reply(long number, Outcome outcome, String text, int retryAfterS) {
        open.remove(number);
        send(commands -> commands.branchReplied(number, outcome, text, 1, retryAfterS));
    }

    /** Lets commands run until nothing is left over from a bound. */
    void continueWork() {
        while (machine.hasWork()) {
            send(Commands::continueWork);
        }
    }

    /** The process dies and comes back from its records. */
    void restart() {
        machine = replayed();
        open.clear();
        boot++;
        send(commands -> commands.resume(boot));
    }

    Transaction transaction(String gid) {
        return machine.transaction(gid);
    }

    private StateMachine newMachine() {
        return new StateMachine(modes, (gid, name, failure) -> contained.add(name + " " + gid));
    }

    StateMachine replayed() {
        StateMachine copy = newMachine();
        for (int i = 0; i < records.size(); i++) {
            copy.replay(i + 1L, new UnsafeBuffer(records.get(i)), 0, records.get(i).length);
        }
        return copy;
    }

    private StateMachine restored() {
        StateMachine copy = newMachine();
        ExpandableArrayBuffer bytes = new ExpandableArrayBuffer();
        EventPublisher described = new EventPublisher((buffer, offset, length) -> {});
        described.begin(bytes);
        machine.describeTo(described);
        copy.replay(records.size(), bytes, 0, described.length());
        return copy;
    }

    /** What holds after every command. */
    void checkRules() {
        long hash = machine.stateHash();
        assertThat(replayed().stateHash()).as("hash of the replayed state").isEqualTo(hash);
        assertThat(restored().stateHash()).as("hash of the described state").isEqualTo(hash);
        assertThat(machine.stuckTransactions())
                .as("transactions that nothing moves")
                .isEmpty();
        assertThat(machine.openCallCount()).as("calls open in the engine").isLessThanOrEqualTo(open.size());
    }

    // ------------------------------------------------------------ effects

    @Override
    public void answer(long requestId, Answer answer) {
        effects.add("answer " + requestId + " " + answer.verdict()
                + (answer.status() == null ? "" : " " + answer.status().wireName())
                + (answer.text().isEmpty() ? "" : " | " + answer.text().replace("\n", "\\n")));
    }

    @Override
    public void record(long requestId, TransactionRecord record) {
        lastRecord = record;
        if (record == null) {
            effects.add("record " + requestId + " unknown");
            return;
        }
        StringBuilder rows = new StringBuilder();
        for (BranchRecord branch : record.branches()) {
            rows.append(' ').append(branch.status().wireName());
        }
        effects.add("record " + requestId + " " + record.status().wireName() + rows);
    }

    @Override
    public void page(long requestId, TransactionPage page) {
        pages.add(page);
        effects.add("page " + requestId + " " + page.records().size() + " next " + page.nextId());
    }

    @Override
    public void topics(long requestId, TopicPage page) {
        StringBuilder topics = new StringBuilder();
        for (Topic topic : page.topics()) {
            topics.append(' ').append(topic.name()).append(" v").append(topic.version());
            topic.subscribers().forEach(subscriber -> topics.append(' ').append(subscriber.url()));
        }
        effects.add("topics " + requestId + topics + (page.next().isEmpty() ? "" : " next " + page.next()));
    }

    @Override
    public void cronReset(long requestId, CronReset.Part part) {
        lastPart = part;
        effects.add("reset " + requestId + " " + part.count() + (part.hasRemaining() ? " more" : "")
                + (part.nextId() == 0 ? "" : " next " + part.nextId()));
    }

    @Override
    public void waits(long requestId, int requestTimeoutS) {
        effects.add("waits " + requestId + (requestTimeoutS == 0 ? "" : " " + requestTimeoutS + "s"));
    }

    /** Alerts are told in {@link #alerts}: tables would drown in them. */
    @Override
    public void alert(Alert alert) {
        alerts.add(alert);
    }

    @Override
    public void lookAgain(long requestId) {
        effects.add("lookAgain " + requestId);
    }

    @Override
    public void call(BranchCall call) {
        assertThat(numbersSeen.add(call.number()))
                .as("call numbers are never reused")
                .isTrue();
        for (BranchCall other : open.values()) {
            boolean sameBranch =
                    other.gid().equals(call.gid()) && other.branchId().equals(call.branchId());
            assertThat(sameBranch && !call.operation().equals("msg"))
                    .as("another call of branch " + name(call) + " is open: " + name(other))
                    .isFalse();
        }
        open.put(call.number(), call);
        calls.add(call);
        effects.add("call " + name(call) + (call.attempt() == 0 ? "" : " attempt " + call.attempt()));
    }

    @Override
    public void withdraw(long transactionId) {
        effects.add("withdraw " + transactionId);
    }

    static String name(BranchCall call) {
        return call.gid() + "/" + call.branchId() + "/" + call.operation();
    }

    /** The open call with this name. */
    BranchCall openCall(String name) {
        for (BranchCall call : open.values()) {
            if (name(call).equals(name)) {
                return call;
            }
        }
        throw new AssertionError("no open call " + name + ", open are "
                + open.values().stream().map(Machine::name).toList());
    }

    /** The verdict and due rows of a fresh plan, minus what is open, timed or blocked: empty when the kept plan lost nothing. */
    static String leftBehind(Transaction transaction, Modes modes, long now) {
        if (transaction.isTerminal() || transaction.quarantined || transaction.hasWork) {
            return "";
        }
        Plan fresh = modes.of(transaction.kind()).plan(transaction, now);
        StringBuilder left = new StringBuilder();
        if (fresh.verdict() != Plan.Verdict.CONTINUE) {
            left.append(fresh.verdict());
        }
        for (int row = fresh.poll(); row != Plan.NO_ROW; row = fresh.poll()) {
            Branch branch = transaction.touched(row);
            int sibling = modes.of(transaction.kind()).sibling(row);
            Branch other = sibling < 0 ? null : transaction.touched(sibling);
            boolean blocked = other != null && other.open != null;
            boolean busy = branch != null && (branch.open != null || branch.timer != null);
            if (!blocked && !busy) {
                left.append(" row ").append(row);
            }
        }
        return left.toString();
    }
}
