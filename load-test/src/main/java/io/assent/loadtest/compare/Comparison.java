package io.assent.loadtest.compare;

import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.generator.Sagas;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.GrpcParticipant;
import io.assent.loadtest.participant.Participant;
import io.assent.loadtest.process.ChildProcess;
import io.assent.loadtest.process.ServerCommand;
import io.assent.loadtest.process.ServerProcess;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Loads two sides in alternation with the same two-branch saga: a server and the forwarder, or one server over HTTP and over gRPC.
 *
 * <p>Server and forwarder run for the whole comparison, each in a process of its own; participants and generator are in this one. After one warm-up of
 * each side, every round loads the one and then the other, so that a disturbance of the machine does not meet one side only. Loading only one
 * at a time, and an idle process costs next to nothing.
 */
public final class Comparison {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofMillis(500);

    /**
     * What to compare.
     *
     * @param protocols HTTP alone: the server and the forwarder; HTTP and gRPC: the server with the one and with the other.
     * @param serverUrl a running server, or empty to start one.
     * @param grpcPort its gRPC port; without meaning when one is started.
     * @param serverCommand how to start one.
     * @param durability the level it is started with, named beside the figures.
     * @param waiting whether submits wait for the result.
     * @param connections the numbers of connections, one table row each; over gRPC, of calls at a time.
     * @param rounds how often each side is measured.
     * @param inFlightMax how many sagas may be open; only without waiting.
     * @param warmUp how long each side is loaded before the first round.
     * @param duration how long each measurement lasts.
     */
    public record Settings(
            List<Protocol> protocols,
            Optional<URI> serverUrl,
            int grpcPort,
            ServerCommand serverCommand,
            String durability,
            boolean waiting,
            List<Integer> connections,
            int rounds,
            int inFlightMax,
            Duration warmUp,
            Duration duration) {

        /** Checks the bounds. */
        public Settings {
            if (!protocols.equals(List.of(Protocol.HTTP)) && !protocols.equals(List.of(Protocol.HTTP, Protocol.GRPC))) {
                throw new IllegalArgumentException(
                        "protocols must be http, beside the forwarder, or http,grpc, but is " + protocols);
            }
            if (rounds < 1 || rounds > 100) {
                throw new IllegalArgumentException("rounds must be 1 to 100, but is " + rounds);
            }
            protocols = List.copyOf(protocols);
            connections = List.copyOf(connections);
        }

        boolean besideForwarder() {
            return protocols.size() == 1;
        }
    }

    /** One of those that are compared, while they run. */
    private record Side(
            String name,
            boolean reference,
            boolean ofServer,
            Sagas sagas,
            LongSupplier completed,
            Optional<URI> cpuOf) {}

    private final Settings settings;
    private final Consumer<String> out;

    /**
     * Makes a comparison.
     *
     * @param settings what to compare.
     * @param out takes the lines of progress.
     */
    public Comparison(final Settings settings, final Consumer<String> out) {
        this.settings = settings;
        this.out = out;
    }

    /**
     * Runs the comparison; every process it started has ended when it returns or throws.
     *
     * @return the table.
     * @throws IOException if a process cannot be started.
     * @throws InterruptedException if interrupted.
     */
    public ComparisonTable run() throws IOException, InterruptedException {
        try (TemporaryDirectory work = new TemporaryDirectory("assent-compare");
                Participant participant = Participant.start(0)) {
            return settings.besideForwarder()
                    ? besideForwarder(work.path(), participant)
                    : betweenProtocols(work.path(), participant);
        }
    }

    // ---- the sides

    private ComparisonTable besideForwarder(final Path work, final Participant participant)
            throws IOException, InterruptedException {
        try (ChildProcess forwarder = startForwarder(work, participant)) {
            forwarder.awaitReady("/", START_LIMIT);
            if (settings.serverUrl().isPresent()) {
                return besideForwarder(settings.serverUrl().get(), forwarder, participant);
            }
            try (ServerProcess server = startServer(work)) {
                return besideForwarder(url(server), forwarder, participant);
            }
        }
    }

    private ComparisonTable besideForwarder(
            final URI server, final ChildProcess forwarder, final Participant participant) throws InterruptedException {
        return measure(List.of(
                new Side(
                        "server",
                        false,
                        true,
                        sagas(Protocol.HTTP, server.getHost(), server.getPort(), participant.url()),
                        participant::lastBranches,
                        Optional.empty()),
                new Side(
                        "forwarder",
                        true,
                        false,
                        sagas(Protocol.HTTP, "127.0.0.1", forwarder.port(), participant.url()),
                        participant::lastBranches,
                        Optional.empty())));
    }

    private ComparisonTable betweenProtocols(final Path work, final Participant participant)
            throws IOException, InterruptedException {
        try (GrpcParticipant grpcParticipant = GrpcParticipant.start("127.0.0.1", 0)) {
            if (settings.serverUrl().isPresent()) {
                return betweenProtocols(settings.serverUrl().get(), settings.grpcPort(), participant, grpcParticipant);
            }
            try (ServerProcess server = startServer(work)) {
                return betweenProtocols(url(server), server.port(Protocol.GRPC), participant, grpcParticipant);
            }
        }
    }

    private ComparisonTable betweenProtocols(
            final URI server, final int grpcPort, final Participant participant, final GrpcParticipant grpcParticipant)
            throws InterruptedException {
        return measure(List.of(
                new Side(
                        "http",
                        true,
                        true,
                        sagas(Protocol.HTTP, server.getHost(), server.getPort(), participant.url()),
                        participant::lastBranches,
                        Optional.of(server)),
                new Side(
                        "grpc",
                        false,
                        true,
                        sagas(Protocol.GRPC, server.getHost(), grpcPort, grpcParticipant.url()),
                        grpcParticipant::lastBranches,
                        Optional.of(server))));
    }

    private Sagas sagas(final Protocol protocol, final String host, final int port, final String participant) {
        return Sagas.ofTwoBranches(protocol, host, port, participant, settings.waiting());
    }

    private ServerProcess startServer(final Path work) throws IOException, InterruptedException {
        return ServerProcess.start(settings.serverCommand(), settings.durability(), work, Map.of());
    }

    private static URI url(final ServerProcess server) {
        return URI.create("http://127.0.0.1:" + server.httpPort());
    }

    private ChildProcess startForwarder(final Path work, final Participant participant) throws IOException {
        final int port = ChildProcess.freePort();
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                absolute(System.getProperty("java.class.path")),
                "io.assent.loadtest.cli.Main",
                "forwarder",
                "--port",
                Integer.toString(port),
                "--participant",
                participant.url()));
        if (!settings.waiting()) {
            command.add("--answer-first");
        }
        return ChildProcess.start(command, port, work.resolve("forwarder.log"));
    }

    private static String absolute(final String classPath) {
        final List<String> parts = new ArrayList<>();
        for (final String part : classPath.split(File.pathSeparator)) {
            parts.add(Path.of(part).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, parts);
    }

    // ---- the measurements

    private ComparisonTable measure(final List<Side> sides) throws InterruptedException {
        final List<ComparisonTable.Row> rows = new ArrayList<>();
        for (final int connections : settings.connections()) {
            final List<SideRuns> measured = sides.stream().map(SideRuns::new).toList();
            for (final SideRuns side : measured) {
                load("warm-up", side.side, connections, settings.warmUp());
            }
            for (int round = 1; round <= settings.rounds(); round++) {
                for (final SideRuns side : measured) {
                    side.measure("round " + round, connections);
                }
            }
            rows.add(new ComparisonTable.Row(
                    connections, measured.stream().map(SideRuns::result).toList()));
        }
        return new ComparisonTable(settings.waiting(), settings.durability(), Machine.describe(), rows);
    }

    /** The measurements of one side, one after the other. */
    private final class SideRuns {

        private final Side side;
        private final List<LoadReport> runs = new ArrayList<>();
        private double cpuSeconds;
        private long sagas;

        SideRuns(final Side side) {
            this.side = side;
        }

        void measure(final String name, final int connections) throws InterruptedException {
            final OptionalDouble cpuBefore = cpuSeconds(side);
            final long sagasBefore = side.completed().getAsLong();
            runs.add(load(name, side, connections, settings.duration()));
            final OptionalDouble cpuAfter = cpuSeconds(side);
            if (cpuBefore.isPresent() && cpuAfter.isPresent()) {
                cpuSeconds += cpuAfter.getAsDouble() - cpuBefore.getAsDouble();
                sagas += side.completed().getAsLong() - sagasBefore;
            }
        }

        ComparisonTable.Side result() {
            return new ComparisonTable.Side(
                    side.name(),
                    side.reference(),
                    side.ofServer(),
                    runs,
                    sagas == 0 ? OptionalDouble.empty() : OptionalDouble.of(cpuSeconds / sagas * 1e6));
        }
    }

    /** The CPU time that the server has used so far; empty when it does not tell, as servers of other makes. */
    private static OptionalDouble cpuSeconds(final Side side) {
        if (side.cpuOf().isEmpty()) {
            return OptionalDouble.empty();
        }
        try {
            return ServerProcess.metrics(side.cpuOf().get()).value("process_cpu_seconds_total");
        } catch (final IOException noMetrics) {
            return OptionalDouble.empty();
        }
    }

    private LoadReport load(final String when, final Side side, final int connections, final Duration time)
            throws InterruptedException {
        final LoadReport report = new SagaGenerator(
                        new LoadPlan(side.sagas(), connections, settings.inFlightMax(), SETTLE, time), side.completed())
                .run();
        out.accept(String.format("%-18s c=%-4d %s", when + " " + side.name(), connections, report));
        awaitQuiet(side.completed());
        return report;
    }

    /** Sagas that go on after their answer must not run into the other side's measurement. */
    private static void awaitQuiet(final LongSupplier completed) throws InterruptedException {
        long before = -1;
        for (int i = 0; i < 100 && completed.getAsLong() != before; i++) {
            before = completed.getAsLong();
            Thread.sleep(50);
        }
    }
}
