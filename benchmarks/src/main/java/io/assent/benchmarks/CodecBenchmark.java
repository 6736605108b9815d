package io.assent.benchmarks;

import io.assent.engine.HistoryAnswer;
import io.assent.engine.Request;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.engine.codec.EventPublisher;
import java.util.concurrent.TimeUnit;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Encoding of the commonest command and the two commonest events. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CodecBenchmark {
    private final Submission submission = Driver.submission(TransactionKind.SAGA, "gid-1", 2);
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(16 << 10);
    private final EventPublisher events = new EventPublisher((bytes, offset, length) -> {});
    private int published;
    private final CommandPublisher commands = new CommandPublisher(new CommandSink() {
        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            return buffer;
        }

        @Override
        public void publish(int length) {
            published = length;
        }
    });

    @Benchmark
    public int encodeSubmit() {
        commands.submit(Request.of(1), submission, HistoryAnswer.NO_HISTORY);
        return published;
    }

    @Benchmark
    public int encodeTransactionCreated() {
        events.begin(buffer);
        events.transactionCreated(1, 1, TransactionStatus.SUBMITTED, 10, 0, submission);
        return events.length();
    }

    @Benchmark
    public int encodeBranchSucceeded() {
        events.begin(buffer);
        events.branchSucceeded(1, 1, 1, 1, true);
        return events.length();
    }
}
