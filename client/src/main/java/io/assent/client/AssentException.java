package io.assent.client;

/**
 * The coordinator did not say yes. This class itself means that the outcome is not known: a time-out, a broken connection, an
 * answer 500 or one that cannot be read; repeat the call with the same gid, or {@link AssentClient#query(String) query} it. It also means that
 * a prepare or an abort came after the transaction had succeeded; the message says so. The subclasses are the answers with a definite
 * meaning.
 */
public sealed class AssentException extends RuntimeException
        permits TransactionFailed, StillOngoing, GidInUse, CoordinatorUnavailable {

    private static final long serialVersionUID = 1L;

    private final int httpStatus;

    /**
     * Makes the exception.
     *
     * @param message what was asked and what was answered.
     * @param httpStatus the status of the answer, 0 if there was none or it has none.
     * @param cause what broke the exchange, or null.
     */
    public AssentException(final String message, final int httpStatus, final Throwable cause) {
        super(message, cause);
        this.httpStatus = httpStatus;
    }

    /**
     * Tells the status of the answer.
     *
     * @return the HTTP status, 0 when no answer came, and over gRPC, where the cause has the status.
     */
    public final int httpStatus() {
        return httpStatus;
    }
}
