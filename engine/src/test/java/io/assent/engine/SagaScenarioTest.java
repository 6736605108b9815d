package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** PROTOCOL 6.2, 6.7, 6.8, 6.9 for sagas, row by row. */
class SagaScenarioTest {

    @Test
    void shouldRunActionsInOrderAndSucceed() {
        Scenario.run("""
                > submit g saga steps=2
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/02/action
                > reply g/02/action SUCCESS
                e succeeded 1 row 3
                e finished 1 succeed
                > query g
                f record 2 succeed prepared succeed prepared succeed
                """);
    }

    @Test
    void shouldCompensateTheFailedBranchTooBackwardsWhenAnActionFails() {
        Scenario.run("""
                > submit g saga steps=3
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/02/action
                > reply g/02/action FAILURE no money FAILURE
                e failed 1 row 3 | no money FAILURE
                e aborting 1 | url:http://busi/a2 return failed: no money FAILURE
                f call g/02/compensate
                > reply g/02/compensate SUCCESS
                e succeeded 1 row 2
                f call g/01/compensate
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > query g
                f record 2 failed succeed succeed succeed failed prepared prepared
                """);
    }

    @Test
    void shouldSucceedAtOnceWithoutSteps() {
        Scenario.run("""
                > submit g saga steps=0
                e created 1 saga submitted R=10
                e finished 1 succeed
                f answer 1 SUCCESS succeed
                """);
    }

    @Test
    void shouldCountAnEmptyUrlAsSuccessWithoutCall() {
        Scenario.run("""
                > submit g saga steps=2 empty=1/action empty=2/compensate
                e created 1 saga submitted R=10
                e succeeded 1 row 1 uncalled
                f call g/02/action
                f answer 1 SUCCESS submitted
                > reply g/02/action FAILURE x FAILURE
                e failed 1 row 3 | x FAILURE
                e aborting 1 | url:http://busi/a2 return failed: x FAILURE
                e succeeded 1 row 2 uncalled
                f call g/01/compensate
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                """);
    }

    @Test
    void shouldKeepTheIntervalAfterOngoingAndDoubleItAfterUnknown() {
        Scenario.run("""
                > submit g saga steps=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action ONGOING
                e deferred 1 row 1 ONGOING interval=10 in 10s
                > +9999ms tick
                > +1ms tick
                f call g/01/action attempt 1
                > reply g/01/action UNKNOWN boom
                e deferred 1 row 1 UNKNOWN interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 2
                > reply g/01/action UNKNOWN boom
                e deferred 1 row 1 UNKNOWN interval=40 in 40s
                > +40s tick
                f call g/01/action attempt 3
                > reply g/01/action ONGOING
                e deferred 1 row 1 ONGOING interval=40 in 40s
                > +40s tick
                f call g/01/action attempt 4
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                """);
    }

    @Test
    void shouldNotCallAgainWhatIsOpenHoweverLongItTakes() {
        Scenario.run("""
                > submit g saga steps=1 retry=1 request=3600
                e created 1 saga submitted R=1
                f call g/01/action
                f answer 1 SUCCESS submitted
                > +600s tick
                > submit g saga steps=1
                f answer 2 SUCCESS submitted
                > reset g
                e cronReset 1
                f answer 3 SUCCESS submitted
                > +600s tick
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                """);
    }

    @Test
    void shouldTakeTheRetryIntervalFromTheOptionsThenFromAShortTimeout() {
        Scenario.run("""
                > submit g saga steps=1 retry=1
                e created 1 saga submitted R=1
                f call g/01/action
                f answer 1 SUCCESS submitted
                > submit h saga steps=1 timeout=4
                e created 2 saga submitted R=4 deadline in 4s
                f call h/01/action
                f answer 2 SUCCESS submitted
                > submit i saga steps=1 timeout=40
                e created 3 saga submitted R=10 deadline in 40s
                f call i/01/action
                f answer 3 SUCCESS submitted
                """);
    }

    @Test
    void shouldCompensateOnlyTheFirstStepWhenTheTimeoutComesWhileItIsOngoing() {
        Scenario.run("""
                > submit g saga steps=2 timeout=5
                e created 1 saga submitted R=5 deadline in 5s
                f call g/01/action
                f answer 1 SUCCESS submitted
                > +3s reply g/01/action ONGOING
                e deferred 1 row 1 ONGOING interval=5 in 5s
                > +2s tick
                e aborting 1 | Timeout after 5 seconds
                f call g/01/compensate
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > query g
                f record 2 failed succeed prepared prepared prepared
                """);
    }

    @Test
    void shouldLetACompensationWaitForItsOpenActionAndCompensateTheNextStepWhenItSucceedsLate() {
        Scenario.run("""
                > submit g saga steps=2 timeout=5
                e created 1 saga submitted R=5 deadline in 5s
                f call g/01/action
                f answer 1 SUCCESS submitted
                > +5s tick
                e aborting 1 | Timeout after 5 seconds
                f withdraw 1
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/02/compensate
                > reply g/02/compensate SUCCESS
                e succeeded 1 row 2
                f call g/01/compensate
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > query g
                f record 2 failed succeed succeed succeed prepared
                """);
    }

    @Test
    void shouldNeverCallAnActionAgainOnceAborting() {
        Scenario.run("""
                > submit g saga steps=1 timeout=5 limit=3
                e created 1 saga submitted R=5 deadline in 5s
                f call g/01/action
                f answer 1 SUCCESS submitted
                > +5s tick
                e aborting 1 | Timeout after 5 seconds
                f withdraw 1
                > reply g/01/action UNKNOWN late
                e deferred 1 row 1 UNKNOWN interval=0 no time
                f call g/01/compensate
                > reply g/01/compensate UNKNOWN x
                e deferred 1 row 0 UNKNOWN interval=10 in 10s
                > +10s tick
                f call g/01/compensate attempt 1
                """);
    }

    @Test
    void shouldCompensateAWithdrawnActionWithoutCountingAnAttempt() {
        Scenario.run("""
                > submit g saga steps=1 timeout=5
                e created 1 saga submitted R=5 deadline in 5s
                f call g/01/action
                f answer 1 SUCCESS submitted
                > +5s tick
                e aborting 1 | Timeout after 5 seconds
                f withdraw 1
                > reply g/01/action WITHDRAWN
                f call g/01/compensate
                """);
    }

    @Test
    void shouldRepeatAtOnceUnderRetryLimitAndRollBackWhenItIsExhausted() {
        Scenario.run("""
                > submit g saga steps=2 limit=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/02/action
                > reply g/02/action UNKNOWN x
                e deferred 1 row 3 UNKNOWN interval=0 no time repeats=1
                f call g/02/action attempt 1
                > reply g/02/action ONGOING
                e deferred 1 row 3 ONGOING interval=0 no time repeats=1
                e aborting 1 | RetryCount is greater than RetryLimit, RetryLimit: 1
                f call g/02/compensate
                > reply g/02/compensate SUCCESS
                e succeeded 1 row 2
                f call g/01/compensate
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                > query g
                f record 2 failed succeed succeed succeed prepared
                """);
    }

    @Test
    void shouldSucceedWhenTheLastRepetitionSucceeds() {
        Scenario.run("""
                > submit g saga steps=1 limit=3 wait
                e created 1 saga submitted R=10
                f call g/01/action
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=1
                f call g/01/action attempt 1
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=2
                f call g/01/action attempt 2
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=3
                f call g/01/action attempt 3
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                f answer 1 SUCCESS succeed
                """);
    }

    @Test
    void shouldCountRepeatsFromWhatTheClientSays() {
        Scenario scenario = Scenario.run("""
                > submit g saga steps=1 limit=2 count=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=2
                f call g/01/action attempt 1
                > query g
                f record 2 submitted prepared prepared
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=2
                e aborting 1 | RetryCount is greater than RetryLimit, RetryLimit: 2
                f call g/01/compensate
                """);
        assertThat(scenario.machine.lastRecord.retryCount()).isEqualTo(2);
    }

    @Test
    void shouldShareTheRetryLimitAmongItsBranchesAndNotWaitForTheOthersWhenItIsExhausted() {
        Scenario.run("""
                > submit g saga steps=3 sagaConcurrent limit=1
                e created 1 saga submitted R=10
                f call g/01/action
                f call g/02/action
                f call g/03/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=0 no time repeats=1
                f call g/01/action attempt 1
                > reply g/02/action ONGOING
                e deferred 1 row 3 ONGOING interval=0 no time repeats=1
                e aborting 1 | RetryCount is greater than RetryLimit, RetryLimit: 1
                f withdraw 1
                f call g/02/compensate
                > reply g/03/action ONGOING
                e deferred 1 row 5 ONGOING interval=0 no time repeats=1
                f call g/03/compensate
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/01/compensate
                """);
    }

    @Test
    void shouldShowTheRowsOfAnOngoingActionAsPrepared() {
        Scenario.run("""
                > submit g saga steps=2
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action ONGOING
                e deferred 1 row 1 ONGOING interval=10 in 10s
                > query g
                f record 2 submitted prepared prepared prepared prepared
                """);
    }

    @Test
    void shouldFollowTheSequenceWhenOrdersRepeatItWithoutConcurrency() {
        Scenario.run("""
                > submit g saga steps=3 orders=1:0,2:0
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/02/action
                > reply g/02/action SUCCESS
                e succeeded 1 row 3
                f call g/03/action
                """);
    }

    @Test
    void shouldStopForGoodWhenStoppedByForceWhileClientsWait() {
        Scenario scenario = Scenario.run("""
                > submit g saga steps=2 wait
                e created 1 saga submitted R=10
                f call g/01/action
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f answer 1 ERROR failed | the transaction was stopped by force while its branches were being called
                f withdraw 1
                f answer 2 SUCCESS failed
                > reply g/01/action FAILURE no FAILURE
                > +100s tick
                > submit g saga steps=2
                f answer 3 FAILURE failed | current status 'failed', cannot sumbmit. FAILURE
                > restart
                > query g
                f record 4 failed prepared prepared prepared prepared
                """);
        assertThat(scenario.machine.lastRecord.rollbackReason()).isEmpty();
    }

    @Test
    void shouldTreatAFailedCompensationAsUnknownForEver() {
        Scenario.run("""
                > submit g saga steps=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action FAILURE a FAILURE
                e failed 1 row 1 | a FAILURE
                e aborting 1 | url:http://busi/a1 return failed: a FAILURE
                f call g/01/compensate
                > reply g/01/compensate FAILURE b FAILURE
                e deferred 1 row 0 FAILURE interval=20 in 20s
                > +20s tick
                f call g/01/compensate attempt 1
                """);
    }

    @Test
    void shouldStartEveryStepOfAConcurrentSagaAndCompensateEveryOne() {
        Scenario.run("""
                > submit g saga steps=3 sagaConcurrent
                e created 1 saga submitted R=10
                f call g/01/action
                f call g/02/action
                f call g/03/action
                f answer 1 SUCCESS submitted
                > reply g/02/action FAILURE b FAILURE
                e failed 1 row 3 | b FAILURE
                e aborting 1 | url:http://busi/a2 return failed: b FAILURE
                f withdraw 1
                f call g/02/compensate
                > reply g/03/action FAILURE c FAILURE
                e failed 1 row 5 | c FAILURE
                f call g/03/compensate
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/01/compensate
                > reply g/03/compensate SUCCESS
                e succeeded 1 row 4
                > reply g/02/compensate SUCCESS
                e succeeded 1 row 2
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                e finished 1 failed
                """);
    }

    @Test
    void shouldFollowOrdersForwardAndBackward() {
        Scenario.run("""
                > submit g saga steps=4 sagaConcurrent orders=2:0,2:1,3:2
                e created 1 saga submitted R=10
                f call g/01/action
                f call g/02/action
                f answer 1 SUCCESS submitted
                > reply g/02/action SUCCESS
                e succeeded 1 row 3
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                f call g/03/action
                > reply g/03/action FAILURE x FAILURE
                e failed 1 row 5 | x FAILURE
                e aborting 1 | url:http://busi/a3 return failed: x FAILURE
                f call g/03/compensate
                > reply g/03/compensate SUCCESS
                e succeeded 1 row 4
                f call g/01/compensate
                f call g/02/compensate
                > reply g/01/compensate SUCCESS
                e succeeded 1 row 0
                > reply g/02/compensate SUCCESS
                e succeeded 1 row 2
                e finished 1 failed
                > query g
                f record 2 failed succeed succeed succeed succeed succeed failed prepared prepared
                """);
    }

    @Test
    void shouldAnswerAWaitingClientByTheTable() {
        Scenario.run("""
                > submit ok saga steps=1 wait
                e created 1 saga submitted R=10
                f call ok/01/action
                > reply ok/01/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                f answer 1 SUCCESS succeed
                > submit bad saga steps=1 wait
                e created 2 saga submitted R=10
                f call bad/01/action
                > reply bad/01/action FAILURE no FAILURE
                e failed 2 row 1 | no FAILURE
                e aborting 2 | url:http://busi/a1 return failed: no FAILURE
                f call bad/01/compensate
                > reply bad/01/compensate SUCCESS
                e succeeded 2 row 0
                e finished 2 failed
                f answer 2 FAILURE failed | url:http://busi/a1 return failed: no FAILURE
                > submit slow saga steps=1 wait
                e created 3 saga submitted R=10
                f call slow/01/action
                > reply slow/01/action ONGOING
                e deferred 3 row 1 ONGOING interval=10 in 10s
                f answer 3 FAILURE submitted | wait result not return success: FAILURE
                > submit hang saga steps=1 wait
                e created 4 saga submitted R=10
                f call hang/01/action
                > expire hang 4
                f answer 4 FAILURE submitted | wait result not return success: FAILURE
                > submit late saga steps=1 wait timeout=2
                e created 5 saga submitted R=2 deadline in 2s
                f call late/01/action
                > +2s tick
                e aborting 5 | Timeout after 2 seconds
                f withdraw 5
                > expire late 5
                f answer 5 FAILURE aborting | Timeout after 2 seconds FAILURE
                """);
    }

    @Test
    void shouldLetARepeatedSubmitJoinTheWaitersAndMakeWaitingRetriesDue() {
        Scenario.run("""
                > submit g saga steps=1 wait
                e created 1 saga submitted R=10
                f call g/01/action
                > submit g saga steps=1 wait
                > submit g saga steps=1
                f answer 3 SUCCESS submitted
                > gone g 1
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=20 in 20s
                f answer 2 FAILURE submitted | wait result not return success: FAILURE
                > +5s submit g saga steps=1
                e cronReset 1
                f call g/01/action attempt 1
                f answer 4 SUCCESS submitted
                > reply g/01/action SUCCESS
                e succeeded 1 row 1
                e finished 1 succeed
                > submit g saga steps=1
                f answer 5 FAILURE succeed | current status 'succeed', cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldCallEverythingInDoubtAgainAfterARestart() {
        Scenario.run("""
                > submit a saga steps=1
                e created 1 saga submitted R=10
                f call a/01/action
                f answer 1 SUCCESS submitted
                > submit b saga steps=1
                e created 2 saga submitted R=10
                f call b/01/action
                f answer 2 SUCCESS submitted
                > submit c saga steps=1
                e created 3 saga submitted R=10
                f call c/01/action
                f answer 3 SUCCESS submitted
                > reply b/01/action UNKNOWN x
                e deferred 2 row 1 UNKNOWN interval=20 in 20s
                > reply c/01/action FAILURE n FAILURE
                e failed 3 row 1 | n FAILURE
                e aborting 3 | url:http://busi/a1 return failed: n FAILURE
                f call c/01/compensate
                > +1s restart
                f call a/01/action
                f call c/01/compensate
                > stale
                > +19s tick
                f call b/01/action attempt 1
                """);
    }

    @Test
    void shouldNotCallAnythingAfterForceStopAndDropWhatComesLate() {
        Scenario scenario = Scenario.run("""
                > submit g saga steps=2
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f withdraw 1
                f answer 2 SUCCESS failed
                > reply g/01/action SUCCESS
                > query g
                f record 3 failed prepared prepared prepared prepared
                > stop g
                f answer 4 FAILURE failed | global transaction force stop error. status: failed. error: FAILURE
                > stop unknown
                f answer 5 ERROR | no TransGlobal with gid: unknown found
                > abort g saga
                f answer 6 FAILURE failed | trans type: 'saga' current status 'failed', cannot abort. FAILURE
                > abort unknown saga
                f answer 7 ERROR | no TransGlobal with gid: unknown found
                """);
        assertThat(scenario.machine.stateMachine().staleReplies()).isEqualTo(1);
    }

    @Test
    void shouldKeepAPreparedSagaUntilItIsSubmitted() {
        Scenario.run("""
                > prepare g saga steps=1 timeout=3
                e created 1 saga prepared R=3
                f answer 1 SUCCESS prepared
                > prepare g saga steps=1
                f answer 2 SUCCESS prepared
                > +99s tick
                > submit g saga steps=1
                e submitted 1 R=3 deadline in -96s
                e aborting 1 | Timeout after 3 seconds
                f call g/01/compensate
                f answer 3 SUCCESS aborting
                > prepare g saga steps=1
                f answer 4 FAILURE aborting | current status 'aborting', cannot prepare. FAILURE
                """);
    }

    @Test
    void shouldTakeTheOrdersThatASubmitAddsToThePreparedSteps() {
        Scenario.run("""
                > prepare g saga steps=2
                e created 1 saga prepared R=10
                f answer 1 SUCCESS prepared
                > submit g saga steps=4 sagaConcurrent orders=3:2 custom={}
                f answer 2 FAILURE prepared | gid g belongs to a saga with other steps (current status 'prepared'), cannot sumbmit. FAILURE
                > submit g saga steps=2 sagaConcurrent orders=1:0 custom={}
                e submitted 1 R=10 options
                f call g/01/action
                f answer 3 SUCCESS submitted
                """);
    }

    @Test
    void shouldMakeAWaitingRetryDueWhenItsCronTimeIsReset() {
        Scenario.run("""
                > submit g saga steps=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action UNKNOWN x
                e deferred 1 row 1 UNKNOWN interval=20 in 20s
                > reset g
                e cronReset 1
                f call g/01/action attempt 1
                f answer 2 SUCCESS submitted
                > reset unknown
                f answer 3 ERROR | no TransGlobal with gid: unknown found
                """);
    }
}
