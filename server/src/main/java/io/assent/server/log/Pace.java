package io.assent.server.log;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** So many lines of one kind a minute. Counts those that it held back, for the next line that it lets through. One thread at a time. */
final class Pace {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final int perMinute;
    private final LongSupplier nanoTime;
    private long minuteStartNanos;
    private int lines;
    private long heldBack;

    Pace(int perMinute, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
        this.minuteStartNanos = nanoTime.getAsLong();
    }

    /** Whether one more line may be written now. */
    boolean allows() {
        long now = nanoTime.getAsLong();
        if (now - minuteStartNanos >= MINUTE_NANOS) {
            minuteStartNanos = now;
            lines = 0;
        }
        if (lines == perMinute) {
            heldBack++;
            return false;
        }
        lines++;
        return true;
    }

    /** What to say of the lines held back since the last time, "" when there are none. */
    String heldBack() {
        long count = heldBack;
        heldBack = 0;
        return count == 0 ? "" : " (" + count + " more of the kind were not written)";
    }

    /** Whether nothing was asked of it for a minute and nothing is left to say. */
    boolean isIdle() {
        return heldBack == 0 && nanoTime.getAsLong() - minuteStartNanos >= MINUTE_NANOS;
    }
}
