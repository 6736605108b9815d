package io.assent.loadtest.hang;

import io.assent.loadtest.compare.Machine;
import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.PacedGenerator;
import io.assent.loadtest.generator.PacedPlan;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.generator.Sagas;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.LoadParticipant;
import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerProcess;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Measures healthy sagas at a fixed rate, by turns without and with hanging targets beside them, in one server.
 *
 * <p>Windows without come first and last, so that what changes slowly meets both kinds alike, and medians are compared, so that a disturbance of one window
 * decides nothing.
 */
public final class HangRig {

    private static final int UNANSWERED_MAX = 512;
    private static final int WARM_UP_CONNECTIONS = 32;
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(30);
    private static final long LOOK_EVERY_MS = 1_000;
    /** New sagas a second for each target: a call lasts 3 s, so at no time does a target have none. */
    private static final double FEW = 0.4;
    /** The same where calls end at once and are retried 10 s later. */
    private static final double MANY = 100;

    private final HangConfig config;
    private final Consumer<String> out;
    private ServerProcess server;

    /**
     * Makes a rig for one run.
     *
     * @param config what to do.
     * @param out takes the lines of progress.
     */
    public HangRig(final HangConfig config, final Consumer<String> out) {
        this.config = config;
        this.out = out;
    }

    /**
     * Runs the windows; the server has ended when it returns or throws.
     *
     * @return the windows.
     * @throws IOException if the server can not be started or does not answer.
     * @throws InterruptedException if interrupted.
     */
    public HangResult run() throws IOException, InterruptedException {
        return config.neighbour() == null ? hangingTargets() : neighbour();
    }

    private HangResult hangingTargets() throws IOException, InterruptedException {
        try (LoadParticipant participant = LoadParticipant.start(config.protocol());
                HangingTargets targets = HangingTargets.start(config.protocol(), config.targets())) {
            final HangingSagas sagas = new HangingSagas(config.protocol(), targets.urls());
            return windows(participant, Map.of(), List.of(new Trouble(sagas, config.sagasPerTarget(), FEW)), () -> 0);
        }
    }

    private HangResult neighbour() throws IOException, InterruptedException {
        final Neighbour neighbour = config.neighbour();
        final Protocol protocol = config.protocol();
        final TestCertificate certificate = neighbour.tls() ? new TestCertificate(config.workDirectory()) : null;
        final SslContext tls = certificate == null ? null : certificate.context();
        try (MixedParticipant healthy = MixedParticipant.start(protocol, neighbour.how(), tls);
                MixedParticipant other = MixedParticipant.start(protocol, neighbour.how(), tls);
                HangingTargets elsewhere = HangingTargets.start(protocol, 1)) {
            final MixedParticipant bad = neighbour.samePort() ? healthy : other;
            final List<Trouble> troubles = new ArrayList<>();
            troubles.add(new Trouble(
                    new HangingSagas(protocol, List.of(bad.badUrl())),
                    config.sagasPerTarget(),
                    neighbour.how().lasting() ? FEW : MANY));
            if (neighbour.elsewhere() > 0) {
                troubles.add(new Trouble(new HangingSagas(protocol, elsewhere.urls()), neighbour.elsewhere(), 0));
            }
            final Map<String, String> environment = certificate == null ? Map.of() : certificate.environment();
            return windows(healthy, environment, troubles, bad::badCalls);
        }
    }

    /**
     * Sagas that make trouble.
     *
     * @param count how many for each of their targets from the start of a window.
     * @param perSecond how many more for each target while it lasts.
     */
    private record Trouble(HangingSagas sagas, int count, double perSecond) {}

    private HangResult windows(
            final LoadParticipant healthy,
            final Map<String, String> environment,
            final List<Trouble> troubles,
            final LongSupplier badCalls)
            throws IOException, InterruptedException {
        try {
            server = start(environment);
            warmUp(healthy);
            final List<HangResult.Window> windows = new ArrayList<>();
            restart(environment, List.of());
            windows.add(window(healthy, false, badCalls));
            for (int i = 0; i < config.hangingWindows(); i++) {
                for (final Trouble trouble : troubles) {
                    trouble.sagas().moveTo(server);
                    trouble.sagas().start(trouble.count());
                    if (trouble.perSecond() > 0 && !restarts()) {
                        trouble.sagas().feed(trouble.perSecond());
                    }
                }
                if (restarts()) {
                    restart(environment, troubles);
                } else {
                    Thread.sleep(config.settle().toMillis());
                }
                windows.add(window(healthy, true, badCalls));
                for (final Trouble trouble : troubles) {
                    trouble.sagas().stop();
                }
                server.awaitQuiet(QUIET_LIMIT);
                restart(environment, troubles);
                windows.add(window(healthy, false, badCalls));
            }
            return new HangResult(
                    config.protocol(),
                    config.durability(),
                    Machine.describe(),
                    config.targets(),
                    config.neighbour(),
                    config.perSecond(),
                    windows);
        } finally {
            if (server != null) {
                server.close();
            }
        }
    }

    private boolean restarts() {
        return config.neighbour() != null && config.neighbour().restart();
    }

    private ServerProcess start(final Map<String, String> environment) throws IOException, InterruptedException {
        return ServerProcess.start(config.server(), config.durability(), config.workDirectory(), environment);
    }

    /** If that is to be: kills the server and starts it on the same data. */
    private void restart(final Map<String, String> environment, final List<Trouble> troubles)
            throws IOException, InterruptedException {
        if (restarts()) {
            server.close();
            server = start(environment);
            troubles.forEach(trouble -> trouble.sagas().moveTo(server));
        }
    }

    private Sagas sagas(final LoadParticipant healthy) {
        return Sagas.ofTwoBranches(config.protocol(), "127.0.0.1", server.port(config.protocol()), healthy.url(), true);
    }

    private void warmUp(final LoadParticipant healthy) throws InterruptedException {
        if (!config.warmUp().isZero()) {
            final LoadReport report = new SagaGenerator(
                            new LoadPlan(sagas(healthy), WARM_UP_CONNECTIONS, 1, Duration.ZERO, config.warmUp()),
                            () -> 0)
                    .run();
            out.accept("warm-up   " + report);
        }
    }

    private HangResult.Window window(final LoadParticipant healthy, final boolean hanging, final LongSupplier badCalls)
            throws IOException, InterruptedException {
        final PacedPlan plan =
                new PacedPlan(sagas(healthy), config.perSecond(), UNANSWERED_MAX, CONNECT, config.window());
        final LoadReport report;
        final long badBefore = badCalls.getAsLong();
        double hangingCalls = 0;
        int looks = 0;
        try (PacedGenerator generator = new PacedGenerator(plan, (latencyMs, error) -> {})) {
            generator.start();
            Thread.sleep(plan.warmUp().toMillis());
            generator.measure();
            final long endNs = System.nanoTime() + plan.duration().toNanos();
            // As often in windows of either kind, for looking is work too.
            while (System.nanoTime() + LOOK_EVERY_MS * 1_000_000 < endNs) {
                Thread.sleep(LOOK_EVERY_MS / 2);
                hangingCalls += hangingCalls(server.metrics());
                looks++;
                Thread.sleep(LOOK_EVERY_MS / 2);
            }
            Thread.sleep(Math.max(0, (endNs - System.nanoTime()) / 1_000_000));
            report = generator.stop();
        }
        final HangResult.Window window = new HangResult.Window(
                hanging, report, looks == 0 ? 0 : hangingCalls / looks, badCalls.getAsLong() - badBefore);
        out.accept(String.format(
                "%-9s %s  hanging calls %.0f, bad calls %d",
                hanging ? "hanging" : "baseline", report, window.hangingCalls(), window.badCalls()));
        return window;
    }

    private static double hangingCalls(final MetricsPage page) {
        return page.required("assent_calls_open{destination=\"suspect\"}")
                + page.required("assent_calls_open{destination=\"unproven\"}");
    }
}
