package io.assent.server.cli;

import io.assent.journal.JournalException;
import io.assent.server.ExitCode;
import io.assent.server.StartFailure;
import io.assent.server.config.BadSetting;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** One sentence and an exit code for what a user can mend; a stack trace for what is our fault. */
final class Failures implements IExecutionExceptionHandler {

    @Override
    public int handleExecutionException(Exception failure, CommandLine commandLine, ParseResult parsed)
            throws Exception {
        if (failure instanceof StartFailure start) {
            System.err.println("assent: " + start.getMessage());
            return start.exitCode().code();
        }
        if (failure instanceof BadSetting bad) {
            System.err.println("assent: " + bad.getMessage());
            return ExitCode.BAD_CONFIGURATION.code();
        }
        if (failure instanceof JournalException journal) {
            System.err.println("assent: " + journal.getMessage());
            return ExitCode.FAILED.code();
        }
        throw failure;
    }
}
