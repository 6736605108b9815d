package io.assent.loadtest.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The load tools' command line. */
@Command(
        name = "load-test",
        mixinStandardHelpOptions = true,
        version = "Assent load tools",
        description = {
            "Puts a coordinator that speaks the DTM protocol under load, measures it, and tries to break it.",
            "Everything listens on the loopback address."
        },
        subcommands = {
            ParticipantCommand.class,
            ForwarderCommand.class,
            GenerateCommand.class,
            CompareCommand.class,
            KillCommand.class,
            HangCommand.class,
            SoakCommand.class,
            AddressesCommand.class,
            FuzzCommand.class,
            AttackCommand.class
        },
        footer = {"", "Exit code: 0 all well, 1 the check failed or errors occurred, 2 wrong usage."})
public final class Main {

    private Main() {}

    /**
     * Runs one command and ends the process with its exit code.
     *
     * @param arguments the command line.
     */
    public static void main(final String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((exception, command, parsed) -> {
                    command.getErr().println("load-test: " + exception.getMessage());
                    if (System.getenv("LOAD_TEST_TRACE") != null) {
                        exception.printStackTrace(command.getErr());
                    }
                    return 1;
                });
    }
}
