package io.assent.server;

import io.assent.journal.JournalException;

/** The server can not start: one sentence and an exit code. */
public final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public StartFailure(ExitCode exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    public StartFailure(ExitCode exitCode, String sentence, Throwable cause) {
        super(sentence, cause);
        this.exitCode = exitCode;
    }

    public static StartFailure of(JournalException e) {
        ExitCode code = switch (e.reason()) {
            case LOCKED -> ExitCode.LOCKED;
            case NOT_WRITABLE -> ExitCode.NOT_WRITABLE;
            case DAMAGED, TOO_LARGE -> ExitCode.DAMAGED;
            case NEWER_FORMAT -> ExitCode.NEWER_FORMAT;
            case MISMATCH -> ExitCode.CLOCK_MISMATCH;
            case MISSING_JVM_FLAGS -> ExitCode.MISSING_JVM_FLAGS;
            case NO_SPACE -> ExitCode.NO_SPACE;
            case VANISHED -> ExitCode.FILES_VANISHED;
            case IO -> ExitCode.HALTED;
        };
        return new StartFailure(code, e.getMessage(), e);
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
