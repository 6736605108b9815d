package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** PROTOCOL 6.10: when somebody should look, and what the engine tells of it. */
class AlertTest {

    @Test
    void shouldCountDoublingsAndNothingElse() {
        Scenario scenario = Scenario.run("""
                > submit g msg steps=1
                e created 1 msg submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN first
                e deferred 1 row 0 UNKNOWN interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 1
                > reply g/01/action ONGOING
                e deferred 1 row 0 ONGOING interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 2
                > reply g/01/action FAILURE second FAILURE
                e deferred 1 row 0 FAILURE interval=40 in 40s
                > restart
                > +40s tick
                f call g/01/action attempt 3
                > reply g/01/action UNKNOWN third
                e deferred 1 row 0 UNKNOWN interval=80 in 80s
                """);
        assertThat(scenario.machine.alerts).extracting(Alert::retryCount).containsExactly(1, 2, 3);
        Alert third = scenario.machine.alerts.get(2);
        assertThat(third.gid()).isEqualTo("g");
        assertThat(third.branchUrl()).isEqualTo("http://busi/a1");
        assertThat(third.status()).isEqualTo(TransactionStatus.SUBMITTED);
        assertThat(third.error())
                .isEqualTo(
                        "your http/grpc result should be specified as in:\nhttps://dtm.pub/practice/arch.html#proto\n"
                                + "unkown result will be retried: third");
    }

    @Test
    void shouldHideThePasswordOfAUrl() {
        Machine machine = new Machine();
        Submission submission = new SubmissionBuilder()
                .gid("g")
                .kind(TransactionKind.SAGA)
                .step("http://u:secret@h/a", "", new byte[0])
                .build();
        machine.send(commands -> commands.submit(Request.of(1), submission, HistoryAnswer.NO_HISTORY));
        machine.reply(machine.openCall("g/01/action").number(), Outcome.UNKNOWN, "x");
        assertThat(machine.alerts).extracting(Alert::branchUrl).containsExactly("http://u:***@h/a");
        machine.now = machine.stateMachine().nextDeadlineMs();
        machine.send(Commands::tick);
        machine.reply(machine.openCall("g/01/action").number(), Outcome.FAILURE, "no FAILURE");
        machine.send(commands -> commands.query(2, "g"));
        assertThat(machine.lastRecord.rollbackReason()).isEqualTo("url:http://u:***@h/a return failed: no FAILURE");
    }

    @Test
    void shouldTellNothingOfCheckBacks() {
        Scenario scenario = Scenario.run("""
                > prepareWorkflow g workflow name=w query=http://cb
                e created 1 workflow prepared R=10 deadline in 10s
                f record 1 prepared
                > +10s tick
                f call g/00/w
                > reply g/00/w UNKNOWN x
                e deferred 1 row -1 UNKNOWN interval=10 in 10s
                > prepare m msg query=http://cb
                e created 2 msg prepared R=10 deadline in 35s
                f answer 2 SUCCESS prepared
                > +35s tick
                f call g/00/w attempt 1
                f call m/00/msg
                > reply m/00/msg UNKNOWN x
                e deferred 2 row -1 UNKNOWN interval=20 in 20s
                """);
        assertThat(scenario.machine.alerts).isEmpty();
    }

    @Test
    void shouldCountRepeatsUnderARetryLimit() {
        Scenario scenario = Scenario.run("""
                > submit g saga steps=1 limit=2
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN a
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=1
                f call g/01/action attempt 1
                > reply g/01/action UNKNOWN b
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=2
                f call g/01/action attempt 2
                > reply g/01/action UNKNOWN c
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=2
                e aborting 1 | RetryCount is greater than RetryLimit, RetryLimit: 2
                f call g/01/compensate
                """);
        assertThat(scenario.machine.alerts).extracting(Alert::retryCount).containsExactly(1, 2, 3);
    }

    @Test
    void shouldCountCallsWhereTheCapStopsTheDoubling() {
        Scenario scenario = new Scenario();
        Settings capped = new Settings(10, 35, 15, 0, 1_000, 1L << 30, 100, false);
        scenario.machine.send(commands -> commands.configure(capped));
        scenario.play("""
                > submit g msg steps=1
                e created 1 msg submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN a
                e deferred 1 row 0 UNKNOWN interval=15 in 15s
                > +15s tick
                f call g/01/action attempt 1
                > reply g/01/action UNKNOWN b
                e deferred 1 row 0 UNKNOWN interval=15 in 15s
                > +15s tick
                f call g/01/action attempt 2
                > reply g/01/action UNKNOWN c
                e deferred 1 row 0 UNKNOWN interval=15 in 15s
                """);
        assertThat(scenario.machine.alerts).extracting(Alert::retryCount).containsExactly(1, 2, 3);
    }
}
