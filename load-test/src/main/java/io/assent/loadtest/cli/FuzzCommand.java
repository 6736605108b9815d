package io.assent.loadtest.cli;

import io.assent.loadtest.fuzz.FuzzConfig;
import io.assent.loadtest.fuzz.FuzzResult;
import io.assent.loadtest.fuzz.FuzzRun;
import io.assent.loadtest.fuzz.FuzzSource;
import io.assent.loadtest.fuzz.Measurement.Quantity;
import io.assent.loadtest.fuzz.grpc.GrpcSource;
import io.assent.loadtest.fuzz.http.HttpSource;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Sends a server what no client should. */
@Command(
        name = "fuzz",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Starts a server on a fresh data directory and sends it inputs made from a seed: near-valid requests of every route, bent",
            "bodies, odd methods, targets and headers, broken framing, pipelines, garbage, half-sent and abandoned requests; over gRPC",
            "messages, metadata, frames, calls at once and cancelled ones. Each must be answered or refused as the protocol says;",
            "between them a control saga must succeed; at the end the server may hold hardly more descriptors, heap and direct memory",
            "than at a tenth of the inputs (memory is judged from 100,000 inputs on, direct memory over HTTP only).",
            "Branch URLs never leave this machine.",
            "Exit code 1 and the input's number and bytes if a rule was broken. The memory check needs Linux and a JDK."
        })
final class FuzzCommand implements Callable<Integer> {

    /** After a tenth of fewer inputs, working buffers have not yet grown to what the largest input needs. */
    private static final long MEMORY_REQUESTS_MIN = 100_000;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--protocol",
            defaultValue = "http",
            description = "what is fuzzed: http or grpc (${DEFAULT-VALUE})")
    private Protocol protocol;

    @Mixin
    private ServerOptions server;

    @Option(names = "--requests", defaultValue = "100000", description = "how many inputs to send (${DEFAULT-VALUE})")
    private long requests;

    @Option(names = "--seed", description = "decides every input; random unless given")
    private Long seed;

    @Option(
            names = "--first",
            paramLabel = "NUMBER",
            defaultValue = "0",
            description = "number of the first input (${DEFAULT-VALUE})")
    private long first;

    @Option(names = "--only", paramLabel = "NUMBER", description = "send this input alone and show it")
    private Long only;

    @Option(
            names = "--control-every",
            paramLabel = "INPUTS",
            defaultValue = "10000",
            description = "how many inputs between two control sagas (${DEFAULT-VALUE})")
    private long controlEvery;

    @Option(
            names = "--connections",
            defaultValue = "32",
            description = "how many connections at a time (${DEFAULT-VALUE})")
    private int connections;

    @Option(
            names = "--work",
            paramLabel = "DIR",
            description =
                    "an empty directory for data and output; kept. Without it a temporary one, kept only on failure")
    private Path work;

    @Override
    public Integer call() throws IOException, InterruptedException {
        final long chosen = seed != null ? seed : ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        if (work != null) {
            final String[] content = work.toFile().list();
            if (content != null && content.length > 0) {
                throw new ParameterException(spec.commandLine(), "--work: " + work + " is not empty");
            }
            return run(work, chosen).passed() ? 0 : 1;
        }
        final TemporaryDirectory temporary = new TemporaryDirectory("assent-fuzz");
        final FuzzResult result;
        try {
            result = run(temporary.path(), chosen);
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

    private FuzzResult run(final Path directory, final long chosen) throws IOException, InterruptedException {
        final PrintWriter out = spec.commandLine().getOut();
        final FuzzConfig config = FuzzConfig.of(server.command(), directory, chosen, requests)
                .numbered(only != null ? only : first, only != null ? 1 : requests)
                .paced(controlEvery, only != null ? 1 : connections)
                .judged(server.durability(), judged());
        out.println("seed " + chosen + ", work directory " + directory);
        final FuzzRun run = new FuzzRun(config, source(), new Progress(spec));
        final FuzzResult result = run.run();
        if (only != null) {
            out.println(run.show(only));
        }
        out.println(result.table());
        out.flush();
        return result;
    }

    private FuzzSource.Factory source() {
        return switch (protocol) {
            case HTTP -> HttpSource::new;
            case GRPC -> GrpcSource::new;
        };
    }

    private Set<Quantity> judged() {
        if (only != null) {
            return Set.of();
        }
        if (requests < MEMORY_REQUESTS_MIN) {
            return Set.of(Quantity.DESCRIPTORS);
        }
        return switch (protocol) {
            case HTTP -> EnumSet.allOf(Quantity.class);
            // The library's allocator keeps the chunks of its largest burst, and random bursts surpass each other ever
            // more rarely.
            case GRPC -> EnumSet.of(Quantity.DESCRIPTORS, Quantity.HEAP);
        };
    }
}
