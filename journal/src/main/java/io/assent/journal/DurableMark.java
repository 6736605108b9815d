package io.assent.journal;

import io.assent.journal.JournalException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * A small file beside the journal that knows, from outside, how far the journal reaches: the last position known forced, the last file that counts,
 * and whether the stop was clean. A journal that ends before it is damaged, however sound what is left may look.
 *
 * <p>Two slots, 4 KiB apart, each with a sequence number and a CRC32C; the valid one with the higher number counts. Only one slot is written between
 * two forces, so that a loss of power finds the other whole. It says only what the journal has forced already, so an old slot is never wrong.
 *
 * <p>The file is also a second lock: whoever removes {@code server.lock} still finds it held.
 *
 * <p>Safe for many threads.
 */
final class DurableMark implements AutoCloseable {
    static final String FILE = "durable.mark";

    private static final int SLOT_BYTES = 4_096;
    private static final int CONTENT_BYTES = 40;
    private static final int MAGIC = 0x314D5341;
    private static final int VERSION = 1;
    private static final int CLEAN = 1;

    /**
     * What the file says.
     *
     * @param durable highest position known forced
     * @param cycle the last file that counts, -1 for none
     * @param clean whether that file was sealed at {@code durable} by a stop
     */
    record Known(long durable, int cycle, boolean clean) {
        static final Known NOTHING = new Known(0, -1, false);
    }

    private record Slot(long sequence, Known known) {}

    private final Disk.OpenFile file;
    private final ByteBuffer bytes = ByteBuffer.allocateDirect(CONTENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();
    private Known written;
    private long sequence;
    private int slot;
    private boolean unforced;

    private DurableMark(Disk.OpenFile file, Slot newest) {
        this.file = file;
        this.written = newest.known();
        this.sequence = newest.sequence();
        // The newest one stays until the other is forced.
        this.slot = (int) ((newest.sequence() + 1) & 1);
    }

    /** Opens the file of a data directory and locks it; creates it, saying {@code first}, when it is missing. */
    static DurableMark open(Disk disk, Path dataDirectory, Known first) throws IOException {
        Path path = dataDirectory.resolve(FILE);
        Slot newest;
        if (Files.exists(path)) {
            newest = newestOf(path);
        } else {
            newest = new Slot(1, first);
            create(disk, dataDirectory, newest);
        }
        Disk.OpenFile file = disk.open(path, false);
        boolean done = false;
        try {
            if (!file.tryLock()) {
                throw new JournalException(
                        Reason.LOCKED, path + " is held by another process that works on the journal");
            }
            // What was read may live in the page cache alone; the slot that is written next may be the only one that
            // was forced.
            file.force();
            done = true;
            return new DurableMark(file, newest);
        } finally {
            if (!done) {
                file.close();
            }
        }
    }

    /** What the file of a data directory says, or null when it has none. Takes no lock, writes nothing. */
    static Known read(Path dataDirectory) throws IOException {
        Path path = dataDirectory.resolve(FILE);
        try {
            return newestOf(path).known();
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** What was written last. */
    synchronized Known known() {
        return written;
    }

    /** Writes, and leaves it to {@link #force} to make it durable. Nothing is written when nothing changed, or what is written says more. */
    synchronized void note(Known known) throws IOException {
        boolean behind = known.durable() < written.durable() || known.cycle() < written.cycle();
        if (behind || known.equals(written)) {
            return;
        }
        // Each force ends the use of a slot; until then the same one is written over.
        sequence += ((sequence + 1) & 1) == slot ? 1 : 2;
        encode(bytes, new Slot(sequence, known), crc);
        unforced = true;
        file.write(bytes, (long) slot * SLOT_BYTES);
        written = known;
    }

    /** Makes what was noted durable. */
    synchronized void force() throws IOException {
        if (unforced) {
            file.force();
            unforced = false;
            slot ^= 1;
        }
    }

    private static void create(Disk disk, Path directory, Slot first) throws IOException {
        Path temporary = directory.resolve(FILE + ".tmp");
        ByteBuffer whole = ByteBuffer.allocate(2 * SLOT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer content = ByteBuffer.allocate(CONTENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        encode(content, first, new CRC32C());
        whole.put((int) (first.sequence() & 1) * SLOT_BYTES, content, 0, CONTENT_BYTES);
        try (Disk.OpenFile file = disk.open(temporary, true)) {
            file.write(whole, 0);
            file.force();
        }
        disk.rename(temporary, directory.resolve(FILE));
        disk.forceDirectory(directory);
    }

    private static void encode(ByteBuffer target, Slot slot, CRC32C crc) {
        target.clear();
        target.putInt(MAGIC)
                .putInt(VERSION)
                .putLong(slot.sequence())
                .putLong(slot.known().durable());
        target.putInt(slot.known().cycle()).putInt(slot.known().clean() ? CLEAN : 0);
        crc.reset();
        crc.update(target.duplicate().flip());
        target.putInt((int) crc.getValue()).putInt(0);
        target.flip();
    }

    private static Slot newestOf(Path path) throws IOException {
        ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        if (whole.capacity() != 2 * SLOT_BYTES) {
            throw new JournalException(
                    Reason.DAMAGED,
                    "journal damaged: " + path + " has " + whole.capacity() + " bytes, it always has "
                            + 2 * SLOT_BYTES);
        }
        Slot newest = null;
        for (int at = 0; at + CONTENT_BYTES <= whole.capacity(); at += SLOT_BYTES) {
            Slot slot = decode(path, whole, at);
            if (slot != null && (newest == null || slot.sequence() > newest.sequence())) {
                newest = slot;
            }
        }
        if (newest == null) {
            throw new JournalException(
                    Reason.DAMAGED, "journal damaged: " + path + " at offset 0: neither of its two slots is whole");
        }
        return newest;
    }

    private static Slot decode(Path path, ByteBuffer whole, int at) {
        CRC32C crc = new CRC32C();
        crc.update(whole.slice(at, 32));
        if (whole.getInt(at) != MAGIC || whole.getInt(at + 32) != (int) crc.getValue()) {
            return null;
        }
        if (whole.getInt(at + 4) > VERSION) {
            throw new JournalException(
                    Reason.NEWER_FORMAT,
                    path + " has format version " + whole.getInt(at + 4) + ", this program reads up to " + VERSION);
        }
        return new Slot(
                whole.getLong(at + 8),
                new Known(whole.getLong(at + 16), whole.getInt(at + 24), (whole.getInt(at + 28) & CLEAN) != 0));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
