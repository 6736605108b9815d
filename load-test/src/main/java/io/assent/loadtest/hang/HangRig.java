package io.assent.loadtest.hang;

import io.assent.loadtest.compare.Machine;
import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.PacedGenerator;
import io.assent.loadtest.generator.PacedPlan;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.generator.Sagas;
import io.assent.loadtest.participant.LoadParticipant;
import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

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

    private final HangConfig config;
    private final Consumer<String> out;

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
        try (LoadParticipant participant = LoadParticipant.start(config.protocol());
                HangingTargets targets = HangingTargets.start(config.protocol(), config.targets());
                ServerProcess server =
                        ServerProcess.start(config.server(), config.durability(), config.workDirectory(), Map.of())) {
            final Sagas sagas = Sagas.ofTwoBranches(
                    config.protocol(), "127.0.0.1", server.port(config.protocol()), participant.url(), true);
            warmUp(sagas);
            final List<HangResult.Window> windows = new ArrayList<>();
            windows.add(window(server, sagas, false));
            for (int i = 0; i < config.hangingWindows(); i++) {
                final HangingSagas hanging = new HangingSagas(server, config.protocol(), targets.urls());
                hanging.start(config.sagasPerTarget());
                Thread.sleep(config.settle().toMillis());
                windows.add(window(server, sagas, true));
                hanging.stop();
                server.awaitQuiet(QUIET_LIMIT);
                windows.add(window(server, sagas, false));
            }
            return new HangResult(
                    config.protocol(),
                    config.durability(),
                    Machine.describe(),
                    config.targets(),
                    config.perSecond(),
                    windows);
        }
    }

    private void warmUp(final Sagas sagas) throws InterruptedException {
        if (!config.warmUp().isZero()) {
            final LoadReport report = new SagaGenerator(
                            new LoadPlan(sagas, WARM_UP_CONNECTIONS, 1, Duration.ZERO, config.warmUp()), () -> 0)
                    .run();
            out.accept("warm-up   " + report);
        }
    }

    private HangResult.Window window(final ServerProcess server, final Sagas sagas, final boolean hanging)
            throws IOException, InterruptedException {
        final PacedPlan plan = new PacedPlan(sagas, config.perSecond(), UNANSWERED_MAX, CONNECT, config.window());
        final LoadReport report;
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
        final HangResult.Window window = new HangResult.Window(hanging, report, looks == 0 ? 0 : hangingCalls / looks);
        out.accept(String.format(
                "%-9s %s  hanging calls %.0f", hanging ? "hanging" : "baseline", report, window.hangingCalls()));
        return window;
    }

    private static double hangingCalls(final MetricsPage page) {
        return page.required("assent_calls_open{destination=\"suspect\"}")
                + page.required("assent_calls_open{destination=\"unproven\"}");
    }
}
