package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** PROTOCOL 6.3, 6.7, 6.8 and the endpoint tables of 2.2 for messages, row by row. */
class MsgScenarioTest {

    @Test
    void shouldDeliverOneAfterTheOtherAndSucceed() {
        Scenario.run("""
                > prepare g msg steps=2 query=http://busi/q
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > submit g msg steps=2 query=http://busi/q
                e submitted 1 R=10
                f call g/01/action
                f answer 2 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                f call g/02/action
                > reply g/02/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                """);
    }

    @Test
    void shouldNeverRollBackAndRetryAFailureWithBackOff() {
        Scenario.run("""
                > submit g msg steps=2
                e created 1 msg submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action FAILURE no FAILURE
                e deferred 1 row 0 FAILURE interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 1
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                f call g/02/action
                """);
    }

    @Test
    void shouldCallEveryBranchAtOnceWhenConcurrent() {
        Scenario.run("""
                > submit g msg steps=3 concurrent
                e created 1 msg submitted R=10
                f call g/01/action
                f call g/02/action
                f call g/03/action
                f answer 1 SUCCESS submitted
                > reply g/02/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=20 in 20s
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                > reply g/03/action ONGOING
                e deferred 1 row 2 ONGOING interval=10 in 10s
                > +10s tick
                f call g/03/action attempt 1
                > reply g/03/action SUCCESS
                e succeeded 1 row 2
                > +10s tick
                f call g/02/action attempt 1
                > reply g/02/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                """);
    }

    @Test
    void shouldAskTheSenderAfterTheTimeoutAndSubmitOnSuccess() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q timeout=3
                e created 1 msg prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > +2999ms tick
                > +1ms tick
                f call g/00/msg
                > reply g/00/msg SUCCESS
                e succeeded 1 row -1
                e submitted 1 R=3
                f call g/01/action
                """);
    }

    @Test
    void shouldFailWhenTheSenderSaysFailure() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +35s tick
                f call g/00/msg
                > reply g/00/msg FAILURE gone FAILURE
                e failed 1 row -1 | gone FAILURE
                e finished 1 failed
                """);
    }

    @Test
    void shouldAskAgainAfterTheResetIntervalOnOngoingAndWithBackOffOnUnknown() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +35s tick
                f call g/00/msg
                > reply g/00/msg UNKNOWN x
                e deferred 1 row -1 UNKNOWN interval=20 in 20s
                > +20s tick
                f call g/00/msg attempt 1
                > reply g/00/msg UNKNOWN x
                e deferred 1 row -1 UNKNOWN interval=40 in 40s
                > +40s tick
                f call g/00/msg attempt 2
                > reply g/00/msg ONGOING
                e deferred 1 row -1 ONGOING interval=10 in 10s
                > +10s tick
                f call g/00/msg attempt 3
                """);
    }

    @Test
    void shouldDropTheAnswerOfACheckThatCameTooLate() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +35s tick
                f call g/00/msg
                > abort g msg
                e finished 1 failed
                f withdraw 1
                f answer 2 SUCCESS failed
                > reply g/00/msg SUCCESS
                > query g
                f record 3 failed prepared
                """);
    }

    @Test
    void shouldDropTheAnswerOfACheckThatASubmitOvertook() {
        Scenario scenario = Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +35s tick
                f call g/00/msg
                > submit g msg steps=1 query=http://busi/q
                e submitted 1 R=10
                f withdraw 1
                f call g/01/action
                f answer 2 SUCCESS submitted
                > reply g/00/msg FAILURE no FAILURE
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                e finished 1 succeed
                """);
        assertThat(scenario.machine.stateMachine().staleReplies()).isEqualTo(1);
    }

    @Test
    void shouldTakeASubmitThatComesBehindTheTimeOutButBeforeTheCheck() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q timeout=3
                e created 1 msg prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > +3s submit g msg steps=1 query=http://busi/q
                e submitted 1 R=3
                f call g/01/action
                f answer 2 SUCCESS submitted
                > tick
                """);
    }

    @Test
    void shouldHonourDelayAndConcurrencyOfAMessageThatItsCheckSubmitted() {
        Scenario.run("""
                > prepare g msg steps=2 query=http://busi/q timeout=3 delay=60 concurrent
                e created 1 msg prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > +3s tick
                f call g/00/msg
                > reply g/00/msg SUCCESS
                e succeeded 1 row -1
                e submitted 1 R=3 deadline in 60s
                > +59999ms tick
                > +1ms tick
                f call g/01/action
                f call g/02/action
                """);
    }

    @Test
    void shouldSubmitByItselfWhenThereIsNobodyToAsk() {
        Scenario.run("""
                > prepare g msg steps=1
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +35s tick
                e succeeded 1 row -1 uncalled
                e submitted 1 R=10
                f call g/01/action
                """);
    }

    @Test
    void shouldHoldADelayedMessageBack() {
        Scenario.run("""
                > submit g msg steps=1 delay=5 wait
                e created 1 msg submitted R=10 deadline in 5s
                f answer 1 FAILURE submitted | wait result not return success: FAILURE
                > +4999ms tick
                > +1ms tick
                f call g/01/action
                """);
    }

    @Test
    void shouldHoldADelayedMessageBackWhateverIsAskedMeanwhile() {
        Scenario scenario = Scenario.run("""
                > submit g msg steps=1 delay=300
                e created 1 msg submitted R=10 deadline in 300s
                f answer 1 SUCCESS submitted
                > query g
                f record 2 submitted prepared
                """);
        assertThat(scenario.machine.lastRecord.nextCronTimeMs() - scenario.machine.now)
                .isEqualTo(300_000);
        assertThat(scenario.machine.lastRecord.nextCronIntervalS()).isEqualTo(10);
        scenario.play("""
                > submit g msg steps=1 delay=5
                f answer 3 SUCCESS submitted
                > resetAll 301 10
                f reset 4 0
                > resetAll 105 10
                e caused ann outage
                e cronReset 1
                f reset 5 1
                > resetAll 105 10
                f reset 6 0
                > reset g
                e cronReset 1
                f answer 7 SUCCESS submitted
                > +299999ms tick
                > +1ms tick
                f call g/01/action
                """);
    }

    @Test
    void shouldNotDelayWhatWasPreparedLongerAgoThanTheDelay() {
        Scenario.run("""
                > prepare g msg steps=1
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +5s submit g msg steps=1 delay=5
                e submitted 1 R=10 options
                f call g/01/action
                f answer 2 SUCCESS submitted
                """);
    }

    @Test
    void shouldTakeTheDelayGivenAtSubmitOfAPreparedMessage() {
        Scenario.run("""
                > prepare g msg steps=1
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > +2s submit g msg steps=1 delay=5
                e submitted 1 R=10 deadline in 5s options
                f answer 2 SUCCESS submitted
                > +5s tick
                f call g/01/action
                """);
    }

    @Test
    void shouldKeepTheDelayOverARestart() {
        Scenario.run("""
                > submit g msg steps=1 delay=5
                e created 1 msg submitted R=10 deadline in 5s
                f answer 1 SUCCESS submitted
                > +1s restart
                > +4s tick
                f call g/01/action
                """);
    }

    @Test
    void shouldAbortOnlyWhilePrepared() {
        Scenario.run("""
                > prepare g msg steps=1
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > abort g
                e finished 1 failed
                f answer 2 SUCCESS failed
                > submit g msg steps=1
                f answer 3 FAILURE failed | current status 'failed', cannot sumbmit. FAILURE
                > submit h msg steps=1
                e created 2 msg submitted R=10
                f call h/01/action
                f answer 4 SUCCESS submitted
                > abort h msg
                f answer 5 FAILURE submitted | trans type: 'msg' current status 'submitted', cannot abort. FAILURE
                """);
    }

    @Test
    void shouldRefuseASubmitOfAnotherType() {
        Scenario.run("""
                > prepare g msg steps=1
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > submit g saga steps=1
                f answer 2 FAILURE prepared | trans type: 'msg' of the stored transaction differs from 'saga' of the request, cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldEndTheRoundOfAConcurrentMessageWithItsFirstEndThatIsNoSuccess() {
        Scenario.run("""
                > submit g msg steps=3 concurrent wait
                e created 1 msg submitted R=10
                f call g/01/action
                f call g/02/action
                f call g/03/action
                > reply g/02/action SUCCESS
                e succeeded 1 row 1
                > reply g/03/action ONGOING
                e deferred 1 row 2 ONGOING interval=10 in 10s
                f answer 1 FAILURE submitted | wait result not return success: FAILURE
                > reply g/01/action UNKNOWN late
                e deferred 1 row 0 UNKNOWN interval=20 in 20s
                > +10s tick
                f call g/03/action attempt 1
                > submit g msg steps=3 concurrent wait
                e cronReset 1
                f call g/01/action attempt 1
                > reply g/03/action SUCCESS
                e succeeded 1 row 2
                > reply g/01/action SUCCESS
                e succeeded 1 row 0
                e finished 1 succeed
                f answer 2 SUCCESS succeed
                """);
    }

    @Test
    void shouldCallNothingOnceStoppedByForce() {
        Scenario.run("""
                > submit g msg steps=2 wait
                e created 1 msg submitted R=10
                f call g/01/action
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f answer 1 ERROR failed | the transaction was stopped by force while its branches were being called
                f withdraw 1
                f answer 2 SUCCESS failed
                > reply g/01/action SUCCESS
                > query g
                f record 3 failed prepared prepared
                """);
    }

    @Test
    void shouldAnswerAWaitingClientByTheFirstEndThatIsNoSuccess() {
        Scenario.run("""
                > submit a msg steps=1 wait
                e created 1 msg submitted R=10
                f call a/01/action
                > reply a/01/action UNKNOWN boom
                e deferred 1 row 0 UNKNOWN interval=20 in 20s
                f answer 1 ERROR submitted | your http/grpc result should be specified as in:\\nhttps://dtm.pub/practice/arch.html#proto\\nunkown result will be retried: boom
                > submit b msg steps=1 wait
                e created 2 msg submitted R=10
                f call b/01/action
                > reply b/01/action FAILURE no FAILURE
                e deferred 2 row 0 FAILURE interval=20 in 20s
                f answer 2 FAILURE submitted | your http/grpc result should be specified as in:\\nhttps://dtm.pub/practice/arch.html#proto\\nunkown result will be retried: no FAILURE
                > submit c msg steps=1 wait
                e created 3 msg submitted R=10
                f call c/01/action
                > reply c/01/action ONGOING
                e deferred 3 row 0 ONGOING interval=10 in 10s
                f answer 3 FAILURE submitted | wait result not return success: FAILURE
                """);
    }
}
