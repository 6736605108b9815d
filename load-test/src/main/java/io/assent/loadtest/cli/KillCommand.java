package io.assent.loadtest.cli;

import io.assent.loadtest.kill.KillConfig;
import io.assent.loadtest.kill.KillResult;
import io.assent.loadtest.kill.KillRig;
import io.assent.loadtest.kill.UnsyncedDropper;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Kills a server under load again and again and checks what is left. */
@Command(
        name = "kill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a server on a fresh data directory, drives scripted sagas and messages, kills it with SIGKILL at random moments",
            "while enough transactions are open, restarts it, and at the end compares what clients were told, what participants",
            "saw and what the server says. Exit code 1 and the whole story of each failed transaction if a rule was broken."
        })
final class KillCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ServerOptions server;

    @Option(names = "--kills", defaultValue = "20", description = "how often to kill (${DEFAULT-VALUE})")
    private int kills;

    @Option(
            names = "--open",
            defaultValue = "200",
            description = "least open transactions at a kill (${DEFAULT-VALUE})")
    private int open;

    @Option(
            names = "--acknowledged",
            defaultValue = "20000",
            description = "least acknowledged transactions in all (${DEFAULT-VALUE})")
    private int acknowledged;

    @Option(names = "--seed", description = "repeats the choices of a run; random unless given")
    private Long seed;

    @Option(
            names = "--drop-unsynced",
            paramLabel = "CLASS",
            description =
                    "also lose what was not synced: the name of an UnsyncedDropper with a constructor without arguments")
    private String dropper;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description =
                    "an empty directory for data, output and stories; kept. Without it a temporary one, kept only on failure")
    private Path work;

    @Option(
            names = "--settle",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "how long everything may take to end after the last restart (${DEFAULT-VALUE})")
    private int settle;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final Optional<UnsyncedDropper> loss = Optional.ofNullable(dropper).map(this::load);
        final long chosen = seed != null ? seed : ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        if (work != null) {
            final String[] content = work.toFile().list();
            if (content != null && content.length > 0) {
                throw new ParameterException(spec.commandLine(), "--work: " + work + " is not empty");
            }
            return run(work, chosen, loss).passed() ? 0 : 1;
        }
        final TemporaryDirectory temporary = new TemporaryDirectory("assent-kill");
        final KillResult result;
        try {
            result = run(temporary.path(), chosen, loss);
        } catch (final IOException | InterruptedException | RuntimeException e) {
            temporary.keep();
            spec.commandLine()
                    .getErr()
                    .println("load-test: seed " + chosen + ", everything is kept in " + temporary.path());
            throw e;
        }
        if (result.passed()) {
            temporary.close();
            return 0;
        }
        temporary.keep();
        return 1;
    }

    private KillResult run(final Path directory, final long chosen, final Optional<UnsyncedDropper> loss)
            throws IOException, InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        KillConfig config = KillConfig.shortRun(server.command(), directory, chosen)
                .sized(kills, open, acknowledged)
                .durable(server.durability())
                .limited(Duration.ofSeconds(60), Duration.ofSeconds(120), Duration.ofSeconds(settle));
        if (loss.isPresent()) {
            config = config.dropping(loss.get());
        }
        out.println("seed " + chosen + ", work directory " + directory);
        final KillResult result = new KillRig(config, new Progress(spec)).run();
        out.println(result.summary());
        out.flush();
        return result;
    }

    private UnsyncedDropper load(final String className) {
        try {
            return Class.forName(className)
                    .asSubclass(UnsyncedDropper.class)
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (final ReflectiveOperationException | ClassCastException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--drop-unsynced: " + className + " is no UnsyncedDropper on the class path: " + e,
                    e);
        }
    }
}
