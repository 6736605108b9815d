package io.assent.server.sequencer;

import java.util.function.LongSupplier;

/**
 * Engine time (SAFETY, Time): follows the monotonic clock, anchored to the wall clock at the start, never back; a difference to the wall clock is
 * worked off by running at most a tenth faster or slower. One step is at most a second, so that a pause of this process does not time out replies
 * that have arrived meanwhile. The drainer's thread.
 */
public final class EngineClock {
    static final long STEP_MS_MAX = 1_000;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long SLEW_DIVISOR = 10;

    private final LongSupplier nanoTime;
    private final LongSupplier wallMs;
    private final boolean manual;

    private long lastNanos;
    /** Engine time in nanoseconds below a millisecond and above: the sum is exact. */
    private long targetMs;

    private long targetRestNanos;
    private long nowMs;

    private EngineClock(LongSupplier nanoTime, LongSupplier wallMs, long lastJournaledMs, boolean manual) {
        this.nanoTime = nanoTime;
        this.wallMs = wallMs;
        this.manual = manual;
        this.lastNanos = nanoTime.getAsLong();
        this.targetMs = Math.max(wallMs.getAsLong(), lastJournaledMs);
        this.nowMs = targetMs;
    }

    /** @param lastJournaledMs the time that the journal has reached; the clock does not start before it */
    public static EngineClock real(LongSupplier nanoTime, LongSupplier wallMs, long lastJournaledMs) {
        return new EngineClock(nanoTime, wallMs, lastJournaledMs, false);
    }

    /** Stands still until it is set. */
    public static EngineClock manual(LongSupplier wallMs, long lastJournaledMs) {
        return new EngineClock(() -> 0, wallMs, lastJournaledMs, true);
    }

    public boolean isManual() {
        return manual;
    }

    /** The time of the last step. */
    public long nowMs() {
        return nowMs;
    }

    /** Takes the next step, of at most a second, and returns the time. */
    public long step() {
        if (!manual) {
            follow();
            nowMs = Math.min(targetMs, nowMs + STEP_MS_MAX);
        }
        return nowMs;
    }

    /** Whether the last step was too short to reach the present. */
    public boolean isBehind() {
        return nowMs < targetMs;
    }

    /** How far engine time is from the wall clock, milliseconds; positive when it is ahead. */
    public long offsetMs() {
        return nowMs - wallMs.getAsLong();
    }

    /** Moves the manual clock; never back. */
    public void set(long newNowMs) {
        if (!manual || newNowMs < nowMs) {
            throw new IllegalArgumentException("the clock can not move from " + nowMs + " to " + newNowMs);
        }
        nowMs = newNowMs;
        targetMs = newNowMs;
    }

    private void follow() {
        long nanos = nanoTime.getAsLong();
        long elapsed = Math.max(0, nanos - lastNanos);
        lastNanos = nanos;
        long difference = (wallMs.getAsLong() - targetMs) * NANOS_PER_MS - elapsed;
        long slewMax = elapsed / SLEW_DIVISOR;
        long slew = Math.max(-slewMax, Math.min(slewMax, difference));
        long moved = targetRestNanos + elapsed + slew;
        targetMs += moved / NANOS_PER_MS;
        targetRestNanos = moved % NANOS_PER_MS;
    }
}
