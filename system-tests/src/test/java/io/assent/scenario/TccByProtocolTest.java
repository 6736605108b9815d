package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.assent.scenario.Reply.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** PROTOCOL 6.4, 6.7, 6.8 and 6.11: try, confirm, cancel. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TccByProtocolTest {
    private static final String RETRIED = "unkown result will be retried: ";

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldConfirmTheBranchesOfATcc(World world) {
        Global tcc = Global.tcc("g").waits();
        world.prepareTcc(tcc, "01", "02");
        Reply reply = world.client().submit(tcc);
        reply.shouldBeSuccess();
        assertThat(reply.status()).isEqualTo("succeed");
        assertThat(world.busi().received())
                .extracting(Received::about)
                .containsExactly("tcc g 02 confirm", "tcc g 01 confirm");
        assertThat(world.busi().first("confirm02").text()).isEqualTo("{\"n\":\"02\"}");
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.rows("g")).isEqualTo("prepared succeed prepared succeed");
        JsonNode row = world.branches("g").get(0);
        assertThat(row.path("op").asText()).isEqualTo("cancel");
        assertThat(row.path("branch_id").asText()).isEqualTo("01");
        assertThat(row.path("url").asText()).isEqualTo(world.url("cancel01"));
        assertThat(Base64.getDecoder().decode(row.path("bin_data").asText()))
                .isEqualTo("{\"n\":\"01\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(row.hasNonNull("create_time")).isTrue();
        assertThat(row.hasNonNull("update_time")).isTrue();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCancelTheBranchesOfATccAndKeepTheReason(World world) {
        world.prepareTcc(Global.tcc("g"), "01", "02");
        world.client().abort(Global.tcc("g").rollbackReason("try 2 said no")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().received())
                .extracting(Received::about)
                .containsExactly("tcc g 02 cancel", "tcc g 01 cancel");
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rows("g")).isEqualTo("succeed prepared succeed prepared");
        assertThat(world.rollbackReason("g")).isEqualTo("try 2 said no");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldGoThroughNestedBranchesInTheReverseOrderOfTheirRegistration(World world) {
        world.prepareTcc(Global.tcc("yes"), "01", "0101", "02", "0201");
        world.client().submit(Global.tcc("yes").waits()).shouldBeSuccess();
        world.prepareTcc(Global.tcc("no"), "01", "02", "0101");
        world.client().abort(Global.tcc("no")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().calls())
                .containsExactly(
                        "confirm0201", "confirm02", "confirm0101", "confirm01", "cancel0101", "cancel02", "cancel01");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldAnswerASubmitThatWaitsByTheRound(World world) {
        world.prepareTcc(Global.tcc("g"), "01", "02");
        world.busi().script("confirm02", "ongoing", "error broken", "no never", "ok");
        Global waiting = Global.tcc("g").waits();
        world.client().submit(waiting).shouldBe(Verdict.ONGOING, "ONGOING");
        Reply unknown = world.client().submit(waiting);
        assertThat(unknown.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(unknown.text())
                .endsWith("\n" + RETRIED + world.unknownText("broken"))
                .doesNotContain("FAILURE")
                .doesNotContain("ONGOING");
        assertThat(unknown.status()).isEqualTo("submitted");
        Reply refused = world.client().submit(waiting);
        assertThat(refused.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(refused.text()).endsWith("\n" + RETRIED + "never FAILURE");
        world.client().submit(waiting).shouldBeSuccess();
        assertThat(world.busi().calls())
                .as("the first that is no success ends the round")
                .containsExactly("confirm02", "confirm02", "confirm02", "confirm02", "confirm01");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldAnswerAnAbortThatWaitsByTheRound(World world) {
        world.prepareTcc(Global.tcc("g").waits(), "01");
        world.busi().script("cancel01", "ongoing", "error broken", "no will not", "ok");
        world.client().abort(Global.tcc("g")).shouldBe(Verdict.ONGOING, "ONGOING");
        Reply unknown = world.client().abort(Global.tcc("g"));
        assertThat(unknown.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(unknown.text()).endsWith(RETRIED + world.unknownText("broken"));
        Reply refused = world.client().abort(Global.tcc("g"));
        assertThat(refused.verdict()).isEqualTo(Verdict.FAILURE);
        assertThat(refused.text()).endsWith(RETRIED + "will not FAILURE");
        assertThat(refused.status()).isEqualTo("aborting");
        world.client().abort(Global.tcc("g")).shouldBeSuccess();
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.client().abort(Global.tcc("g")).verdict()).isEqualTo(Verdict.FAILURE);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCancelWhenTheClientSaysNothingAnyMore(World world) {
        world.prepareTcc(Global.tcc("g").timeoutToFail(12), "01");
        world.pass(11_999);
        assertThat(world.busi().calls()).isEmpty();
        world.pass(1);
        assertThat(world.busi().calls()).containsExactly("cancel01");
        assertThat(world.rollbackReason("g")).isEqualTo("Timeout after 12 seconds");
        world.client()
                .registerBranch(world.tccBranch("g", "02"))
                .shouldBe(Verdict.FAILURE, "no trans with gid: g status: prepared found FAILURE");
        world.client()
                .submit(Global.tcc("g"))
                .shouldBe(Verdict.FAILURE, "current status 'failed', cannot sumbmit. FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCancelAfterTheConfiguredTimeOutWhenNoneWasGiven(World world) {
        world.prepareTcc(Global.tcc("g"), "01");
        world.pass(34_999);
        assertThat(world.status("g")).isEqualTo("prepared");
        world.pass(1);
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rollbackReason("g")).isEqualTo("Timeout after 35 seconds");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldChangeNothingWhenAnAbortFollowsAnAcceptedSubmit(World world) {
        world.busi().script("confirm01", "error", "ok");
        world.prepareTcc(Global.tcc("g"), "01");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        world.client()
                .abort(Global.tcc("g").rollbackReason("timed out"))
                .shouldBe(Verdict.FAILURE, "trans type: 'tcc' current status 'submitted', cannot abort. FAILURE");
        world.passToNext();
        assertThat(world.busi().calls()).containsExactly("confirm01", "confirm01");
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.rollbackReason("g")).isEmpty();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldLetExactlyOneOfSubmitAndAbortWin(World world) {
        for (int i = 0; i < 20; i++) {
            Global tcc = Global.tcc("g" + i);
            world.prepareTcc(tcc, i + "x");
            CompletableFuture<Reply> submit =
                    world.meanwhile(() -> world.client().submit(tcc));
            Reply abort = world.client().abort(tcc);
            boolean submitted = World.answer(submit).verdict() == Verdict.SUCCESS;
            assertThat(abort.verdict()).isEqualTo(submitted ? Verdict.FAILURE : Verdict.SUCCESS);
            world.settle();
            assertThat(world.status(tcc.gid)).isEqualTo(submitted ? "succeed" : "failed");
            assertThat(world.busi().calls()).hasSize(i + 1).endsWith((submitted ? "confirm" : "cancel") + i + "x");
        }
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTakeABranchOnlyWhileItCanStillBeUndone(World world) {
        Reply unknown = world.client().registerBranch(world.tccBranch("g", "01"));
        unknown.shouldBe(Verdict.FAILURE, "no trans with gid: g status: prepared found FAILURE");
        assertThat(unknown.status()).isEmpty();
        world.busi().script("cancel01", "ongoing");
        world.prepareTcc(Global.tcc("g"), "01");
        world.client().abort(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        Reply late = world.client().registerBranch(world.tccBranch("g", "02"));
        late.shouldBe(Verdict.FAILURE, "no trans with gid: g status: prepared found FAILURE");
        assertThat(late.status()).isEqualTo("aborting");
        world.passToNext();
        assertThat(world.busi().calls()).containsExactly("cancel01", "cancel01");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTakeTheSameBranchAgainAndNoOther(World world) {
        world.prepareTcc(Global.tcc("g"), "01", "01");
        BranchRequest otherUrl =
                BranchRequest.tcc("g", "01", world.url("other"), world.url("cancel01"), "{\"n\":\"01\"}");
        assertThat(world.client().registerBranch(otherUrl).verdict()).isEqualTo(Verdict.ERROR);
        BranchRequest otherPayload = BranchRequest.tcc("g", "01", world.url("confirm01"), world.url("cancel01"), "{}");
        assertThat(world.client().registerBranch(otherPayload).verdict()).isEqualTo(Verdict.ERROR);
        assertThat(world.client().registerBranch(world.xaBranch("g", "02")).verdict())
                .as("another mode")
                .isEqualTo(Verdict.FAILURE);
        Reply noMode = world.client().registerBranch(new BranchRequest("g", "saga", "01", Map.of(), ""));
        noMode.shouldBe(Verdict.ERROR, "unknow trans type: saga");
        assertThat(world.branches("g")).hasSize(2);
        world.client().submit(Global.tcc("g").waits()).shouldBeSuccess();
        assertThat(world.busi().calls()).containsExactly("confirm01");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldGoByTheStoredModeWhateverARequestSays(World world) {
        world.prepareTcc(Global.tcc("g"), "01");
        for (Global other : List.of(
                Global.msg("g"), Global.saga("g"), Global.xa("g"), Global.workflowEnd("g", "succeed", "", ""))) {
            Reply reply = world.client().submit(other);
            assertThat(reply.verdict()).as(other.transType).isEqualTo(Verdict.FAILURE);
            assertThat(reply.status()).isEqualTo("prepared");
        }
        world.client().abort(Global.of("g", "")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().calls()).containsExactly("cancel01");
        world.client().prepare(Global.saga("s")).shouldBeSuccess();
        world.client()
                .abort(Global.tcc("s"))
                .shouldBe(Verdict.FAILURE, "trans type: 'saga' current status 'prepared', cannot abort. FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRepeatWhatWaitsAtOnceAndNothingElseWhenASubmitIsRepeated(World world) {
        world.prepareTcc(Global.tcc("g"), "01", "02");
        world.busi().script("confirm01", "error");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        assertThat(world.rows("g")).isEqualTo("prepared prepared prepared succeed");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().calls()).containsExactly("confirm02", "confirm01", "confirm01");
        assertThat(world.status("g")).isEqualTo("succeed");
        world.client()
                .submit(Global.tcc("g"))
                .shouldBe(Verdict.FAILURE, "current status 'succeed', cannot sumbmit. FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRepeatWhatWaitsAtOnceWhenAnAbortIsRepeated(World world) {
        world.prepareTcc(Global.tcc("g"), "01");
        world.busi().script("cancel01", "ongoing");
        world.client().abort(Global.tcc("g").rollbackReason("first")).shouldBeSuccess();
        world.settle();
        assertThat(world.status("g")).isEqualTo("aborting");
        world.client().abort(Global.tcc("g").rollbackReason("second")).shouldBeSuccess();
        world.settle();
        assertThat(world.busi().calls()).containsExactly("cancel01", "cancel01");
        assertThat(world.status("g")).isEqualTo("failed");
        assertThat(world.rollbackReason("g")).isEqualTo("second");
        world.client().abort(Global.tcc("none")).shouldBe(Verdict.ERROR, "no TransGlobal with gid: none found");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldSucceedWithNoBranchesWhenAnUnknownGidIsSubmitted(World world) {
        world.client().submit(Global.tcc("g").waits()).shouldBeSuccess();
        assertThat(world.status("g")).isEqualTo("succeed");
        assertThat(world.branches("g")).isEmpty();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldConfirmAfterARestartInTheMiddle(World world) {
        world.prepareTcc(Global.tcc("g"), "01", "02");
        var gate = world.busi().gate("confirm01");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.busi().awaitCalls("confirm01", 1);
        world.restart();
        gate.release(10);
        world.settle();
        assertThat(world.busi().calls()).containsExactly("confirm02", "confirm01", "confirm01");
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTellWhyATransactionIsNotFinished(World world) {
        world.busi().script("confirm01", "error no disk");
        world.prepareTcc(Global.tcc("g"), "01");
        JsonNode prepared = world.pending("g");
        assertThat(prepared.path("waits_for").asText()).isEqualTo("its client to decide");
        assertThat(prepared.hasNonNull("deadline")).isTrue();
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        JsonNode pending = world.pending("g");
        assertThat(pending.path("waits_for").asText()).isEqualTo("the next attempt of 1 branch operation");
        JsonNode operation = pending.path("operations").get(0);
        assertThat(operation.path("op").asText()).isEqualTo("confirm");
        assertThat(operation.path("last_outcome").asText()).isEqualTo("unknown");
        assertThat(operation.path("last_error").asText()).isEqualTo(world.unknownText("no disk"));
        assertThat(operation.path("attempts").asInt()).isEqualTo(1);
        assertThat(operation.hasNonNull("next_time")).isTrue();
        world.passToNext();
        assertThat(world.transaction("g").has("pending")).isFalse();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTellWhichCallIsOpenAndSinceWhen(World world) {
        var gate = world.busi().gate("confirm01");
        world.prepareTcc(Global.tcc("g"), "01");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.busi().awaitCalls("confirm01", 1);
        JsonNode pending = world.pending("g");
        assertThat(pending.path("waits_for").asText()).isEqualTo("the reply of 1 branch call");
        assertThat(pending.path("operations")).hasSize(1);
        JsonNode operation = pending.path("operations").get(0);
        assertThat(operation.path("branch_id").asText()).isEqualTo("01");
        assertThat(operation.path("url").asText()).isEqualTo(world.url("confirm01"));
        assertThat(operation.path("open_since").asText())
                .isEqualTo(world.transaction("g").path("update_time").asText());
        assertThat(operation.has("next_time")).isFalse();
        assertThat(operation.has("last_outcome")).isFalse();
        gate.release();
        world.settle();
        assertThat(world.status("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldKeepOutcomeWordsOutOfWhatIsPending(World world) {
        world.busi().script("confirm01", "no will not", "no FAILURE and ONGOING");
        world.prepareTcc(Global.tcc("g"), "01");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        assertThat(world.transaction("g").toString())
                .as("SDKs search it for the words")
                .doesNotContain("FAILURE")
                .doesNotContain("ONGOING");
        JsonNode operation = world.pending("g").path("operations").get(0);
        assertThat(operation.path("last_outcome").asText()).isEqualTo("failure");
        assertThat(operation.path("last_error").asText()).isEqualTo("will not Failure");
        world.passToNext();
        assertThat(world.transaction("g").toString()).doesNotContain("FAILURE").doesNotContain("ONGOING");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldLetTheClientsOwnHeadersWinOverTheTraceContextOfItsRequest(World world) {
        world.prepareTcc(
                Global.tcc("g")
                        .beside("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                        .beside("tracestate", "a=b")
                        .beside("tracestate", "c=d")
                        .branchHeader("Traceparent", "mine"),
                "01");
        world.client().submit(Global.tcc("g").waits()).shouldBeSuccess();
        assertThat(world.busi().first("confirm01").header("traceparent")).isEqualTo("mine");
        assertThat(world.busi().first("confirm01").header("tracestate"))
                .as("a list in two parts")
                .isEqualTo("a=b,c=d");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldLeaveOutATraceContextThatIsTooLongInsteadOfRefusingTheTransaction(World world) {
        world.prepareTcc(
                Global.tcc("g")
                        .beside("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                        .beside("tracestate", "a=" + "b".repeat(4_000)),
                "01");
        world.client().submit(Global.tcc("g").waits()).shouldBeSuccess();
        assertThat(world.busi().first("confirm01").header("traceparent")).startsWith("00-4bf");
        assertThat(world.busi().first("confirm01").header("tracestate")).isNull();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldSendTheTraceContextWithEveryCallAlsoAfterARestart(World world) {
        String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        world.busi().script("confirm01", "error");
        world.prepareTcc(Global.tcc("g").beside("traceparent", traceparent).beside("tracestate", "a=b"), "01");
        world.client().submit(Global.tcc("g")).shouldBeSuccess();
        world.settle();
        world.restart();
        world.passToNext();
        assertThat(world.busi().calls()).containsExactly("confirm01", "confirm01");
        assertThat(world.busi().received())
                .extracting(call -> call.header("traceparent"))
                .containsOnly(traceparent);
        assertThat(world.busi().received())
                .extracting(call -> call.header("tracestate"))
                .containsOnly("a=b");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldFreeTheWaitingClientOfAnAbortWhenItsTimeIsOver(World world) {
        world.prepareTcc(Global.tcc("g").waits().requestTimeout(1), "01");
        world.busi().script("cancel01", "hang");
        Reply reply = World.answer(world.meanwhile(() -> world.client().abort(Global.tcc("g"))));
        assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(reply.text()).contains(RETRIED + "no reply from ").endsWith(" within 1000 ms");
        assertThat(reply.status()).isEqualTo("aborting");
        world.passToNext();
        assertThat(world.status("g")).isEqualTo("failed");
    }
}
