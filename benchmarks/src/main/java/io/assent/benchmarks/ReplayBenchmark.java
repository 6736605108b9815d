package io.assent.benchmarks;

import io.assent.engine.StateMachine;
import io.assent.engine.TransactionKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** State from records: an operation is one record of a two-step saga (three records of together six events). */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ReplayBenchmark {
    private static final int SAGAS = 10_000;
    private static final int RECORDS = SAGAS * 3;

    private final List<byte[]> records = new ArrayList<>();

    @Setup
    public void record() {
        Driver driver = new Driver();
        driver.onRecord = length -> {
            byte[] bytes = new byte[length];
            driver.events.getBytes(0, bytes);
            records.add(bytes);
        };
        for (int i = 0; i < SAGAS; i++) {
            driver.transaction(TransactionKind.SAGA, 2);
        }
    }

    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public StateMachine replay() {
        StateMachine machine = new StateMachine((gid, command, failure) -> {
            throw new IllegalStateException(failure);
        });
        UnsafeBuffer buffer = new UnsafeBuffer(0, 0);
        for (int i = 0; i < records.size(); i++) {
            buffer.wrap(records.get(i));
            machine.replay(i + 1L, buffer, 0, buffer.capacity());
        }
        return machine;
    }
}
