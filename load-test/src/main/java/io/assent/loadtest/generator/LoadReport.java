package io.assent.loadtest.generator;

import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a run of load came to.
 *
 * @param answered how many submits were answered with success while measuring.
 * @param completed how many sagas were completed while measuring.
 * @param seconds how long was measured.
 * @param latencies the time from submit to answer, in ns.
 * @param errors how many requests failed, by kind, the warm-up included.
 */
public record LoadReport(long answered, long completed, double seconds, Histogram latencies, Map<String, Long> errors) {

    /**
     * Tells the throughput.
     *
     * @return completed sagas per second.
     */
    public double perSecond() {
        return completed / seconds;
    }

    /**
     * Tells a percentile of the latency.
     *
     * @param percentile 0 to 100.
     * @return the latency in ms.
     */
    public double latencyMs(final double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e6;
    }

    /**
     * Counts all errors.
     *
     * @return their number.
     */
    public long errorCount() {
        return errors.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%,.0f txn/s  p50 %.2f ms  p99 %.2f ms  p99.9 %.2f ms  max %.1f ms  (%,d completed in %.1f s)  errors %s",
                perSecond(),
                latencyMs(50),
                latencyMs(99),
                latencyMs(99.9),
                latencies.getMaxValue() / 1e6,
                completed,
                seconds,
                errors.isEmpty() ? "none" : errors);
    }
}
