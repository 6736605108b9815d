package io.assent.loadtest.generator;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Submits sagas at a fixed rate, evenly spaced, whether or not earlier ones are answered. A latency counts from the moment at which
 * its submit was due, so that a stall shows in all submits that fall into it and not in one.
 *
 * <p>Everything but the calls of {@link #start} and {@link #stop} happens on one event loop.
 */
public final class PacedGenerator implements AutoCloseable {

    /** Who wants to know of each submit. Called on the event loop; must be quick. */
    public interface Listener {

        /**
         * A submit has ended.
         *
         * @param latencyMs from the moment it was due.
         * @param error what went wrong, in a word or two; empty for an answer of success.
         */
        void ended(double latencyMs, String error);
    }

    private static final double NS_PER_MS = 1e6;

    private final PacedPlan plan;
    private final Listener listener;
    private final long intervalNs;
    private final LoadMeter meter = new LoadMeter();
    private final CountDownLatch drained = new CountDownLatch(1);
    private final GeneratorLoop generator;
    private long dueNs;
    private long measuredSinceNs;
    private int unanswered;
    private boolean stopping;

    /**
     * Makes a generator for one run and opens its connections.
     *
     * @param plan what load to make.
     * @param listener who is told of each submit.
     */
    public PacedGenerator(final PacedPlan plan, final Listener listener) {
        this.plan = plan;
        this.listener = listener;
        this.intervalNs = TimeUnit.SECONDS.toNanos(1) / plan.perSecond();
        this.generator = new GeneratorLoop(plan.sagas(), plan.unansweredMax(), new Pace());
    }

    /**
     * Runs the load for the plan's time and waits for its end.
     *
     * @param plan what load to make.
     * @return what came of it.
     * @throws InterruptedException if interrupted; the load has ended then.
     */
    public static LoadReport run(final PacedPlan plan) throws InterruptedException {
        try (PacedGenerator generator = new PacedGenerator(plan, (latencyMs, error) -> {})) {
            generator.start();
            Thread.sleep(plan.warmUp().toMillis());
            generator.measure();
            Thread.sleep(plan.duration().toMillis());
            return generator.stop();
        }
    }

    /** Begins to submit. */
    public void start() {
        generator.run(() -> {
            dueNs = System.nanoTime();
            submitWhatIsDue();
        });
    }

    /** Begins to measure. */
    public void measure() {
        generator.run(() -> {
            measuredSinceNs = System.nanoTime();
            meter.start();
        });
    }

    /**
     * Submits no more and waits, but not for long, for the answers that are under way; they are measured too.
     *
     * @return what came of it.
     * @throws InterruptedException if interrupted.
     */
    public LoadReport stop() throws InterruptedException {
        final double[] seconds = new double[1];
        generator.run(() -> {
            seconds[0] = (System.nanoTime() - measuredSinceNs) / 1e9;
            stopping = true;
            unanswered -= generator.submits().forgetUnsent();
            noteDrained();
        });
        if (!drained.await(GeneratorLoop.DRAIN_LIMIT_S, TimeUnit.SECONDS)) {
            generator.run(() -> meter.error("no answer"));
        }
        generator.run(meter::stop);
        return generator.report(meter, meter.answered(), seconds[0]);
    }

    @Override
    public void close() {
        generator.close();
    }

    // ---- on the event loop

    private void submitWhatIsDue() {
        final long nowNs = System.nanoTime();
        while (!stopping && dueNs - nowNs <= 0) {
            if (unanswered == plan.unansweredMax()) {
                meter.error("left out");
            } else {
                unanswered++;
                generator.submits().submit(dueNs);
            }
            dueNs += intervalNs;
        }
        if (!stopping) {
            generator.at(dueNs, this::submitWhatIsDue);
        }
    }

    private void noteDrained() {
        if (stopping && unanswered == 0) {
            drained.countDown();
        }
    }

    private final class Pace implements Answers {

        @Override
        public void succeeded(final long sinceNs) {
            meter.succeeded(sinceNs);
            ended(sinceNs, "");
        }

        @Override
        public void failed(final long sinceNs, final String kind) {
            meter.error(kind);
            ended(sinceNs, kind);
        }

        private void ended(final long sinceNs, final String error) {
            unanswered--;
            listener.ended((System.nanoTime() - sinceNs) / NS_PER_MS, error);
            noteDrained();
        }

        @Override
        public void disturbed(final String kind) {
            meter.error(kind);
        }
    }
}
