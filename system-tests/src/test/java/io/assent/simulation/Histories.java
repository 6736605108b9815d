package io.assent.simulation;

import java.util.List;
import java.util.stream.LongStream;

/** Runs histories side by side; each of them has a thread for itself. */
final class Histories {
    private static final int LINES_SHOWN = 400;

    private Histories() {}

    /** Runs the seeds from {@code base} on; a broken rule fails with its seed and the steps of its history. */
    static Tally run(long base, int count, PlantedBug bug) {
        return LongStream.range(base, base + count)
                .parallel()
                .mapToObj(seed -> one(seed, bug))
                .reduce(Tally.NONE, Tally::plus);
    }

    private static Tally one(long seed, PlantedBug bug) {
        try {
            return Tally.NONE.plus(Simulation.run(seed, bug));
        } catch (Violation violation) {
            List<String> steps = Simulation.tell(seed, bug);
            List<String> shown = steps.subList(Math.max(0, steps.size() - LINES_SHOWN), steps.size());
            throw new AssertionError(
                    "seed " + seed + " broke a rule; replay with -Dassent.simulation.seed=" + seed + "\n"
                            + violation.getMessage() + "\n" + String.join("\n", shown),
                    violation);
        }
    }
}
