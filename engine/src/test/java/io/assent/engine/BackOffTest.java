package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** PROTOCOL 6.9, 13.19 and SAFETY, Back-off: intervals belong to branch operations; cap and jitter are options. */
class BackOffTest {

    private static Scenario with(int capS, int jitterPercent) {
        Scenario scenario = new Scenario();
        Settings settings = new Settings(10, 35, capS, jitterPercent, 1_000, 1L << 30, 100, false);
        scenario.machine.send(commands -> commands.configure(settings));
        return scenario;
    }

    @Test
    void shouldDoubleOnlyTheIntervalOfTheBranchThatFailed() {
        Scenario scenario = Scenario.run("""
                > submit g msg steps=3 concurrent retry=1
                e created 1 msg submitted R=1
                f call g/01/action
                f call g/02/action
                f call g/03/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN x
                e deferred 1 row 0 UNKNOWN interval=2 in 2s
                > reply g/02/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=2 in 2s
                > reply g/03/action UNKNOWN x
                e deferred 1 row 2 UNKNOWN interval=2 in 2s
                > +2s tick
                f call g/01/action attempt 1
                f call g/02/action attempt 1
                f call g/03/action attempt 1
                > reply g/01/action UNKNOWN x
                e deferred 1 row 0 UNKNOWN interval=4 in 4s
                > reply g/02/action SUCCESS
                e succeeded 1 row 1
                > reply g/03/action ONGOING
                e deferred 1 row 2 ONGOING interval=2 in 2s
                > query g
                f record 2 submitted prepared succeed prepared
                """);
        assertThat(scenario.machine.lastRecord.nextCronIntervalS())
                .as("the largest of what is not done")
                .isEqualTo(4);
        assertThat(scenario.machine.lastRecord.nextCronTimeMs() - scenario.machine.now)
                .as("the earliest")
                .isEqualTo(2_000);
        scenario.play("""
                > +4s tick
                f call g/03/action attempt 2
                f call g/01/action attempt 2
                > reply g/03/action SUCCESS
                e succeeded 1 row 2
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                e finished 1 succeed
                > query g
                f record 3 succeed succeed succeed succeed
                """);
        assertThat(scenario.machine.lastRecord.nextCronIntervalS())
                .as("nothing waits any more")
                .isEqualTo(1);
    }

    @Test
    void shouldDoubleWithoutABoundUnlessOneIsSet() {
        Scenario free = new Scenario();
        Scenario capped = with(60, 0);
        for (Scenario scenario : new Scenario[] {free, capped}) {
            scenario.play("""
                    > submit g msg steps=1
                    e created 1 msg submitted R=10
                    f call g/01/action
                    f answer 1 SUCCESS submitted
                    """);
            for (int i = 0; i < 40; i++) {
                Machine machine = scenario.machine;
                machine.reply(machine.openCall("g/01/action").number(), Outcome.UNKNOWN, "x");
                machine.now = machine.stateMachine().nextDeadlineMs();
                machine.send(Commands::tick);
            }
            scenario.machine.send(commands -> commands.query(9, "g"));
        }
        assertThat(free.machine.lastRecord.nextCronIntervalS())
                .as("as far as the wire can show it")
                .isEqualTo(Integer.MAX_VALUE);
        assertThat(capped.machine.lastRecord.nextCronIntervalS()).isEqualTo(60);
    }

    @Test
    void shouldWaitAsLongAsTheParticipantAsksWhenThatIsLongerThanTheBackOff() {
        Scenario.run("""
                > submit g msg steps=1 retry=10
                e created 1 msg submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN after=19 status 503
                e deferred 1 row 0 UNKNOWN interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 1
                > reply g/01/action UNKNOWN after=100 status 503
                e deferred 1 row 0 UNKNOWN interval=40 in 100s
                > +99s tick
                > +1s tick
                f call g/01/action attempt 2
                > reply g/01/action ONGOING after=50
                e deferred 1 row 0 ONGOING interval=40 in 50s
                > +50s tick
                f call g/01/action attempt 3
                > reply g/01/action FAILURE after=3601 no FAILURE
                e deferred 1 row 0 FAILURE interval=80 in 3600s
                > +3600s tick
                f call g/01/action attempt 4
                > reply g/01/action UNKNOWN after=2147483647 status 429
                e deferred 1 row 0 UNKNOWN interval=160 in 3600s
                > restart
                > +3600s tick
                f call g/01/action attempt 5
                """);
    }

    @Test
    void shouldHeedWhatASenderAsksWhenItIsCheckedBack() {
        Scenario.run("""
                > prepare g msg steps=1 retry=10 timeout=20 query=http://q
                e created 1 msg prepared R=10 deadline in 20s
                f answer 1 SUCCESS prepared
                > +20s tick
                f call g/00/msg
                > reply g/00/msg UNKNOWN after=60 status 429
                e deferred 1 row -1 UNKNOWN interval=20 in 60s
                """);
    }

    @Test
    void shouldPauseBetweenRepeatsOfTheRetryLimitWhenTheParticipantAsks() {
        Scenario.run("""
                > submit g saga steps=1 limit=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN after=30 status 429
                e deferred 1 row 1 UNKNOWN interval=0 in 30s repeats=1
                > +30s tick
                f call g/01/action attempt 1
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                """);
    }

    @Test
    void shouldSpreadRetriesByTheGidAndTheAttemptAlone() {
        Set<Long> delays = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            long first = firstDelayMs("g" + i);
            assertThat(first).isBetween(10_000L, 30_000L);
            assertThat(firstDelayMs("g" + i)).as("the same again").isEqualTo(first);
            delays.add(first);
        }
        assertThat(delays).hasSizeGreaterThan(40);
    }

    private static long firstDelayMs(String gid) {
        Scenario scenario = with(0, 50);
        scenario.play("> submit " + gid + " msg steps=1\n" + """
                e created 1 msg submitted R=10
                f call GID/01/action
                f answer 1 SUCCESS submitted
                """.replace("GID", gid));
        Machine machine = scenario.machine;
        machine.reply(machine.openCall(gid + "/01/action").number(), Outcome.UNKNOWN, "x");
        return machine.stateMachine().nextDeadlineMs() - machine.now;
    }
}
