package io.assent.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The checker is worth its name: each planted bug breaks a rule within a bounded number of histories, and without a bug none is broken. */
class PlantedBugTest {
    private static final int HISTORIES_MAX = 20_000;

    @ParameterizedTest
    @EnumSource(value = PlantedBug.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void shouldFindThePlantedBugWithinABoundedNumberOfHistories(PlantedBug bug) {
        for (long seed = 1; seed <= HISTORIES_MAX; seed++) {
            try {
                Simulation.run(seed, bug);
            } catch (Violation found) {
                long foundBy = seed;
                System.out.println(bug + " found by seed " + foundBy + ": " + found.getMessage());
                assertThat(bug.rules())
                        .as("the rules that %s may break; seed %s says %s", bug, foundBy, found.getMessage())
                        .contains(found.rule());
                List<String> steps = Simulation.tell(seed, bug);
                assertThat(steps.get(steps.size() - 1)).isEqualTo("BROKEN " + found.getMessage());
                Simulation.run(seed, PlantedBug.NONE);
                return;
            }
        }
        throw new AssertionError(bug + " was not found in " + HISTORIES_MAX + " histories");
    }
}
