package io.assent.loadtest.generator;

import java.time.Duration;

/**
 * A load at a fixed rate, whatever the answers do.
 *
 * @param sagas what to submit; they wait for the result.
 * @param perSecond how many sagas a second.
 * @param unansweredMax how many submits may be unanswered; one that is due beyond that is counted as an error and left out.
 * @param warmUp how long to run before measuring.
 * @param duration how long to measure.
 */
public record PacedPlan(Sagas sagas, int perSecond, int unansweredMax, Duration warmUp, Duration duration) {

    /** The highest rate. */
    public static final int PER_SECOND_MAX = 100_000;

    /** Checks the bounds. */
    public PacedPlan {
        if (perSecond < 1 || perSecond > PER_SECOND_MAX) {
            throw new IllegalArgumentException("perSecond must be 1 to " + PER_SECOND_MAX + ", but is " + perSecond);
        }
        if (unansweredMax < 1 || unansweredMax > LoadPlan.CONNECTIONS_MAX) {
            throw new IllegalArgumentException(
                    "unansweredMax must be 1 to " + LoadPlan.CONNECTIONS_MAX + ", but is " + unansweredMax);
        }
        if (duration.isZero() || duration.isNegative() || duration.compareTo(LoadPlan.DURATION_MAX) > 0) {
            throw new IllegalArgumentException(
                    "duration must be above 0 and at most " + LoadPlan.DURATION_MAX + ", but is " + duration);
        }
        if (warmUp.isNegative() || warmUp.compareTo(LoadPlan.DURATION_MAX) > 0) {
            throw new IllegalArgumentException("warmUp must be 0 to " + LoadPlan.DURATION_MAX + ", but is " + warmUp);
        }
    }
}
