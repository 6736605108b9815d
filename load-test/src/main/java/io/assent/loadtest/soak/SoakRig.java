package io.assent.loadtest.soak;

import io.assent.loadtest.compare.Machine;
import io.assent.loadtest.generator.LoadPlan;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.SagaGenerator;
import io.assent.loadtest.generator.Sagas;
import io.assent.loadtest.participant.LoadParticipant;
import io.assent.loadtest.process.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/** Drives many calls through one server and reads what it holds, at a tenth of them and at the end. */
public final class SoakRig {

    private static final Duration QUIET_LIMIT = Duration.ofSeconds(30);
    private static final int WARM_UP_BURSTS = 8;

    private final SoakConfig config;
    private final Consumer<String> out;

    /**
     * Makes a rig for one run.
     *
     * @param config what to do.
     * @param out takes the lines of progress.
     */
    public SoakRig(final SoakConfig config, final Consumer<String> out) {
        this.config = config;
        this.out = out;
    }

    /**
     * Runs the soak; the server has ended when it returns or throws.
     *
     * @return what came of it.
     * @throws IOException if the server can not be started or does not come to rest.
     * @throws InterruptedException if interrupted.
     */
    public SoakResult run() throws IOException, InterruptedException {
        try (LoadParticipant participant = LoadParticipant.start(config.protocol());
                ServerProcess server = ServerProcess.start(
                        config.server(),
                        config.durability(),
                        config.workDirectory(),
                        Map.of("FINISHED_KEPT", Integer.toString(config.finishedKept())))) {
            final Sagas sagas = Sagas.ofTwoBranches(
                    config.protocol(), "127.0.0.1", server.port(config.protocol()), participant.url(), true);
            long errors = warmUp(server, sagas);
            errors += load(sagas, config.sagasBeforeFirstReading()).errorCount();
            final Reading early = read(server);
            errors += load(sagas, config.sagasAfterFirstReading()).errorCount();
            final Reading late = read(server);
            return new SoakResult(
                    config.protocol(),
                    config.durability(),
                    Machine.describe(),
                    config.warmUpCalls(),
                    config.calls(),
                    early,
                    late,
                    errors);
        }
    }

    /**
     * What will happen, several times: a load, which begins with as many submits at once as there are connections, and a collection of garbage. Buffers grow to
     * the largest need, and a collection makes the heap small, so that the next load begins with short pauses and longer queues.
     */
    private long warmUp(final ServerProcess server, final Sagas sagas) throws IOException, InterruptedException {
        long errors = 0;
        long left = config.warmUpSagas();
        for (int bursts = WARM_UP_BURSTS; bursts > 0; bursts--) {
            final long burst = left / bursts;
            left -= burst;
            if (burst > 0) {
                errors += load(sagas, burst).errorCount();
                read(server);
            }
        }
        return errors;
    }

    private LoadReport load(final Sagas sagas, final long count) throws InterruptedException {
        final LoadReport report = new SagaGenerator(
                        new LoadPlan(sagas, config.connections(), 1, Duration.ZERO, config.limit()), () -> 0)
                .run(count, config.limit());
        out.accept(report.toString());
        return report;
    }

    private Reading read(final ServerProcess server) throws IOException, InterruptedException {
        server.awaitQuiet(QUIET_LIMIT);
        final Reading reading = Reading.of(server);
        out.accept(reading.toString());
        return reading;
    }
}
