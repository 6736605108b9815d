package io.assent.loadtest.compare;

import io.assent.loadtest.generator.LoadReport;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
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
     * One of those that are compared.
     *
     * @param name its name in the table.
     * @param reference whether the others are compared with this one.
     * @param ofServer whether it is the server, whose errors count.
     * @param runs its measurements.
     * @param serverMicros the server's CPU time for one saga in us, the whole process; empty if not known.
     */
    public record Side(
            String name, boolean reference, boolean ofServer, List<LoadReport> runs, OptionalDouble serverMicros) {}

    /**
     * The measurements with one number of connections.
     *
     * @param connections the number.
     * @param sides who was measured, one of them the reference.
     */
    public record Row(int connections, List<Side> sides) {

        /**
         * Finds one of the sides.
         *
         * @param name its name.
         * @return the side.
         */
        public Side side(final String name) {
            return sides.stream()
                    .filter(side -> side.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        /**
         * Divides the medians of the throughput.
         *
         * @param side whose.
         * @return side / reference.
         */
        public double ratio(final Side side) {
            final Side reference =
                    sides.stream().filter(Side::reference).findFirst().orElseThrow();
            return median(side.runs(), LoadReport::perSecond) / median(reference.runs(), LoadReport::perSecond);
        }
    }

    /**
     * Counts the errors of the server's rounds.
     *
     * @return their number.
     */
    public long serverErrors() {
        return rows.stream()
                .flatMap(row -> row.sides().stream())
                .filter(Side::ofServer)
                .flatMap(side -> side.runs().stream())
                .mapToLong(LoadReport::errorCount)
                .sum();
    }

    @Override
    public String toString() {
        final boolean withCpu = rows.stream()
                .flatMap(row -> row.sides().stream())
                .anyMatch(side -> side.serverMicros().isPresent());
        final StringBuilder text = new StringBuilder();
        text.append("two-branch saga, ")
                .append(waiting ? "wait_result" : "not waiting (completed sagas; latency of the answer)")
                .append(", durability ")
                .append(durability)
                .append('\n')
                .append(machine)
                .append("\n\n| connections | side | txn/s median | spread | p50 ms | p99 ms | p99.9 ms | errors |")
                .append(withCpu ? " server CPU us/txn |" : "")
                .append(" ratio |\n|---|---|---|---|---|---|---|---|---|")
                .append(withCpu ? "---|\n" : "\n");
        for (final Row row : rows) {
            row.sides().forEach(side -> line(text, row, side, withCpu));
        }
        return text.toString();
    }

    private static void line(final StringBuilder text, final Row row, final Side side, final boolean withCpu) {
        final List<LoadReport> runs = side.runs();
        text.append(String.format(
                Locale.ROOT,
                "| %d | %s | %,.0f | %,.0f-%,.0f (%.0f %%) | %.2f | %.2f | %.2f | %d |%s %s |%n",
                row.connections(),
                side.name(),
                median(runs, LoadReport::perSecond),
                lowest(runs),
                highest(runs),
                100 * (highest(runs) - lowest(runs)) / Math.max(1, median(runs, LoadReport::perSecond)),
                median(runs, run -> run.latencyMs(50)),
                median(runs, run -> run.latencyMs(99)),
                median(runs, run -> run.latencyMs(99.9)),
                runs.stream().mapToLong(LoadReport::errorCount).sum(),
                withCpu ? cpu(side) : "",
                side.reference() ? "1" : String.format(Locale.ROOT, "**%.3f**", row.ratio(side))));
    }

    private static String cpu(final Side side) {
        return side.serverMicros().isPresent()
                ? String.format(Locale.ROOT, " %.0f |", side.serverMicros().getAsDouble())
                : " |";
    }

    private static double lowest(final List<LoadReport> runs) {
        return runs.stream().mapToDouble(LoadReport::perSecond).min().orElse(0);
    }

    private static double highest(final List<LoadReport> runs) {
        return runs.stream().mapToDouble(LoadReport::perSecond).max().orElse(0);
    }

    static double median(final List<LoadReport> runs, final ToDoubleFunction<LoadReport> figure) {
        return Median.of(runs.stream().mapToDouble(figure).toArray());
    }
}
