package io.assent.benchmarks;

import io.assent.engine.TransactionKind;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Decide and apply, encoded commands in, encoded events out: whole transactions. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EngineBenchmark {
    private static final int LONG = 5_000;
    private static final int SHORT = 5;

    private final Driver driver = new Driver();

    /** One saga of two steps, all succeeding: three commands. */
    @Benchmark
    public long saga() {
        return driver.transaction(TransactionKind.SAGA, 2);
    }

    /** One message of two steps: three commands. */
    @Benchmark
    public long msg() {
        return driver.transaction(TransactionKind.MSG, 2);
    }

    /** One step of a saga of five. */
    @Benchmark
    @OperationsPerInvocation(SHORT)
    public long stepOfAShortSaga() {
        return driver.transaction(TransactionKind.SAGA, SHORT);
    }

    /** One step of a saga of five thousand: at most twice the above (SAFETY, Bounds). */
    @Benchmark
    @OperationsPerInvocation(LONG)
    public long stepOfALongSaga() {
        return driver.transaction(TransactionKind.SAGA, LONG);
    }
}
