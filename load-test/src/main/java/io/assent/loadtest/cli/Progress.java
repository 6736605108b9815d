package io.assent.loadtest.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;

/** Prints lines as they come, and a table at the end. */
final class Progress implements Consumer<String> {

    private final PrintWriter out;

    Progress(final CommandSpec spec) {
        this.out = spec.commandLine().getOut();
    }

    @Override
    public void accept(final String line) {
        out.println(line);
        out.flush();
    }

    /** Prints the outcome; returns the exit code. */
    int end(final String table, final List<String> violations) {
        out.println();
        out.println(table);
        out.flush();
        return violations.isEmpty() ? 0 : 1;
    }
}
