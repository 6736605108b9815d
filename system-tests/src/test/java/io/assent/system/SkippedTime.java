package io.assent.system;

import java.util.concurrent.atomic.AtomicLong;

/** The clocks of the machine, and what a test has skipped: time in which nothing happened to a server. Any thread. */
final class SkippedTime {
    private static final long NANOS_PER_MS = 1_000_000;
    private final AtomicLong skippedMs = new AtomicLong();

    /** From now on it is so much later. */
    void skip(long ms) {
        skippedMs.addAndGet(ms);
    }

    long nanoTime() {
        return System.nanoTime() + skippedMs.get() * NANOS_PER_MS;
    }

    long wallMs() {
        return System.currentTimeMillis() + skippedMs.get();
    }
}
