package io.assent.loadtest.compare;

import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.participant.Participant;
import io.assent.loadtest.process.ChildProcess;
import io.assent.loadtest.process.ServerCommand;
import io.assent.loadtest.process.TemporaryDirectory;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Loads a server and the forwarder in alternation with the same two-branch saga.
 *
 * <p>Both run for the whole comparison, each in a process of its own; participant and generator are in this one. After one warm-up of
 * each, every round loads the one and then the other, so that a disturbance of the machine does not meet one side only. Loading only one at a time, and an idle
 * process costs next to nothing.
 */
public final class Comparison {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLE = Duration.ofMillis(500);

    /**
     * What to compare.
     *
     * @param serverUrl a running server, or empty to start one.
     * @param serverCommand how to start one.
     * @param durability the level it is started with, named beside the figures.
     * @param waiting whether submits wait for the result.
     * @param connections the numbers of connections, one table row each.
     * @param rounds how often each side is measured.
     * @param inFlightMax how many sagas may be open; only without waiting.
     * @param warmUp how long each side is loaded before the first round.
     * @param duration how long each measurement lasts.
     */
    public record Settings(
            Optional<URI> serverUrl,
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
            if (rounds < 1 || rounds > 100) {
                throw new IllegalArgumentException("rounds must be 1 to 100, but is " + rounds);
            }
            connections = List.copyOf(connections);
        }
    }

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
                Participant participant = Participant.start(0);
                ChildProcess forwarder = startForwarder(work.path(), participant)) {
            forwarder.awaitReady("/", START_LIMIT);
            if (settings.serverUrl().isPresent()) {
                return measure(settings.serverUrl().get(), forwarder, participant);
            }
            final int port = ChildProcess.freePort();
            try (ChildProcess server = ChildProcess.start(
                    settings.serverCommand().filled(work.path().resolve("data"), port, settings.durability()),
                    port,
                    work.path().resolve("server.log"))) {
                server.awaitReady("/readyz", START_LIMIT);
                return measure(URI.create("http://127.0.0.1:" + port), forwarder, participant);
            }
        }
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

    private ComparisonTable measure(final URI server, final ChildProcess forwarder, final Participant participant)
            throws InterruptedException {
        final URI reference = URI.create("http://127.0.0.1:" + forwarder.port());
        final Map<Integer, ComparisonTable.Row> rows = new LinkedHashMap<>();
        for (final int connections : settings.connections()) {
            load("warm-up server", server, participant, connections, settings.warmUp());
            load("warm-up forwarder", reference, participant, connections, settings.warmUp());
            final List<LoadReport> ofServer = new ArrayList<>();
            final List<LoadReport> ofForwarder = new ArrayList<>();
            for (int round = 1; round <= settings.rounds(); round++) {
                ofServer.add(load("round " + round + " server", server, participant, connections, settings.duration()));
                ofForwarder.add(load(
                        "round " + round + " forwarder", reference, participant, connections, settings.duration()));
            }
            rows.put(connections, new ComparisonTable.Row(connections, ofServer, ofForwarder));
        }
        return new ComparisonTable(
                settings.waiting(), settings.durability(), Machine.describe(), List.copyOf(rows.values()));
    }

    private LoadReport load(
            final String name,
            final URI target,
            final Participant participant,
            final int connections,
            final Duration time)
            throws InterruptedException {
        final LoadReport report = new SagaGenerator(
                        new LoadPlan(
                                target.getHost(),
                                target.getPort(),
                                LoadPlan.SUBMIT,
                                participant.url(),
                                settings.waiting(),
                                connections,
                                settings.inFlightMax(),
                                SETTLE,
                                time),
                        participant::lastBranches)
                .run();
        out.accept(String.format("%-18s c=%-4d %s", name, connections, report));
        awaitQuiet(participant);
        return report;
    }

    /** Sagas that go on after their answer must not run into the other side's measurement. */
    private static void awaitQuiet(final Participant participant) throws InterruptedException {
        long before = -1;
        for (int i = 0; i < 100 && participant.requests() != before; i++) {
            before = participant.requests();
            Thread.sleep(50);
        }
    }
}
