package io.assent.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Many histories, none of which breaks a rule. docs/simulation.md says how to replay one and how to run more. */
class SimulationTest {
    private static final int HISTORIES = Integer.getInteger("assent.simulation.histories", 100_000);

    @Test
    void shouldKeepEveryRuleInEveryHistory() {
        Long single = Long.getLong("assent.simulation.seed");
        if (single != null) {
            Simulation.tell(single, PlantedBug.NONE).forEach(System.out::println);
            Simulation.run(single, PlantedBug.NONE);
            return;
        }
        long base = Long.getLong("assent.simulation.base", System.nanoTime() >>> 4);
        System.out.println("simulation: " + HISTORIES + " histories from seed " + base);
        Tally tally = Histories.run(base, HISTORIES, PlantedBug.NONE);
        System.out.println("simulation: " + tally);
        assertThat(tally.histories()).isEqualTo(HISTORIES);
        assertThat(tally.crashes()).as("crashes in all histories").isGreaterThan(HISTORIES / 2);
    }
}
