package io.assent.benchmarks;

import io.assent.journal.ChronicleJournal;
import io.assent.journal.DataDirectory;
import io.assent.journal.Durability;
import io.assent.journal.JournalConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A batch of 300-byte records appended, then made durable: records a second are batch size times operations a second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class JournalBenchmark {
    private static final int RECORD_BYTES = 300;
    private static final long ROOM_NANOS = 50_000;

    @Param({"1", "8", "64", "512"})
    public int batch;

    @Param({"FSYNC", "OS"})
    public Durability durability;

    private final UnsafeBuffer record = new UnsafeBuffer(new byte[RECORD_BYTES]);
    private Path temporary;
    private DataDirectory directory;
    private ChronicleJournal journal;

    @Setup(Level.Trial)
    public void open() throws IOException {
        temporary = Files.createTempDirectory(Path.of("benchmarks/target"), "journal");
        directory = DataDirectory.open(temporary.resolve("data"));
        journal = ChronicleJournal.open(
                JournalConfig.of(directory.journalPath(), durability),
                directory,
                (position, timeMs, body, offset, length) -> {},
                (records, bytes, file) -> {},
                () -> {});
    }

    @TearDown(Level.Trial)
    public void close() {
        journal.close();
        directory.close();
        IoUtil.delete(temporary.toFile(), true);
    }

    @Benchmark
    public long appendAndSync() {
        journal.beginBatch();
        for (int i = 0; i < batch; i++) {
            while (!journal.tryReserve(RECORD_BYTES)) {
                LockSupport.parkNanos(ROOM_NANOS);
            }
            journal.append(1, record, 0, RECORD_BYTES);
        }
        return journal.sync();
    }
}
