package io.assent.server;

import io.assent.engine.StateMachine;
import io.assent.journal.ChronicleJournal;
import io.assent.journal.DataDirectory;
import io.assent.journal.JournalConfig;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the bytes on disk to a state that goes on: the journal is read to its end, each record is applied as it was applied when it was written, and
 * what was read is made durable before anything can leave.
 */
final class Recovery {
    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);
    private static final long TELL_EVERY_NANOS = 2_000_000_000L;

    /** The process was told to stop while it read. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped while replaying", null, false, false);
        }
    }

    private final StateMachine machine;
    private final BooleanSupplier stopRequested;
    private final long startedNanos = System.nanoTime();
    private long toldNanos = startedNanos;
    private long records;
    private long bytes;

    Recovery(StateMachine machine, BooleanSupplier stopRequested) {
        this.machine = machine;
        this.stopRequested = stopRequested;
    }

    ChronicleJournal open(DataDirectory directory, JournalConfig config, Runnable onRoom) {
        ChronicleJournal journal = ChronicleJournal.open(
                config,
                directory,
                (position, timeMs, body, offset, length) -> {
                    machine.replay(position, body, offset, length);
                    records = position;
                },
                (read, readBytes, file) -> {
                    bytes = readBytes;
                    tellProgress();
                    if (stopRequested.getAsBoolean()) {
                        throw new Stopped();
                    }
                },
                onRoom);
        if (!journal.tornTail().isEmpty()) {
            LOG.warn("{}", journal.tornTail());
        }
        if (records > 0) {
            LOG.info(
                    "replayed {} records ({} KiB) in {} ms: {} unfinished and {} finished transactions",
                    records,
                    bytes >> 10,
                    elapsedMs(),
                    machine.liveTransactions(),
                    machine.finishedTransactions());
        }
        return journal;
    }

    long records() {
        return records;
    }

    long elapsedMs() {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }

    private void tellProgress() {
        long now = System.nanoTime();
        if (now - toldNanos >= TELL_EVERY_NANOS) {
            toldNanos = now;
            LOG.info("replaying: {} records, {} MiB, {} s", records, bytes >> 20, elapsedMs() / 1_000);
        }
    }
}
