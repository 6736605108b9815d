package io.assent.journal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One file of the journal, read without Chronicle Queue: its documents are walked by their 32-bit headers, and nothing counts that is not a
 * valid record of ours. Needs no lock, changes nothing.
 */
final class CycleFile implements AutoCloseable {
    static final long CYCLE_MS = 3_600_000L;
    static final String SUFFIX = ".cq4";

    /**
     * Stands where versions 1 and 2 look for files, with a header of this version, so that such a program refuses the directory instead of going on
     * from what it finds there. Holds nothing.
     */
    static final String GUARD = "99991231-23F" + SUFFIX;

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HH'F'").withZone(ZoneOffset.UTC);
    private static final int NOT_COMPLETE = 0x8000_0000;
    private static final int META_DATA = 0x4000_0000;
    private static final int LENGTH_MASK = 0x3FFF_FFFF;
    private static final int HEADER_BODY_BYTES = 24;
    private static final String BOOT_PREFIX = "boot-";
    private static final int ENDING_ZEROS = 4_096;

    private static final int WINDOW_BYTES_MIN = 16 << 10;
    private static final int WINDOW_BYTES_MAX = 1 << 20;

    /** Why a walk ended. */
    enum End {
        /** Nothing was ever written behind the last record, or the file was ended properly. */
        CLEAN,
        /** Something is there that is no valid record. */
        BROKEN
    }

    /** Takes each valid record of a walk, standing at {@code offset} of the buffer; false ends the walk. */
    interface Visitor {
        boolean onRecord(UnsafeBuffer buffer, int offset, int type);
    }

    private final Path path;
    private final int cycle;
    private final FileChannel channel;
    private final long size;
    private final CRC32C crc = new CRC32C();
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[0]);
    private byte[] window = new byte[WINDOW_BYTES_MIN];
    private long windowStart;
    private int windowBytes;
    private long endOffset;
    private long recordOffset;

    CycleFile(Path path) throws IOException {
        this.path = path;
        this.cycle = cycleOf(path);
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
        this.size = channel.size();
        buffer.wrap(window);
    }

    /** The journal's files, in the order in which they were started. A start has a directory of its own; early versions had none. */
    static List<Path> list(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (var entries = Files.newDirectoryStream(directory)) {
                for (Path entry : entries) {
                    String name = entry.getFileName().toString();
                    if (name.endsWith(SUFFIX)) {
                        if (!name.equals(GUARD)) {
                            files.add(entry);
                        }
                    } else if (isBootDirectory(entry)) {
                        try (var inner = Files.newDirectoryStream(entry, "*" + SUFFIX)) {
                            inner.forEach(files::add);
                        } catch (NoSuchFileException e) {
                            // A start that ended early, removed by the next one.
                        }
                    }
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        files.sort(Comparator.comparing(Path::getFileName));
        return files;
    }

    /** The directory of a start. */
    static Path bootDirectory(Path directory, long boot) {
        return directory.resolve(BOOT_PREFIX + boot);
    }

    static boolean isBootDirectory(Path path) {
        return path.getFileName().toString().startsWith(BOOT_PREFIX) && Files.isDirectory(path);
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
    long endOffset() {
        return endOffset;
    }

    /** Where the record that the visitor sees stands in the file, bytes. */
    long recordOffset() {
        return recordOffset;
    }

    /** Walks the documents from the start. */
    End walk(Visitor visitor) throws IOException {
        long offset = 0;
        while (offset + Integer.BYTES <= size) {
            endOffset = offset;
            int header = buffer.getInt(load(offset, Integer.BYTES), ByteOrder.LITTLE_ENDIAN);
            if (header == 0 || header == (NOT_COMPLETE | META_DATA)) {
                return End.CLEAN;
            }
            if ((header & NOT_COMPLETE) != 0) {
                return End.BROKEN;
            }
            int length = header & LENGTH_MASK;
            long record = offset + Integer.BYTES;
            long next = record + ((length + 3L) & ~3L);
            if (next > size) {
                return End.BROKEN;
            }
            if ((header & META_DATA) == 0) {
                int at = wholeRecordAt(record);
                if (at < 0 || RecordLayout.paddedBytes(RecordLayout.bodyLength(buffer, at)) != length) {
                    return End.BROKEN;
                }
                if (!visitor.onRecord(buffer, at, RecordLayout.type(buffer, at))) {
                    return End.CLEAN;
                }
            }
            offset = next;
        }
        endOffset = offset;
        return End.CLEAN;
    }

    /** Looks at every fourth byte from {@code from} to the end of the file for valid records, past any hole. */
    void scanRaw(long from, Visitor visitor) throws IOException {
        long offset = (from + 3) & ~3L;
        long last = size - RecordLayout.HEADER_BYTES;
        while (offset <= last) {
            if (buffer.getLong(load(offset, Long.BYTES), ByteOrder.LITTLE_ENDIAN) == 0) {
                offset += Long.BYTES;
                continue;
            }
            int at = wholeRecordAt(offset);
            if (at < 0) {
                offset += Integer.BYTES;
            } else {
                int bytes = RecordLayout.paddedBytes(RecordLayout.bodyLength(buffer, at));
                if (!visitor.onRecord(buffer, at, RecordLayout.type(buffer, at))) {
                    return;
                }
                offset += bytes;
            }
        }
    }

    /** Index in the buffer of the whole record that stands at an offset of the file, or -1. */
    private int wholeRecordAt(long offset) throws IOException {
        if (offset + RecordLayout.HEADER_BYTES > size) {
            return -1;
        }
        int at = load(offset, RecordLayout.HEADER_BYTES);
        if (!RecordLayout.hasMagic(buffer, at)) {
            return -1;
        }
        int length = RecordLayout.bodyLength(buffer, at);
        if (length < 0 || length > RecordLayout.BODY_BYTES_MAX || offset + RecordLayout.HEADER_BYTES + length > size) {
            return -1;
        }
        at = load(offset, RecordLayout.HEADER_BYTES + length);
        recordOffset = offset;
        return RecordLayout.isWhole(buffer, window, at, crc) ? at : -1;
    }

    /** Brings bytes of the file, which has them, into the window; returns where they stand in the buffer. */
    private int load(long offset, int bytes) throws IOException {
        if (offset >= windowStart && offset + bytes <= windowStart + windowBytes) {
            return (int) (offset - windowStart);
        }
        int wanted = Math.max(bytes, Math.min(window.length * 2, WINDOW_BYTES_MAX));
        if (wanted > window.length) {
            window = new byte[wanted];
            buffer.wrap(window);
        }
        ByteBuffer target = ByteBuffer.wrap(window, 0, (int) Math.min(window.length, size - offset));
        while (target.hasRemaining()) {
            target.limit(Math.min(target.position() + WINDOW_BYTES_MAX, (int) Math.min(window.length, size - offset)));
            if (channel.read(target, offset + target.position()) < 0) {
                throw new EOFException(path + " became shorter while it was read");
            }
            target.limit((int) Math.min(window.length, size - offset));
        }
        windowStart = offset;
        windowBytes = target.position();
        return 0;
    }

    /** Whether the last page of the file is empty, as it is as long as the writer goes on: space is filled ahead of it. */
    boolean endsInZeros() throws IOException {
        long from = Math.max(0, (size - ENDING_ZEROS) & ~7L);
        if (size < ENDING_ZEROS) {
            return false;
        }
        int at = load(from, (int) (size - from));
        for (int i = 0; i < size - from; i++) {
            if (buffer.getByte(at + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /** The cycle's header, or null when its first record is not a valid header. */
    Header header() throws IOException {
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

    /**
     * Whether the record is there that says that the file counts, behind whole ones. One that can only be found past a hole does not help: nothing was
     * told by a file that the mark does not know, and bytes of a payload could look like it.
     */
    boolean isAdopted() throws IOException {
        boolean[] found = {false};
        walk((records, offset, type) -> {
            found[0] |= type == RecordLayout.ADOPTED;
            return !found[0];
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

    /** What the {@link #GUARD} holds: one document with the record of a header. */
    static ByteBuffer guard() {
        int bytes = RecordLayout.paddedBytes(HEADER_BODY_BYTES);
        UnsafeBuffer record = new UnsafeBuffer(new byte[bytes]);
        UnsafeBuffer body = new UnsafeBuffer(headerBody(0, 0, 0));
        RecordLayout.encode(record, RecordLayout.CYCLE_HEADER, 0, 0, 0, body, 0, HEADER_BODY_BYTES, new CRC32C());
        return ByteBuffer.allocate(Integer.BYTES + bytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(bytes)
                .put(record.byteArray())
                .flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    /**
     * What a cycle says of itself.
     *
     * @param continuesAfter records of earlier cycles above this position are dead, once the file counts
     */
    record Header(int formatVersion, long boot, long continuesAfter, long createdMs) {}
}
