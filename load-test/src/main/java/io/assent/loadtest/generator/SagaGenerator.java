package io.assent.loadtest.generator;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Runs a {@link LoadPlan} in a closed loop: a number of submits is unanswered at any time, and each answer brings the next submit. Without waiting,
 * sagas go on after their answer, so submits pause while too many are open; what counts then is how many complete.
 *
 * <p>Use one for one run. Everything but the run itself happens on one event loop.
 */
public final class SagaGenerator {

    private static final long ERROR_PAUSE_MS = 1;

    private final LoadPlan plan;
    private final LongSupplier completedSagas;
    private final LoadMeter meter = new LoadMeter();
    private final CountDownLatch drained = new CountDownLatch(1);
    private GeneratorLoop generator;
    private long openBase;
    /** How many more may be submitted. */
    private long left = Long.MAX_VALUE;

    private int unanswered;
    private int paused;
    private boolean stopping;

    /**
     * Makes a generator for one run.
     *
     * @param plan what load to make.
     * @param completedSagas counts the sagas completed so far; asked only when the plan does not wait.
     */
    public SagaGenerator(final LoadPlan plan, final LongSupplier completedSagas) {
        this.plan = plan;
        this.completedSagas = completedSagas;
    }

    /**
     * Runs the load for the plan's time and waits for its end.
     *
     * @return what came of it.
     * @throws InterruptedException if interrupted; the load has ended then.
     */
    public LoadReport run() throws InterruptedException {
        final boolean waiting = plan.sagas().waiting();
        openBase = waiting ? 0 : completedSagas.getAsLong();
        try (GeneratorLoop loop = new GeneratorLoop(plan.sagas(), plan.connections(), new Pace())) {
            generator = loop;
            loop.run(this::begin);
            Thread.sleep(plan.warmUp().toMillis());
            loop.run(meter::start);
            final long completedBefore = waiting ? 0 : completedSagas.getAsLong();
            final long start = System.nanoTime();
            Thread.sleep(plan.duration().toMillis());
            loop.run(() -> {
                meter.stop();
                stop();
            });
            final long completed = waiting ? meter.answered() : completedSagas.getAsLong() - completedBefore;
            final double seconds = (System.nanoTime() - start) / 1e9;
            // Answers still under way are awaited, so that the next run does not begin with this one's work.
            drained.await(GeneratorLoop.DRAIN_LIMIT_S, TimeUnit.SECONDS);
            return loop.report(meter, completed, seconds);
        }
    }

    /**
     * Submits a number of sagas as fast as the plan lets it, measuring all of them, and waits for the last answer.
     *
     * @param count how many sagas.
     * @param limit how long it may take.
     * @return what came of it; fewer answers than sagas if some failed or the time was up.
     * @throws InterruptedException if interrupted; the load has ended then.
     */
    public LoadReport run(final long count, final Duration limit) throws InterruptedException {
        if (count < 1) {
            throw new IllegalArgumentException("count must be at least 1, but is " + count);
        }
        if (!plan.sagas().waiting()) {
            throw new IllegalArgumentException("only sagas that wait can be counted by their answers");
        }
        left = count;
        try (GeneratorLoop loop = new GeneratorLoop(plan.sagas(), plan.connections(), new Pace())) {
            generator = loop;
            final long start = System.nanoTime();
            loop.run(() -> {
                meter.start();
                begin();
            });
            drained.await(limit.toMillis(), TimeUnit.MILLISECONDS);
            loop.run(() -> {
                meter.stop();
                stop();
            });
            return loop.report(meter, meter.answered(), (System.nanoTime() - start) / 1e9);
        }
    }

    // ---- on the event loop

    private void begin() {
        for (int i = 0; i < plan.connections(); i++) {
            next();
        }
        if (!plan.sagas().waiting()) {
            generator.every(1, this::resumePaused);
        }
    }

    private void stop() {
        stopping = true;
        unanswered -= generator.submits().forgetUnsent();
        paused = 0;
        noteDrained();
    }

    private void next() {
        if (stopping || left == 0) {
            noteDrained();
        } else {
            left--;
            unanswered++;
            generator.submits().submit(System.nanoTime());
        }
    }

    private void noteDrained() {
        if (unanswered == 0) {
            drained.countDown();
        }
    }

    private void resumePaused() {
        while (paused > 0 && mayOpen()) {
            paused--;
            next();
        }
    }

    private boolean mayOpen() {
        return meter.answeredEver() - (completedSagas.getAsLong() - openBase) < plan.inFlightMax();
    }

    private final class Pace implements Answers {

        @Override
        public void succeeded(final long sinceNs) {
            unanswered--;
            meter.succeeded(sinceNs);
            if (plan.sagas().waiting() || stopping || mayOpen()) {
                next();
            } else {
                paused++;
            }
        }

        @Override
        public void failed(final long sinceNs, final String kind) {
            unanswered--;
            meter.error(kind);
            if (stopping) {
                noteDrained();
            } else {
                generator.after(ERROR_PAUSE_MS, SagaGenerator.this::next);
            }
        }

        @Override
        public void disturbed(final String kind) {
            meter.error(kind);
        }
    }
}
