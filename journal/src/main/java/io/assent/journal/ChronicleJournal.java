package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import io.assent.journal.Recovered.StoredRecord;
import java.io.IOException;
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
import net.openhft.chronicle.wire.DocumentContext;
import org.agrona.BitUtil;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The journal on Chronicle Queue. The queue lays bytes into memory-mapped files; everything that makes them safe is done here: position and
 * checksum per record, a new file at every start and at a size limit, space filled ahead, our own force, and a reading of our own
 * ({@link JournalRecovery}) that trusts none of the queue's structures.
 *
 * <p>The order of things is what makes a start safe that may end at any of its steps. A start works in a new directory, so that the queue sees nothing
 * of earlier ones, neither their files nor its own metadata. Into the new file go its header and the records that nobody called durable yet; they are
 * forced; then the record that says so (adopted) is written and forced; from then on the file counts, and what it replaced is dead. Then the {@link
 * DurableMark} and the properties name it. Only then anything is acknowledged by it.
 */
public final class ChronicleJournal implements Journal {
    /** Kept free in front of the writer for the queue's own index documents. */
    private static final int INDEX_RESERVE_BYTES = 256 << 10;
    /** What the queue's header and first index, and our header, take of a new file. */
    private static final int FILE_HEAD_BYTES = 128 << 10;
    /** Space of a new file that is filled before it counts, where a file may have so much. */
    private static final int FIRST_FILL_BYTES = 1 << 20;
    /** Space of the next file that is filled before it is needed, where a file may have so much. */
    private static final int NEXT_FILL_BYTES = 4 << 20;
    /** What the queue's table store takes. */
    private static final int METADATA_BYTES = 128 << 10;

    private static final String METADATA = "metadata.cq4t";
    private static final String NEXT_FILE = "next.zeros";
    /** How often the mark is written. */
    private static final long KEEP_NANOS = 100_000_000L;
    /** How often the files are looked after. */
    private static final long LOOK_NANOS = 400_000_000L;
    /** How often what is behind the writer is forced: the mark, and with {@link Durability#OS} the journal. */
    private static final long FORCE_NANOS = 1_000_000_000L;

    private static final DirectBuffer NO_BODY = new UnsafeBuffer(new byte[0]);

    private final JournalConfig config;
    private final Disk disk;
    private final Path bootDirectory;
    private final DurableMark mark;
    private final FileWatch watch;
    private final ChronicleQueue queue;
    private final ExcerptAppender appender;
    private final Filler filler;
    private final Thread keeper;
    private final long boot;
    private final String tornTail;
    private final CRC32C crc = new CRC32C();
    /** Held while a segment is forced or replaced: one force at a time. */
    private final Object forceLock = new Object();

    private UnsafeBuffer record = new UnsafeBuffer(new byte[16 << 10]);
    /** The file that the queue writes. */
    private volatile int cycle;
    /** The last file that counts. */
    private volatile int countingCycle;

    private volatile Segment segment;
    private volatile long appended;
    private volatile long durable;
    /** Highest position known forced to the device; with {@link Durability#OS} behind {@link #durable}. */
    private volatile long forced;

    private volatile boolean closed;
    /** Why nothing may be acknowledged any more, or null. */
    private volatile JournalException failure;

    /** Whether the file of this start may be one that counts. */
    private boolean mayCount;

    private boolean batchBegins;
    private long lastTimeMs;

    private ChronicleJournal(
            JournalConfig config, DataDirectory dataDirectory, DurableMark mark, Recovered recovered, Runnable onRoom)
            throws IOException {
        this.config = config;
        this.disk = dataDirectory.disk();
        this.mark = mark;
        this.watch = dataDirectory.watch();
        this.boot = recovered.lastBoot() + 1;
        this.tornTail = recovered.tornTail();
        this.cycle = recovered.files().lastCycle();
        this.lastTimeMs = recovered.lastTimeMs();
        this.bootDirectory = CycleFile.bootDirectory(config.directory(), boot);
        this.appended = recovered.durableUpTo();
        this.forced = recovered.durableUpTo();
        this.filler = new Filler(
                () -> segment,
                config,
                disk,
                bootDirectory.resolve(NEXT_FILE),
                Math.min(NEXT_FILL_BYTES, config.cycleBytesMax()),
                onRoom);
        this.keeper = new Thread(this::keep, "assent-journal-keeper");
        this.keeper.setDaemon(true);
        prepareDirectory();
        this.queue = openQueue();
        boolean started = false;
        try {
            cycle = recovered.files().lastCycle() + 1;
            // Before the file is there: an appender waits for somebody to begin a file that it finds empty.
            this.appender = newAppender();
            segment = new Segment(disk, path(cycle));
            segment.fillAll(FIRST_FILL_BYTES);
            disk.forceDirectory(bootDirectory);
            startCycle(segment);
            appendAgain(recovered);
            adopt();
            for (Path path : CycleFile.list(config.directory())) {
                watch.add(path);
            }
            dataDirectory.rememberCycle(cycle);
            started = true;
        } finally {
            if (!started) {
                queue.close();
                if (segment != null) {
                    segment.close();
                }
                if (!mayCount) {
                    removeWhatWasBegun();
                }
            }
        }
        durable = appended;
        filler.start();
        keeper.start();
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
        Disk disk = dataDirectory.disk();
        DurableMark mark = null;
        boolean open = false;
        try {
            DurableMark.Known known = dataDirectory.known();
            mark = dataDirectory.openMark(known);
            Recovered recovered = JournalRecovery.run(config.directory(), known, replay, progress);
            DataDirectory.createDirectories(disk, config.directory().toAbsolutePath());
            recovered.files().forceLast(disk);
            recovered.files().removeUnborn(disk, config.directory());
            ChronicleJournal journal = new ChronicleJournal(config, dataDirectory, mark, recovered, onRoom);
            open = true;
            return journal;
        } catch (IOException e) {
            throw JournalException.of(Reason.IO, "could not open the journal in " + config.directory(), e);
        } finally {
            if (!open && mark != null) {
                closeQuietly(mark);
            }
        }
    }

    private static void closeQuietly(DurableMark mark) {
        try {
            mark.close();
        } catch (IOException ignored) {
            // The error that led here is the one to tell.
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
            return filler.hasNext(nextFileBytes(bytes));
        }
        if (current.filledTo() - current.written() < config.fillAheadBytes() / 2) {
            filler.wake();
        }
        return needed <= current.filledTo();
    }

    /** What a file must have filled for a first record of so many bytes. */
    private static long nextFileBytes(long bytes) {
        return FILE_HEAD_BYTES + bytes + INDEX_RESERVE_BYTES;
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
        requireSound();
        int bytes = RecordLayout.paddedBytes(length);
        if (segment.written() + bytes + INDEX_RESERVE_BYTES > config.cycleBytesMax()) {
            roll(bytes);
        }
        long position = appended + 1;
        long durableUpTo = batchBegins ? forced : 0;
        batchBegins = false;
        write(RecordLayout.DATA, position, timeMs, durableUpTo, body, offset, length);
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
        requireSound();
        durable = Math.max(durable, target);
        return durable;
    }

    private void requireSound() {
        if (failure != null) {
            throw failure;
        }
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
        try {
            endKeeper();
            filler.close();
            requireSound();
            forceSegment();
            forced = appended;
            write(RecordLayout.SEAL, appended, lastTimeMs, appended, NO_BODY, 0, 0);
            forceSegment();
            durable = appended;
            mark.note(new DurableMark.Known(appended, cycle, true));
            mark.force();
        } catch (IOException e) {
            throw forceFailed(e);
        } finally {
            release();
        }
    }

    private void endKeeper() {
        LockSupport.unpark(keeper);
        boolean interrupted = false;
        while (keeper.isAlive()) {
            try {
                keeper.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void release() {
        queue.close();
        try {
            segment.close();
            mark.close();
        } catch (IOException e) {
            throw forceFailed(e);
        }
    }

    // ---------------------------------------------------------------- files

    private Path path(int cycleNumber) {
        return bootDirectory.resolve(CycleFile.nameOf(cycleNumber));
    }

    /** A directory of this start's own. What the queue maps stands there filled already: a full disk shows in our writes, never in a page of its. */
    private void prepareDirectory() throws IOException {
        Path guard = config.directory().resolve(CycleFile.GUARD);
        if (!Files.exists(guard)) {
            Path temporary = config.directory().resolve("guard.tmp");
            try (Disk.OpenFile file = disk.open(temporary, true)) {
                file.write(CycleFile.guard(), 0);
                file.force();
            }
            disk.rename(temporary, guard);
        }
        disk.createDirectory(bootDirectory);
        disk.forceDirectory(config.directory());
        boolean filled = false;
        try (Segment metadata = new Segment(disk, bootDirectory.resolve(METADATA))) {
            metadata.fillAll(METADATA_BYTES);
            filled = true;
        } finally {
            if (!filled) {
                removeWhatWasBegun();
            }
        }
    }

    /** A start that found no space keeps none. What is left here after all, the next start removes. */
    private void removeWhatWasBegun() {
        try {
            disk.delete(bootDirectory.resolve(METADATA));
            disk.delete(path(cycle));
            disk.delete(bootDirectory);
        } catch (IOException ignored) {
            // The error that led here is the one to tell.
        }
    }

    private ChronicleQueue openQueue() {
        requireJvmFlags();
        return SingleChronicleQueueBuilder.binary(bootDirectory)
                .rollCycle(RollCycles.FAST_HOURLY)
                .timeProvider(() -> cycle * CycleFile.CYCLE_MS)
                .blockSize(config.blockBytes())
                .syncMode(SyncMode.NONE)
                .timeoutMS(2_000)
                .build();
    }

    private ExcerptAppender newAppender() {
        ExcerptAppender created = queue.createAppender();
        created.singleThreadedCheckDisabled(true);
        return created;
    }

    /** Begins the file that stands filled under the name of the present cycle. It does not count yet. */
    private void startCycle(Segment filled) throws IOException {
        ByteBuffer body = CycleFile.headerBody(boot, appended, lastTimeMs);
        filled.written(writeBytes(
                RecordLayout.CYCLE_HEADER, appended, lastTimeMs, forced, new UnsafeBuffer(body), 0, body.limit()));
        segment = filled;
    }

    /** Everything up to the last position stands forced in this file or in the sealed ones before it: from now on this one counts. */
    private void adopt() throws IOException {
        mayCount = true;
        segment.force();
        forced = appended;
        write(RecordLayout.ADOPTED, appended, lastTimeMs, appended, NO_BODY, 0, 0);
        segment.force();
        countingCycle = cycle;
        mark.note(new DurableMark.Known(appended, cycle, false));
        mark.force();
    }

    /** The file is full: makes all of it durable, seals it, and goes on in the next. */
    private void roll(int bytes) {
        try {
            synchronized (forceLock) {
                Segment full = segment;
                full.force();
                forced = appended;
                write(RecordLayout.SEAL, appended, lastTimeMs, appended, NO_BODY, 0, 0);
                full.force();
                Path next = path(cycle + 1);
                Segment filled = filler.takeNext(next, nextFileBytes(bytes));
                watch.add(next);
                cycle++;
                startCycle(filled);
                adopt();
                full.close();
            }
        } catch (IOException e) {
            throw new JournalException(Reason.IO, "could not start a new journal file behind position " + appended, e);
        }
    }

    /** Records that may live in the page cache alone are written to the new file under their old positions. */
    private void appendAgain(Recovered recovered) throws IOException {
        for (StoredRecord stored : recovered.unsynced()) {
            int length = stored.body().length;
            segment.fillAll(segment.written() + RecordLayout.paddedBytes(length) + 2L * INDEX_RESERVE_BYTES);
            write(RecordLayout.DATA, stored.position(), stored.timeMs(), 0, new UnsafeBuffer(stored.body()), 0, length);
            appended = stored.position();
        }
        if (appended != recovered.lastPosition()) {
            throw new IllegalStateException("expected to end at position " + recovered.lastPosition()
                    + " after writing again, found " + appended);
        }
    }

    private void write(
            int type, long position, long timeMs, long durableUpTo, DirectBuffer body, int offset, int length) {
        segment.written(writeBytes(type, position, timeMs, durableUpTo, body, offset, length));
    }

    /** Encodes the whole record first and copies it once: an error between would leave half a record. Returns the offset behind it. */
    private long writeBytes(
            int type, long position, long timeMs, long durableUpTo, DirectBuffer body, int offset, int length) {
        int bytes = RecordLayout.paddedBytes(length);
        if (bytes > record.capacity()) {
            record = new UnsafeBuffer(new byte[BitUtil.findNextPositivePowerOfTwo(bytes)]);
        }
        RecordLayout.encode(record, type, position, timeMs, durableUpTo, body, offset, length, crc);
        try (DocumentContext document = appender.writingDocument()) {
            var target = document.wire().bytes();
            target.write(record.byteArray(), 0, bytes);
            return target.writePosition();
        } catch (InternalError | AssertionError | RuntimeException e) {
            throw new JournalException(Reason.IO, "append of position " + position + " failed: " + e, e);
        }
    }

    private void forceSegment() throws IOException {
        synchronized (forceLock) {
            segment.force();
        }
    }

    // ---------------------------------------------------------------- beside the writer

    /** The keeper's thread: looks after the files, moves the mark, and forces what nobody waits for. Its end is the end of the process. */
    private void keep() {
        long forcedAt = System.nanoTime();
        long lookedAt = forcedAt;
        while (!closed) {
            LockSupport.parkNanos(KEEP_NANOS);
            if (closed) {
                return;
            }
            try {
                long now = System.nanoTime();
                if (now - lookedAt >= LOOK_NANOS) {
                    lookedAt = now;
                    String missing = watch.missing();
                    if (!missing.isEmpty()) {
                        throw new JournalException(Reason.VANISHED, missing);
                    }
                }
                boolean forces = now - forcedAt >= FORCE_NANOS;
                if (forces && config.durability() == Durability.OS) {
                    forceWhatIsAppended();
                }
                noteForced();
                if (forces) {
                    forcedAt = now;
                    mark.force();
                }
            } catch (IOException e) {
                failure = forceFailed(e);
                throw failure;
            } catch (JournalException e) {
                failure = e;
                throw failure;
            }
        }
    }

    private void forceWhatIsAppended() throws IOException {
        synchronized (forceLock) {
            long target = appended;
            if (target > forced) {
                segment.force();
                forced = Math.max(forced, target);
            }
        }
    }

    private void noteForced() throws IOException {
        // Not the file that is being started: it does not count yet.
        int counts = countingCycle;
        mark.note(new DurableMark.Known(forced, counts, false));
    }

    private JournalException forceFailed(IOException e) {
        return new JournalException(
                Reason.IO,
                "could not make position " + appended + " durable, " + forced + " is the last one that is: " + e,
                e);
    }

    // ---------------------------------------------------------------- Chronicle Queue's habits

    private static void prepareChronicle() {
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
    }

    private static void requireJvmFlags() {
        for (String name : new String[] {"java.lang.reflect", "sun.nio.ch"}) {
            if (!Object.class.getModule().isOpen(name, ChronicleQueue.class.getModule())) {
                throw new JournalException(
                        Reason.MISSING_JVM_FLAGS,
                        "Chronicle Queue can not map its files; the JVM needs --add-opens=java.base/java.lang.reflect=ALL-UNNAMED"
                                + " --add-opens=java.base/sun.nio.ch=ALL-UNNAMED (bin/assent passes them)");
            }
        }
    }
}
