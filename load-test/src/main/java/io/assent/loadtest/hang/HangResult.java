package io.assent.loadtest.hang;

import io.assent.loadtest.compare.Median;
import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.net.Protocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The windows of a run, and what they say.
 *
 * @param protocol how sagas were submitted and branches called.
 * @param durability the server's durability level.
 * @param machine what it ran on.
 * @param targets how many targets hung.
 * @param neighbour what misbehaved in place of targets that each hang on a port of their own; or null.
 * @param perSecond how many healthy sagas a second.
 * @param windows the windows in their order.
 */
public record HangResult(
        Protocol protocol,
        String durability,
        String machine,
        int targets,
        Neighbour neighbour,
        int perSecond,
        List<Window> windows) {

    private static final double FAR_P99_RATIO_MAX = 1.10;
    private static final double NEAR_P99_RATIO_MAX = 2.00;
    private static final double THROUGHPUT_RATIO_MIN = 0.90;

    /**
     * One window.
     *
     * @param hanging whether targets hung.
     * @param healthy what became of the healthy sagas.
     * @param hangingCalls how many calls of routes that do not answer were open, on average.
     * @param badCalls how many calls came to the route that misbehaves, if there is one.
     */
    public record Window(boolean hanging, LoadReport healthy, double hangingCalls, long badCalls) {}

    /**
     * Compares the windows.
     *
     * @return the median of the p99s of the windows with hanging targets, divided by that of those without.
     */
    public double p99Ratio() {
        return median(99, true) / median(99, false);
    }

    /**
     * Compares the windows.
     *
     * @return the median of the healthy sagas completed a second in the windows with hanging targets, divided by that of those without.
     */
    public double throughputRatio() {
        return throughput(true) / throughput(false);
    }

    private double throughput(final boolean hanging) {
        return Median.of(windows.stream()
                .filter(window -> window.hanging() == hanging)
                .mapToDouble(window -> window.healthy().perSecond())
                .toArray());
    }

    private double p99RatioMax() {
        return neighbour == null ? FAR_P99_RATIO_MAX : NEAR_P99_RATIO_MAX;
    }

    private double median(final double percentile, final boolean hanging) {
        return Median.of(figures(percentile, hanging));
    }

    private double[] figures(final double percentile, final boolean hanging) {
        return windows.stream()
                .filter(window -> window.hanging() == hanging)
                .mapToDouble(window -> window.healthy().latencyMs(percentile))
                .toArray();
    }

    /**
     * Judges.
     *
     * @return each rule that was broken as a sentence; empty if all held.
     */
    public List<String> violations() {
        final List<String> violations = new ArrayList<>();
        // Neither does a ratio hold that is none, because nothing was measured.
        if (!(p99Ratio() <= p99RatioMax())) {
            violations.add(String.format(
                    Locale.ROOT,
                    "p99 of healthy sagas with hanging targets must be at most %.2f of that without, but is %.2f",
                    p99RatioMax(),
                    p99Ratio()));
        }
        if (!(throughputRatio() >= THROUGHPUT_RATIO_MIN)) {
            violations.add(String.format(
                    Locale.ROOT,
                    "healthy sagas a second with hanging targets must be at least %.2f of those without, but are %.2f",
                    THROUGHPUT_RATIO_MIN,
                    throughputRatio()));
        }
        for (final Window window : windows) {
            if (window.healthy().errorCount() != 0) {
                violations.add("every healthy saga must succeed, but there are errors: "
                        + window.healthy().errors());
            }
            if (window.hanging() && neighbour != null && window.badCalls() == 0) {
                violations.add(
                        "a window measures something only while the route that misbehaves is called, but no call came");
            }
            if (window.hanging() && lasting() && window.hangingCalls() < targets) {
                violations.add(String.format(
                        Locale.ROOT,
                        "a window measures something only while each of %d targets holds a call, but %.0f calls were open",
                        targets,
                        window.hangingCalls()));
            }
        }
        return violations;
    }

    private boolean lasting() {
        return neighbour == null || neighbour.how().lasting();
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "two-branch saga over %s, wait_result, durability %s, %d a second; %s%n%s%n%n"
                        + "| window | sagas | a second | p50 ms | p99 ms | p99.9 ms | max ms | hanging calls | bad calls | errors |%n"
                        + "|---|---|---|---|---|---|---|---|---|---|%n",
                protocol,
                durability,
                perSecond,
                neighbour == null ? targets + " targets hang" : neighbour,
                machine));
        for (final Window window : windows) {
            final LoadReport healthy = window.healthy();
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %.0f | %.2f | %.2f | %.2f | %.2f | %.0f | %d | %d |%n",
                    name(window.hanging()),
                    healthy.answered(),
                    healthy.perSecond(),
                    healthy.latencyMs(50),
                    healthy.latencyMs(99),
                    healthy.latencyMs(99.9),
                    healthy.latencyMs(100),
                    window.hangingCalls(),
                    window.badCalls(),
                    healthy.errorCount()));
        }
        for (final boolean hanging : new boolean[] {false, true}) {
            final double[] p99s = figures(99, hanging);
            text.append(String.format(
                    Locale.ROOT,
                    "| **%s, median of %d** | | %.0f | %.2f | **%.2f** (%.2f-%.2f) | %.2f | | | | |%n",
                    name(hanging),
                    p99s.length,
                    throughput(hanging),
                    median(50, hanging),
                    median(99, hanging),
                    Arrays.stream(p99s).min().orElse(0),
                    Arrays.stream(p99s).max().orElse(0),
                    median(99.9, hanging)));
        }
        text.append(String.format(
                Locale.ROOT, "%np99 hanging / baseline: %.3f, throughput: %.3f%n", p99Ratio(), throughputRatio()));
        violations()
                .forEach(violation -> text.append("FAILED: ").append(violation).append('\n'));
        return text.toString();
    }

    private static String name(final boolean hanging) {
        return hanging ? "hanging" : "baseline";
    }
}
