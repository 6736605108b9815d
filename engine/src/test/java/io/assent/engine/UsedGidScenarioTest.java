package io.assent.engine;

import org.junit.jupiter.api.Test;

/** PROTOCOL 13.51: who names a used gid repeats what is stored, or is refused; nothing that a client says is answered and dropped. */
class UsedGidScenarioTest {

    @Test
    void shouldRefuseASubmitThatBringsOtherContentUnderTheGidOfARunningSaga() {
        Scenario.run("""
                > submit g saga steps=1 custom={"a":1}
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > submit g saga steps=2 custom={"a":1}
                f answer 2 FAILURE submitted | gid g belongs to a saga with other steps (current status 'submitted'), cannot sumbmit. FAILURE
                > submit g saga steps=1 empty=1/action custom={"a":1}
                f answer 3 FAILURE submitted | gid g belongs to a saga with other steps (current status 'submitted'), cannot sumbmit. FAILURE
                > submit g saga steps=1 empty=1/compensate custom={"a":1}
                f answer 4 FAILURE submitted | gid g belongs to a saga with other steps (current status 'submitted'), cannot sumbmit. FAILURE
                > submit g saga steps=1 payload={"step":2} custom={"a":1} wait
                f answer 5 FAILURE submitted | gid g belongs to a saga with other steps (current status 'submitted'), cannot sumbmit. FAILURE
                > submit g saga steps=1 custom={"a":2}
                f answer 6 FAILURE submitted | gid g belongs to a saga with other custom_data (current status 'submitted'), cannot sumbmit. FAILURE
                > submit g saga steps=1 custom={"a":1} query=http://busi/q
                f answer 7 FAILURE submitted | gid g belongs to a saga with other query_prepared (current status 'submitted'), cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldAcceptARepeatedSubmitUnderOtherOptions() {
        Scenario.run("""
                > submit g saga steps=1 custom={"a":1}
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > submit g saga steps=1 custom={"a":1} retry=3 timeout=5 request=7
                f answer 2 SUCCESS submitted
                > submit g saga steps=1 retry=3
                f answer 3 SUCCESS submitted
                > submit g saga steps=0
                f answer 4 SUCCESS submitted
                """);
    }

    @Test
    void shouldRefuseCustomDataThatCameTooLateToBeTaken() {
        Scenario.run("""
                > submit g saga steps=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > submit g saga steps=1 custom={"a":1}
                f answer 2 FAILURE submitted | gid g belongs to a saga with other custom_data (current status 'submitted'), cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldRefuseAPrepareThatBringsOtherContentUnderAPreparedGid() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > prepare g msg steps=1 query=http://busi/q timeout=7
                f answer 2 SUCCESS prepared
                > prepare g msg steps=2 query=http://busi/q
                f answer 3 FAILURE prepared | gid g belongs to a msg with other steps (current status 'prepared'), cannot prepare. FAILURE
                > prepare g msg steps=0 query=http://busi/q
                f answer 4 FAILURE prepared | gid g belongs to a msg with other steps (current status 'prepared'), cannot prepare. FAILURE
                > prepare g msg steps=1 query=http://busi/other
                f answer 5 FAILURE prepared | gid g belongs to a msg with other query_prepared (current status 'prepared'), cannot prepare. FAILURE
                > prepare g msg steps=1
                f answer 6 FAILURE prepared | gid g belongs to a msg with other query_prepared (current status 'prepared'), cannot prepare. FAILURE
                > prepare g msg steps=1 query=http://busi/q custom={"a":1}
                f answer 7 FAILURE prepared | gid g belongs to a msg with other custom_data (current status 'prepared'), cannot prepare. FAILURE
                > prepare g tcc query=http://busi/q
                f answer 8 FAILURE prepared | gid g belongs to a msg with other trans_type (current status 'prepared'), cannot prepare. FAILURE
                """);
    }

    @Test
    void shouldRefuseASubmitThatBringsOtherContentThanWasPrepared() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q custom={"a":1}
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > submit g msg steps=2 query=http://busi/q
                f answer 2 FAILURE prepared | gid g belongs to a msg with other steps (current status 'prepared'), cannot sumbmit. FAILURE
                > submit g msg steps=1 query=http://busi/other
                f answer 3 FAILURE prepared | gid g belongs to a msg with other query_prepared (current status 'prepared'), cannot sumbmit. FAILURE
                > submit g msg steps=1 query=http://busi/q custom={"a":2}
                f answer 4 FAILURE prepared | gid g belongs to a msg with other custom_data (current status 'prepared'), cannot sumbmit. FAILURE
                > prepare t tcc
                e created 2 tcc prepared R=10 deadline in 35s
                f answer 5 SUCCESS prepared
                > submit t saga steps=1
                f answer 6 FAILURE prepared | trans type: 'tcc' of the stored transaction differs from 'saga' of the request, cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldAcceptTheSubmitThatLeavesOutWhatWasPrepared() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q custom={"a":1}
                e created 1 msg prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > submit g msg steps=0
                e submitted 1 R=10
                f call g/01/action
                f answer 2 SUCCESS submitted
                > submit g msg steps=0
                f answer 3 SUCCESS submitted
                > prepare t tcc query=http://busi/q custom={"a":1}
                e created 2 tcc prepared R=10 deadline in 35s
                f answer 4 SUCCESS prepared
                > submit t tcc
                e submitted 2 R=10
                e finished 2 succeed
                f answer 5 SUCCESS succeed
                > prepare x xa custom={"a":1}
                e created 3 xa prepared R=10 deadline in 35s
                f answer 6 SUCCESS prepared
                > submit x xa
                e submitted 3 R=10
                e finished 3 succeed
                f answer 7 SUCCESS succeed
                """);
    }

    @Test
    void shouldAcceptADelayThatTheSubmitAddsAlsoAfterTheCheckBackHasSubmitted() {
        Scenario.run("""
                > prepare g msg steps=1 query=http://busi/q timeout=3
                e created 1 msg prepared R=3 deadline in 3s
                f answer 1 SUCCESS prepared
                > prepare g msg steps=1 query=http://busi/q timeout=3 delay=9
                f answer 2 SUCCESS prepared
                > +3s tick
                f call g/00/msg
                > reply g/00/msg SUCCESS
                e succeeded 1 row -1
                e submitted 1 R=3
                f call g/01/action
                > submit g msg steps=1 query=http://busi/q timeout=3 delay=9
                f answer 3 SUCCESS submitted
                """);
    }

    @Test
    void shouldSayOfAFinishedTransactionWhetherTheContentOrTheStatusForbids() {
        Scenario.run("""
                > submit g saga steps=0
                e created 1 saga submitted R=10
                e finished 1 succeed
                f answer 1 SUCCESS succeed
                > submit g saga steps=0
                f answer 2 FAILURE succeed | current status 'succeed', cannot sumbmit. FAILURE
                > submit g saga steps=1
                f answer 3 FAILURE succeed | gid g belongs to a saga with other steps (current status 'succeed'), cannot sumbmit. FAILURE
                > prepare g saga steps=1
                f answer 4 FAILURE succeed | current status 'succeed', cannot prepare. FAILURE
                > submit g msg steps=1
                f answer 5 FAILURE succeed | trans type: 'saga' of the stored transaction differs from 'msg' of the request, cannot sumbmit. FAILURE
                """);
    }

    @Test
    void shouldResumeAWorkflowWhateverItBringsAndRefuseTheGidOfAnotherType() {
        Scenario.run("""
                > prepareWorkflow w workflow name=pay query=http://busi/w
                e created 1 workflow prepared R=10 deadline in 10s
                f record 1 prepared
                > prepareWorkflow w workflow name=pay query=http://busi/elsewhere custom={"a":1}
                f record 2 prepared
                > finish w succeed
                e finished 1 succeed
                f answer 3 SUCCESS succeed
                > prepareWorkflow w workflow name=pay query=http://busi/w
                f record 4 succeed
                > prepare t tcc
                e created 2 tcc prepared R=10 deadline in 35s
                f answer 5 SUCCESS prepared
                > prepareWorkflow t workflow name=pay
                f answer 6 FAILURE prepared | trans type: 'tcc' of the stored transaction differs from 'workflow' of the request, cannot prepare. FAILURE
                """);
    }
}
