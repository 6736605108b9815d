package io.assent.client;

/**
 * The coordinator answered ONGOING (425; over gRPC FAILED_PRECONDITION): a branch said that it is still working; the transaction goes on
 * by itself.
 */
public final class StillOngoing extends AssentException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for an answer of the coordinator.
     *
     * @param message what was asked and what was answered.
     * @param httpStatus the status of the answer, 0 if it has none.
     * @param cause the answer as an exception of its protocol, or null.
     */
    public StillOngoing(final String message, final int httpStatus, final Throwable cause) {
        super(message, httpStatus, cause);
    }
}
