package io.assent.loadtest.kill;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What came of a run.
 *
 * @param evidence the three records.
 * @param violations what is wrong with them, empty if nothing is.
 * @param seconds how long the run took.
 * @param seed the seed that repeats its choices.
 */
public record KillResult(Evidence evidence, List<Violation> violations, double seconds, long seed) {

    /**
     * Tells whether every rule held.
     *
     * @return whether there is no violation.
     */
    public boolean passed() {
        return violations.isEmpty();
    }

    /**
     * Counts the acknowledged transactions.
     *
     * @return how many the server promised to keep.
     */
    public long acknowledged() {
        return evidence.plans().stream().filter(this::isAcknowledged).count();
    }

    private boolean isAcknowledged(final Plan plan) {
        return evidence.told().getOrDefault(plan.gid(), List.of()).stream().anyMatch(Evidence.Told::acknowledges);
    }

    /**
     * Sums the run up in a few lines.
     *
     * @return the summary.
     */
    public String summary() {
        final Map<Kind, int[]> byKind = new EnumMap<>(Kind.class);
        for (final Plan plan : evidence.plans()) {
            final int[] counts = byKind.computeIfAbsent(plan.kind(), kind -> new int[3]);
            counts[0]++;
            counts[1] += isAcknowledged(plan) ? 1 : 0;
            counts[2] += evidence.views().containsKey(plan.gid()) ? 1 : 0;
        }
        final StringBuilder text = new StringBuilder();
        text.append(String.format(
                "seed %d: %d kills, %d transactions tried, %d acknowledged, %d branch calls, %.0f s%n",
                seed,
                evidence.kills().size(),
                evidence.plans().size(),
                acknowledged(),
                evidence.ledger().size(),
                seconds));
        for (final Evidence.Kill kill : evidence.kills()) {
            text.append(String.format(
                    "  kill %d: %d open %s, ready again after %d ms%s%n",
                    kill.number(),
                    kill.open(),
                    kill.openByKind(),
                    kill.restartMs(),
                    kill.dropped().isEmpty() ? "" : ", " + kill.dropped()));
        }
        byKind.forEach((kind, counts) -> text.append(String.format(
                "  %-26s tried %6d  acknowledged %6d  there %6d%n", kind, counts[0], counts[1], counts[2])));
        text.append(passed() ? "every rule held" : violations.size() + " VIOLATIONS");
        violations.stream().limit(20).forEach(violation -> text.append("\n  ").append(violation));
        return text.toString();
    }
}
