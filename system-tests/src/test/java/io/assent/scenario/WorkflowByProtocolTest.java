package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import io.assent.scenario.Reply.Verdict;
import io.assent.scenario.WorkflowReply.Progress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** PROTOCOL 7: workflows. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkflowByProtocolTest {

    private static Global workflow(World world, String gid, String input) {
        String data = Base64.getEncoder().encodeToString(input.getBytes(StandardCharsets.UTF_8));
        return Global.of(gid, "workflow")
                .queryPrepared(world.callBackUrl())
                .customData("{\"name\":\"w1\",\"data\":" + (input.isEmpty() ? "null" : "\"" + data + "\"") + "}");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldKeepTheProgressAndTheResultOfAWorkflow(World world) {
        Global workflow = workflow(world, "g", "input");
        WorkflowReply fresh = world.client().prepareWorkflow(workflow);
        assertThat(fresh)
                .extracting(WorkflowReply::gid, WorkflowReply::status, WorkflowReply::result)
                .containsExactly("g", "prepared", "");
        assertThat(fresh.progresses()).isEmpty();
        world.client()
                .registerBranch(BranchRequest.progress("g", "01", "action", "succeed", "r1"))
                .shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.progress("g", "02", "action", "failed", "no"))
                .shouldBeSuccess();
        world.restart();
        WorkflowReply again = world.client().prepareWorkflow(workflow);
        assertThat(again.status()).isEqualTo("prepared");
        assertThat(again.progresses())
                .containsExactly(
                        new Progress("01", "action", "succeed", "r1"), new Progress("02", "action", "failed", "no"));
        Global end = Global.workflowEnd("g", "failed", "no money", "cmVz");
        world.client().submit(end).shouldBeSuccess();
        world.client().submit(end).shouldBeSuccess();
        WorkflowReply done = world.client().prepareWorkflow(workflow);
        assertThat(done)
                .extracting(WorkflowReply::status, WorkflowReply::rollbackReason, WorkflowReply::result)
                .containsExactly("failed", "no money", "cmVz");
        assertThat(done.progresses()).hasSize(2);
        assertThat(world.transaction("g").hasNonNull("rollback_time")).isTrue();
        Reply other = world.client().submit(Global.workflowEnd("g", "succeed", "", ""));
        other.shouldBe(Verdict.FAILURE, "current status 'failed', cannot sumbmit. FAILURE");
        assertThat(other.status()).isEqualTo("failed");
        world.client()
                .registerBranch(BranchRequest.progress("g", "03", "action", "succeed", ""))
                .shouldBe(Verdict.FAILURE, "no trans with gid: g status: prepared found FAILURE");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTellTheResultOfAFinishedWorkflowAlsoAfterARestart(World world) {
        Global workflow = workflow(world, "g", "input");
        assertThat(world.client().prepareWorkflow(workflow).status()).isEqualTo("prepared");
        world.client()
                .submit(Global.workflowEnd("g", "succeed", "", "cmVzdWx0"))
                .shouldBeSuccess();
        for (int i = 0; i < 2; i++) {
            WorkflowReply done = world.client().prepareWorkflow(workflow);
            done.answer().shouldBeSuccess();
            assertThat(done)
                    .extracting(
                            WorkflowReply::gid,
                            WorkflowReply::status,
                            WorkflowReply::rollbackReason,
                            WorkflowReply::result)
                    .containsExactly("g", "succeed", "", "cmVzdWx0");
            world.restart();
        }
        assertThat(world.transaction("g").path("result").asText()).isEqualTo("cmVzdWx0");
        assertThat(world.transaction("g").hasNonNull("finish_time")).isTrue();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallTheClientBackWithItsInputUntilItSaysTheEnd(World world) {
        world.busi().script(Participant.CALL_BACK, "error", "ok", "no such thing", "ongoing");
        world.client().prepareWorkflow(workflow(world, "g", "input")).answer().shouldBeSuccess();
        world.pass(9_999);
        assertThat(world.busi().calls()).isEmpty();
        world.pass(1);
        world.pass(10_000);
        world.pass(10_000);
        world.pass(10_000);
        world.pass(9_999);
        assertThat(world.busi().calls()).containsOnly(Participant.CALL_BACK).hasSize(4);
        assertThat(world.busi().received()).extracting(Received::about).containsOnly("workflow g 00 w1");
        assertThat(world.busi().received()).extracting(Received::text).containsOnly("input");
        world.client().submit(Global.workflowEnd("g", "succeed", "", "")).shouldBeSuccess();
        world.pass(100_000);
        assertThat(world.busi().calls()).hasSize(4);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallAWorkflowWithoutInputBackWithNothing(World world) {
        world.client().prepareWorkflow(workflow(world, "g", "")).answer().shouldBeSuccess();
        world.passToNext();
        assertThat(world.busi().first(Participant.CALL_BACK).about()).isEqualTo("workflow g 00 w1");
        assertThat(world.busi().first(Participant.CALL_BACK).payload()).isEmpty();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldCallBackWithAnInputThatIsNoText(World world) {
        byte[] input = new byte[300];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) i;
        }
        world.client()
                .prepareWorkflow(Global.of("g", "workflow")
                        .queryPrepared(world.callBackUrl())
                        .customData("{\"name\":\"w1\",\"data\":\""
                                + Base64.getEncoder().encodeToString(input) + "\"}"))
                .answer()
                .shouldBeSuccess();
        world.passToNext();
        assertThat(world.busi().first(Participant.CALL_BACK).payload()).isEqualTo(input);
    }

    /** What a client does that is called back: it asks how far it had come, does the rest, says the end. */
    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRecoverAWorkflowWhoseClientHadStopped(World world) {
        Global workflow = workflow(world, "g", "input").branchHeader("x-tenant", "blue");
        assertThat(world.client().prepareWorkflow(workflow).progresses()).isEmpty();
        BranchRequest first = BranchRequest.progress("g", "01", "action", "succeed", "r1");
        world.client().registerBranch(first).shouldBeSuccess();
        world.restart();
        world.passToNext();
        Received callBack = world.busi().first(Participant.CALL_BACK);
        assertThat(callBack.header("x-tenant")).isEqualTo("blue");
        assertThat(callBack.text()).isEqualTo("input");
        WorkflowReply came = world.client().prepareWorkflow(workflow(world, callBack.gid(), callBack.text()));
        assertThat(came.progresses()).containsExactly(new Progress("01", "action", "succeed", "r1"));
        world.client().registerBranch(first).shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.progress("g", "02", "action", "succeed", "r2"))
                .shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.progress("g", "01", "commit", "succeed", ""))
                .shouldBeSuccess();
        world.client().submit(Global.workflowEnd("g", "succeed", "", "cmVz")).shouldBeSuccess();
        assertThat(world.client().prepareWorkflow(workflow).progresses())
                .extracting(Progress::branchId, Progress::op)
                .containsExactly(tuple("01", "action"), tuple("02", "action"), tuple("01", "commit"));
        world.pass(100_000);
        assertThat(world.busi().calls()).hasSize(1);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldNotRecordAStepTwice(World world) {
        world.client().prepareWorkflow(workflow(world, "g", "input")).answer().shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.progress("g", "01", "action", "succeed", "r1"))
                .shouldBeSuccess();
        world.client()
                .registerBranch(BranchRequest.progress("g", "01", "action", "succeed", "r1"))
                .shouldBeSuccess();
        assertThat(world.client()
                        .registerBranch(BranchRequest.progress("g", "01", "action", "failed", "r1"))
                        .verdict())
                .isEqualTo(Verdict.ERROR);
        Reply noStatus = world.client().registerBranch(BranchRequest.progress("g", "02", "action", "prepared", ""));
        assertThat(noStatus.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(noStatus.text()).contains("succeed or failed");
        assertThat(world.rows("g")).isEqualTo("succeed");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldBeginAtTheRetryIntervalThatTheClientGave(World world) {
        world.client()
                .prepareWorkflow(workflow(world, "g", "input").retryInterval(3).timeoutToFail(5))
                .answer()
                .shouldBeSuccess();
        world.pass(3_000);
        assertThat(world.busi().calls()).hasSize(1);
        world.pass(9_999);
        assertThat(world.busi().calls()).as("then it is the configured one").hasSize(1);
        world.pass(1);
        assertThat(world.busi().calls()).hasSize(2);
        assertThat(world.status("g")).as("a workflow never times out").isEqualTo("prepared");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldRefuseAnEndThatIsNone(World world) {
        world.client().prepareWorkflow(workflow(world, "g", "input")).answer().shouldBeSuccess();
        for (String status : List.of("", "prepared", "Succeed")) {
            Reply reply = world.client().submit(Global.workflowEnd("g", status, "", ""));
            assertThat(reply.verdict()).isEqualTo(Verdict.ERROR);
            assertThat(reply.text()).contains("req_extra.status", "succeed or failed");
        }
        Reply unknown = world.client().submit(Global.workflowEnd("none", "succeed", "", ""));
        assertThat(unknown.verdict()).isEqualTo(Verdict.ERROR);
        assertThat(unknown.text()).isEqualTo("no workflow with gid: none found; prepareWorkflow comes before submit");
        assertThat(world.status("g")).isEqualTo("prepared");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldEndByForceButNotByAbort(World world) {
        world.client().prepareWorkflow(workflow(world, "g", "input")).answer().shouldBeSuccess();
        world.client()
                .abort(Global.of("g", "workflow"))
                .shouldBe(Verdict.FAILURE, "trans type: 'workflow' current status 'prepared', cannot abort. FAILURE");
        world.forceStop("g").shouldBeSuccess();
        assertThat(world.client().prepareWorkflow(workflow(world, "g", "input")).status())
                .isEqualTo("failed");
        world.pass(100_000);
        assertThat(world.busi().calls()).isEmpty();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void shouldTellThatTheClientIsCalledBack(World world) {
        world.busi().script(Participant.CALL_BACK, "error not yet");
        world.client().prepareWorkflow(workflow(world, "g", "input")).answer().shouldBeSuccess();
        world.passToNext();
        JsonNode pending = world.pending("g");
        assertThat(pending.path("waits_for").asText()).isEqualTo("the next call of its client");
        JsonNode operation = pending.path("operations").get(0);
        assertThat(operation.path("branch_id").asText()).isEqualTo("00");
        assertThat(operation.path("op").asText()).isEqualTo("w1");
        assertThat(operation.path("last_error").asText()).isEqualTo(world.unknownText("not yet"));
    }
}
