package io.assent.server.sequencer;

import java.util.function.LongSupplier;

/**
 * Engine time (SAFETY, Time), in epoch milliseconds. Two of them:
 *
 * <ul>
 *   <li>{@link #nowMs()}, the present, at which commands are decided: it follows the monotonic clock, anchored to the wall clock at the start,
 *       never back; a difference to the wall clock is worked off by running at most a tenth faster or slower.
 *   <li>{@link #dueMs()}, up to which deadlines have come. Behind a pause of this process it lies behind the present and follows in steps of at
 *       most a second, before each of which sockets are read, so that nothing times out a reply that has arrived meanwhile.
 * </ul>
 *
 * <p>The drainer's thread, except where a method says otherwise.
 */
public final class EngineClock {
    static final long STEP_MS_MAX = 1_000;
    private static final long NANOS_PER_MS = 1_000_000;
    private static final long SLEW_DIVISOR = 10;

    private final LongSupplier nanoTime;
    private final LongSupplier wallMs;
    private final boolean manual;

    private long lastNanos;
    private long nowMs;
    /** What the present is beyond {@link #nowMs}: the sum is exact. */
    private long restNanos;

    private long dueMs;
    /** The last look found more than one step to go and took none: sockets are read first. */
    private boolean pauseSeen;
    /** Engine time where the monotonic clock is 0; with a manual clock the time itself. */
    private volatile long anchorMs;

    private EngineClock(LongSupplier nanoTime, LongSupplier wallMs, long lastJournaledMs, boolean manual) {
        this.nanoTime = nanoTime;
        this.wallMs = wallMs;
        this.manual = manual;
        this.lastNanos = nanoTime.getAsLong();
        this.nowMs = Math.max(wallMs.getAsLong(), lastJournaledMs);
        this.dueMs = nowMs;
        anchor();
    }

    /** @param lastJournaledMs the time that the journal has reached; the clock does not start before it */
    public static EngineClock real(LongSupplier nanoTime, LongSupplier wallMs, long lastJournaledMs) {
        return new EngineClock(nanoTime, wallMs, lastJournaledMs, false);
    }

    /** Stands still until it is set. */
    public static EngineClock manual(LongSupplier nanoTime, LongSupplier wallMs, long lastJournaledMs) {
        return new EngineClock(nanoTime, wallMs, lastJournaledMs, true);
    }

    public boolean isManual() {
        return manual;
    }

    /** The present, as of the last {@link #toPresent()}. */
    public long nowMs() {
        return nowMs;
    }

    /** Deadlines up to here have come; never behind {@link #nowMs()}. */
    public long dueMs() {
        return dueMs;
    }

    /** Moves to the present, however long ago the last time was, and returns it. Deadlines do not come by it. */
    public long toPresent() {
        if (!manual) {
            follow();
        }
        return nowMs;
    }

    /**
     * Lets deadlines come, at most a second of them. More than that is a pause: the first call behind it only notes it for {@link #isBehind()}, and
     * the caller has sockets read before each further one.
     *
     * @param atOnce nothing is due and nothing open: all the time there is
     */
    public void letDeadlinesCome(boolean atOnce) {
        if (atOnce || nowMs - dueMs <= STEP_MS_MAX) {
            dueMs = nowMs;
            pauseSeen = false;
        } else if (pauseSeen) {
            dueMs += STEP_MS_MAX;
        } else {
            pauseSeen = true;
        }
    }

    /** Whether deadlines follow a pause: sockets are to be read before they come further. */
    public boolean isBehind() {
        return pauseSeen;
    }

    /** How far engine time is from the wall clock now, milliseconds; positive when it is ahead. Any thread. */
    public long offsetMs() {
        return anchorMs + (manual ? 0 : monotonicMs()) - wallMs.getAsLong();
    }

    /** Real time from some point in the past, milliseconds, with a manual clock too. Any thread. */
    long monotonicMs() {
        return nanoTime.getAsLong() / NANOS_PER_MS;
    }

    /** Moves the manual clock; never back. */
    public void set(long newNowMs) {
        if (!manual || newNowMs < nowMs) {
            throw new IllegalArgumentException("the clock can not move from " + nowMs + " to " + newNowMs);
        }
        nowMs = newNowMs;
        dueMs = newNowMs;
        anchor();
    }

    private void follow() {
        long nanos = nanoTime.getAsLong();
        long elapsed = Math.max(0, nanos - lastNanos);
        lastNanos = nanos;
        long difference = (wallMs.getAsLong() - nowMs) * NANOS_PER_MS - elapsed;
        long slewMax = elapsed / SLEW_DIVISOR;
        long slew = Math.max(-slewMax, Math.min(slewMax, difference));
        long moved = restNanos + elapsed + slew;
        nowMs += moved / NANOS_PER_MS;
        restNanos = moved % NANOS_PER_MS;
        anchor();
    }

    private void anchor() {
        anchorMs = manual ? nowMs : nowMs - lastNanos / NANOS_PER_MS;
    }
}
