package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The same commands give the same state, byte for byte, on every JDK and in every build that reads this format. */
class HashStabilityTest {
    private static final String EXPECTED = "95ef28f80fd1e229";

    @Test
    void shouldGiveTheSameHashForTheSameCommandsEverywhere() {
        Scenario scenario = new Scenario();
        scenario.machine.checksEveryCommand = false;
        scenario.play("""
                > submit a saga steps=2 timeout=50 retry=3
                e created 1 saga submitted R=3 deadline in 50s
                f call a/01/action
                f answer 1 SUCCESS submitted
                > reply a/01/action UNKNOWN \u00e4\u4e2d
                e deferred 1 row 1 UNKNOWN interval=6 in 6s
                > submit b saga steps=3 sagaConcurrent orders=2:0,2:1
                e created 2 saga submitted R=10
                f call b/01/action
                f call b/02/action
                f answer 2 SUCCESS submitted
                > reply b/02/action FAILURE no FAILURE
                e failed 2 row 3 | no FAILURE
                e aborting 2 | url:http://busi/a2 return failed: no FAILURE
                f withdraw 2
                f call b/02/compensate
                > prepare c msg steps=1 query=http://busi/q
                e created 3 msg prepared R=10 deadline in 35s
                f answer 3 SUCCESS prepared
                > submit d msg steps=0
                e created 4 msg submitted R=10
                e finished 4 succeed
                f answer 4 SUCCESS succeed
                """);
        assertThat(Long.toHexString(scenario.machine.stateMachine().stateHash()))
                .isEqualTo(EXPECTED);
    }
}
