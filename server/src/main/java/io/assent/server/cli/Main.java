package io.assent.server.cli;

import io.assent.server.Version;
import io.assent.server.config.Logging;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The entrance of {@code bin/assent}. */
@Command(
        name = "assent",
        description =
                "Coordinates distributed transactions: saga, TCC, XA, two-phase message and workflow, compatible with DTM.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            QuickstartCommand.class,
            ParticipantCommand.class,
            JournalCommand.class,
            TxCommand.class,
            ConfigCommand.class,
            VersionCommand.class,
            HelpCommand.class
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        int code = run(arguments);
        Logging.close();
        System.exit(code);
    }

    static int run(String... arguments) {
        return new CommandLine(new Main())
                .setExecutionExceptionHandler(new Failures())
                .execute(arguments);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "Which command is meant?");
    }

    static final class Versions implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"assent " + Version.text() + ", Java " + Runtime.version()};
        }
    }
}
