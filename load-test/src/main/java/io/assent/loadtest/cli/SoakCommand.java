package io.assent.loadtest.cli;

import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.TemporaryDirectory;
import io.assent.loadtest.soak.SoakConfig;
import io.assent.loadtest.soak.SoakResult;
import io.assent.loadtest.soak.SoakRig;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Drives many calls through a server and reads what it holds. */
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a server on a fresh data directory, drives two-branch sagas through it, and reads heap, direct memory and",
            "threads of the quiet server, its garbage collected, at a tenth of the branch calls and at the end, both after a warm-up. Exit code 1 if one",
            "of them grew by more than 5 %%, or if not every call succeeded. Needs a JDK of the server's version for jcmd."
        })
final class SoakCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--protocol",
            defaultValue = "grpc",
            description = "http or grpc: how sagas are submitted and branches called (${DEFAULT-VALUE})")
    private Protocol protocol;

    @Option(
            names = "--warm-up",
            paramLabel = "CALLS",
            defaultValue = "400000",
            description = "how many branch calls before those that count (${DEFAULT-VALUE})")
    private long warmUp;

    @Option(names = "--calls", defaultValue = "1000000", description = "how many branch calls (${DEFAULT-VALUE})")
    private long calls;

    @Option(names = "--connections", defaultValue = "64", description = "how many sagas at a time (${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--finished-kept",
            defaultValue = "1000",
            description = "how many finished transactions the server keeps (${DEFAULT-VALUE})")
    private int finishedKept;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (TemporaryDirectory work = new TemporaryDirectory("assent-soak")) {
            final SoakResult result = new SoakRig(
                            new SoakConfig(
                                    server.command(),
                                    server.durability(),
                                    work.path(),
                                    protocol,
                                    warmUp,
                                    calls,
                                    connections,
                                    finishedKept,
                                    Duration.ofHours(1)),
                            new Progress(spec))
                    .run();
            return new Progress(spec).end(result.toString(), result.violations());
        }
    }
}
