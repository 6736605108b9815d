package io.assent.loadtest.compare;

import io.assent.loadtest.generator.LoadReport;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * The outcome of a comparison, printed as a Markdown table.
 *
 * @param waiting whether submits waited for the result.
 * @param durability the server's durability level.
 * @param machine what it ran on.
 * @param rows one row per number of connections.
 */
public record ComparisonTable(boolean waiting, String durability, String machine, List<Row> rows) {

    /**
     * The measurements with one number of connections.
     *
     * @param connections the number.
     * @param server the server's rounds.
     * @param forwarder the forwarder's rounds.
     */
    public record Row(int connections, List<LoadReport> server, List<LoadReport> forwarder) {

        /**
         * Divides the medians of the throughput.
         *
         * @return server / forwarder.
         */
        public double ratio() {
            return median(server, LoadReport::perSecond) / median(forwarder, LoadReport::perSecond);
        }
    }

    /**
     * Counts the errors of the server's rounds.
     *
     * @return their number.
     */
    public long serverErrors() {
        return rows.stream()
                .flatMap(row -> row.server().stream())
                .mapToLong(LoadReport::errorCount)
                .sum();
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder();
        text.append("two-branch saga, ")
                .append(waiting ? "wait_result" : "not waiting (completed sagas; latency of the answer)")
                .append(", durability ")
                .append(durability)
                .append('\n')
                .append(machine)
                .append(
                        "\n\n| connections | side | txn/s median | spread | p50 ms | p99 ms | p99.9 ms | errors | ratio |\n")
                .append("|---|---|---|---|---|---|---|---|---|\n");
        for (final Row row : rows) {
            line(text, row, "server", row.server(), String.format(Locale.ROOT, "**%.3f**", row.ratio()));
            line(text, row, "forwarder", row.forwarder(), "1");
        }
        return text.toString();
    }

    private static void line(
            final StringBuilder text,
            final Row row,
            final String side,
            final List<LoadReport> runs,
            final String ratio) {
        text.append(String.format(
                Locale.ROOT,
                "| %d | %s | %,.0f | %,.0f-%,.0f (%.0f %%) | %.2f | %.2f | %.2f | %d | %s |%n",
                row.connections(),
                side,
                median(runs, LoadReport::perSecond),
                lowest(runs),
                highest(runs),
                100 * (highest(runs) - lowest(runs)) / Math.max(1, median(runs, LoadReport::perSecond)),
                median(runs, run -> run.latencyMs(50)),
                median(runs, run -> run.latencyMs(99)),
                median(runs, run -> run.latencyMs(99.9)),
                runs.stream().mapToLong(LoadReport::errorCount).sum(),
                ratio));
    }

    private static double lowest(final List<LoadReport> runs) {
        return runs.stream().mapToDouble(LoadReport::perSecond).min().orElse(0);
    }

    private static double highest(final List<LoadReport> runs) {
        return runs.stream().mapToDouble(LoadReport::perSecond).max().orElse(0);
    }

    static double median(final List<LoadReport> runs, final ToDoubleFunction<LoadReport> figure) {
        final double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
