package io.assent.loadtest.addresses;

import io.assent.loadtest.addresses.AddressResult.Phase;
import io.assent.loadtest.addresses.AddressResult.Rule;
import io.assent.loadtest.compare.Machine;
import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.PacedGenerator;
import io.assent.loadtest.generator.PacedPlan;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.generator.Sagas;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.GrpcParticipant;
import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lets participants come and go while a server calls them over gRPC.
 *
 * <p>A name has two addresses, 127.0.0.1 and 127.0.0.2, with a participant at each. The first dies and stays in the name. The other is replaced, again and
 * again: a new participant starts at the next address, the name is changed, and as soon as the new one is called the old one leaves. Each saga has one branch
 * and its submit waits for the result, so that no call waits longer than its client.
 */
public final class AddressRig {

    private static final String NAME = "participants.assent.test";
    private static final String METHOD = "/busi.Busi/TransIn";
    private static final String FIRST = "127.0.0.1";
    private static final int UNANSWERED_MAX = 2_000;
    private static final int GO_AWAY_CALLS = 64;
    private static final int PORT_TRIES = 50;
    private static final Duration BOTH_LIMIT = Duration.ofSeconds(15);
    private static final Duration FOUND_LIMIT = Duration.ofSeconds(90);
    private static final Duration CLOSED_LIMIT = Duration.ofMinutes(2);
    private static final Duration AFTERWARDS = Duration.ofSeconds(2);
    /** Added before each next replacement, so that they meet the server's lookups at different moments. */
    private static final Duration STAGGER = Duration.ofMillis(2_700);

    private static final long POLL_MS = 20;

    private final AddressConfig config;
    private final Consumer<String> out;
    private final List<Phase> phases = new ArrayList<>();

    /**
     * Makes a rig for one run.
     *
     * @param config what to do.
     * @param out takes the lines of progress.
     */
    public AddressRig(final AddressConfig config, final Consumer<String> out) {
        this.config = config;
        this.out = out;
    }

    /**
     * Runs the phases; the server has ended when it returns or throws.
     *
     * @return what came of them.
     * @throws IOException if the server or a participant cannot be started.
     * @throws InterruptedException if interrupted.
     */
    public AddressResult run() throws IOException, InterruptedException {
        final NameFile names = new NameFile(config.workDirectory(), NAME);
        names.write(List.of(address(1), address(2)));
        try (ServerProcess server = ServerProcess.start(
                config.server(), config.durability(), config.workDirectory(), names.environment())) {
            if (config.replacements() > 0) {
                comeAndGo(server, names);
            }
            if (!config.goAway().isZero()) {
                askToLeave(server);
            }
            return new AddressResult(config.durability(), Machine.describe(), List.copyOf(phases));
        }
    }

    private static String address(final int number) {
        return "127.0.0." + number;
    }

    // ---- addresses of a name

    private void comeAndGo(final ServerProcess server, final NameFile names) throws IOException, InterruptedException {
        final Pair pair = Pair.start();
        GrpcParticipant current = pair.second;
        try {
            final Sagas sagas = sagas(server, NAME + ':' + pair.first.port());
            try (Load load = new Load(server, sagas)) {
                awaitTrue(BOTH_LIMIT, () -> pair.first.requests() > 0 && pair.second.requests() > 0);
                if (pair.first.requests() == 0 || pair.second.requests() == 0) {
                    throw new IOException("the server must call both addresses of the name, but called the first "
                            + pair.first.requests() + " and the second " + pair.second.requests() + " times");
                }
                end(load, "both addresses serve", Rule.NO_UNKNOWN, 0);
                pair.first.close();
                Thread.sleep(config.deadAddress().toMillis());
                end(load, address(1) + " has died", Rule.NONE, 0);
                for (int i = 0; i < config.replacements(); i++) {
                    Thread.sleep(STAGGER.toMillis() * (i % 4));
                    end(load, "one address is dead", Rule.NO_UNKNOWN, 0);
                    current = replace(load, names, current, pair.first.port(), i + 2);
                }
            }
        } finally {
            pair.first.close();
            current.close();
        }
    }

    /** The participant at an address gives way to one at the next address. */
    private GrpcParticipant replace(
            final Load load, final NameFile names, final GrpcParticipant old, final int port, final int number)
            throws IOException, InterruptedException {
        final String address = address(number + 1);
        final GrpcParticipant fresh = GrpcParticipant.start(address, port);
        names.write(List.of(address(1), address));
        final double foundS = awaitTrue(FOUND_LIMIT, () -> fresh.requests() > 0);
        old.leave();
        Thread.sleep(AFTERWARDS.toMillis());
        end(load, address(number) + " is replaced by " + address, Rule.FOUND, foundS);
        return fresh;
    }

    /** Two participants at the same port of two addresses. */
    private record Pair(GrpcParticipant first, GrpcParticipant second) {

        static Pair start() throws IOException {
            for (int i = 1; ; i++) {
                final GrpcParticipant first = GrpcParticipant.start(FIRST, 0);
                try {
                    return new Pair(first, GrpcParticipant.start(address(2), first.port()));
                } catch (final IOException inUse) {
                    first.close();
                    if (i == PORT_TRIES) {
                        throw inUse;
                    }
                }
            }
        }
    }

    // ---- GOAWAY

    private void askToLeave(final ServerProcess server) throws IOException, InterruptedException {
        try (GrpcParticipant participant = GrpcParticipant.start(FIRST, 0, config.connectionAge())) {
            final Counts before = Counts.of(server);
            final LoadReport report = new SagaGenerator(
                            new LoadPlan(
                                    sagas(server, participant.url()), GO_AWAY_CALLS, 1, Duration.ZERO, config.goAway()),
                            () -> 0)
                    .run();
            final Counts counts = Counts.of(server).since(before);
            out.accept(report + ", " + participant.connectionsEver() + " connections");
            if (participant.connectionsEver() < 2) {
                throw new IOException("a connection must be asked to leave, but there was only one in "
                        + config.goAway().toSeconds() + " s");
            }
            add(new Phase(
                    participant.connectionsEver() + " connections, each but the last asked to leave",
                    Rule.NO_UNKNOWN,
                    report.answered() + report.errorCount(),
                    report.errorCount(),
                    counts.unknown(),
                    report.latencyMs(100),
                    0));
            if (config.awaitIdle()) {
                final double closedS = awaitTrue(
                        CLOSED_LIMIT, () -> Counts.of(server).connections() == 0 && participant.connections() == 0);
                add(new Phase("no more calls", Rule.CLOSED, 0, 0, 0, 0, closedS));
            }
        }
    }

    // ---- both

    private static Sagas sagas(final ServerProcess server, final String target) {
        return new Sagas(Protocol.GRPC, "127.0.0.1", server.port(Protocol.GRPC), List.of(target + METHOD), true);
    }

    private void end(final Load load, final String what, final Rule rule, final double afterS) throws IOException {
        add(load.phase(what, rule, afterS));
    }

    private void add(final Phase phase) {
        phases.add(phase);
        out.accept(phase.toString());
    }

    /** Asks the server over and over again. */
    private interface Condition {
        boolean holds() throws IOException;
    }

    /** Waits until something holds, or no longer than a limit; returns after how many seconds. */
    private static double awaitTrue(final Duration limit, final Condition condition)
            throws IOException, InterruptedException {
        final long start = System.nanoTime();
        while (!condition.holds() && System.nanoTime() - start < limit.toNanos()) {
            Thread.sleep(POLL_MS);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** What the server has counted. */
    private record Counts(long unknown, long connections) {

        static Counts of(final ServerProcess server) throws IOException {
            final MetricsPage page = server.metrics();
            return new Counts((long) page.required("assent_calls_ended_total{outcome=\"unknown\"}"), (long)
                    page.required("assent_call_connections"));
        }

        Counts since(final Counts before) {
            return new Counts(unknown - before.unknown, connections);
        }
    }

    /** A paced load, and what became of it since the last phase. The generator's loop writes, the rig reads. */
    private final class Load implements AutoCloseable {

        private final ServerProcess server;
        private final PacedGenerator generator;
        private Counts before;
        private long sagas;
        private long notSucceeded;
        private double longestMs;

        Load(final ServerProcess server, final Sagas sagas) throws IOException {
            this.server = server;
            this.before = Counts.of(server);
            this.generator = new PacedGenerator(
                    new PacedPlan(sagas, config.perSecond(), UNANSWERED_MAX, Duration.ZERO, LoadPlan.DURATION_MAX),
                    this::ended);
            generator.start();
        }

        private synchronized void ended(final double latencyMs, final String error) {
            sagas++;
            notSucceeded += error.isEmpty() ? 0 : 1;
            longestMs = Math.max(longestMs, latencyMs);
        }

        synchronized Phase phase(final String what, final Rule rule, final double afterS) throws IOException {
            final Counts now = Counts.of(server);
            final Phase phase =
                    new Phase(what, rule, sagas, notSucceeded, now.since(before).unknown(), longestMs, afterS);
            before = now;
            sagas = 0;
            notSucceeded = 0;
            longestMs = 0;
            return phase;
        }

        @Override
        public void close() {
            generator.close();
        }
    }
}
