package io.assent.server;

/** How the process ends, for scripts. The codes are documented in docs/operating.md and never change their meaning. */
public enum ExitCode {
    OK(0),
    /** A check failed: verify found damage, the quick start saw something else than it explains, a transaction is unknown. */
    FAILED(1),
    /** A setting or an argument is wrong. */
    BAD_CONFIGURATION(2),
    NOT_WRITABLE(10),
    LOCKED(11),
    PORT_IN_USE(12),
    TOO_FEW_FILE_DESCRIPTORS(13),
    DAMAGED(14),
    NEWER_FORMAT(15),
    MISSING_JVM_FLAGS(16),
    /** The data directory belongs to the other kind of clock. */
    CLOCK_MISMATCH(17),
    /** The disk has no space for what a start needs. */
    NO_SPACE(18),
    /** A file of the data directory was removed or replaced while the server used it. */
    FILES_VANISHED(19),
    /** The journal or the machine could not go on; restart and replay are the way on. */
    HALTED(20);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
