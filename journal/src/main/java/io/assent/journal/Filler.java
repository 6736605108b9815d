package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the space ahead of the writer filled with zeros, and the beginning of the next file too, on a thread of its own. When the disk is full it says
 * so, waits, and tries again; the writer meanwhile stays inside what is filled.
 *
 * <p>Threads: {@link #takeNext} and {@link #hasNext} belong to the writer, everything else is safe for any.
 */
final class Filler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Filler.class);
    private static final long RETRY_NANOS = 100_000_000L;
    private static final long IDLE_NANOS = 500_000_000L;

    private final Supplier<Segment> current;
    private final JournalConfig config;
    private final Disk disk;
    private final Path nextPath;
    private final Runnable onRoom;
    private final Thread thread;
    /** Held while the next file is made or taken. */
    private final Object nextLock = new Object();

    private volatile Segment next;
    private volatile long nextBytes;
    private volatile boolean stopped;
    private volatile boolean lowOnDisk;
    private volatile String failure = "";
    /** Throws that are no error of the disk. */
    private final AtomicLong failures = new AtomicLong();

    /**
     * @param nextPath where the next file is made; it gets its name when it is taken
     * @param nextBytes how much of it is filled, unless more is asked for
     */
    Filler(Supplier<Segment> current, JournalConfig config, Disk disk, Path nextPath, long nextBytes, Runnable onRoom) {
        this.current = current;
        this.config = config;
        this.disk = disk;
        this.nextPath = nextPath;
        this.nextBytes = nextBytes;
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

    /** Whether the next file is filled up to {@code bytes}; when not, it will be. */
    boolean hasNext(long bytes) {
        Segment made = next;
        if (made != null && made.filledTo() >= bytes) {
            return true;
        }
        nextBytes = Math.max(nextBytes, bytes);
        wake();
        return false;
    }

    /** Gives the next file away under its name, filled up to {@code bytes}. */
    Segment takeNext(Path name, long bytes) throws IOException {
        Segment taken;
        synchronized (nextLock) {
            nextBytes = Math.max(nextBytes, bytes);
            makeNext();
            taken = next;
            next = null;
        }
        taken.fillAll(bytes);
        disk.rename(nextPath, name);
        disk.forceDirectory(name.getParent());
        wake();
        return taken;
    }

    private void run() {
        while (!stopped) {
            long pause = IDLE_NANOS;
            try {
                lowOnDisk = freeBytes(config.directory()) < config.freeBytesMin();
                if (!fillAhead() || !fillNext()) {
                    pause = 0;
                }
                failure = "";
            } catch (IOException e) {
                Segment segment = current.get();
                if (segment != null && segment.isLost()) {
                    // It may be records that did not reach the disk: the thread's end is the end of the process.
                    throw new JournalException(Reason.IO, "could not force the journal: " + e, e);
                }
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
        boolean reached = segment.fill(Math.min(segment.written() + config.fillAheadBytes(), config.cycleBytesMax()));
        if (segment.filledTo() > before) {
            onRoom.run();
        }
        return reached;
    }

    private boolean fillNext() throws IOException {
        boolean reached;
        synchronized (nextLock) {
            if (stopped) {
                return true;
            }
            makeNext();
            long before = next.filledTo();
            reached = next.fill(nextBytes);
            if (next.filledTo() == before) {
                return reached;
            }
        }
        onRoom.run();
        return reached;
    }

    private void makeNext() throws IOException {
        if (next == null) {
            next = new Segment(disk, nextPath);
        }
    }

    /** Asked in a way that needs no file descriptor: a process that has none left is not short of disk. */
    static long freeBytes(Path directory) throws IOException {
        long free = directory.toFile().getUsableSpace();
        if (free == 0 && !Files.isDirectory(directory)) {
            throw new IOException(directory + " is no directory any more");
        }
        return free;
    }

    /** Ends the thread and removes the file that nobody took. */
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
        if (next != null) {
            try {
                next.close();
                disk.delete(nextPath);
            } catch (IOException e) {
                throw JournalException.of(Reason.IO, "could not remove " + nextPath, e);
            }
        }
    }
}
