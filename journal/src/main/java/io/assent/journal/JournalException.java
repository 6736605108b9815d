package io.assent.journal;

/** The journal can not keep its promise any more, or can not be opened. Always fatal: restart and replay are the way on. */
public final class JournalException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is wrong, for programs. */
    public enum Reason {
        /** Another process works on the data directory. */
        LOCKED,
        /** The directory can not be created or written. */
        NOT_WRITABLE,
        /** Records that were durable are missing or broken. */
        DAMAGED,
        /** Written by a newer version. */
        NEWER_FORMAT,
        /** The directory remembers another setting than the one asked for. */
        MISMATCH,
        /** The JVM does not let Chronicle Queue do its work. */
        MISSING_JVM_FLAGS,
        /** A record over the bound. */
        TOO_LARGE,
        /** A failed append or force. */
        IO
    }

    private final Reason reason;

    public JournalException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public JournalException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
