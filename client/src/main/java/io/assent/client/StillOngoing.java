package io.assent.client;

/**
 * The transaction is stored and not at its end; it goes on by itself, and {@link AssentClient#query(String) query} tells how. The
 * coordinator answered ONGOING (425; over gRPC FAILED_PRECONDITION) because a branch is still working, or FAILURE because a waiting client's
 * time was over, a branch has to be called again, or the request does not fit a transaction that is under way.
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
