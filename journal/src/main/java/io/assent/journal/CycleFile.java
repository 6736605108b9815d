package io.assent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.IoUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One file of the journal, read without Chronicle Queue: its documents are walked by their 32-bit headers, and nothing counts that is not a
 * valid record of ours. Needs no lock, changes nothing.
 */
final class CycleFile implements AutoCloseable {
    static final long CYCLE_MS = 3_600_000L;
    static final String SUFFIX = ".cq4";

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HH'F'").withZone(ZoneOffset.UTC);
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int META_DATA = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int HEADER_BODY_BYTES = 24;

    /** Why a walk ended. */
    enum End {
        /** Nothing was ever written behind the last record, or the file was ended properly. */
        CLEAN,
        /** Something is there that is no valid record. */
        BROKEN
    }

    /** Takes each valid record of a walk; false ends it. */
    interface Visitor {
        boolean onRecord(UnsafeBuffer buffer, int offset, int type);
    }

    private final Path path;
    private final int cycle;
    private final MappedByteBuffer mapped;
    private final UnsafeBuffer buffer;
    private final CRC32C crc = new CRC32C();
    private int endOffset;

    CycleFile(Path path) throws IOException {
        this.path = path;
        this.cycle = cycleOf(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = Math.min(channel.size(), Integer.MAX_VALUE & ~7L);
            mapped = size == 0 ? null : channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
        }
        buffer = mapped == null ? new UnsafeBuffer(new byte[0]) : new UnsafeBuffer(mapped);
    }

    /** The journal's files, oldest first. */
    static List<Path> list(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (var entries = Files.newDirectoryStream(directory, "*" + SUFFIX)) {
                entries.forEach(files::add);
            }
        }
        files.sort(null);
        return files;
    }

    static int cycleOf(Path path) {
        String name = path.getFileName().toString();
        try {
            Instant start = NAME.parse(name.substring(0, name.length() - SUFFIX.length()), parsed -> {
                var date = LocalDate.from(parsed);
                var time = LocalTime.of(parsed.get(ChronoField.HOUR_OF_DAY), 0);
                return date.atTime(time).toInstant(ZoneOffset.UTC);
            });
            return (int) (start.toEpochMilli() / CYCLE_MS);
        } catch (DateTimeParseException e) {
            throw new JournalException(
                    JournalException.Reason.DAMAGED,
                    "expected a journal file named like 19700101-00F.cq4, found " + path,
                    e);
        }
    }

    static String nameOf(int cycle) {
        return NAME.format(Instant.ofEpochMilli(cycle * CYCLE_MS)) + SUFFIX;
    }

    Path path() {
        return path;
    }

    int cycle() {
        return cycle;
    }

    /** Where the last walk ended, bytes. */
    int endOffset() {
        return endOffset;
    }

    /** Walks the documents from the start. */
    End walk(Visitor visitor) {
        int offset = 0;
        while (offset + Integer.BYTES <= buffer.capacity()) {
            endOffset = offset;
            int header = buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
            if (header == 0 || header == (NOT_COMPLETE | META_DATA)) {
                return End.CLEAN;
            }
            if ((header & NOT_COMPLETE) != 0) {
                return End.BROKEN;
            }
            int length = header & LENGTH_MASK;
            long next = offset + (long) Integer.BYTES + ((length + 3L) & ~3L);
            if (next > buffer.capacity()) {
                return End.BROKEN;
            }
            if ((header & META_DATA) == 0) {
                int record = offset + Integer.BYTES;
                if (!isWholeRecord(record, length)) {
                    return End.BROKEN;
                }
                if (!visitor.onRecord(buffer, record, RecordLayout.type(buffer, record))) {
                    return End.CLEAN;
                }
            }
            offset = (int) next;
        }
        endOffset = offset;
        return End.CLEAN;
    }

    private boolean isWholeRecord(int record, int length) {
        return mapped != null
                && RecordLayout.isValid(buffer, mapped, record, crc)
                && RecordLayout.paddedBytes(RecordLayout.bodyLength(buffer, record)) == length;
    }

    /** Looks at every fourth byte from {@code from} to the end of the file for valid records, past any hole. */
    void scanRaw(int from, Visitor visitor) {
        if (mapped == null) {
            return;
        }
        int offset = (from + 3) & ~3;
        int last = buffer.capacity() - RecordLayout.HEADER_BYTES;
        while (offset <= last) {
            if ((offset & 7) == 0 && buffer.getLong(offset) == 0) {
                offset += Long.BYTES;
            } else if (RecordLayout.isValid(buffer, mapped, offset, crc)) {
                if (!visitor.onRecord(buffer, offset, RecordLayout.type(buffer, offset))) {
                    return;
                }
                offset += RecordLayout.paddedBytes(RecordLayout.bodyLength(buffer, offset));
            } else {
                offset += Integer.BYTES;
            }
        }
    }

    /** The cycle's header, or null when its first record is not a valid header. */
    Header header() {
        Header[] found = {null};
        walk((records, offset, type) -> {
            if (type == RecordLayout.CYCLE_HEADER && RecordLayout.bodyLength(records, offset) >= HEADER_BODY_BYTES) {
                int body = offset + RecordLayout.HEADER_BYTES;
                found[0] = new Header(
                        RecordLayout.version(records, offset),
                        records.getLong(body, ByteOrder.LITTLE_ENDIAN),
                        records.getLong(body + 8, ByteOrder.LITTLE_ENDIAN),
                        records.getLong(body + 16, ByteOrder.LITTLE_ENDIAN));
            }
            return false;
        });
        return found[0];
    }

    /** The body of a header record. */
    static ByteBuffer headerBody(long boot, long continuesAfter, long createdMs) {
        return ByteBuffer.allocate(HEADER_BODY_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(boot)
                .putLong(continuesAfter)
                .putLong(createdMs)
                .flip();
    }

    @Override
    public void close() {
        if (mapped != null) {
            IoUtil.unmap(mapped);
        }
    }

    /**
     * What a cycle says of itself.
     *
     * @param continuesAfter records of earlier cycles above this position are dead
     */
    record Header(int formatVersion, long boot, long continuesAfter, long createdMs) {}
}
