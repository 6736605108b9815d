package io.assent.loadtest.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came of a run of attacks.
 *
 * @param heap of the server, "" for its default.
 * @param durability of the server.
 * @param machine where it ran.
 * @param rounds one for each attack.
 * @param before what the server held before the first attack, after a collection of its garbage.
 * @param after what it held when all was over.
 * @param ending how the server ended if it ended by itself, else "".
 */
public record AttackResult(
        String heap, String durability, String machine, List<Round> rounds, Held before, Held after, String ending) {

    /** The healthy client may be without an answer for so long. */
    private static final long GAP_MS_MAX = 5_000;
    /** Beside an attack that takes all processors, a probe may take so long. */
    private static final long PROBE_MS_MAX = 1_000;
    /** Of what a healthy client asks, so much is answered. */
    private static final double ANSWERED_MIN = 0.9;
    /** Pools of the libraries and finished transactions that are kept. */
    private static final long MORE_BYTES_MAX = 48L << 20;

    /**
     * What a server holds.
     *
     * @param heapBytes used heap.
     * @param directBytes memory outside the heap.
     * @param budgetBytes what is counted against its budget.
     */
    public record Held(long heapBytes, long directBytes, long budgetBytes) {}

    /**
     * One attack.
     *
     * @param attack which.
     * @param served the healthy client.
     * @param probed whoever asked how the server is.
     * @param peakBudgetBytes the most that was counted against the budget.
     * @param peakDirectBytes the most memory outside the heap.
     * @param refusals how often the budget refused.
     * @param restBudgetBytes what was still counted when it was over.
     */
    public record Round(
            Attack attack,
            Served served,
            Served probed,
            long peakBudgetBytes,
            long peakDirectBytes,
            long refusals,
            long restBudgetBytes) {}

    /** Keeps its own lists. */
    public AttackResult {
        rounds = List.copyOf(rounds);
    }

    /**
     * Judges.
     *
     * @return what is not as it should be.
     */
    public List<String> violations() {
        final List<String> violations = new ArrayList<>();
        if (!ending.isEmpty()) {
            violations.add("the server must go on, but ended: " + ending);
            return violations;
        }
        for (final Round round : rounds) {
            final Served served = round.served();
            final long asked = served.answered() + served.refused() + served.failed();
            if (served.answered() < ANSWERED_MIN * asked || served.gapMs() > GAP_MS_MAX) {
                violations.add(round.attack() + ": the healthy client must be served, but was " + served);
            }
            final Served probed = round.probed();
            if (probed.refused() + probed.failed() > 0 || probed.slowestMs() > PROBE_MS_MAX) {
                violations.add(round.attack() + ": probes must be answered within " + PROBE_MS_MAX + " ms, but were "
                        + probed);
            }
            if (round.restBudgetBytes() != 0) {
                violations.add(round.attack() + ": nothing may be counted when it is over, but "
                        + round.restBudgetBytes() + " bytes are");
            }
        }
        if (after.heapBytes() > before.heapBytes() + MORE_BYTES_MAX
                || after.directBytes() > before.directBytes() + MORE_BYTES_MAX) {
            violations.add("memory must be back, but is " + after + " after " + before);
        }
        return violations;
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "attacks, heap %s, durability %s%n%s%n%n"
                        + "| attack | answered | refused | failed | slowest ms | gap ms | probe ms | budget peak MiB | direct peak MiB | refusals |%n"
                        + "|---|---|---|---|---|---|---|---|---|---|%n",
                heap.isEmpty() ? "by default" : heap,
                durability,
                machine));
        for (final Round round : rounds) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %d | %d | %d | %d | %d | %.1f | %.1f | %d |%n",
                    round.attack().name().toLowerCase(Locale.ROOT),
                    round.served().answered(),
                    round.served().refused(),
                    round.served().failed(),
                    round.served().slowestMs(),
                    round.served().gapMs(),
                    round.probed().slowestMs(),
                    mib(round.peakBudgetBytes()),
                    mib(round.peakDirectBytes()),
                    round.refusals()));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nheap %.1f MiB before, %.1f after; direct %.1f before, %.1f after%n",
                mib(before.heapBytes()),
                mib(after.heapBytes()),
                mib(before.directBytes()),
                mib(after.directBytes())));
        violations()
                .forEach(violation -> text.append("FAILED: ").append(violation).append('\n'));
        return text.toString();
    }

    private static double mib(final long bytes) {
        return bytes / (double) (1 << 20);
    }
}
