package io.assent.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the space ahead of the writer filled with zeros, on a thread of its own. When the disk is full it says so, waits, and tries again; the
 * writer meanwhile stays inside what is filled.
 */
final class Filler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Filler.class);
    private static final long RETRY_NANOS = 100_000_000L;
    private static final long IDLE_NANOS = 500_000_000L;

    private final Supplier<Segment> current;
    private final JournalConfig config;
    private final Runnable onRoom;
    private final Thread thread;

    private volatile boolean stopped;
    private volatile boolean lowOnDisk;
    private volatile String failure = "";
    /** Throws that are no error of the disk. */
    private final AtomicLong failures = new AtomicLong();

    Filler(Supplier<Segment> current, JournalConfig config, Runnable onRoom) {
        this.current = current;
        this.config = config;
        this.onRoom = onRoom;
        this.thread = new Thread(this::run, "assent-journal-filler");
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The writer comes near the end of what is filled. */
    void wake() {
        LockSupport.unpark(thread);
    }

    boolean lowOnDisk() {
        return lowOnDisk;
    }

    long failures() {
        return failures.get();
    }

    /** Why there is no more room, or "". */
    String failure() {
        return failure;
    }

    private void run() {
        while (!stopped) {
            long pause = IDLE_NANOS;
            try {
                lowOnDisk = freeBytes(config.directory()) < config.freeBytesMin();
                if (!fillAhead()) {
                    pause = 0;
                }
                failure = "";
            } catch (IOException e) {
                failure = "the journal's disk: " + e.getMessage();
                lowOnDisk = true;
                pause = RETRY_NANOS;
            } catch (RuntimeException | Error e) {
                failure = "the journal's filler: " + e;
                lowOnDisk = true;
                pause = RETRY_NANOS;
                if (failures.getAndIncrement() == 0) {
                    LOG.error("the journal's filler failed and goes on trying", e);
                }
            }
            if (pause > 0) {
                LockSupport.parkNanos(pause);
            }
        }
    }

    private boolean fillAhead() throws IOException {
        Segment segment = current.get();
        if (segment == null) {
            return true;
        }
        long before = segment.filledTo();
        boolean reached = segment.fill(segment.written() + config.fillAheadBytes());
        if (segment.filledTo() > before) {
            onRoom.run();
        }
        return reached;
    }

    /** Asked in a way that needs no file descriptor: a process that has none left is not short of disk. */
    static long freeBytes(Path directory) throws IOException {
        long free = directory.toFile().getUsableSpace();
        if (free == 0 && !Files.isDirectory(directory)) {
            throw new IOException(directory + " is no directory any more");
        }
        return free;
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
