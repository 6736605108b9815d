package io.assent.loadtest.cli;

import io.assent.loadtest.compare.Comparison;
import io.assent.loadtest.compare.ComparisonTable;
import io.assent.loadtest.net.Protocol;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures a server and the reference forwarder, or a server over HTTP and gRPC, in alternation and prints their ratio. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a participant, a server on a fresh data directory and the forwarder, loads both in alternation, and prints",
            "medians, spread and the ratio server / forwarder. With --protocol http,grpc it loads the one server over HTTP and over",
            "gRPC instead, branch calls in the same protocol, and prints the ratio grpc / http. Ends by itself and leaves no process",
            "and no file behind."
        })
final class CompareCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--protocol",
            split = ",",
            paramLabel = "PROTOCOL",
            defaultValue = "http",
            description = "http: server beside forwarder; http,grpc: the server over both (${DEFAULT-VALUE})")
    private List<Protocol> protocols;

    @Option(names = "--server-url", paramLabel = "URL", description = "use a running server instead of starting one")
    private URI serverUrl;

    @Option(
            names = "--server-grpc-port",
            paramLabel = "PORT",
            defaultValue = "36790",
            description = "gRPC port of the server at --server-url (${DEFAULT-VALUE})")
    private int serverGrpcPort;

    @Mixin
    private ServerOptions server;

    @Option(names = "--no-wait", description = "submit without wait_result; the forwarder answers first too")
    private boolean notWaiting;

    @Option(
            names = "--connections",
            split = ",",
            defaultValue = "64",
            description = "one table row for each; over gRPC, calls at a time on 4 connections (${DEFAULT-VALUE})")
    private List<Integer> connections;

    @Option(names = "--rounds", defaultValue = "3", description = "measurements of each side (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--in-flight",
            defaultValue = "2048",
            description = "most open sagas without waiting (${DEFAULT-VALUE})")
    private int inFlight;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "of each side (${DEFAULT-VALUE})")
    private int warmUp;

    @Option(names = "--seconds", defaultValue = "5", description = "of each measurement (${DEFAULT-VALUE})")
    private int seconds;

    @Option(names = "--out", paramLabel = "FILE", description = "write the table there too")
    private Path file;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final ComparisonTable table = new Comparison(
                        new Comparison.Settings(
                                protocols,
                                Optional.ofNullable(serverUrl),
                                serverGrpcPort,
                                server.command(),
                                server.durability(),
                                !notWaiting,
                                connections,
                                rounds,
                                inFlight,
                                Duration.ofSeconds(warmUp),
                                Duration.ofSeconds(seconds)),
                        new Progress(spec))
                .run();
        out.println();
        out.println(table);
        if (file != null) {
            Files.writeString(file, table.toString());
        }
        return table.serverErrors() == 0 ? 0 : 1;
    }
}
