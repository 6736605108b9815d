package io.assent.journal;

import io.assent.journal.CycleFile.End;
import io.assent.journal.CycleFile.Header;
import io.assent.journal.JournalException.Reason;
import io.assent.journal.Recovered.StoredRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a journal from its first record to its last and decides what its end means.
 *
 * <p>Positions must follow one another without a gap, over all files. What stands in a file above the "continues after" of a later file is
 * dead. In the last file, damage at or below the highest position that any record calls durable stops the start; damage above it is a torn
 * tail, which is cut and told.
 */
final class JournalRecovery {
    private static final long PROGRESS_RECORDS = 1L << 16;

    private final RecordHandler handler;
    private final ReplayProgress progress;
    private final ArrayDeque<StoredRecord> aboveMark = new ArrayDeque<>();

    private long lastPosition;
    private long durableUpTo;
    private long lastTimeMs;
    private long records;
    private long bytes;

    private JournalRecovery(RecordHandler handler, ReplayProgress progress) {
        this.handler = handler;
        this.progress = progress;
    }

    /**
     * @param knownCycle this file and every one before it had a durable header; -1 when nothing is known
     */
    static Recovered run(Path directory, int knownCycle, RecordHandler handler, ReplayProgress progress)
            throws IOException {
        return new JournalRecovery(handler, progress).read(directory, knownCycle);
    }

    private Recovered read(Path directory, int knownCycle) throws IOException {
        List<Cycle> cycles = cycles(directory, knownCycle);
        String tornTail = "";
        long lastBoot = 0;
        for (int i = 0; i < cycles.size(); i++) {
            Cycle cycle = cycles.get(i);
            lastBoot = cycle.header.boot();
            boolean isLast = i == cycles.size() - 1;
            long until = isLast ? Long.MAX_VALUE : cycles.get(i + 1).header.continuesAfter();
            try (CycleFile file = new CycleFile(cycle.path)) {
                if (cycle.header.continuesAfter() != lastPosition) {
                    throw damaged(
                            file,
                            0,
                            "continues after position " + cycle.header.continuesAfter()
                                    + ", but the files before it end at " + lastPosition);
                }
                tornTail = readCycle(file, isLast, until);
                progress.onProgress(records, bytes, cycle.path.getFileName().toString());
            }
        }
        int lastCycle = -1;
        for (Path path : CycleFile.list(directory)) {
            lastCycle = CycleFile.cycleOf(path);
        }
        return new Recovered(
                lastPosition,
                Math.min(durableUpTo, lastPosition),
                lastTimeMs,
                lastBoot,
                lastCycle,
                new ArrayList<>(aboveMark),
                tornTail);
    }

    private record Cycle(Path path, Header header) {}

    /**
     * Sets files aside that were being created when the process died: they have no header and hold nothing, and the queue can not go on
     * behind them.
     */
    static void setAsideUnborn(Path directory) throws IOException {
        for (Path path : CycleFile.list(directory)) {
            boolean unborn;
            try (CycleFile file = new CycleFile(path)) {
                unborn = file.header() == null;
            }
            if (unborn) {
                Files.move(
                        path, path.resolveSibling(path.getFileName() + ".unborn"), StandardCopyOption.REPLACE_EXISTING);
                DataDirectory.forceDirectory(directory);
            }
        }
    }

    /** The files that hold something. One without a header was being created when the process died. */
    private static List<Cycle> cycles(Path directory, int knownCycle) throws IOException {
        List<Cycle> cycles = new ArrayList<>();
        for (Path path : CycleFile.list(directory)) {
            try (CycleFile file = new CycleFile(path)) {
                Header header = file.header();
                if (header == null && file.cycle() <= knownCycle) {
                    throw damaged(file, 0, "its header is missing or broken, but was durable");
                }
                if (header != null) {
                    if (header.formatVersion() > RecordLayout.FORMAT_VERSION) {
                        throw new JournalException(
                                Reason.NEWER_FORMAT,
                                path + " has format version " + header.formatVersion() + ", this program reads up to "
                                        + RecordLayout.FORMAT_VERSION);
                    }
                    cycles.add(new Cycle(path, header));
                }
            }
        }
        return cycles;
    }

    private String readCycle(CycleFile file, boolean isLast, long until) {
        boolean[] sealed = {false};
        boolean[] gap = {false};
        int[] gapOffset = {0};
        End end = file.walk((buffer, offset, type) -> {
            if (type == RecordLayout.SEAL) {
                sealed[0] = true;
                return false;
            }
            if (type == RecordLayout.DATA) {
                long position = RecordLayout.position(buffer, offset);
                if (position > until) {
                    return false;
                }
                if (position != lastPosition + 1) {
                    gap[0] = true;
                    gapOffset[0] = offset;
                    return false;
                }
                take(buffer, offset, position);
            }
            return true;
        });
        if (!isLast) {
            if (lastPosition != until) {
                throw damaged(
                        file,
                        gap[0] ? gapOffset[0] : file.endOffset(),
                        "position " + (lastPosition + 1) + " is missing or broken, the next file continues after "
                                + until);
            }
            // What stood above is dead: nobody was told of it.
            while (!aboveMark.isEmpty() && aboveMark.peekLast().position() > until) {
                aboveMark.pollLast();
            }
            durableUpTo = Math.max(durableUpTo, until);
            aboveMark.clear();
            return "";
        }
        if (sealed[0]) {
            durableUpTo = lastPosition;
            aboveMark.clear();
            return "";
        }
        return judgeTail(file, gap[0] ? gapOffset[0] : file.endOffset(), end == End.BROKEN || gap[0]);
    }

    /** The last file ended without a seal: looks past the end for what tells whether something durable is missing. */
    private String judgeTail(CycleFile file, int endOffset, boolean broken) {
        long missing = lastPosition + 1;
        int[] beyond = {0};
        long[] mark = {durableUpTo};
        file.scanRaw(endOffset, (buffer, offset, type) -> {
            if (type == RecordLayout.SEAL) {
                mark[0] = Math.max(mark[0], RecordLayout.position(buffer, offset));
            }
            if (type == RecordLayout.DATA && RecordLayout.position(buffer, offset) > lastPosition) {
                beyond[0]++;
            }
            mark[0] = Math.max(mark[0], RecordLayout.durableUpTo(buffer, offset));
            return true;
        });
        if (mark[0] >= missing) {
            throw damaged(
                    file,
                    endOffset,
                    "position " + missing + " is missing or broken, but everything up to " + mark[0] + " was durable");
        }
        if (!broken && beyond[0] == 0) {
            return "";
        }
        return "torn tail cut in " + file.path().getFileName() + " at offset " + endOffset
                + ": the journal ends at position " + lastPosition + ", " + beyond[0]
                + " whole records behind it dropped, none of them was durable";
    }

    private void take(UnsafeBuffer buffer, int offset, long position) {
        int length = RecordLayout.bodyLength(buffer, offset);
        int body = offset + RecordLayout.HEADER_BYTES;
        lastPosition = position;
        lastTimeMs = RecordLayout.timeMs(buffer, offset);
        long mark = RecordLayout.durableUpTo(buffer, offset);
        if (mark > durableUpTo) {
            durableUpTo = mark;
            while (!aboveMark.isEmpty() && aboveMark.peekFirst().position() <= durableUpTo) {
                aboveMark.pollFirst();
            }
        }
        byte[] copy = new byte[length];
        buffer.getBytes(body, copy);
        aboveMark.addLast(new StoredRecord(position, lastTimeMs, copy));
        handler.onRecord(position, lastTimeMs, buffer, body, length);
        records++;
        bytes += length;
        if (records % PROGRESS_RECORDS == 0) {
            progress.onProgress(records, bytes, "");
        }
    }

    private static JournalException damaged(CycleFile file, int offset, String what) {
        return new JournalException(
                Reason.DAMAGED, "journal damaged: " + file.path() + " at offset " + offset + ": " + what);
    }
}
