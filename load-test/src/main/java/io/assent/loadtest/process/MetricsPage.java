package io.assent.loadtest.process;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** A server's metrics at one moment. */
public final class MetricsPage {

    private final Map<String, Double> values = new LinkedHashMap<>();

    /**
     * Reads the text format of Prometheus.
     *
     * @param text the page.
     * @throws IllegalArgumentException at a line that is neither a comment nor a metric and its value.
     */
    public MetricsPage(final String text) {
        text.lines().filter(line -> !line.isEmpty() && !line.startsWith("#")).forEach(line -> {
            final int blank = line.lastIndexOf(' ');
            if (blank <= 0) {
                throw new IllegalArgumentException("expected a metric and its value, found '" + line + "'");
            }
            values.put(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)));
        });
    }

    /**
     * Finds one series.
     *
     * @param series its name with its labels, as the page has them.
     * @return its value, empty when there is none.
     */
    public OptionalDouble value(final String series) {
        final Double value = values.get(series);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /**
     * Finds one series that must be there.
     *
     * @param series its name with its labels, as the page has them.
     * @return its value.
     * @throws IllegalStateException if there is none.
     */
    public double required(final String series) {
        return value(series)
                .orElseThrow(() -> new IllegalStateException("expected the metric " + series + " of the server"));
    }

    /**
     * Adds up the series of a metric.
     *
     * @param metric its name without labels.
     * @return the sum, 0 when there is none.
     */
    public double sum(final String metric) {
        double sum = 0;
        for (final Map.Entry<String, Double> entry : values.entrySet()) {
            if (entry.getKey().equals(metric) || entry.getKey().startsWith(metric + "{")) {
                sum += entry.getValue();
            }
        }
        return sum;
    }
}
