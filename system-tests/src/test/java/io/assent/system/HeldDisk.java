package io.assent.system;

import io.assent.journal.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The machine's disk, of which a test holds up the forces: none comes back until the test lets them go. Only space that is filled ahead is not held up,
 * for without room nothing would get as far as a sync. Any thread.
 */
final class HeldDisk implements Disk {
    private static final String FILLER = "assent-journal-filler";
    private static final String KEEPER = "assent-journal-keeper";

    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch syncBegan = new CountDownLatch(1);
    private volatile boolean holds;

    /** From now on no force comes back. */
    void hold() {
        holds = true;
    }

    /** Returns when a sync waits for its force. */
    void awaitSync() throws InterruptedException {
        syncBegan.await();
    }

    /** From now on every force comes back, those that wait too. */
    void release() {
        holds = false;
        released.countDown();
    }

    private void mayWait() {
        String thread = Thread.currentThread().getName();
        if (holds && !thread.equals(FILLER)) {
            if (!thread.equals(KEEPER)) {
                syncBegan.countDown();
            }
            try {
                released.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        REAL.createDirectory(directory);
    }

    @Override
    public OpenFile open(Path file, boolean create) throws IOException {
        return new HeldFile(this, REAL.open(file, create));
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        REAL.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        REAL.delete(path);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        mayWait();
        REAL.forceDirectory(directory);
    }

    private record HeldFile(HeldDisk disk, OpenFile file) implements OpenFile {
        @Override
        public void write(ByteBuffer bytes, long offset) throws IOException {
            file.write(bytes, offset);
        }

        @Override
        public void fill(long from, long to) throws IOException {
            file.fill(from, to);
        }

        @Override
        public void truncate(long size) throws IOException {
            file.truncate(size);
        }

        @Override
        public void force() throws IOException {
            disk.mayWait();
            file.force();
        }

        @Override
        public boolean tryLock() throws IOException {
            return file.tryLock();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
