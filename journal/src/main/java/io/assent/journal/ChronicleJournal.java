package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import io.assent.journal.Recovered.StoredRecord;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.main.UnlockMain;
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The journal on Chronicle Queue. The queue lays bytes into memory-mapped files; everything that makes them safe is done here: position and
 * checksum per record, a new file at every start and at a size limit, space filled ahead, our own force, and a reading of our own
 * ({@link JournalRecovery}) that trusts none of the queue's structures.
 */
public final class ChronicleJournal implements Journal {
    /** Kept free in front of the writer for the queue's own index documents. */
    private static final int INDEX_RESERVE_BYTES = 256 << 10;
    /** Space of a new file that is filled before its first record is acknowledged. */
    private static final int FIRST_FILL_BYTES = 1 << 20;
    /** Free disk space that a new file asks for before it is created: its first pages are touched before they can be filled. */
    private static final long NEW_FILE_FREE_BYTES = 16L << 20;

    private static final long BACKGROUND_FORCE_NANOS = 1_000_000_000L;
    private static final String CYCLE_PROPERTY = "journal.cycle";

    private final JournalConfig config;
    private final DataDirectory dataDirectory;
    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final Filler filler;
    private final long boot;
    private final String tornTail;
    private final CRC32C crc = new CRC32C();
    /** Held while a segment is forced or replaced: one force at a time. */
    private final Object forceLock = new Object();

    private UnsafeBuffer record = new UnsafeBuffer(new byte[16 << 10]);
    private volatile int cycle;
    private volatile Segment segment;
    private volatile long appended;
    private volatile long durable;
    /** Highest position known forced to the device; with {@link Durability#OS} behind {@link #durable}. */
    private volatile long forced;

    private volatile boolean closed;
    private boolean batchBegins;
    private long lastTimeMs;
    private Thread backgroundForce;

    private ChronicleJournal(JournalConfig config, DataDirectory dataDirectory, Recovered recovered, Runnable onRoom)
            throws IOException {
        this.config = config;
        this.dataDirectory = dataDirectory;
        this.boot = recovered.lastBoot() + 1;
        this.tornTail = recovered.tornTail();
        this.cycle = recovered.lastCycle();
        this.lastTimeMs = recovered.lastTimeMs();
        this.queue = openQueue();
        this.appender = queue.createAppender();
        this.appender.singleThreadedCheckDisabled(true);
        this.filler = new Filler(() -> segment, config, onRoom);
        this.appended = recovered.durableUpTo();
        startCycle(recovered.durableUpTo(), FIRST_FILL_BYTES);
        appendAgain(recovered);
        forceSegment();
        durable = appended;
        forced = appended;
        dataDirectory.remember(CYCLE_PROPERTY, Integer.toString(cycle));
        filler.start();
        if (config.durability() == Durability.OS) {
            backgroundForce = new Thread(this::forceInBackground, "assent-journal-force");
            backgroundForce.setDaemon(true);
            backgroundForce.start();
        }
    }

    /**
     * Opens the journal of a data directory: reads it to its end, hands every record to {@code replay}, starts a new file, and makes durable
     * what was read.
     *
     * @param onRoom called by the filler's thread when {@link #tryReserve} may succeed again
     */
    public static ChronicleJournal open(
            JournalConfig config,
            DataDirectory dataDirectory,
            RecordHandler replay,
            ReplayProgress progress,
            Runnable onRoom) {
        prepareChronicle();
        try {
            Files.createDirectories(config.directory());
            String known = dataDirectory.property(CYCLE_PROPERTY);
            Recovered recovered = JournalRecovery.run(
                    config.directory(), known == null ? -1 : Integer.parseInt(known), replay, progress);
            JournalRecovery.setAsideUnborn(config.directory());
            unlock(config.directory());
            return new ChronicleJournal(config, dataDirectory, recovered, onRoom);
        } catch (IOException e) {
            throw new JournalException(Reason.IO, "could not open the journal in " + config.directory() + ": " + e, e);
        }
    }

    /** What recovery cut off, for people; "" when the end was clean. */
    public String tornTail() {
        return tornTail;
    }

    /** Engine time of the last record that was replayed or appended, 0 for none. */
    public long lastTimeMs() {
        return lastTimeMs;
    }

    /** Whether the disk has less free space than it should. Any thread. */
    public boolean lowOnDisk() {
        return filler.lowOnDisk();
    }

    /** How often the filler failed by something that is no error of the disk, and went on. Any thread. */
    public long fillerFailures() {
        return filler.failures();
    }

    /** Why {@link #tryReserve} answers no, or "" when it is only the filler that is behind. Any thread. */
    public String noRoomReason() {
        return filler.failure();
    }

    @Override
    public boolean tryReserve(int bytes) {
        Segment current = segment;
        long needed = current.written() + bytes + INDEX_RESERVE_BYTES;
        if (needed > config.cycleBytesMax()) {
            // The next record goes to a new file, which fills its first part itself.
            return hasSpaceForNewFile(bytes);
        }
        if (current.filledTo() - current.written() < config.fillAheadBytes() / 2) {
            filler.wake();
        }
        return needed <= current.filledTo();
    }

    private boolean hasSpaceForNewFile(int bytes) {
        try {
            return Filler.freeBytes(config.directory()) > NEW_FILE_FREE_BYTES + 2L * bytes;
        } catch (IOException e) {
            throw new JournalException(Reason.IO, "could not ask for the free space of " + config.directory(), e);
        }
    }

    @Override
    public void beginBatch() {
        batchBegins = true;
    }

    @Override
    public long append(long timeMs, DirectBuffer body, int offset, int length) {
        if (length > RecordLayout.BODY_BYTES_MAX) {
            throw new JournalException(
                    Reason.TOO_LARGE,
                    "a record has " + length + " bytes, at most " + RecordLayout.BODY_BYTES_MAX + " are allowed");
        }
        int bytes = RecordLayout.paddedBytes(length);
        if (segment.written() + bytes + INDEX_RESERVE_BYTES > config.cycleBytesMax()) {
            roll(bytes);
        }
        long position = appended + 1;
        long mark = batchBegins ? forced : 0;
        batchBegins = false;
        write(RecordLayout.DATA, position, timeMs, mark, body, offset, length);
        lastTimeMs = timeMs;
        appended = position;
        return position;
    }

    @Override
    public long sync() {
        long target = appended;
        if (config.durability() == Durability.FSYNC && target > forced) {
            try {
                synchronized (forceLock) {
                    segment.force();
                    forced = Math.max(forced, target);
                }
            } catch (IOException e) {
                throw forceFailed(e);
            }
        }
        durable = Math.max(durable, target);
        return durable;
    }

    @Override
    public long appendedPosition() {
        return appended;
    }

    @Override
    public long durablePosition() {
        return durable;
    }

    @Override
    public long boot() {
        return boot;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        filler.close();
        if (backgroundForce != null) {
            LockSupport.unpark(backgroundForce);
        }
        try {
            forceSegment();
            forced = appended;
            write(RecordLayout.SEAL, appended, lastTimeMs, appended, new UnsafeBuffer(new byte[0]), 0, 0);
            forceSegment();
            durable = appended;
            segment.close();
        } catch (IOException e) {
            throw forceFailed(e);
        } finally {
            queue.close();
        }
    }

    // ---------------------------------------------------------------- files

    private ChronicleQueue openQueue() {
        try {
            return SingleChronicleQueueBuilder.binary(config.directory())
                    .rollCycle(RollCycles.FAST_HOURLY)
                    .timeProvider(() -> cycle * CycleFile.CYCLE_MS)
                    .blockSize(config.blockBytes())
                    .syncMode(SyncMode.NONE)
                    .timeoutMS(2_000)
                    .build();
        } catch (AssertionError | ExceptionInInitializerError | IllegalAccessError | IllegalStateException e) {
            throw missingFlags(e);
        }
    }

    /** Starts the next file and makes its header durable, with the name it stands under. */
    private void startCycle(long continuesAfter, int firstFillBytes) throws IOException {
        int started = cycle + 1;
        cycle = started;
        ByteBuffer body = CycleFile.headerBody(boot, continuesAfter, lastTimeMs);
        UnsafeBuffer header = new UnsafeBuffer(body);
        long end;
        try {
            end = writeBytes(RecordLayout.CYCLE_HEADER, continuesAfter, lastTimeMs, forced, header, 0, body.limit());
        } catch (AssertionError | IllegalStateException e) {
            throw missingFlags(e);
        }
        Path path = config.directory().resolve(CycleFile.nameOf(started));
        Segment next = new Segment(path, started, end);
        long firstFill = end + Math.max(firstFillBytes, INDEX_RESERVE_BYTES);
        boolean filled = next.fill(firstFill);
        while (!filled) {
            filled = next.fill(firstFill);
        }
        next.force();
        DataDirectory.forceDirectory(config.directory());
        segment = next;
    }

    /** The file is full: makes all of it durable, seals it, and goes on in the next. */
    private void roll(int bytes) {
        try {
            synchronized (forceLock) {
                Segment full = segment;
                full.force();
                forced = appended;
                write(RecordLayout.SEAL, appended, lastTimeMs, appended, new UnsafeBuffer(new byte[0]), 0, 0);
                full.force();
                startCycle(appended, Math.max(FIRST_FILL_BYTES, bytes + 2 * INDEX_RESERVE_BYTES));
                dataDirectory.remember(CYCLE_PROPERTY, Integer.toString(cycle));
                full.close();
            }
        } catch (IOException e) {
            throw new JournalException(Reason.IO, "could not start a new journal file behind position " + appended, e);
        }
    }

    /** Records that may live in the page cache alone are written to the new file under their old positions. */
    private void appendAgain(Recovered recovered) throws IOException {
        for (StoredRecord stored : recovered.unsynced()) {
            int bytes = RecordLayout.paddedBytes(stored.body().length) + INDEX_RESERVE_BYTES;
            while (segment.filledTo() < segment.written() + bytes) {
                segment.fill(segment.written() + bytes);
            }
            write(
                    RecordLayout.DATA,
                    stored.position(),
                    stored.timeMs(),
                    0,
                    new UnsafeBuffer(stored.body()),
                    0,
                    stored.body().length);
            appended = stored.position();
        }
        if (appended != recovered.lastPosition()) {
            throw new IllegalStateException("recovery read up to position " + recovered.lastPosition()
                    + ", but the new file ends at " + appended);
        }
    }

    private void write(int type, long position, long timeMs, long mark, DirectBuffer body, int offset, int length) {
        segment.written(writeBytes(type, position, timeMs, mark, body, offset, length));
    }

    /** Encodes the whole record first and copies it once: an error between would leave half a record. Returns the offset behind it. */
    private long writeBytes(
            int type, long position, long timeMs, long mark, DirectBuffer body, int offset, int length) {
        int bytes = RecordLayout.paddedBytes(length);
        if (bytes > record.capacity()) {
            record = new UnsafeBuffer(new byte[BitUtil.findNextPositivePowerOfTwo(bytes)]);
        }
        RecordLayout.encode(record, type, position, timeMs, mark, body, offset, length, crc);
        try (DocumentContext document = appender.writingDocument()) {
            var target = document.wire().bytes();
            target.write(record.byteArray(), 0, bytes);
            return target.writePosition();
        } catch (InternalError | RuntimeException e) {
            throw new JournalException(Reason.IO, "append of position " + position + " failed: " + e, e);
        }
    }

    private void forceSegment() throws IOException {
        synchronized (forceLock) {
            segment.force();
        }
    }

    private void forceInBackground() {
        while (!closed) {
            LockSupport.parkNanos(BACKGROUND_FORCE_NANOS);
            long target = appended;
            if (!closed && target > forced) {
                try {
                    synchronized (forceLock) {
                        segment.force();
                        forced = Math.max(forced, target);
                    }
                } catch (IOException e) {
                    if (!closed) {
                        // Nobody may be told anything more: the mark has stopped.
                        throw forceFailed(e);
                    }
                }
            }
        }
    }

    private JournalException forceFailed(IOException e) {
        return new JournalException(
                Reason.IO,
                "could not make position " + appended + " durable, " + forced + " is the last one that is",
                e);
    }

    // ---------------------------------------------------------------- Chronicle Queue's habits

    private static void prepareChronicle() {
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
    }

    /** A killed process leaves the queue's write lock behind; ours is the directory's lock, which we hold. */
    private static void unlock(Path directory) {
        if (Files.exists(directory.resolve("metadata.cq4t"))) {
            PrintStream out = System.out;
            try (PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream())) {
                System.setOut(nowhere);
                UnlockMain.main(new String[] {directory.toString()});
            } catch (AssertionError | ExceptionInInitializerError | IllegalAccessError | IllegalStateException e) {
                throw missingFlags(e);
            } finally {
                System.setOut(out);
            }
        }
    }

    private static JournalException missingFlags(Throwable e) {
        return new JournalException(
                Reason.MISSING_JVM_FLAGS,
                "Chronicle Queue could not map its files; the JVM needs --add-opens=java.base/java.lang.reflect=ALL-UNNAMED"
                        + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED (bin/assent passes them): " + e,
                e);
    }
}
