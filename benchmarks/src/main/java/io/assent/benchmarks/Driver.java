package io.assent.benchmarks;

import io.assent.engine.Alert;
import io.assent.engine.Answer;
import io.assent.engine.BranchCall;
import io.assent.engine.Commands;
import io.assent.engine.CronReset;
import io.assent.engine.Effects;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Pressure;
import io.assent.engine.Request;
import io.assent.engine.Settings;
import io.assent.engine.StateMachine;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;

/** A state machine whose participants answer at once: what a transaction costs without sockets and disk. */
final class Driver implements Effects {
    private static final byte[] PAYLOAD =
            "{\"amount\":30,\"from\":\"alice\",\"to\":\"bob\"}".getBytes(StandardCharsets.UTF_8);
    private static final Settings FEW_FINISHED = new Settings(10, 35, 0, 0, 5_000_000, 4L << 30, 10, false);

    final StateMachine machine = new StateMachine((gid, command, failure) -> {
        throw new IllegalStateException(failure);
    });
    private final ArrayDeque<BranchCall> open = new ArrayDeque<>();
    private final ExpandableArrayBuffer command = new ExpandableArrayBuffer(16 << 10);
    final ExpandableArrayBuffer events = new ExpandableArrayBuffer(64 << 10);
    private int commandLength;
    private long position;
    private long number;

    /** Takes the records that a journal would take. */
    Consumer<Integer> onRecord = length -> {};

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

    Driver() {
        publisher.configure(FEW_FINISHED);
        decide();
        publisher.resume(1);
        decide();
    }

    private void decide() {
        int length = machine.decide(
                position + 1, 1_000_000, 1_000_000, Pressure.NONE, command, 0, commandLength, events, this);
        if (length > 0) {
            position++;
            onRecord.accept(length);
        }
    }

    /** One transaction from its submission to its end; returns the records it made. */
    long transaction(TransactionKind kind, int steps) {
        long before = position;
        publisher.submit(Request.of(1), submission(kind, "gid-" + ++number, steps), HistoryAnswer.NO_HISTORY);
        decide();
        for (BranchCall call = open.poll(); call != null; call = open.poll()) {
            publisher.branchReplied(call.number(), Outcome.SUCCESS, "", 1);
            decide();
        }
        while (machine.hasWork()) {
            send(Commands::continueWork);
        }
        return position - before;
    }

    private void send(Consumer<Commands> call) {
        call.accept(publisher);
        decide();
    }

    static Submission submission(TransactionKind kind, String gid, int steps) {
        SubmissionBuilder builder = new SubmissionBuilder().gid(gid).kind(kind);
        for (int i = 0; i < steps; i++) {
            builder.step(
                    "http://127.0.0.1:8081/api/busi/TransOut",
                    "http://127.0.0.1:8081/api/busi/TransOutRevert",
                    PAYLOAD);
        }
        return builder.build();
    }

    @Override
    public void answer(long requestId, Answer answer) {
        // Nobody waits.
    }

    @Override
    public void record(long requestId, TransactionRecord record) {
        // Nobody waits.
    }

    @Override
    public void page(long requestId, TransactionPage page) {
        // Nobody waits.
    }

    @Override
    public void topics(long requestId, TopicPage page) {
        throw new IllegalStateException("nobody asked");
    }

    @Override
    public void cronReset(long requestId, CronReset.Part part) {
        throw new IllegalStateException("nobody asked");
    }

    @Override
    public void waits(long requestId, int requestTimeoutS) {
        // Told by the request itself here.
    }

    @Override
    public void alert(Alert alert) {
        // Best effort, and nobody listens.
    }

    @Override
    public void lookAgain(long requestId) {
        // There is no history.
    }

    @Override
    public void call(BranchCall call) {
        open.add(call);
    }

    @Override
    public void withdraw(long transactionId) {
        // Every call is answered.
    }
}
