package io.assent.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Measures how long the disk takes to force a page: short enough for the drainer to wait, or not. */
final class SyncProbe {
    private static final int ROUNDS = 9;
    private static final long SHORT_NANOS = 1_000_000;
    private static final int PAGE = 4_096;

    private SyncProbe() {}

    /** Whether the median is below a millisecond; not, when it can not be measured. */
    static boolean isShort(Path directory) {
        Path file = directory.resolve("sync.probe");
        long[] nanos = new long[ROUNDS];
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
            for (int i = 0; i < ROUNDS; i++) {
                channel.write(ByteBuffer.allocate(PAGE), 0);
                long start = System.nanoTime();
                channel.force(false);
                nanos[i] = System.nanoTime() - start;
            }
        } catch (IOException e) {
            // A full disk: the journal has filled what it needs to go on, and nothing is known of the disk's speed.
            return false;
        } finally {
            deleteQuietly(file);
        }
        Arrays.sort(nanos);
        return nanos[ROUNDS / 2] < SHORT_NANOS;
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException ignored) {
            // An empty probe file harms nobody.
        }
    }
}
