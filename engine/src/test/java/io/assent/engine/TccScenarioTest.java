package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** PROTOCOL 6.4, 6.7, 6.8, the rows of 6.1 and the endpoint tables of 2.2 for TCC, row by row. */
class TccScenarioTest {
    private static final String PREPARED = """
            > prepare g tcc
            e created 1 tcc prepared R=10 deadline in 35s
            f answer 1 SUCCESS prepared
            > register g tcc 01
            e registered 1 01 cancel confirm
            f answer 2 SUCCESS prepared
            > register g tcc 0101
            e registered 1 0101 cancel confirm
            f answer 3 SUCCESS prepared
            > register g tcc 02
            e registered 1 02 cancel confirm
            f answer 4 SUCCESS prepared
            """;

    @Test
    void shouldConfirmInReverseOrderOfRegistration() {
        Scenario.run(PREPARED + """
                > submit g tcc
                e submitted 1 R=10
                f call g/02/confirm
                f answer 5 SUCCESS submitted
                > reply g/02/confirm SUCCESS
                e succeeded 1 row 5
                f call g/0101/confirm
                > reply g/0101/confirm SUCCESS
                e succeeded 1 row 3
                f call g/01/confirm
                > reply g/01/confirm SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                > query g
                f record 6 succeed prepared succeed prepared succeed prepared succeed
                """);
    }

    @Test
    void shouldCancelInReverseOrderOnAbort() {
        Scenario.run(PREPARED + """
                > abort g tcc no money
                e aborting 1 | no money
                f call g/02/cancel
                f answer 5 SUCCESS aborting
                > reply g/02/cancel SUCCESS
                e succeeded 1 row 4
                f call g/0101/cancel
                > reply g/0101/cancel SUCCESS
                e succeeded 1 row 2
                f call g/01/cancel
                > reply g/01/cancel SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > query g
                f record 6 failed succeed prepared succeed prepared succeed prepared
                """);
    }

    @Test
    void shouldCancelAfterTheTimeOut() {
        Scenario.run("""
                > prepare g tcc timeout=3
                e created 1 tcc prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > +2999ms tick
                > +1ms tick
                e aborting 1 | Timeout after 3 seconds
                f call g/01/cancel
                > submit g tcc
                f answer 3 FAILURE aborting | current status 'aborting', cannot sumbmit. FAILURE
                > reply g/01/cancel SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                """);
    }

    @Test
    void shouldNameTheDefaultTimeOutWhenNoneWasGiven() {
        Scenario.run("""
                > prepare g tcc
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +35s tick
                e aborting 1 | Timeout after 35 seconds
                e finished 1 failed
                """);
    }

    @Test
    void shouldNeverTimeOutOnceSubmitted() {
        Scenario.run("""
                > prepare g tcc timeout=3
                e created 1 tcc prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > submit g tcc
                e submitted 1 R=3
                f call g/01/confirm
                f answer 3 SUCCESS submitted
                > reply g/01/confirm ONGOING
                e deferred 1 row 1 ONGOING interval=3 in 3s
                > +3s tick
                f call g/01/confirm attempt 1
                > reply g/01/confirm UNKNOWN broken
                e deferred 1 row 1 UNKNOWN interval=6 in 6s
                > +6s tick
                f call g/01/confirm attempt 2
                > reply g/01/confirm FAILURE no FAILURE
                e deferred 1 row 1 FAILURE interval=12 in 12s
                > +12s tick
                f call g/01/confirm attempt 3
                > reply g/01/confirm SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                """);
    }

    @Test
    void shouldRefuseARegistrationOnceThereIsADecision() {
        Scenario.run("""
                > register g tcc 01
                f answer 1 FAILURE | no trans with gid: g status: prepared found FAILURE
                > prepare g tcc
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 2 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 3 SUCCESS prepared
                > abort g tcc
                e aborting 1 |
                f call g/01/cancel
                f answer 4 SUCCESS aborting
                > register g tcc 02
                f answer 5 FAILURE aborting | no trans with gid: g status: prepared found FAILURE
                > reply g/01/cancel SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > register g tcc 02
                f answer 6 FAILURE failed | no trans with gid: g status: prepared found FAILURE
                """);
    }

    @Test
    void shouldAcceptTheSameRegistrationAgainAndRefuseAnother() {
        Scenario.run("""
                > prepare g tcc
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01 {}
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > register g tcc 01 {}
                f answer 3 SUCCESS prepared
                > register g tcc 01 {1}
                f answer 4 ERROR prepared | storage: UniqueKeyConflict: branch_id 01 op cancel is registered with other content
                > register g xa 01
                f answer 5 FAILURE prepared | trans type: 'tcc' of the stored transaction differs from 'xa' of the request, cannot register a branch. FAILURE
                """);
    }

    @Test
    void shouldRefuseAnAbortAfterTheSubmitWasAccepted() {
        Scenario.run(PREPARED + """
                > submit g tcc
                e submitted 1 R=10
                f call g/02/confirm
                f answer 5 SUCCESS submitted
                > abort g tcc late
                f answer 6 FAILURE submitted | trans type: 'tcc' current status 'submitted', cannot abort. FAILURE
                > submit g tcc
                f answer 7 SUCCESS submitted
                """);
    }

    @Test
    void shouldDriveTheUndoingOnWhenAbortedAgain() {
        Scenario.run("""
                > prepare g tcc
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > abort g
                e aborting 1 |
                f call g/01/cancel
                f answer 3 SUCCESS aborting
                > abort g tcc second
                e reason 1 | second
                f answer 4 SUCCESS aborting
                > reply g/01/cancel UNKNOWN x
                e deferred 1 row 0 UNKNOWN interval=20 in 20s
                > abort g tcc
                e cronReset 1
                f call g/01/cancel attempt 1
                f answer 5 SUCCESS aborting
                > reply g/01/cancel SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > abort g tcc
                f answer 6 FAILURE failed | trans type: 'tcc' current status 'failed', cannot abort. FAILURE
                """);
    }

    @Test
    void shouldGoByTheStoredTypeWhateverTheRequestSays() {
        Scenario.run("""
                > prepare g tcc
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > submit g msg
                f answer 2 FAILURE prepared | trans type: 'tcc' of the stored transaction differs from 'msg' of the request, cannot sumbmit. FAILURE
                > finish g succeed
                f answer 3 FAILURE prepared | trans type: 'tcc' of the stored transaction differs from 'workflow' of the request, cannot sumbmit. FAILURE
                > prepare s saga
                e created 2 saga prepared R=10
                f answer 4 SUCCESS prepared
                > abort s tcc
                f answer 5 FAILURE prepared | trans type: 'saga' current status 'prepared', cannot abort. FAILURE
                > abort g msg
                e aborting 1 |
                e finished 1 failed
                f answer 6 SUCCESS failed
                """);
    }

    @Test
    void shouldSucceedAtOnceWhenSubmittedWithoutBranches() {
        Scenario.run("""
                > submit g tcc
                e created 1 tcc submitted R=10
                e finished 1 succeed
                f answer 1 SUCCESS succeed
                """);
    }

    @Test
    void shouldTellAWaitingClientHowTheRoundWent() {
        Scenario.run("""
                > prepare g tcc wait
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > submit g tcc
                e submitted 1 R=10
                f waits 3
                f call g/01/confirm
                > reply g/01/confirm ONGOING
                e deferred 1 row 1 ONGOING interval=10 in 10s
                f answer 3 ONGOING submitted | ONGOING
                > submit g tcc wait
                e cronReset 1
                f call g/01/confirm attempt 1
                > reply g/01/confirm UNKNOWN boom
                e deferred 1 row 1 UNKNOWN interval=20 in 20s
                f answer 4 ERROR submitted | your http/grpc result should be specified as in:\\nhttps://dtm.pub/practice/arch.html#proto\\nunkown result will be retried: boom
                > submit g tcc wait
                e cronReset 1
                f call g/01/confirm attempt 2
                > reply g/01/confirm FAILURE no FAILURE
                e deferred 1 row 1 FAILURE interval=40 in 40s
                f answer 5 FAILURE submitted | your http/grpc result should be specified as in:\\nhttps://dtm.pub/practice/arch.html#proto\\nunkown result will be retried: no FAILURE
                > submit g tcc wait
                e cronReset 1
                f call g/01/confirm attempt 3
                > reply g/01/confirm SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                f answer 6 SUCCESS succeed
                """);
    }

    @Test
    void shouldAnswerAnAbortThatWaitsWhenAllIsCancelled() {
        Scenario.run("""
                > prepare g tcc wait request=60
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > abort g tcc why
                e aborting 1 | why
                f waits 3 60s
                f call g/01/cancel
                > reply g/01/cancel ONGOING
                e deferred 1 row 0 ONGOING interval=10 in 10s
                f answer 3 ONGOING aborting | ONGOING
                > abort g tcc why
                e cronReset 1
                f waits 4 60s
                f call g/01/cancel attempt 1
                > reply g/01/cancel SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                f answer 4 SUCCESS failed
                """);
    }

    @Test
    void shouldTakeASubmitOrABranchThatComesBehindTheTimeOutButBeforeItsDecision() {
        Scenario.run("""
                > prepare g tcc timeout=3
                e created 1 tcc prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > prepare h tcc timeout=3
                e created 2 tcc prepared R=3 deadline in 3s
                f answer 2 SUCCESS prepared
                > +3s register g tcc 01
                e registered 1 01 cancel confirm
                f answer 3 SUCCESS prepared
                > register h tcc 01
                e registered 2 01 cancel confirm
                f answer 4 SUCCESS prepared
                > submit g tcc
                e submitted 1 R=3
                f call g/01/confirm
                f answer 5 SUCCESS submitted
                > tick
                e aborting 2 | Timeout after 3 seconds
                f call h/01/cancel
                > submit h tcc
                f answer 6 FAILURE aborting | current status 'aborting', cannot sumbmit. FAILURE
                > register h tcc 02
                f answer 7 FAILURE aborting | no trans with gid: h status: prepared found FAILURE
                """);
    }

    @Test
    void shouldDecideOverdueTransactionsAfterARestartAsIfTimeHadNotStoodStill() {
        Scenario.run("""
                > prepare g tcc timeout=3
                e created 1 tcc prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > +60s restart
                e aborting 1 | Timeout after 3 seconds
                f call g/01/cancel
                """);
    }

    @Test
    void shouldLetALaterReasonReplaceTheTimeOut() {
        Scenario scenario = Scenario.run("""
                > prepare g tcc timeout=3
                e created 1 tcc prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > +3s tick
                e aborting 1 | Timeout after 3 seconds
                f call g/01/cancel
                > abort g tcc client gave up
                e reason 1 | client gave up
                f answer 3 SUCCESS aborting
                > abort g tcc client gave up
                f answer 4 SUCCESS aborting
                > abort g tcc
                f answer 5 SUCCESS aborting
                > restart
                f call g/01/cancel
                > query g
                f record 6 aborting prepared prepared
                """);
        assertThat(scenario.machine.lastRecord.rollbackReason()).isEqualTo("client gave up");
    }

    @Test
    void shouldLetAClientWaitAsLongAsTheStoredTimeOutOfItsBranchesAllows() {
        Scenario.run("""
                > prepare g tcc request=60
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > submit g tcc wait
                e submitted 1 R=10 options
                f waits 3 60s
                f call g/01/confirm
                > submit g tcc wait request=60
                > submit g tcc wait
                f waits 5 60s
                > reply g/01/confirm SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                f answer 3 SUCCESS succeed
                f answer 4 SUCCESS succeed
                f answer 5 SUCCESS succeed
                """);
    }

    @Test
    void shouldNotTellAWaitingAbortThatAllIsCancelledWhenItWasStoppedByForce() {
        Scenario scenario = Scenario.run("""
                > prepare g tcc wait
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > abort g tcc why
                e aborting 1 | why
                f waits 3
                f call g/01/cancel
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f answer 3 ERROR failed | the transaction was stopped by force while its branches were being called
                f withdraw 1
                f answer 4 SUCCESS failed
                > reply g/01/cancel SUCCESS
                > query g
                f record 5 failed prepared prepared
                """);
        assertThat(scenario.machine.stateMachine().staleReplies()).isEqualTo(1);
    }

    @Test
    void shouldStopByForceWhileConfirming() {
        Scenario.run(PREPARED + """
                > submit g tcc
                e submitted 1 R=10
                f call g/02/confirm
                f answer 5 SUCCESS submitted
                > reply g/02/confirm SUCCESS
                e succeeded 1 row 5
                f call g/0101/confirm
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f withdraw 1
                f answer 6 SUCCESS failed
                > reply g/0101/confirm SUCCESS
                > query g
                f record 7 failed prepared prepared prepared prepared prepared succeed
                > register g tcc 03
                f answer 8 FAILURE failed | no trans with gid: g status: prepared found FAILURE
                """);
    }

    @Test
    void shouldCallNobodyForAnEmptyUrlAndStopByForce() {
        Scenario.run("""
                > prepare g tcc
                e created 1 tcc prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g tcc 01
                e registered 1 01 cancel confirm
                f answer 2 SUCCESS prepared
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f answer 3 SUCCESS failed
                > +100s tick
                """);
    }

    @Test
    void shouldGoOnWhereItWasAfterARestart() {
        Scenario.run(PREPARED + """
                > submit g tcc
                e submitted 1 R=10
                f call g/02/confirm
                f answer 5 SUCCESS submitted
                > reply g/02/confirm SUCCESS
                e succeeded 1 row 5
                f call g/0101/confirm
                > restart
                f call g/0101/confirm
                > reply g/0101/confirm UNKNOWN
                e deferred 1 row 3 UNKNOWN interval=20 in 20s
                > restart
                > +20s tick
                f call g/0101/confirm attempt 1
                """);
    }
}
