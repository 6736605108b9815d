package io.assent.journal;

/** The journal can not keep its promise any more. Always fatal: the process stops, restart and replay are the way on. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public JournalException(String message) {
        super(message);
    }

    public JournalException(String message, Throwable cause) {
        super(message, cause);
    }
}
