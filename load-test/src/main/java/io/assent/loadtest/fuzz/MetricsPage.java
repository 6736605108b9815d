package io.assent.loadtest.fuzz;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** The server's metrics at one moment. */
final class MetricsPage {

    private final Map<String, Double> values = new LinkedHashMap<>();

    /** Reads the text format of Prometheus; throws {@link IllegalArgumentException} at a line that is none. */
    MetricsPage(final String text) {
        text.lines().filter(line -> !line.isEmpty() && !line.startsWith("#")).forEach(line -> {
            final int blank = line.lastIndexOf(' ');
            if (blank <= 0) {
                throw new IllegalArgumentException("a metric and its value were expected, found '" + line + "'");
            }
            values.put(line.substring(0, blank), Double.parseDouble(line.substring(blank + 1)));
        });
    }

    /** The value of one series, its labels included; empty when there is none. */
    OptionalDouble value(final String series) {
        final Double value = values.get(series);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The sum of all series of a metric. */
    double sum(final String metric) {
        double sum = 0;
        for (final Map.Entry<String, Double> entry : values.entrySet()) {
            if (entry.getKey().equals(metric) || entry.getKey().startsWith(metric + "{")) {
                sum += entry.getValue();
            }
        }
        return sum;
    }
}
