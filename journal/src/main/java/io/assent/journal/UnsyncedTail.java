package io.assent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Where the part of a dead journal starts that a loss of power might have taken, and a way to take it: a rig for crash tests. Works on the
 * files of a process that is gone.
 *
 * @param file a file of the journal
 * @param offset first byte of it that a loss of power might have taken
 */
public record UnsyncedTail(Path file, long offset) {
    private static final int PAGE = 4_096;

    /**
     * The last file that counts, from behind its last durable record on, and whole files that do not count yet. Empty when there is no file.
     *
     * @param durablePosition everything up to here was durable, as the process itself knew; more may be, as the journal knows
     */
    public static List<UnsyncedTail> locate(Path dataDirectory, long durablePosition) throws IOException {
        DurableMark.Known known = DataDirectory.known(dataDirectory);
        JournalFiles files = JournalFiles.of(DataDirectory.journalOf(dataDirectory), known.cycle());
        List<UnsyncedTail> tails = new ArrayList<>();
        if (!files.counting().isEmpty()) {
            Path last = files.counting().get(files.counting().size() - 1).path();
            tails.add(new UnsyncedTail(last, endOfDurable(last, Math.max(durablePosition, known.durable()))));
        }
        files.unborn().forEach(file -> tails.add(new UnsyncedTail(file, 0)));
        return tails;
    }

    private static long endOfDurable(Path path, long durablePosition) throws IOException {
        long[] offset = {0};
        try (CycleFile file = new CycleFile(path)) {
            file.walk((buffer, record, type) -> {
                if (type == RecordLayout.DATA && RecordLayout.position(buffer, record) > durablePosition) {
                    // Behind what a start wrote again comes the record that says that it was forced.
                    return true;
                }
                offset[0] = file.recordOffset() + RecordLayout.paddedBytes(RecordLayout.bodyLength(buffer, record));
                return true;
            });
        }
        return offset[0];
    }

    /** Zeroes every byte from the offset on. */
    public void drop() throws IOException {
        zero(offset, Long.MAX_VALUE);
    }

    /** Zeroes about half of the 4 KiB pages behind the offset, chosen by {@code random}; bytes before the offset stay. */
    public void dropPages(Random random) throws IOException {
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
