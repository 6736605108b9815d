package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.scenario.Reply.Verdict;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** PROTOCOL 6.5: the second phase of XA. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class XaByProtocolTest {

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCommitTheBranchesOfAnXaWithNothingInTheirCalls(World world) {
        world.prepareXa(Global.xa("g"), "01", "02");
        world.client().submit(Global.xa("g").waits()).shouldBeSuccess();
        assertThat(world.busi().calls()).containsExactly("xa01", "xa02");
        assertThat(world.busi().received())
                .extracting(Received::about)
                .containsExactly("xa g 01 commit", "xa g 02 commit");
        assertThat(world.busi().received()).extracting(Received::text).containsOnly("");
        assertThat(world.rows("g")).isEqualTo("prepared succeed prepared succeed");
        assertThat(world.branches("g").get(0).path("op").asText()).isEqualTo("rollback");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRollBackTheBranchesOfAnXa(World world) {
        world.prepareXa(Global.xa("g"), "01", "02");
        world.client().abort(Global.xa("g").rollbackReason("broke")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().received())
                .extracting(Received::about)
                .containsExactly("xa g 01 rollback", "xa g 02 rollback");
        assertThat(world.busi().received()).extracting(Received::text).containsOnly("");
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rollbackReason("g")).isEqualTo("broke");
        assertThat(world.rows("g")).isEqualTo("succeed prepared succeed prepared");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldHoldTheOthersBackWhileOneCanNotRollBack(World world) {
        world.prepareXa(Global.xa("g"), "01", "02", "03");
        world.busi().script("xa02", "error", "no such xid", "ok");
        world.client().abort(Global.xa("g")).shouldBeSuccess();
        long start = world.settle();
        assertThat(world.busi().calls()).containsExactly("xa01", "xa02");
        assertThat(world.passToNext() - start).isEqualTo(20_000);
        assertThat(world.passToNext() - start).isEqualTo(60_000);
        assertThat(world.busi().calls()).containsExactly("xa01", "xa02", "xa02", "xa02", "xa03");
        assertThat(world.status("g")).isEqualTo("failed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldAnswerAClientThatWaitsByTheRound(World world) {
        world.prepareXa(Global.xa("g"), "01");
        world.busi().script("xa01", "ongoing", "error broken", "ok");
        Global waiting = Global.xa("g").waits();
        world.client().submit(waiting).shouldBe(Verdict.ONGOING, "ONGOING");
        Reply unknown = world.client().submit(waiting);
        assertThat(unknown.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(unknown.text()).endsWith("unkown result will be retried: " + world.unknownText("broken"));
        world.client().submit(waiting).shouldBeSuccess();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRollBackWhenTheClientSaysNothingAnyMore(World world) {
        world.prepareXa(Global.xa("g").timeoutToFail(20), "01");
        world.pass(19_999);
        assertThat(world.busi().calls()).isEmpty();
        world.pass(1);
        assertThat(world.busi().first("xa01").about()).isEqualTo("xa g 01 rollback");
        assertThat(world.rollbackReason("g")).isEqualTo("Timeout after 20 seconds");
        world.client()
                .registerBranch(world.xaBranch("g", "02"))
                .shouldBe(Verdict.FAILURE, "no trans with gid: g status: prepared found FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldChangeNothingWhenAnAbortFollowsAnAcceptedSubmit(World world) {
        world.prepareXa(Global.xa("g"), "01");
        world.busi().script("xa01", "error");
        world.client().submit(Global.xa("g")).shouldBeSuccess();
        world.settle();
        world.client()
                .abort(Global.xa("g"))
                .shouldBe(Verdict.FAILURE, "trans type: 'xa' current status 'submitted', cannot abort. FAILURE");
        world.passToNext();
        assertThat(world.busi().received()).extracting(Received::op).containsExactly("commit", "commit");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTakeTheSameBranchAgainAndNoOther(World world) {
        world.prepareXa(Global.xa("g"), "01", "01");
        BranchRequest other = BranchRequest.xa("g", "01", world.url("other"));
        assertThat(world.client().registerBranch(other).verdict()).isEqualTo(Verdict.ERROR);
        assertThat(world.branches("g")).hasSize(2);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCommitAfterARestartInTheMiddle(World world) {
        world.prepareXa(Global.xa("g"), "01", "02");
        var gate = world.busi().gate("xa02");
        world.client().submit(Global.xa("g")).shouldBeSuccess();
        world.busi().awaitCalls("xa02", 1);
        world.restart();
        gate.release(10);
        world.settle();
        assertThat(world.busi().calls()).containsExactly("xa01", "xa02", "xa02");
        assertThat(world.status("g")).isEqualTo("succeed");
    }
}
