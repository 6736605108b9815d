package io.assent.loadtest.generator;

import java.time.Duration;

/**
 * How much load to make, and for how long.
 *
 * @param sagas what to submit.
 * @param connections how many submits may be unanswered at a time; over HTTP each has a connection of its own, over gRPC they share a few.
 * @param inFlightMax how many sagas may be submitted and not completed; only without waiting.
 * @param warmUp how long to run before measuring.
 * @param duration how long to measure.
 */
public record LoadPlan(Sagas sagas, int connections, int inFlightMax, Duration warmUp, Duration duration) {

    /** The most connections. */
    public static final int CONNECTIONS_MAX = 10_000;

    /** The longest run, warm-up and measurement each. */
    public static final Duration DURATION_MAX = Duration.ofHours(1);

    /** Checks the bounds. */
    public LoadPlan {
        if (connections < 1 || connections > CONNECTIONS_MAX) {
            throw new IllegalArgumentException(
                    "connections must be 1 to " + CONNECTIONS_MAX + ", but is " + connections);
        }
        if (inFlightMax < 1) {
            throw new IllegalArgumentException("inFlightMax must be at least 1, but is " + inFlightMax);
        }
        if (duration.isZero() || duration.isNegative() || duration.compareTo(DURATION_MAX) > 0) {
            throw new IllegalArgumentException(
                    "duration must be above 0 and at most " + DURATION_MAX + ", but is " + duration);
        }
        if (warmUp.isNegative() || warmUp.compareTo(DURATION_MAX) > 0) {
            throw new IllegalArgumentException("warmUp must be 0 to " + DURATION_MAX + ", but is " + warmUp);
        }
    }
}
