package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** PROTOCOL 2.2 resetNextCronTime: a success in every status of every mode; only what waits for a time is moved by it. */
class CronResetTest {

    /**
     * One way into one status.
     *
     * @param table the commands up to there
     * @param causes the calls that the reset itself makes due
     */
    record Situation(String name, String table, List<String> causes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Situation> situations() {
        return List.of(
                situation("a prepared saga", """
                        > prepare g saga steps=1
                        e created 1 saga prepared R=10
                        f answer 1 SUCCESS prepared
                        """),
                situation("a saga whose action is open", """
                        > submit g saga steps=1
                        e created 1 saga submitted R=10
                        f call g/01/action
                        f answer 1 SUCCESS submitted
                        """),
                situation("a saga whose action waits, long before its time-out", """
                        > submit g saga steps=1 timeout=99
                        e created 1 saga submitted R=10 deadline in 99s
                        f call g/01/action
                        f answer 1 SUCCESS submitted
                        > reply g/01/action UNKNOWN x
                        e deferred 1 row 1 UNKNOWN interval=20 in 20s
                        """, "call g/01/action attempt 1"),
                situation("a saga whose compensation waits", """
                        > submit g saga steps=1
                        e created 1 saga submitted R=10
                        f call g/01/action
                        f answer 1 SUCCESS submitted
                        > reply g/01/action FAILURE x FAILURE
                        e failed 1 row 1 | x FAILURE
                        e aborting 1 | url:http://busi/a1 return failed: x FAILURE
                        f call g/01/compensate
                        > reply g/01/compensate ONGOING
                        e deferred 1 row 0 ONGOING interval=10 in 10s
                        """, "call g/01/compensate attempt 1"),
                situation("a succeeded saga", """
                        > submit g saga steps=0
                        e created 1 saga submitted R=10
                        e finished 1 succeed
                        f answer 1 SUCCESS succeed
                        """),
                situation("a prepared message", """
                        > prepare g msg steps=1 query=http://q
                        e created 1 msg prepared R=10 deadline in 35s
                        f answer 1 SUCCESS prepared
                        """),
                situation("a message whose check-back waits", """
                        > prepare g msg steps=1 query=http://q timeout=1
                        e created 1 msg prepared R=1 deadline in 1s
                        f answer 1 SUCCESS prepared
                        > +1s tick
                        f call g/00/msg
                        > reply g/00/msg ONGOING
                        e deferred 1 row -1 ONGOING interval=1 in 1s
                        """, "call g/00/msg attempt 1"),
                situation("a delayed message", """
                        > submit g msg steps=1 delay=20
                        e created 1 msg submitted R=10 deadline in 20s
                        f answer 1 SUCCESS submitted
                        """),
                situation(
                        "a message two of whose branches wait",
                        """
                        > submit g msg steps=2 concurrent
                        e created 1 msg submitted R=10
                        f call g/01/action
                        f call g/02/action
                        f answer 1 SUCCESS submitted
                        > reply g/01/action ONGOING
                        e deferred 1 row 0 ONGOING interval=10 in 10s
                        > reply g/02/action UNKNOWN x
                        e deferred 1 row 1 UNKNOWN interval=20 in 20s
                        """,
                        "call g/01/action attempt 1",
                        "call g/02/action attempt 1"),
                situation("a failed message", """
                        > prepare g msg steps=1
                        e created 1 msg prepared R=10 deadline in 35s
                        f answer 1 SUCCESS prepared
                        > abort g msg
                        e finished 1 failed
                        f answer 2 SUCCESS failed
                        """),
                situation("a prepared TCC", """
                        > prepare g tcc
                        e created 1 tcc prepared R=10 deadline in 35s
                        f answer 1 SUCCESS prepared
                        """),
                situation("a TCC whose confirm waits", """
                        > prepare g tcc
                        e created 1 tcc prepared R=10 deadline in 35s
                        f answer 1 SUCCESS prepared
                        > register g tcc 01
                        e registered 1 01 cancel confirm
                        f answer 2 SUCCESS prepared
                        > submit g tcc
                        e submitted 1 R=10
                        f call g/01/confirm
                        f answer 3 SUCCESS submitted
                        > reply g/01/confirm ONGOING
                        e deferred 1 row 1 ONGOING interval=10 in 10s
                        """, "call g/01/confirm attempt 1"),
                situation("an XA whose rollback waits", """
                        > prepare g xa
                        e created 1 xa prepared R=10 deadline in 35s
                        f answer 1 SUCCESS prepared
                        > register g xa 01
                        e registered 1 01 rollback commit
                        f answer 2 SUCCESS prepared
                        > abort g xa
                        e aborting 1 |
                        f call g/01/rollback
                        f answer 3 SUCCESS aborting
                        > reply g/01/rollback UNKNOWN x
                        e deferred 1 row 0 UNKNOWN interval=20 in 20s
                        """, "call g/01/rollback attempt 1"),
                situation("a workflow before its first call-back", """
                        > prepareWorkflow g workflow name=w query=http://cb
                        e created 1 workflow prepared R=10 deadline in 10s
                        f record 1 prepared
                        """, "call g/00/w"),
                situation("a workflow between two call-backs", """
                        > prepareWorkflow g workflow name=w query=http://cb
                        e created 1 workflow prepared R=10 deadline in 10s
                        f record 1 prepared
                        > +10s tick
                        f call g/00/w
                        > reply g/00/w SUCCESS
                        e deferred 1 row -1 SUCCESS interval=10 in 10s
                        """, "call g/00/w attempt 1"),
                situation("a workflow that nobody calls back", """
                        > prepareWorkflow g workflow name=w
                        e created 1 workflow prepared R=10
                        f record 1 prepared
                        """));
    }

    private static Situation situation(String name, String table, String... causes) {
        return new Situation(name, table, List.of(causes));
    }

    @ParameterizedTest
    @MethodSource("situations")
    void shouldSucceedAndMakeDueWhatWaitsForATime(Situation situation) {
        Scenario scenario = Scenario.run(situation.table());
        Machine machine = scenario.machine;
        machine.now += 500;
        TransactionStatus status = machine.transaction("g").status;
        machine.send(commands -> commands.resetNextCronTime(new Request(900, "ann", "outage"), "g"));
        assertThat(machine.events).containsExactly("caused ann outage", "cronReset 1");
        assertThat(machine.effects)
                .containsExactlyElementsOf(concat(
                        situation.causes(),
                        "answer 900 SUCCESS " + machine.transaction("g").status.wireName()));
        assertThat(machine.transaction("g").status).isEqualTo(status);
        machine.send(commands -> commands.query(901, "g"));
        assertThat(machine.lastRecord.updateTimeMs()).isEqualTo(machine.now);
        assertThat(machine.lastRecord.nextCronTimeMs()).isEqualTo(machine.now);
        machine.send(commands -> commands.resetNextCronTime(Request.of(902), "g"));
        assertThat(machine.effects).as("nothing is called twice").hasSize(1);
    }

    private static List<String> concat(List<String> calls, String answer) {
        List<String> all = new ArrayList<>(calls);
        all.add(answer);
        return all;
    }
}
