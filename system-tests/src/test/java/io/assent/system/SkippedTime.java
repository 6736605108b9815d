package io.assent.system;

/** The clocks of the machine, and what a test has skipped: time in which nothing happened to a server. Any thread. */
final class SkippedTime {
    private static final long NANOS_PER_MS = 1_000_000;
    private volatile long skippedMs;

    /** From now on it is so much later. */
    void skip(long ms) {
        skippedMs += ms;
    }

    long nanoTime() {
        return System.nanoTime() + skippedMs * NANOS_PER_MS;
    }

    long wallMs() {
        return System.currentTimeMillis() + skippedMs;
    }
}
