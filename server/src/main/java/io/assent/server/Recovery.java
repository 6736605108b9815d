package io.assent.server;

import io.assent.engine.StateMachine;
import io.assent.journal.ChronicleJournal;
import io.assent.journal.DataDirectory;
import io.assent.journal.JournalConfig;
import java.io.PrintStream;
import java.util.function.BooleanSupplier;

/**
 * From the bytes on disk to a state that goes on: the journal is read to its end, each record is applied as it was applied when it was written, and
 * what was read is made durable before anything can leave.
 */
final class Recovery {
    private static final long TELL_EVERY_NANOS = 2_000_000_000L;

    /** The process was told to stop while it read. */
    static final class Stopped extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped while replaying", null, false, false);
        }
    }

    private final StateMachine machine;
    private final PrintStream out;
    private final BooleanSupplier stopRequested;
    private final long startedNanos = System.nanoTime();
    private long toldNanos = startedNanos;
    private long records;
    private long bytes;

    Recovery(StateMachine machine, PrintStream out, BooleanSupplier stopRequested) {
        this.machine = machine;
        this.out = out;
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
            out.println(journal.tornTail());
        }
        if (records > 0) {
            out.println("replayed " + records + " records (" + (bytes >> 10) + " KiB) in " + elapsedMs() + " ms: "
                    + machine.liveTransactions() + " unfinished and " + machine.finishedTransactions()
                    + " finished transactions");
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
            out.println("replaying: " + records + " records, " + (bytes >> 20) + " MiB, " + elapsedMs() / 1_000 + " s");
        }
    }
}
