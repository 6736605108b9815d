package io.assent.engine;

import org.junit.jupiter.api.Test;

/** PROTOCOL 6.5: as TCC, in the order of registration. */
class XaScenarioTest {
    private static final String PREPARED = """
            > prepare g xa
            e created 1 xa prepared R=10 deadline in 35s
            f answer 1 SUCCESS prepared
            > register g xa 01
            e registered 1 01 rollback commit
            f answer 2 SUCCESS prepared
            > register g xa 02
            e registered 1 02 rollback commit
            f answer 3 SUCCESS prepared
            """;

    @Test
    void shouldRefuseABranchThatItsProtocolCanNotCall() {
        Scenario.run("""
                > prepare g xa
                e created 1 xa prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > register g xa 01 host:80/a.B/C
                f answer 2 ERROR prepared | branch 01: rollback can not be called: the protocol of the transaction is http, and the URL begins neither with http:// nor with https://
                """);
    }

    @Test
    void shouldCommitInOrderOfRegistration() {
        Scenario.run(PREPARED + """
                > submit g xa
                e submitted 1 R=10
                f call g/01/commit
                f answer 4 SUCCESS submitted
                > reply g/01/commit UNKNOWN
                e deferred 1 row 1 UNKNOWN interval=20 in 20s
                > +20s tick
                f call g/01/commit attempt 1
                > reply g/01/commit SUCCESS
                e succeeded 1 row 1
                f call g/02/commit
                > reply g/02/commit SUCCESS
                e succeeded 1 row 3
                e finished 1 succeed
                > query g
                f record 5 succeed prepared succeed prepared succeed
                """);
    }

    @Test
    void shouldRollBackInOrderOfRegistration() {
        Scenario.run(PREPARED + """
                > abort g xa
                e aborting 1 |
                f call g/01/rollback
                f answer 4 SUCCESS aborting
                > reply g/01/rollback SUCCESS
                e succeeded 1 row 0
                f call g/02/rollback
                > reply g/02/rollback SUCCESS
                e succeeded 1 row 2
                e finished 1 failed
                """);
    }

    @Test
    void shouldCallWhatHasAnyOtherStatusThanSucceedAndNothingElse() {
        Scenario.run(PREPARED + """
                > submit g xa
                e submitted 1 R=10
                f call g/01/commit
                f answer 4 SUCCESS submitted
                > reply g/01/commit SUCCESS
                e succeeded 1 row 1
                f call g/02/commit
                > reply g/02/commit FAILURE no FAILURE
                e deferred 1 row 3 FAILURE interval=20 in 20s
                > submit g xa
                e cronReset 1
                f call g/02/commit attempt 1
                f answer 5 SUCCESS submitted
                > reply g/02/commit ONGOING
                e deferred 1 row 3 ONGOING interval=20 in 20s
                > restart
                > +20s tick
                f call g/02/commit attempt 2
                > abort g xa
                f answer 6 FAILURE submitted | trans type: 'xa' current status 'submitted', cannot abort. FAILURE
                > reply g/02/commit SUCCESS
                e succeeded 1 row 3
                e finished 1 succeed
                """);
    }

    @Test
    void shouldRollNothingBackWithoutBranches() {
        Scenario.run("""
                > prepare g xa
                e created 1 xa prepared R=10 deadline in 35s
                f answer 1 SUCCESS prepared
                > abort g xa no branch got so far
                e aborting 1 | no branch got so far
                e finished 1 failed
                f answer 2 SUCCESS failed
                """);
    }

    @Test
    void shouldStopByForceWhileRollingBack() {
        Scenario.run(PREPARED + """
                > abort g xa
                e aborting 1 |
                f call g/01/rollback
                f answer 4 SUCCESS aborting
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f withdraw 1
                f answer 5 SUCCESS failed
                > reply g/01/rollback SUCCESS
                > +100s tick
                > query g
                f record 6 failed prepared prepared prepared prepared
                """);
    }

    @Test
    void shouldRollBackAfterTheTimeOut() {
        Scenario.run(PREPARED + """
                > +35s tick
                e aborting 1 | Timeout after 35 seconds
                f call g/01/rollback
                """);
    }
}
