package io.assent.loadtest.cli;

import io.assent.loadtest.process.ServerCommand;
import picocli.CommandLine.Option;

/** How a command starts its server. */
final class ServerOptions {

    @Option(
            names = "--server-command",
            paramLabel = "COMMAND",
            defaultValue = ServerCommand.ASSENT,
            description =
                    "how to start the server; {data}, {port}, {grpc} and {durability} are filled in (${DEFAULT-VALUE})")
    private String command;

    @Option(
            names = "--durability",
            defaultValue = "fsync",
            description = "durability level of the server (${DEFAULT-VALUE})")
    private String durability;

    ServerCommand command() {
        return ServerCommand.parse(command);
    }

    String durability() {
        return durability;
    }
}
