package io.assent.client;

import java.time.Duration;
import java.util.Optional;

/**
 * The coordinator takes no work just now: it answered 503 (over gRPC UNAVAILABLE or RESOURCE_EXHAUSTED), or no connection could be made. Nothing was stored; the same call may be repeated after
 * {@link #retryAfter()}.
 */
public final class CoordinatorUnavailable extends AssentException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    /**
     * Makes the exception.
     *
     * @param message what was asked and what was answered.
     * @param httpStatus the status of the answer, 0 if it has none.
     * @param retryAfter the pause that the coordinator named, or null.
     * @param cause what prevented the connection, or the answer as an exception of its protocol, or null.
     */
    public CoordinatorUnavailable(
            final String message, final int httpStatus, final Duration retryAfter, final Throwable cause) {
        super(message, httpStatus, cause);
        this.retryAfter = retryAfter;
    }

    /**
     * Tells when the coordinator wants to be asked again.
     *
     * @return the pause it named, empty if it named none.
     */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
