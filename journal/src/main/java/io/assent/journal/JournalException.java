package io.assent.journal;

import java.io.IOException;

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
        /** The disk has no space for what a start needs. */
        NO_SPACE,
        /** A file that the server uses was removed or replaced under it. */
        VANISHED,
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

    /**
     * What an error of the file system means.
     *
     * @param otherwise the reason when it is not the lack of space
     * @param what what did not work
     */
    static JournalException of(Reason otherwise, String what, IOException e) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("No space left on device") || text.contains("Disk quota exceeded")) {
            return new JournalException(
                    Reason.NO_SPACE, what + ": the disk is full; free some space and start again", e);
        }
        return new JournalException(otherwise, what + ": " + e, e);
    }

    public Reason reason() {
        return reason;
    }
}
