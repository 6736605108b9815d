package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** PROTOCOL 7 and the rows of 6.1 for workflows. */
class WorkflowScenarioTest {
    private static final String PREPARED = """
            > prepareWorkflow g workflow name=w query=http://app/cb
            e created 1 workflow prepared R=10 deadline in 10s
            f record 1 prepared
            """;

    @Test
    void shouldKeepWhatWasDoneAndTheEnd() {
        Scenario.run(PREPARED + """
                > register g workflow 01 action succeed r1
                e registered 1 01 action
                f answer 2 SUCCESS prepared
                > register g workflow 01 action succeed r1
                f answer 3 SUCCESS prepared
                > register g workflow 01 action succeed other
                f answer 4 ERROR prepared | storage: UniqueKeyConflict: branch_id 01 op action is registered with other content
                > register g workflow 01 commit succeed
                e registered 1 01 commit
                f answer 5 SUCCESS prepared
                > register g workflow 02 action failed why
                e registered 1 02 action
                f answer 6 SUCCESS prepared
                > prepareWorkflow g workflow name=other
                f record 7 prepared succeed succeed failed
                > finish g succeed cmVzdWx0
                e result 1 'cmVzdWx0'
                e finished 1 succeed
                f answer 8 SUCCESS succeed
                > finish g succeed
                f answer 9 SUCCESS succeed
                > finish g failed
                f answer 10 FAILURE succeed | current status 'succeed', cannot sumbmit. FAILURE
                > register g workflow 03 action succeed
                f answer 11 FAILURE succeed | no trans with gid: g status: prepared found FAILURE
                > prepareWorkflow g workflow name=w
                f record 12 succeed succeed succeed failed
                > +100s tick
                """);
    }

    @Test
    void shouldKeepTheFirstEndWhateverIsSaidLater() {
        Scenario scenario = Scenario.run(PREPARED + """
                > finish g succeed first
                e result 1 'first'
                e finished 1 succeed
                f answer 2 SUCCESS succeed
                > finish g succeed second
                f answer 3 SUCCESS succeed
                > finish g failed third
                f answer 4 FAILURE succeed | current status 'succeed', cannot sumbmit. FAILURE
                > query g
                f record 5 succeed
                """);
        assertThat(scenario.machine.lastRecord.result()).isEqualTo("first");
    }

    @Test
    void shouldTakeAStopByForceForItsEnd() {
        Scenario.run(PREPARED + """
                > +10s tick
                f call g/00/w
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f withdraw 1
                f answer 2 SUCCESS failed
                > reply g/00/w SUCCESS
                > finish g failed r why
                f answer 3 SUCCESS failed
                > finish g succeed r
                f answer 4 FAILURE failed | current status 'failed', cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldCallBackWithTheTimeOutAndTheHeadersOfTheTransaction() {
        Scenario scenario = new Scenario();
        Submission workflow = new SubmissionBuilder()
                .gid("g")
                .kind(TransactionKind.WORKFLOW)
                .queryPrepared("http://app/cb")
                .requestTimeout(7)
                .timeoutToFail(4)
                .header("x-token", "abc")
                .workflow("w", new byte[] {1, 2})
                .build();
        scenario.machine.send(commands -> commands.prepareWorkflow(Request.of(77), workflow, HistoryAnswer.NO_HISTORY));
        scenario.play("""
                > +4s tick
                f call g/00/w
                > +100s reply g/00/w ONGOING
                e deferred 1 row -1 ONGOING interval=10 in 10s
                """);
        BranchCall call = scenario.machine.calls.get(0);
        assertThat(call.requestTimeoutMs()).isEqualTo(7_000);
        assertThat(call.headers()).containsExactly(new BranchCall.Header("x-token", "abc"));
        assertThat(call.payloadLength()).isEqualTo(2);
    }

    @Test
    void shouldKeepTheReasonOfARollback() {
        Scenario.run(PREPARED + """
                > finish g failed r no money
                e result 1 'r' | no money
                e finished 1 failed
                f answer 2 SUCCESS failed
                """);
    }

    @Test
    void shouldCallTheClientBackAtAFixedIntervalWhateverItAnswers() {
        Scenario.run("""
                > prepareWorkflow g workflow name=w query=http://app/cb retry=3
                e created 1 workflow prepared R=3 deadline in 3s
                f record 1 prepared
                > +2999ms tick
                > +1ms tick
                f call g/00/w
                > reply g/00/w SUCCESS
                e deferred 1 row -1 SUCCESS interval=10 in 10s
                > +10s tick
                f call g/00/w attempt 1
                > reply g/00/w UNKNOWN x
                e deferred 1 row -1 UNKNOWN interval=10 in 10s
                > +10s tick
                f call g/00/w attempt 2
                > reply g/00/w FAILURE x FAILURE
                e deferred 1 row -1 FAILURE interval=10 in 10s
                > +10s tick
                f call g/00/w attempt 3
                > reply g/00/w ONGOING
                e deferred 1 row -1 ONGOING interval=10 in 10s
                > restart
                > +10s tick
                f call g/00/w attempt 4
                > restart
                > tick
                f call g/00/w attempt 4
                > finish g succeed
                e finished 1 succeed
                f withdraw 1
                f answer 2 SUCCESS succeed
                """);
    }

    @Test
    void shouldCallBackAtOnceWhenAnAdministratorAsksForIt() {
        Scenario.run(PREPARED + """
                > reset g
                e cronReset 1
                f call g/00/w
                f answer 2 SUCCESS prepared
                > reply g/00/w ONGOING
                e deferred 1 row -1 ONGOING interval=10 in 10s
                > reset g
                e cronReset 1
                f call g/00/w attempt 1
                f answer 3 SUCCESS prepared
                """);
    }

    @Test
    void shouldRefuseWhatIsNotForWorkflows() {
        Scenario.run("""
                > finish g succeed
                f answer 1 ERROR | no workflow with gid: g found; prepareWorkflow comes before submit
                > submit g workflow
                f answer 2 ERROR | a workflow is submitted with req_extra.status succeed or failed
                > prepareWorkflow g workflow name=w
                e created 1 workflow prepared R=10
                f record 3 prepared
                > abort g workflow
                f answer 4 FAILURE prepared | trans type: 'workflow' current status 'prepared', cannot abort. FAILURE
                > submit g tcc
                f answer 5 FAILURE prepared | trans type: 'workflow' of the stored transaction differs from 'tcc' of the request, cannot sumbmit. FAILURE
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f answer 6 SUCCESS failed
                """);
    }
}
