package io.assent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;

/**
 * Where the part of a dead journal starts that a loss of power might have taken, and a way to take it: a rig for crash tests. Works on the
 * files of a process that is gone.
 *
 * @param file the last file, or null when the journal has none
 * @param offset first byte behind the last record at or below the durable position
 */
public record UnsyncedTail(Path file, long offset) {
    private static final int PAGE = 4_096;

    /**
     * @param durablePosition everything up to here was durable, as the process itself knew
     */
    public static UnsyncedTail locate(Path journalDirectory, long durablePosition) throws IOException {
        List<Path> files = CycleFile.list(journalDirectory);
        if (files.isEmpty()) {
            return new UnsyncedTail(null, 0);
        }
        Path last = files.get(files.size() - 1);
        long[] offset = {0};
        try (CycleFile file = new CycleFile(last)) {
            file.walk((buffer, record, type) -> {
                if (type != RecordLayout.DATA || RecordLayout.position(buffer, record) <= durablePosition) {
                    offset[0] = (long) record + RecordLayout.paddedBytes(RecordLayout.bodyLength(buffer, record));
                    return true;
                }
                return false;
            });
        }
        return new UnsyncedTail(last, offset[0]);
    }

    /** Zeroes every byte from the offset on. */
    public void drop() throws IOException {
        zero(offset, Long.MAX_VALUE);
    }

    /** Zeroes about half of the 4 KiB pages behind the offset, chosen by {@code random}; bytes before the offset stay. */
    public void dropPages(Random random) throws IOException {
        if (file == null) {
            return;
        }
        long size;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            size = channel.size();
        }
        for (long page = offset / PAGE * PAGE; page < size; page += PAGE) {
            if (random.nextBoolean()) {
                zero(Math.max(page, offset), page + PAGE);
            }
        }
    }

    private void zero(long from, long to) throws IOException {
        if (file == null) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long end = Math.min(to, channel.size());
            ByteBuffer zeros = ByteBuffer.allocate(64 << 10);
            for (long at = from; at < end; at += zeros.capacity()) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), end - at));
                channel.write(zeros, at);
            }
        }
    }
}
