package io.assent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The file being written: our own channel to it, for forcing it and for filling it with zeros ahead of the writer.
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

    final Path path;
    final int cycle;
    private final FileChannel channel;
    private final ByteBuffer zeros = ByteBuffer.allocateDirect(PAGE);

    private volatile long written;
    private volatile long filledTo;
    private boolean closed;

    /** @param from everything before this offset is written already */
    Segment(Path path, int cycle, long from) throws IOException {
        this.path = path;
        this.cycle = cycle;
        this.channel = FileChannel.open(path, StandardOpenOption.WRITE);
        this.written = from;
        this.filledTo = (from + PAGE - 1) / PAGE * PAGE;
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
        for (long offset = from; offset < to; offset += PAGE) {
            zeros.clear();
            while (zeros.hasRemaining()) {
                channel.write(zeros, offset + zeros.position());
            }
        }
        if (to > from) {
            channel.force(false);
            filledTo = to;
        }
        return to >= target;
    }

    void force() throws IOException {
        channel.force(false);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
