package io.assent.loadtest.cli;

import io.assent.loadtest.hang.HangConfig;
import io.assent.loadtest.hang.HangResult;
import io.assent.loadtest.hang.HangRig;
import io.assent.loadtest.hang.Misbehaviour;
import io.assent.loadtest.hang.Neighbour;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures healthy sagas while other participants hang. */
@Command(
        name = "hang",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a server on a fresh data directory and submits healthy two-branch sagas at a fixed rate, in windows by turns",
            "without and with sagas that keep calling hanging targets: half of these take connections and say nothing, half speak the",
            "protocol and never answer. Exit code 1 if the median of the windows' p99 with hanging targets is more than 1.10 of that",
            "without, or if a healthy saga failed. The rate must be well below what the machine can do: else p99 is noise.",
            "With --same-port, --behaviour, --restart, --tls or --elsewhere one route misbehaves instead, beside healthy ones; then the exit code",
            "is 1 if p99 is more than twice, or throughput less than 0.9 of that without."
        })
final class HangCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--protocol",
            defaultValue = "grpc",
            description = "http or grpc: how sagas are submitted and branches called (${DEFAULT-VALUE})")
    private Protocol protocol;

    @Option(names = "--hanging", defaultValue = "100", description = "how many targets hang (${DEFAULT-VALUE})")
    private int hanging;

    @Option(names = "--same-port", description = "one route of the healthy participant's own port misbehaves")
    private boolean samePort;

    @Option(
            names = "--behaviour",
            description =
                    "of one route: hang, reset, trickle (a byte a second), headers or body (without end), close (after each answer)")
    private Misbehaviour behaviour;

    @Option(names = "--restart", description = "each window begins with a kill and a start of the server")
    private boolean restart;

    @Option(names = "--tls", description = "branches are called by https; the protocol must be http")
    private boolean tls;

    @Option(
            names = "--elsewhere",
            paramLabel = "COUNT",
            defaultValue = "0",
            description = "sagas that call a target that hangs on another port, beside the route (${DEFAULT-VALUE})")
    private int elsewhere;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            defaultValue = "500",
            description = "healthy sagas a second (${DEFAULT-VALUE})")
    private int rate;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "windows with hanging targets; there is one more without (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "15", description = "of each window (${DEFAULT-VALUE})")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "at full speed before the first window (${DEFAULT-VALUE})")
    private int warmUp;

    @Option(
            names = "--sagas-per-target",
            paramLabel = "COUNT",
            defaultValue = "20",
            description = "sagas that call each hanging target from the start of a window (${DEFAULT-VALUE})")
    private int sagasPerTarget;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "after those, before the window is measured (${DEFAULT-VALUE})")
    private int settle;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (tls && protocol != Protocol.HTTP) {
            throw new ParameterException(spec.commandLine(), "--tls needs --protocol http");
        }
        final Neighbour neighbour = samePort || behaviour != null || restart || tls || elsewhere > 0
                ? new Neighbour(behaviour == null ? Misbehaviour.HANG : behaviour, samePort, tls, restart, elsewhere)
                : null;
        try (TemporaryDirectory work = new TemporaryDirectory("assent-hang")) {
            final HangResult result = new HangRig(
                            new HangConfig(
                                    server.command(),
                                    server.durability(),
                                    work.path(),
                                    protocol,
                                    neighbour == null ? hanging : 1,
                                    rate,
                                    rounds,
                                    Duration.ofSeconds(warmUp),
                                    Duration.ofSeconds(seconds),
                                    sagasPerTarget,
                                    Duration.ofSeconds(settle),
                                    neighbour),
                            new Progress(spec))
                    .run();
            return new Progress(spec).end(result.toString(), result.violations());
        }
    }
}
