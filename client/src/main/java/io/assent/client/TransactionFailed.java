package io.assent.client;

/**
 * The transaction has failed: everything that may have been done is undone, or nothing was done. The coordinator answered FAILURE (409; over
 * gRPC ABORTED), and the transaction's status, which came with the answer or was asked for, is failed. Thrown by a local transaction of
 * {@link GlobalMsg#doAndSubmit}, it means "a definite no: abort".
 */
public final class TransactionFailed extends AssentException {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception for a local transaction that says a definite no.
     *
     * @param message the reason.
     */
    public TransactionFailed(final String message) {
        super(message, 0, null);
    }

    /**
     * Makes the exception for an answer of the coordinator.
     *
     * @param message what was asked and what was answered.
     * @param httpStatus the status of the answer, 0 if it has none.
     * @param cause the answer as an exception of its protocol, or null.
     */
    public TransactionFailed(final String message, final int httpStatus, final Throwable cause) {
        super(message, httpStatus, cause);
    }
}
