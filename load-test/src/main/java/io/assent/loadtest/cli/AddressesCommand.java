package io.assent.loadtest.cli;

import io.assent.loadtest.addresses.AddressConfig;
import io.assent.loadtest.addresses.AddressResult;
import io.assent.loadtest.addresses.AddressRig;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets gRPC participants come and go. */
@Command(
        name = "addresses",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a server with its default settings on a fresh data directory and calls, over gRPC, a name with two addresses. One",
            "dies; the other is replaced again and again. No call may wait longer than its deadline, none may end unknown when an",
            "address is replaced, and the new one must be called within 30 s. With --goaway, participants also ask connections to",
            "leave under load, which may turn no call unknown, and then unused connections must close. Exit code 1 otherwise.",
            "The server is told its names by a file (JDK_JAVA_OPTIONS, jdk.net.hosts.file); 127.0.0.2 and up must be loopback."
        })
final class AddressesCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--replacements",
            defaultValue = "4",
            description = "how often an address is replaced; 0 to leave out the name (${DEFAULT-VALUE})")
    private int replacements;

    @Option(
            names = "--dead",
            paramLabel = "SECONDS",
            defaultValue = "15",
            description = "how long the name has a dead address before the first is replaced (${DEFAULT-VALUE})")
    private int dead;

    @Option(
            names = "--rate",
            paramLabel = "PER_SECOND",
            defaultValue = "200",
            description = "sagas a second (${DEFAULT-VALUE})")
    private int rate;

    @Option(names = "--goaway", description = "also ask connections to leave under load")
    private boolean goAway;

    @Option(
            names = "--goaway-seconds",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "how long (${DEFAULT-VALUE})")
    private int goAwaySeconds;

    @Option(
            names = "--connection-age",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "how old connections become then (${DEFAULT-VALUE})")
    private int connectionAge;

    @Mixin
    private ServerOptions server;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (TemporaryDirectory work = new TemporaryDirectory("assent-addresses")) {
            final AddressResult result = new AddressRig(
                            new AddressConfig(
                                    server.command(),
                                    server.durability(),
                                    work.path(),
                                    rate,
                                    replacements,
                                    Duration.ofSeconds(dead),
                                    goAway ? Duration.ofSeconds(goAwaySeconds) : Duration.ZERO,
                                    Duration.ofMillis(connectionAge),
                                    true),
                            new Progress(spec))
                    .run();
            return new Progress(spec).end(result.toString(), result.violations());
        }
    }
}
