package io.assent.loadtest.kill;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Does to a data directory, between kill and restart, what a power failure does to what was not synced. A SIGKILL alone cannot: the page cache
 * keeps every write of a dead process.
 */
@FunctionalInterface
public interface UnsyncedDropper {

    /** The unit in which a disk loses what was not synced. */
    int PAGE_BYTES = 4096;

    /**
     * Drops unsynced data.
     *
     * @param dataDirectory the directory of the dead server.
     * @param random the source of the choice.
     * @return one line about what was dropped.
     * @throws IOException if the directory cannot be read or changed.
     */
    String drop(Path dataDirectory, SplittableRandom random) throws IOException;

    /**
     * Bytes that were written and not synced when the server died.
     *
     * @param file the file.
     * @param from the first byte, right behind what is durable.
     * @param to behind the last byte that was written.
     */
    record UnsyncedRange(Path file, long from, long to) {}

    /** Knows where durable data ends; whoever knows the journal's format provides it. */
    @FunctionalInterface
    interface UnsyncedLocator {
        /**
         * Finds what was not synced.
         *
         * @param dataDirectory the directory of the dead server.
         * @return the ranges, in any order.
         * @throws IOException if the directory cannot be read.
         */
        List<UnsyncedRange> locate(Path dataDirectory) throws IOException;
    }

    /**
     * Makes a dropper that zeroes random pages of the unsynced ranges and, from a random place on, everything: a disk
     * writes pages in any order, so some in the middle are lost and some behind them are kept.
     *
     * @param locator finds the ranges.
     * @return the dropper.
     */
    static UnsyncedDropper zeroing(final UnsyncedLocator locator) {
        return (dataDirectory, random) -> {
            long pages = 0;
            long tailBytes = 0;
            for (final UnsyncedRange range : locator.locate(dataDirectory)) {
                try (FileChannel channel = FileChannel.open(range.file(), StandardOpenOption.WRITE)) {
                    final long tail = range.from() + random.nextLong(Math.max(1, range.to() - range.from() + 1));
                    for (long page = range.from() / PAGE_BYTES; page * PAGE_BYTES < tail; page++) {
                        if (random.nextInt(3) == 0) {
                            zero(
                                    channel,
                                    Math.max(range.from(), page * PAGE_BYTES),
                                    Math.min(tail, (page + 1) * PAGE_BYTES));
                            pages++;
                        }
                    }
                    zero(channel, tail, range.to());
                    tailBytes += range.to() - tail;
                }
            }
            return pages + " pages and a tail of " + tailBytes + " bytes zeroed";
        };
    }

    private static void zero(final FileChannel channel, final long from, final long to) throws IOException {
        final ByteBuffer zeros = ByteBuffer.allocate(PAGE_BYTES);
        for (long at = from; at < to; ) {
            zeros.clear().limit((int) Math.min(PAGE_BYTES, to - at));
            at += channel.write(zeros, at);
        }
    }
}
