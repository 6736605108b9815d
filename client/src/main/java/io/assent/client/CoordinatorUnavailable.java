package io.assent.client;

import java.time.Duration;
import java.util.Optional;

/**
 * The coordinator takes no work just now: it answered 503, or no connection could be made. Nothing was stored; the same call may be repeated after
 * {@link #retryAfter()}.
 */
public final class CoordinatorUnavailable extends AssentException {

    private static final long serialVersionUID = 1L;

    private final Duration retryAfter;

    CoordinatorUnavailable(
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
