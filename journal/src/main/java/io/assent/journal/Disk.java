package io.assent.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * What the journal asks of a file system: every write, force, rename, create and delete of ours goes through here, so that a test can count them,
 * refuse one, or stop at it. Reading does not, and neither does what Chronicle Queue writes into files that were created and filled here.
 *
 * <p>Safe for many threads. Every method throws what the file system says.
 */
public interface Disk {
    /** The machine's own. */
    Disk REAL = new RealDisk();

    /** Creates a directory whose parent is there; nothing happens when it is there already. */
    void createDirectory(Path directory) throws IOException;

    /** Opens a file for writing; with {@code create} a missing one is created. */
    OpenFile open(Path file, boolean create) throws IOException;

    /** Renames within a file system, atomically, over what may stand there. */
    void rename(Path from, Path to) throws IOException;

    /** Deletes a file or an empty directory; nothing happens when it is missing. */
    void delete(Path path) throws IOException;

    /** Makes the created, renamed and deleted names of a directory durable. */
    void forceDirectory(Path directory) throws IOException;

    /** An open file. */
    interface OpenFile extends AutoCloseable {
        /** Writes all that remains in {@code bytes}. */
        void write(ByteBuffer bytes, long offset) throws IOException;

        /** Writes zeros, in pages of 4 KiB. The offsets are multiples of that. */
        void fill(long from, long to) throws IOException;

        /** Cuts the file. */
        void truncate(long size) throws IOException;

        /** Makes what the file holds durable, also what was written into it through a mapping. */
        void force() throws IOException;

        /** Takes the lock of the whole file; false when another holds it. Held until the file is closed. */
        boolean tryLock() throws IOException;

        @Override
        void close() throws IOException;
    }
}
