package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.assent.scenario.Reply.Verdict;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** PROTOCOL 6.2 and 6.7 to 6.9: sagas. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SagaByProtocolTest {

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallTheBranchesAsTheContractSays(World world) {
        Reply reply = world.client().submit(world.saga("g", 2).waits());
        reply.shouldBeSuccess();
        assertThat(reply.status()).isEqualTo("succeed");
        assertThat(world.busi().calls()).containsExactly("a1", "a2");
        assertThat(world.busi().received())
                .extracting(Received::protocol, Received::about, Received::text)
                .containsExactly(
                        tuple(world.protocol(), "saga g 01 action", "{\"step\":1}"),
                        tuple(world.protocol(), "saga g 02 action", "{\"step\":2}"));
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.rows("g")).isEqualTo("prepared succeed prepared succeed");
        assertThat(world.transaction("g").has("finish_time")).isTrue();
        assertThat(world.transaction("g").has("rollback_time")).isFalse();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldUndoAndTellAWaitingClientWhy(World world) {
        world.busi().script("a2", "no no money");
        Reply reply = world.client().submit(world.saga("g", 2).waits());
        reply.shouldBe(Verdict.FAILURE, "url:" + world.url("a2") + " return failed: no money FAILURE");
        assertThat(reply.status()).isEqualTo("failed");
        assertThat(world.busi().calls()).containsExactly("a1", "a2", "c2", "c1");
        assertThat(world.busi().first("c2").about()).isEqualTo("saga g 02 compensate");
        assertThat(world.busi().first("c2").text()).isEqualTo("{\"step\":2}");
        assertThat(world.rows("g")).isEqualTo("succeed succeed succeed failed");
        assertThat(world.rollbackReason("g")).isEqualTo(reply.text());
        assertThat(world.transaction("g").has("rollback_time")).isTrue();
        assertThat(world.transaction("g").has("finish_time")).isFalse();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRetryWithBackOffAndAfterOngoingWithTheSameInterval(World world) {
        world.busi().script("a1", "error", "error", "ongoing", "ok");
        world.client().submit(world.saga("g", 1)).shouldBeSuccess();
        long start = world.settle();
        assertThat(start).isPositive();
        assertThat(world.passToNext() - start).isEqualTo(20_000);
        assertThat(world.passToNext() - start).isEqualTo(60_000);
        JsonNode last = world.server().advance("until=next");
        assertThat(last.path("now").asLong() - start).isEqualTo(100_000);
        assertThat(last.path("touched").get(0).asText()).isEqualTo("g");
        assertThat(last.path("next_deadline").isNull()).isTrue();
        assertThat(world.busi().calls()).containsExactly("a1", "a1", "a1", "a1");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldFireRetriesThatAnAdvanceItselfSchedules(World world) {
        world.busi().script("a1", "error", "error", "error", "ok");
        world.client().submit(world.saga("g", 1).retryInterval(1)).shouldBeSuccess();
        JsonNode advanced = world.server().advance("ms=15000");
        assertThat(world.busi().calls()).hasSize(4);
        assertThat(advanced.path("touched")).hasSize(1);
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTimeOutAndCompensateWhatMayHaveRun(World world) {
        world.busi().script("a1", "ongoing");
        world.client().submit(world.saga("g", 2).timeoutToFail(5)).shouldBeSuccess();
        world.pass(4_999);
        assertThat(world.status("g")).isEqualTo("submitted");
        assertThat(world.rows("g")).isEqualTo("prepared prepared prepared prepared");
        world.pass(1);
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rollbackReason("g")).isEqualTo("Timeout after 5 seconds");
        assertThat(world.busi().calls()).containsExactly("a1", "c1");
        assertThat(world.rows("g")).isEqualTo("succeed prepared prepared prepared");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCountTheTimeOutOfAPreparedSagaFromItsCreation(World world) {
        Global saga = world.saga("g", 1).timeoutToFail(5);
        world.client().prepare(saga).shouldBeSuccess();
        world.pass(4_000);
        assertThat(world.status("g")).as("it waits for its client for ever").isEqualTo("prepared");
        world.busi().script("a1", "ongoing");
        world.client().submit(saga).shouldBeSuccess();
        world.pass(999);
        assertThat(world.status("g")).isEqualTo("submitted");
        world.pass(1);
        assertThat(world.status("g")).isEqualTo("failed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldAnswerAWaitingClientWhenNothingMoreHappensByItself(World world) {
        world.busi().script("a1", "ongoing", "error");
        Global saga = world.saga("g", 1).waits();
        Reply ongoing = world.client().submit(saga);
        String notEnded = "wait result not return success: FAILURE; not ended yet: branch 01 action: ";
        ongoing.shouldBe(Verdict.FAILURE, notEnded + "Ongoing, called again in 10 s");
        assertThat(ongoing.status()).isEqualTo("submitted");
        Reply unknown = world.client().submit(saga);
        assertThat(unknown.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(unknown.text()).startsWith(notEnded).endsWith(", called again in 20 s");
        assertThat(unknown.status()).isEqualTo("submitted");
        world.client().submit(saga).shouldBeSuccess();
        assertThat(world.busi().calls()).containsExactly("a1", "a1", "a1");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldFollowAConcurrentGraph(World world) {
        world.busi().script("a4", "no stop");
        world.client()
                .submit(world.saga("g", 4).customData("{\"concurrent\":true,\"orders\":{\"2\":[0,1],\"3\":[2]}}"))
                .shouldBeSuccess();
        world.settle();
        List<String> calls = world.busi().calls();
        assertThat(calls).containsExactlyInAnyOrder("a1", "a2", "a3", "a4", "c4", "c3", "c2", "c1");
        assertThat(calls.indexOf("a3")).isGreaterThan(Math.max(calls.indexOf("a1"), calls.indexOf("a2")));
        assertThat(calls.subList(3, 6)).containsExactly("a4", "c4", "c3");
        assertThat(world.status("g")).isEqualTo("failed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallTheStepsOfAConcurrentSagaTogether(World world) {
        var first = world.busi().gate("a1");
        var second = world.busi().gate("a2");
        CompletableFuture<Reply> waiting = world.meanwhile(() -> world.client()
                .submit(world.saga("g", 2).customData("{\"concurrent\":true}").waits()));
        world.busi().awaitCalls("a1", 1);
        world.busi().awaitCalls("a2", 1);
        second.release();
        first.release();
        World.answer(waiting).shouldBeSuccess();
        assertThat(world.rows("g")).isEqualTo("prepared succeed prepared succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldNotCompensateAStepWhileItsActionIsOpen(World world) {
        var gate = world.busi().gate("a1");
        world.busi().script("a2", "no stop");
        CompletableFuture<Reply> waiting = world.meanwhile(() -> world.client()
                .submit(world.saga("g", 2)
                        .customData("{\"concurrent\":true}")
                        .requestTimeout(3_600)
                        .waits()));
        world.busi().awaitCalls("c2", 1);
        assertThat(world.busi().calls()).containsExactlyInAnyOrder("a1", "a2", "c2");
        gate.release();
        World.answer(waiting).shouldBe(Verdict.FAILURE, "url:" + world.url("a2") + " return failed: stop FAILURE");
        assertThat(world.busi().calls()).endsWith("c1").hasSize(4);
        assertThat(world.rows("g")).isEqualTo("succeed succeed succeed failed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldUndoWhenTheRetryLimitIsReached(World world) {
        world.busi().script("a2", "error", "ongoing", "ok");
        world.client()
                .submit(world.saga("g", 2).retryLimit(1).waits())
                .shouldBe(Verdict.FAILURE, "RetryCount is greater than RetryLimit, RetryLimit: 1 FAILURE");
        assertThat(world.busi().calls()).containsExactly("a1", "a2", "a2", "c2", "c1");
        assertThat(world.rows("g")).isEqualTo("succeed succeed succeed prepared");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRepeatAtOnceWithinTheRetryLimit(World world) {
        world.busi().script("a1", "error", "error", "error", "ok");
        world.client().submit(world.saga("g", 1).retryLimit(3).waits()).shouldBeSuccess();
        assertThat(world.busi().calls()).hasSize(4);
        assertThat(world.transaction("g").path("retry_count").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRepeatACompensationThatRefuses(World world) {
        world.busi().script("a1", "no stop");
        world.busi().script("c1", "no never", "error", "ok");
        world.client().submit(world.saga("g", 1)).shouldBeSuccess();
        long start = world.settle();
        assertThat(world.status("g")).isEqualTo("aborting");
        assertThat(world.passToNext() - start).isEqualTo(20_000);
        assertThat(world.passToNext() - start).isEqualTo(60_000);
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.busi().calls()).containsExactly("a1", "c1", "c1", "c1");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldSucceedWhereThereIsNobodyToCall(World world) {
        world.client().submit(Global.saga("none").waits()).shouldBeSuccess();
        world.client().submit(Global.saga("empty").step("", "", "{}").waits()).shouldBeSuccess();
        assertThat(world.rows("empty")).isEqualTo("prepared succeed");
        assertThat(world.busi().calls()).isEmpty();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRefuseAStepWithoutAPayloadAndStoreNothing(World world) {
        Reply reply = world.client().submit(Global.saga("g").step(world.url("a1"), "", null));
        assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(reply.text()).contains("every step needs a payload");
        assertThat(world.transaction("g").isNull()).isTrue();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRefuseTheAbortOfASubmittedSaga(World world) {
        world.busi().script("a1", "ongoing");
        world.client().submit(world.saga("g", 1)).shouldBeSuccess();
        world.settle();
        world.client()
                .abort(Global.saga("g"))
                .shouldBe(Verdict.FAILURE, "trans type: 'saga' current status 'submitted', cannot abort. FAILURE");
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallNothingTwiceWhenASubmitIsRepeated(World world) {
        var gate = world.busi().gate("a1");
        world.busi().script("a2", "error");
        Global saga = world.saga("g", 2);
        world.client().submit(saga).shouldBeSuccess();
        world.busi().awaitCalls("a1", 1);
        world.client().submit(saga).shouldBeSuccess();
        gate.release();
        world.settle();
        assertThat(world.busi().calls()).containsExactly("a1", "a2");
        Reply due = world.client().submit(saga);
        due.shouldBeSuccess();
        world.settle();
        assertThat(world.busi().calls())
                .as("what waits for its time is due at once")
                .containsExactly("a1", "a2", "a2");
        Reply late = world.client().submit(saga);
        late.shouldBe(Verdict.FAILURE, "current status 'succeed', cannot sumbmit. FAILURE");
        assertThat(late.status()).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldMakeAResetRetryDueAtOnce(World world) {
        world.busi().script("a1", "error", "ok");
        world.client().submit(world.saga("g", 1)).shouldBeSuccess();
        world.settle();
        world.resetNextCronTime("g").shouldBeSuccess();
        world.settle();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallNothingMoreOnceItIsStoppedByForce(World world) {
        var gate = world.busi().gate("a1");
        CompletableFuture<Reply> waiting =
                world.meanwhile(() -> world.client().submit(world.saga("g", 2).waits()));
        world.busi().awaitCalls("a1", 1);
        world.forceStop("g").shouldBeSuccess();
        assertThat(World.answer(waiting).verdict()).isEqualTo(Verdict.ERROR);
        gate.release();
        world.settle();
        assertThat(world.busi().calls()).containsExactly("a1");
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rows("g")).isEqualTo("prepared prepared prepared prepared");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTakeACallThatNobodyAnswersForUnknown(World world) {
        world.busi().script("a1", "hang", "ok");
        world.client().submit(world.saga("g", 1).requestTimeout(1)).shouldBeSuccess();
        world.settle();
        JsonNode operation = world.pending("g").path("operations").get(0);
        assertThat(operation.path("last_outcome").asText()).isEqualTo("unknown");
        assertThat(operation.path("last_error").asText())
                .startsWith("no reply from ")
                .endsWith(" within 1000 ms");
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldSendTheBranchHeadersWithEveryCall(World world) {
        world.busi().script("a1", "no stop");
        Reply reply = world.client()
                .submit(world.saga("g", 1).branchHeader("X-Tenant", "blue").waits());
        assertThat(reply.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(world.busi().calls()).containsExactly("a1", "c1");
        assertThat(world.busi().received())
                .extracting(call -> call.header("x-tenant"))
                .containsOnly("blue");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldGoOnAfterARestartAndCallWhatWasInDoubtAgain(World world) {
        var gate = world.busi().gate("a2");
        world.client().submit(world.saga("g", 2)).shouldBeSuccess();
        world.busi().awaitCalls("a2", 1);
        world.restart();
        gate.release(100);
        world.settle();
        assertThat(world.busi().calls()).containsExactly("a1", "a2", "a2");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldGoOnUndoingAfterARestart(World world) {
        world.busi().script("a2", "no stop");
        world.busi().script("c2", "error");
        world.client().submit(world.saga("g", 2)).shouldBeSuccess();
        world.settle();
        world.restart();
        assertThat(world.status("g")).isEqualTo("aborting");
        assertThat(world.rollbackReason("g")).isEqualTo("url:" + world.url("a2") + " return failed: stop FAILURE");
        world.passToNext();
        assertThat(world.busi().calls()).containsExactly("a1", "a2", "c2", "c2", "c1");
        assertThat(world.status("g")).isEqualTo("failed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldNotConfuseGidsThatArePrefixesOfOneAnother(World world) {
        world.busi().script("a1", "ongoing", "ongoing");
        for (Global saga : List.of(world.saga("a", 1), world.saga("a0", 2), world.saga("a001", 1))) {
            world.client().submit(saga).shouldBeSuccess();
            world.settle();
        }
        assertThat(world.branches("a")).hasSize(2);
        assertThat(world.branches("a0")).hasSize(4);
        assertThat(world.status("a001")).isEqualTo("succeed");
        assertThat(world.status("a")).isEqualTo("submitted");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTakeALongRefusalForARefusal(World world) {
        world.busi().script("a1", "no " + "\u6c49".repeat(20_000));
        Reply reply = world.client().submit(world.saga("g", 1).waits());
        assertThat(reply.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(reply.text())
                .startsWith("url:" + world.url("a1") + " return failed: \u6c49\u6c49\u6c49")
                .endsWith("\u6c49 FAILURE");
        assertThat(world.busi().calls()).containsExactly("a1", "c1");
        assertThat(world.rollbackReason("g")).isEqualTo(reply.text());
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldKeepTheStartOfALongError(World world) {
        world.busi().script("a1", "error " + "x".repeat(100_000), "ok");
        world.client().submit(world.saga("g", 1)).shouldBeSuccess();
        world.settle();
        JsonNode operation = world.pending("g").path("operations").get(0);
        assertThat(operation.path("last_error").asText())
                .startsWith(world.unknownText("xxx"))
                .endsWith("xxx");
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldReachAParticipantThatWasAway(World world) {
        world.client().submit(world.saga("before", 1).waits()).shouldBeSuccess();
        world.participant(world.protocol()).goAway();
        world.client().submit(world.saga("g", 1)).shouldBeSuccess();
        world.settle();
        assertThat(world.pending("g")
                        .path("operations")
                        .get(0)
                        .path("last_outcome")
                        .asText())
                .isEqualTo("unknown");
        world.participant(world.protocol()).comeBack();
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.busi().calls()).containsExactly("a1", "a1");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallWithNothingWhereThePayloadIsEmpty(World world) {
        Global saga = Global.saga("g").step(world.url("a1"), world.url("c1"), "");
        world.busi().script("a1", "no stop");
        assertThat(world.client().submit(saga.waits()).verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(world.busi().calls()).containsExactly("a1", "c1");
        assertThat(world.busi().received()).extracting(Received::text).containsOnly("");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRefuseAHeaderThatCanNotBeSent(World world) {
        Reply reply = world.client().submit(world.saga("g", 1).branchHeader("no name", "x"));
        assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(reply.text()).startsWith("branch header");
        world.settle();
        assertThat(world.busi().calls()).isEmpty();
        world.client().submit(world.saga("g", 1).waits()).shouldBeSuccess();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCarryALargePayload(World world) {
        String payload = "\u00e9".repeat(1_500_000);
        Global saga = Global.saga("g").step(world.url("a1"), world.url("c1"), payload);
        world.busi().script("a1", "no stop");
        assertThat(world.client().submit(saga.waits()).verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(world.busi().received())
                .extracting(call -> call.text().equals(payload))
                .containsExactly(true, true);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCarryAGidOfUnusualCharacters(World world) {
        String gid = " a b/c?d&e=f%20+\"'\\<#>{}|~ ";
        world.client().submit(world.saga(gid, 1).waits()).shouldBeSuccess();
        assertThat(world.busi().first("a1").gid()).isEqualTo(gid);
        assertThat(world.transaction(gid).path("gid").asText()).isEqualTo(gid);
        assertThat(world.status(gid)).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRefuseAGidThatIsTooLong(World world) {
        String gid = "g".repeat(100_000);
        Reply submitted = world.client().submit(world.saga(gid, 1));
        assertThat(submitted.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(submitted.text()).contains("gid", "128").hasSizeLessThan(1_000);
        Reply aborted = world.client().abort(Global.tcc(gid));
        assertThat(aborted.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(aborted.text()).startsWith("no TransGlobal with gid: ggg");
        Reply registered = world.client().registerBranch(world.tccBranch(gid, "01"));
        assertThat(registered.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(registered.text()).startsWith("no trans with gid: ggg").endsWith(" FAILURE");
    }
}
