package io.assent.loadtest.fuzz;

import io.assent.loadtest.fuzz.Measurement.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What came of a run.
 *
 * @param protocol what was fuzzed.
 * @param seed the seed that repeats it.
 * @param sent how many inputs were sent.
 * @param seconds how long it took.
 * @param tally the numbers.
 * @param remains what was done between the sections.
 * @param early what the server held at a tenth of the inputs.
 * @param late what it held at the end.
 * @param judged what counts for the verdict of what has grown.
 * @param failure the rule that was broken first.
 */
public record FuzzResult(
        String protocol,
        long seed,
        long sent,
        double seconds,
        Tally tally,
        Remains remains,
        Optional<Measurement> early,
        Optional<Measurement> late,
        Set<Quantity> judged,
        Optional<Failure> failure) {

    /**
     * What was done between the sections.
     *
     * @param controlSagas how many control sagas succeeded.
     * @param stopped how many transactions were stopped.
     * @param topics how many topics were deleted.
     * @param calls how many calls of fuzzed branches were answered.
     * @param hanging how many were left without an answer.
     */
    public record Remains(long controlSagas, long stopped, long topics, long calls, long hanging) {}

    /**
     * A broken rule.
     *
     * @param number the input that broke it, -1 when it was noticed between the sections.
     * @param rule the rule and what was found.
     * @param shown the input's bytes, or what else helps.
     */
    public record Failure(long number, String rule, String shown) {}

    /**
     * Tells whether every rule held.
     *
     * @return whether nothing failed and nothing grew.
     */
    public boolean passed() {
        return failure.isEmpty() && grown().isEmpty();
    }

    /**
     * Tells what has grown.
     *
     * @return the judged quantities of which the server held too much at the end.
     */
    public List<Quantity> grown() {
        final List<Quantity> grown = new ArrayList<>();
        for (final Quantity quantity : Quantity.values()) {
            if (judged.contains(quantity)
                    && early.isPresent()
                    && late.isPresent()
                    && quantity.of(late.get()) > quantity.most(early.get())) {
                grown.add(quantity);
            }
        }
        return grown;
    }

    /**
     * Shows everything.
     *
     * @return a few lines and a table.
     */
    public String table() {
        final StringBuilder text = new StringBuilder();
        line(
                text,
                "%s, seed %d: %d inputs on %d connections, %.0f s, slowest answer %d ms",
                protocol,
                seed,
                sent,
                tally.connections(),
                seconds,
                tally.slowestMs());
        line(text, "  inputs   %s", counts(tally.inputs()));
        line(text, "  answers  %s", counts(tally.answers()));
        line(text, "  branches %d calls answered, %d left hanging", remains.calls(), remains.hanging());
        line(
                text,
                "  between  %d control sagas succeeded, %d unfinished transactions stopped, %d topics deleted",
                remains.controlSagas(),
                remains.stopped(),
                remains.topics());
        if (early.isPresent() && late.isPresent()) {
            growth(text, early.get(), late.get());
        }
        failure.ifPresent(found -> {
            line(text, "BROKEN RULE%s: %s", found.number() < 0 ? "" : " at input " + found.number(), found.rule());
            line(text, "  %s", found.shown());
            if (found.number() >= 0) {
                line(text, "  again: --seed %d --only %d", seed, found.number());
            }
        });
        text.append(passed() ? "every rule held" : "NOT PASSED");
        return text.toString();
    }

    private void growth(final StringBuilder text, final Measurement from, final Measurement to) {
        line(
                text,
                "  %-18s %14s %14s %9s %14s",
                "at rest",
                "after " + from.after(),
                "after " + to.after(),
                "growth",
                "at most");
        for (final Quantity quantity : Quantity.values()) {
            final long before = quantity.of(from);
            final long after = quantity.of(to);
            line(
                    text,
                    "  %-18s %14d %14d %+8.1f%% %14d%s",
                    quantity.label(),
                    before,
                    after,
                    100.0 * (after - before) / before,
                    quantity.most(from),
                    grown().contains(quantity) ? "  GROWN" : "");
        }
        if (grown().contains(Quantity.DESCRIPTORS)) {
            line(text, "  descriptors before %s", from.descriptorKinds());
            line(text, "  descriptors after  %s", to.descriptorKinds());
        }
    }

    private static void line(final StringBuilder text, final String format, final Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append(System.lineSeparator());
    }

    private static String counts(final Map<String, Long> counts) {
        final StringBuilder text = new StringBuilder();
        counts.forEach((name, count) -> text.append(text.length() == 0 ? "" : ", ")
                .append(name)
                .append(' ')
                .append(count));
        return text.toString();
    }
}
