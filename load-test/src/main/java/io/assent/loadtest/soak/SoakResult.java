package io.assent.loadtest.soak;

import io.assent.loadtest.net.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came of a soak.
 *
 * @param protocol how sagas were submitted and branches called.
 * @param durability the server's durability level.
 * @param machine what it ran on.
 * @param warmUpCalls the branch calls that came before those that count; the readings hold them too.
 * @param callsExpected the branch calls that count.
 * @param early the reading at a tenth of the calls.
 * @param late the reading at the end.
 * @param errors how many submits failed.
 */
public record SoakResult(
        Protocol protocol,
        String durability,
        String machine,
        long warmUpCalls,
        long callsExpected,
        Reading early,
        Reading late,
        long errors) {

    private static final int GROWTH_PERCENT_MAX = 5;

    /** What is held to a bound. */
    private enum Quantity {
        HEAP("heap used, bytes"),
        DIRECT("direct memory, bytes"),
        THREADS("threads");

        private final String label;

        Quantity(final String label) {
            this.label = label;
        }

        long in(final Reading reading) {
            return switch (this) {
                case HEAP -> reading.heapBytes();
                case DIRECT -> reading.directBytes();
                case THREADS -> reading.threads();
            };
        }

        /** Growth from nothing is without bound. */
        double growthPercent(final Reading from, final Reading to) {
            final double before = in(from);
            final double after = in(to);
            return after == before ? 0 : 100 * (after - before) / before;
        }
    }

    /**
     * Judges.
     *
     * @return each rule that was broken as a sentence; empty if all held.
     */
    public List<String> violations() {
        final List<String> violations = new ArrayList<>();
        for (final Quantity quantity : Quantity.values()) {
            final double growth = quantity.growthPercent(early, late);
            if (growth > GROWTH_PERCENT_MAX) {
                violations.add(String.format(
                        Locale.ROOT,
                        "%s must grow by at most %d %%, but grew by %.1f %%",
                        quantity.label,
                        GROWTH_PERCENT_MAX,
                        growth));
            }
        }
        if (late.calls() - warmUpCalls != callsExpected || late.otherCalls() != 0) {
            violations.add(String.format(
                    Locale.ROOT,
                    "%,d branch calls must have succeeded and no other ended, but %,d have and %,d others ended",
                    callsExpected,
                    late.calls() - warmUpCalls,
                    late.otherCalls()));
        }
        if (early.finishedKept() != late.finishedKept()) {
            violations.add(String.format(
                    Locale.ROOT,
                    "the readings compare only with equally many finished transactions kept, but these are %,d and %,d",
                    early.finishedKept(),
                    late.finishedKept()));
        }
        if (errors != 0) {
            violations.add(
                    String.format(Locale.ROOT, "every submit must be answered with success, %,d were not", errors));
        }
        return violations;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "two-branch saga over %s, wait_result, durability %s, %,d finished transactions kept, after %,d calls to warm up%n%s%n%n"
                        + "| | at %,d calls | at %,d calls | growth |%n|---|---|---|---|%n",
                protocol,
                durability,
                late.finishedKept(),
                warmUpCalls,
                machine,
                early.calls() - warmUpCalls,
                late.calls() - warmUpCalls));
        for (final Quantity quantity : Quantity.values()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %,d | %+.1f %% |%n",
                    quantity.label,
                    quantity.in(early),
                    quantity.in(late),
                    quantity.growthPercent(early, late)));
        }
        violations()
                .forEach(violation -> text.append("FAILED: ").append(violation).append('\n'));
        return text.toString();
    }
}
