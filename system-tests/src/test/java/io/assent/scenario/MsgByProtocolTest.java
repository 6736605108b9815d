package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.scenario.Reply.Verdict;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** PROTOCOL 6.3, 6.7 and 6.8: two-phase messages. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MsgByProtocolTest {
    private static final String RETRIED = "unkown result will be retried: ";

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDeliverInOrderOnceItIsSubmitted(World world) {
        Global msg = world.msg("g", 2);
        world.client().prepare(msg).shouldBeSuccess();
        world.client().prepare(msg).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().calls()).isEmpty();
        Reply reply = world.client().submit(msg.waits());
        reply.shouldBeSuccess();
        assertThat(reply.status()).isEqualTo("succeed");
        assertThat(world.busi().received())
                .extracting(Received::about)
                .containsExactly("msg g 01 action", "msg g 02 action");
        assertThat(world.busi().first("a2").text()).isEqualTo("{\"step\":2}");
        assertThat(world.rows("g")).isEqualTo("succeed succeed");
        world.client().prepare(msg).shouldBe(Verdict.FAILURE, "current status 'succeed', cannot prepare. FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDeliverAMessageOnceItsSenderIsAsked(World world) {
        world.client().prepare(world.msg("g", 1)).shouldBeSuccess();
        world.busi().script("q", "ongoing", "error", "ok");
        world.pass(34_999);
        assertThat(world.busi().calls()).isEmpty();
        long start = world.pass(1);
        assertThat(world.busi().calls()).containsExactly("q");
        assertThat(world.busi().first("q").about()).isEqualTo("msg g 00 msg");
        assertThat(world.busi().first("q").payload()).isEmpty();
        assertThat(world.passToNext() - start).isEqualTo(10_000);
        assertThat(world.passToNext() - start).isEqualTo(30_000);
        assertThat(world.busi().calls()).containsExactly("q", "q", "q", "a1");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDropAMessageWhoseSenderSaysNo(World world) {
        Global msg = world.msg("g", 1).timeoutToFail(12);
        world.client().prepare(msg).shouldBeSuccess();
        world.busi().script("q", "no such order");
        world.pass(12_000);
        assertThat(world.busi().calls()).containsExactly("q");
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rows("g")).isEqualTo("prepared");
        world.client().submit(msg).shouldBe(Verdict.FAILURE, "current status 'failed', cannot sumbmit. FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTakeSilenceForAYesWhenNobodyCanBeAsked(World world) {
        world.client()
                .prepare(Global.msg("g").step(world.url("a1"), null, "{}"))
                .shouldBeSuccess();
        world.pass(35_000);
        assertThat(world.busi().calls()).containsExactly("a1");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDropTheAnswerOfASenderThatHasSubmittedMeanwhile(World world) {
        Global msg = world.msg("g", 1).requestTimeout(3_600);
        world.client().prepare(msg).shouldBeSuccess();
        var gate = world.busi().gate("q");
        world.busi().script("q", "no such order");
        CompletableFuture<Long> passing = world.meanwhile(() -> world.pass(35_000));
        world.busi().awaitCalls("q", 1);
        world.client().submit(msg.waits()).shouldBeSuccess();
        gate.release();
        World.answer(passing);
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.busi().calls()).containsExactly("q", "a1");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldDropAnAbortedMessage(World world) {
        Global msg = world.msg("g", 1);
        world.client().prepare(msg).shouldBeSuccess();
        Reply aborted = world.client().abort(msg);
        aborted.shouldBeSuccess();
        assertThat(aborted.status()).isEqualTo("failed");
        assertThat(world.transaction("g").has("rollback_time")).isTrue();
        world.client()
                .abort(msg)
                .shouldBe(Verdict.FAILURE, "trans type: 'msg' current status 'failed', cannot abort. FAILURE");
        world.client().prepare(msg).shouldBe(Verdict.FAILURE, "current status 'failed', cannot prepare. FAILURE");
        world.client().submit(msg).shouldBe(Verdict.FAILURE, "current status 'failed', cannot sumbmit. FAILURE");
        world.pass(100_000);
        assertThat(world.busi().calls()).isEmpty();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldChangeNothingWhenAnAbortFollowsAnAcceptedSubmit(World world) {
        world.busi().script("a1", "error");
        Global msg = world.msg("g", 1);
        world.client().submit(msg).shouldBeSuccess();
        world.settle();
        world.client()
                .abort(msg)
                .shouldBe(Verdict.FAILURE, "trans type: 'msg' current status 'submitted', cannot abort. FAILURE");
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldHoldADelayedMessageBack(World world) {
        Reply reply = world.client()
                .submit(world.msg("g", 1).customData("{\"delay\":7}").waits());
        reply.shouldBe(
                Verdict.FAILURE, "wait result not return success: FAILURE; not ended yet: its time has not come");
        assertThat(reply.status()).isEqualTo("submitted");
        world.pass(6_999);
        assertThat(world.busi().calls()).isEmpty();
        world.pass(1);
        assertThat(world.busi().calls()).containsExactly("a1");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldHoldAPreparedMessageBackWhenItsSubmitSaysSo(World world) {
        world.client().prepare(world.msg("g", 1)).shouldBeSuccess();
        world.client().submit(world.msg("g", 1).customData("{\"delay\":7}")).shouldBeSuccess();
        world.pass(6_999);
        assertThat(world.busi().calls()).isEmpty();
        world.pass(1);
        assertThat(world.busi().calls()).containsExactly("a1");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTellAWaitingClientWhatItsFirstBranchWithoutSuccessSaid(World world) {
        world.busi().script("a1", "error try later", "no not me", "ongoing", "ok");
        Global msg = world.msg("g", 2).waits();
        Reply unknown = world.client().submit(msg);
        assertThat(unknown.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(unknown.text())
                .startsWith("your http/grpc result should be specified as in:\n")
                .endsWith("\n" + RETRIED + world.unknownText("try later"))
                .doesNotContain("FAILURE")
                .doesNotContain("ONGOING");
        Reply refused = world.client().submit(msg);
        assertThat(refused.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(refused.text()).endsWith("\n" + RETRIED + "not me FAILURE");
        world.client()
                .submit(msg)
                .shouldBe(
                        Verdict.FAILURE,
                        "wait result not return success: FAILURE; not ended yet: branch 01 action: Ongoing, called again in 40 s");
        assertThat(world.status("g")).isEqualTo("submitted");
        assertThat(world.busi().calls()).as("one after the other").containsExactly("a1", "a1", "a1");
        world.client().submit(msg).shouldBeSuccess();
        assertThat(world.busi().calls()).endsWith("a1", "a2").hasSize(5);
    }

    /** Prepared over HTTP, for only there a message can be made concurrent. */
    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldEndTheRoundOfAConcurrentMessageWhileItsOtherBranchesAreStillCalled(World world) {
        Global msg = Global.msg("g")
                .step(world.url("slow"), null, "{}")
                .step(world.url("quick"), null, "{}")
                .requestTimeout(3_600)
                .protocol(world.protocolName())
                .concurrent();
        world.client(Protocol.HTTP).prepare(msg).shouldBeSuccess();
        var gate = world.busi().gate("slow");
        world.busi().script("quick", "error broken");
        Global submit = Global.msg("g")
                .step(world.url("slow"), null, "{}")
                .step(world.url("quick"), null, "{}")
                .waits();
        Reply reply = World.answer(world.meanwhile(() -> world.client().submit(submit)));
        assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(reply.text()).endsWith(RETRIED + world.unknownText("broken"));
        gate.release();
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.busi().calls()).containsExactlyInAnyOrder("slow", "quick", "quick");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRepeatWhatRefusesAndNothingThatIsDone(World world) {
        world.busi().script("a2", "no not me", "ongoing", "ok");
        world.client().submit(world.msg("g", 3).retryInterval(3)).shouldBeSuccess();
        long start = world.settle();
        assertThat(world.passToNext() - start).isEqualTo(6_000);
        assertThat(world.passToNext() - start).isEqualTo(12_000);
        assertThat(world.busi().calls()).containsExactly("a1", "a2", "a2", "a2", "a3");
        assertThat(world.rows("g")).isEqualTo("succeed succeed succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldNeverTimeOutWhatIsSubmitted(World world) {
        world.busi().script("a1", "ongoing", "ongoing", "ongoing", "ongoing", "ok");
        world.client().submit(world.msg("g", 1).timeoutToFail(12)).shouldBeSuccess();
        world.pass(39_999);
        assertThat(world.status("g")).isEqualTo("submitted");
        world.pass(1);
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldAskTheSenderAlsoAfterARestart(World world) {
        world.client().prepare(world.msg("g", 1)).shouldBeSuccess();
        world.restart();
        world.passToNext();
        assertThat(world.busi().calls()).containsExactly("q", "a1");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldMakeDueWhatWaitsForAFarTime(World world) {
        world.busi().script("last", "ongoing", "ongoing");
        for (String gid : new String[] {"g1", "g2"}) {
            world.client()
                    .submit(Global.msg(gid).step(world.url("last"), null, "{}").retryInterval(500))
                    .shouldBeSuccess();
        }
        world.settle();
        assertThat(resetCronTime(world, "timeout=600")).isEqualTo("{\"has_remaining\":false,\"succeed_count\":0}");
        assertThat(resetCronTime(world, "limit=1")).isEqualTo("{\"has_remaining\":true,\"succeed_count\":1}");
        assertThat(resetCronTime(world, "limit=1")).isEqualTo("{\"has_remaining\":false,\"succeed_count\":1}");
        world.settle();
        assertThat(world.status("g1") + world.status("g2")).isEqualTo("succeedsucceed");
    }

    private static String resetCronTime(World world, String query) {
        return world.server().get("/api/dtmsvr/resetCronTime?" + query).body();
    }
}
