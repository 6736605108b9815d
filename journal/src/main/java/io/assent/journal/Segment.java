package io.assent.journal;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file to be written: created and filled with zeros by us before Chronicle Queue maps it, forced through a handle of our own.
 *
 * <p>Zeros are written in pages of 4 KiB: that allocates the blocks (a full disk shows here, as an ordinary error), and it keeps the page
 * cache in single pages, which makes a force three times cheaper than with the large ones that one big write would leave.
 *
 * <p>Threads: {@link #written} is set by the writer, {@link #filledTo} by whoever fills; filling and closing exclude one another.
 */
final class Segment implements AutoCloseable {
    private static final int PAGE = 4_096;
    /** What one turn of filling writes before others get a chance. */
    private static final int TURN_BYTES = 1 << 20;

    private final Disk.OpenFile file;

    private volatile long written;
    private volatile long filledTo;
    private volatile IOException forceFailure;
    private boolean closed;

    /** Creates the file, empty. */
    Segment(Disk disk, Path path) throws IOException {
        this.file = disk.open(path, true);
    }

    long written() {
        return written;
    }

    void written(long offset) {
        written = offset;
    }

    long filledTo() {
        return filledTo;
    }

    /** Fills up to {@code target}, or a turn's worth; true when the target is reached. */
    synchronized boolean fill(long target) throws IOException {
        if (closed) {
            return true;
        }
        long from = filledTo;
        long to = Math.min((target + PAGE - 1) / PAGE * PAGE, from + TURN_BYTES);
        if (to > from) {
            file.fill(from, to);
            force();
            filledTo = to;
        }
        return to >= target;
    }

    /** Fills up to {@code target} in as many turns as it takes. */
    void fillAll(long target) throws IOException {
        boolean reached = fill(target);
        while (!reached) {
            reached = fill(target);
        }
    }

    /** A force that failed once fails for ever: the file system tells the loss of written pages only once. */
    void force() throws IOException {
        if (forceFailure != null) {
            throw new IOException("an earlier force failed: " + forceFailure, forceFailure);
        }
        try {
            file.force();
        } catch (IOException e) {
            forceFailure = e;
            throw e;
        }
    }

    /** Whether a force failed: nothing can be made durable any more. */
    boolean isLost() {
        return forceFailure != null;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        file.close();
    }
}
