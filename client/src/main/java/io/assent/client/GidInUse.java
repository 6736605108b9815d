package io.assent.client;

/**
 * The gid belongs to another transaction, one of another type or with other content. Nothing of the request was taken; it needs a gid of its
 * own. A coordinator of DTM does not tell.
 */
public final class GidInUse extends AssentException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for an answer of the coordinator.
     *
     * @param message what was asked and what was answered.
     * @param httpStatus the status of the answer, 0 if it has none.
     * @param cause the answer as an exception of its protocol, or null.
     */
    public GidInUse(final String message, final int httpStatus, final Throwable cause) {
        super(message, httpStatus, cause);
    }
}
