package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log hears of the engine: trouble, its end, and administrators; nothing of what goes well. */
class EngineObserverTest {
    private final List<String> heard = new ArrayList<>();
    private final Scenario scenario = new Scenario();

    EngineObserverTest() {
        scenario.machine.stateMachine().observer(new EngineObserver() {
            @Override
            public void branchFails(
                    String gid, String branchId, String operation, String url, int attempts, String text) {
                heard.add("fails " + gid + " " + branchId + " " + operation + " " + url + " " + attempts + " " + text);
            }

            @Override
            public void branchSettled(String gid, String branchId, String operation, int attempts, boolean ok) {
                heard.add("settled " + gid + " " + branchId + " " + operation + " " + attempts + " " + ok);
            }

            @Override
            public void rollbackDecided(String gid, String reason) {
                heard.add("undone " + gid + " " + reason);
            }

            @Override
            public void administered(String act, String gid, Request request) {
                heard.add(act + " " + gid + " " + request.actor() + " " + request.reason());
            }
        });
    }

    @Test
    void shouldTellOfTroubleAndItsEnd() {
        scenario.play("""
                > submit well msg steps=1
                e created 1 msg submitted R=10
                f call well/01/action
                f answer 1 SUCCESS submitted
                > reply well/01/action SUCCESS
                e succeeded 1 row 0
                e finished 1 succeed
                > submit g msg steps=1
                e created 2 msg submitted R=10
                f call g/01/action
                f answer 2 SUCCESS submitted
                > reply g/01/action UNKNOWN first
                e deferred 2 row 0 UNKNOWN interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 1
                > reply g/01/action ONGOING
                e deferred 2 row 0 ONGOING interval=20 in 20s
                > +20s tick
                f call g/01/action attempt 2
                > reply g/01/action SUCCESS
                e succeeded 2 row 0
                e finished 2 succeed
                """);
        assertThat(heard).containsExactly("fails g 01 action http://busi/a1 1 first", "settled g 01 action 3 true");
    }

    @Test
    void shouldNotTakeARefusalThatCountsForTrouble() {
        scenario.play("""
                > submit g saga steps=1
                e created 1 saga submitted R=10
                f call g/01/action
                f answer 1 SUCCESS submitted
                > reply g/01/action FAILURE no FAILURE
                e failed 1 row 1 | no FAILURE
                e aborting 1 | url:http://busi/a1 return failed: no FAILURE
                f call g/01/compensate
                > reply g/01/compensate FAILURE never
                e deferred 1 row 0 FAILURE interval=20 in 20s
                > stop g
                e caused ann stuck
                e finished 1 failed by force
                f answer 2 SUCCESS failed
                """);
        assertThat(heard)
                .containsExactly(
                        "undone g url:http://busi/a1 return failed: no FAILURE",
                        "fails g 01 compensate http://busi/c1 1 never",
                        "forceStop g ann stuck");
    }
}
