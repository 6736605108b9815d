package io.assent.loadtest.generator;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts answers and errors, and the latencies of those answers that come while it measures. One event loop. */
final class LoadMeter {

    private static final long LATENCY_NS_MAX = TimeUnit.SECONDS.toNanos(120);

    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private final Map<String, Long> errors = new TreeMap<>();
    private boolean measuring;
    private long answeredEver;
    private long answered;

    void start() {
        measuring = true;
    }

    void stop() {
        measuring = false;
    }

    void succeeded(final long sinceNs) {
        answeredEver++;
        if (measuring) {
            answered++;
            latencies.recordValue(Math.min(System.nanoTime() - sinceNs, LATENCY_NS_MAX));
        }
    }

    void error(final String kind) {
        errors.merge(kind, 1L, Long::sum);
    }

    long answeredEver() {
        return answeredEver;
    }

    /** Answers that came while measuring. */
    long answered() {
        return answered;
    }

    /** What was measured so far, which later answers do not change. */
    LoadReport report(final long completed, final double seconds) {
        final Histogram copy = new Histogram(LATENCY_NS_MAX, 3);
        copy.add(latencies);
        return new LoadReport(answered, completed, seconds, copy, new TreeMap<>(errors));
    }
}
