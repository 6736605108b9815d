package io.assent.journal;

import io.assent.journal.CycleFile.End;
import io.assent.journal.DurableMark.Known;
import io.assent.journal.JournalException.Reason;
import io.assent.journal.JournalFiles.Counting;
import io.assent.journal.Recovered.StoredRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Reads a journal from its first record to its last and decides what its end means.
 *
 * <p>Positions must follow one another without a gap, over all files. What stands in a file above the "continues after" of a later file is
 * dead. Damage at or below the highest position that any record, or the {@link DurableMark}, calls durable stops the start, and so does a last file
 * that was cut; damage above it is a torn tail, which is cut and told. Start, verify and the crash rigs share this judgement.
 */
final class JournalRecovery {
    private static final long PROGRESS_RECORDS = 1L << 16;

    private final RecordHandler handler;
    private final ReplayProgress progress;
    private final Known known;
    private final ArrayDeque<StoredRecord> aboveMark = new ArrayDeque<>();

    private long lastPosition;
    private long durableUpTo;
    private long lastTimeMs;
    private long records;
    private long bytes;

    private JournalRecovery(Known known, RecordHandler handler, ReplayProgress progress) {
        this.known = known;
        this.durableUpTo = known.durable();
        this.handler = handler;
        this.progress = progress;
    }

    /** @param known what is known of the journal from outside */
    static Recovered run(Path directory, Known known, RecordHandler handler, ReplayProgress progress)
            throws IOException {
        return new JournalRecovery(known, handler, progress).read(directory);
    }

    private Recovered read(Path directory) throws IOException {
        JournalFiles files = JournalFiles.of(directory, known.cycle());
        List<Counting> counting = files.counting();
        String tornTail = "";
        long lastBoot = 0;
        for (int i = 0; i < counting.size(); i++) {
            Counting next = counting.get(i);
            lastBoot = next.header().boot();
            boolean isLast = i == counting.size() - 1;
            long until = isLast ? Long.MAX_VALUE : counting.get(i + 1).header().continuesAfter();
            try (CycleFile file = new CycleFile(next.path())) {
                if (next.header().continuesAfter() != lastPosition) {
                    throw damaged(
                            file,
                            0,
                            "continues after position " + next.header().continuesAfter()
                                    + ", but the files before it end at " + lastPosition);
                }
                tornTail = readCycle(file, isLast, until);
                progress.onProgress(records, bytes, next.path().getFileName().toString());
            }
        }
        if (lastPosition < known.durable()) {
            throw new JournalException(
                    Reason.DAMAGED,
                    "journal damaged: " + directory + " ends at position " + lastPosition + ", but position "
                            + known.durable() + " was durable, as " + DurableMark.FILE + " beside it knows");
        }
        return new Recovered(
                files,
                lastPosition,
                Math.min(durableUpTo, lastPosition),
                lastTimeMs,
                lastBoot,
                new ArrayList<>(aboveMark),
                tornTail);
    }

    private String readCycle(CycleFile file, boolean isLast, long until) throws IOException {
        boolean[] sealed = {false};
        boolean[] gap = {false};
        long[] gapOffset = {0};
        End end = file.walk((buffer, offset, type) -> {
            if (type == RecordLayout.SEAL) {
                sealed[0] = true;
                return false;
            }
            if (type == RecordLayout.ADOPTED) {
                durableUpTo(RecordLayout.position(buffer, offset));
            }
            if (type == RecordLayout.DATA) {
                long position = RecordLayout.position(buffer, offset);
                if (position > until) {
                    return false;
                }
                if (position != lastPosition + 1) {
                    gap[0] = true;
                    gapOffset[0] = file.recordOffset() - Integer.BYTES;
                    return false;
                }
                take(buffer, offset, position);
            }
            return true;
        });
        long endOffset = gap[0] ? gapOffset[0] : file.endOffset();
        if (file.cycle() == known.cycle() && known.clean() && !(sealed[0] && lastPosition == known.durable())) {
            throw damaged(
                    file,
                    endOffset,
                    "it ends at position " + lastPosition + (sealed[0] ? "" : " without its seal")
                            + ", but was sealed at position " + known.durable() + " by a clean stop");
        }
        if (!isLast) {
            if (lastPosition != until) {
                throw damaged(
                        file,
                        endOffset,
                        "position " + (lastPosition + 1) + " is missing or broken, the next file continues after "
                                + until);
            }
            durableUpTo(until);
            return "";
        }
        if (sealed[0]) {
            durableUpTo(lastPosition);
            return "";
        }
        return judgeTail(file, endOffset, end == End.BROKEN || gap[0]);
    }

    /** The last file ended without a seal: looks past the end for what tells whether something durable is missing. */
    private String judgeTail(CycleFile file, long endOffset, boolean broken) throws IOException {
        long missing = lastPosition + 1;
        int[] beyond = {0};
        long[] mark = {durableUpTo};
        file.scanRaw(endOffset, (buffer, offset, type) -> {
            if (type == RecordLayout.SEAL || type == RecordLayout.ADOPTED) {
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
        if (!file.endsInZeros()) {
            throw damaged(
                    file,
                    endOffset,
                    "the file was cut: it holds positions up to " + lastPosition
                            + " and does not end with the empty space that is always kept behind the last record");
        }
        if (!broken && beyond[0] == 0) {
            return "";
        }
        return "torn tail cut in " + file.path().getFileName() + " at offset " + endOffset
                + ": the journal ends at position " + lastPosition + ", " + beyond[0]
                + " whole records behind it dropped, none of them was durable";
    }

    private void durableUpTo(long position) {
        durableUpTo = Math.max(durableUpTo, position);
        while (!aboveMark.isEmpty() && aboveMark.peekFirst().position() <= durableUpTo) {
            aboveMark.pollFirst();
        }
    }

    private void take(UnsafeBuffer buffer, int offset, long position) {
        int length = RecordLayout.bodyLength(buffer, offset);
        int body = offset + RecordLayout.HEADER_BYTES;
        lastPosition = position;
        lastTimeMs = RecordLayout.timeMs(buffer, offset);
        durableUpTo(RecordLayout.durableUpTo(buffer, offset));
        if (position > durableUpTo) {
            byte[] copy = new byte[length];
            buffer.getBytes(body, copy);
            aboveMark.addLast(new StoredRecord(position, lastTimeMs, copy));
        }
        handler.onRecord(position, lastTimeMs, buffer, body, length);
        records++;
        bytes += length;
        if (records % PROGRESS_RECORDS == 0) {
            progress.onProgress(records, bytes, "");
        }
    }

    static JournalException damaged(CycleFile file, long offset, String what) {
        return new JournalException(
                Reason.DAMAGED, "journal damaged: " + file.path() + " at offset " + offset + ": " + what);
    }
}
