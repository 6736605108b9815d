package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.assent.scenario.Reply.Verdict;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** What DTM gets wrong and we do not: lines of PROTOCOL 13 that no other test looks at. */
@ExtendWith(MatrixWatch.class)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OddityByProtocolTest {

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line3ShouldKeepGidsThatExtendOneAnotherApart(World world) {
        List<String> gids = List.of("a", "a0", "a00", "a000001");
        for (String gid : gids) {
            world.client().prepare(Global.tcc(gid)).shouldBeSuccess();
            for (int i = 0; i < gid.length(); i++) {
                world.client().registerBranch(world.tccBranch(gid, "0" + i)).shouldBeSuccess();
            }
        }
        for (String gid : gids) {
            assertThat(world.branches(gid)).hasSize(2 * gid.length());
        }
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line6ShouldChangeNothingButTheEndWhenAWorkflowIsSubmitted(World world) {
        world.client()
                .prepareWorkflow(Global.of("w", "workflow")
                        .queryPrepared(world.callBackUrl())
                        .retryInterval(77)
                        .customData("{\"name\":\"n\"}"))
                .answer()
                .shouldBeSuccess();
        JsonNode before = world.transaction("w");
        world.pass(1_000);
        world.client().submit(Global.workflowEnd("w", "succeed", "", "cg==")).shouldBeSuccess();
        JsonNode after = world.transaction("w");
        for (String kept : List.of(
                "create_time",
                "custom_data",
                "query_prepared",
                "protocol",
                "options",
                "next_cron_time",
                "retry_interval")) {
            assertThat(after.get(kept)).as(kept).isNotNull().isEqualTo(before.get(kept));
        }
        assertThat(after.path("status").asText()).isEqualTo("succeed");
        assertThat(after.path("result").asText()).isEqualTo("cg==");
        assertThat(after.path("finish_time").asText())
                .isGreaterThan(before.path("create_time").asText());
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line6ShouldKeepWhatPrepareSaidAndTheRequestDidNot(World world) {
        world.client()
                .prepare(world.msg("m", 1).retryInterval(7).branchHeader("a", "1"))
                .shouldBeSuccess();
        JsonNode before = world.transaction("m");
        world.client().submit(world.msg("m", 1).requestTimeout(9)).shouldBeSuccess();
        world.settle();
        JsonNode after = world.transaction("m");
        assertThat(after.get("create_time")).isEqualTo(before.get("create_time"));
        assertThat(after.path("retry_interval").asInt()).isEqualTo(7);
        assertThat(after.path("request_timeout").asInt()).isEqualTo(9);
        assertThat(world.busi().first("a1").header("a")).isEqualTo("1");
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line14ShouldKeepTheStartOfAReasonThatIsTooLong(World world) {
        String reason = "\u00e9".repeat(5_000);
        world.client().prepare(Global.tcc("t")).shouldBeSuccess();
        world.client().abort(Global.tcc("t").rollbackReason(reason)).shouldBeSuccess();
        assertThat(world.rollbackReason("t")).isEqualTo("\u00e9".repeat(2_048));
        Global workflow = Global.of("w", "workflow").customData("{\"name\":\"n\"}");
        world.client().prepareWorkflow(workflow).answer().shouldBeSuccess();
        world.client().submit(Global.workflowEnd("w", "failed", reason, "")).shouldBeSuccess();
        assertThat(world.rollbackReason("w")).hasSize(2_048);
        assertThat(world.client().prepareWorkflow(workflow).rollbackReason()).hasSize(2_048);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line15ShouldRefuseAWorkflowThatCouldNeverBeCalledBack(World world) {
        Map<Global, String> refusals = Map.of(
                workflow("x", ""), "custom_data",
                workflow("x", "{}"), "name",
                workflow("x", "nonsense"), "custom_data",
                workflow("x", "{\"name\":1}"), "custom_data.name",
                workflow("x", "{\"name\":\"w\",\"data\":\"*\"}"), "base64",
                workflow("", "{\"name\":\"w\"}"), "gid",
                Global.tcc("x"), "trans_type must be workflow");
        refusals.forEach((workflow, words) -> {
            Reply refused = world.client().prepareWorkflow(workflow).answer();
            assertThat(refused.verdict()).as(words).isEqualTo(Verdict.ERROR);
            assertThat(refused.text()).contains(words).doesNotContain("FAILURE").doesNotContain("ONGOING");
        });
        assertThat(world.transaction("x").isNull()).isTrue();
    }

    private static Global workflow(String gid, String customData) {
        return Global.of(gid, "workflow").customData(customData);
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line15ShouldRefuseASagaThatCouldNeverFinish(World world) {
        for (String customData : List.of(
                "{",
                "[]",
                "{\"concurrent\":1}",
                "{\"concurrent\":true,\"orders\":{\"1\":[2]}}",
                "{\"concurrent\":true,\"orders\":{\"1\":[1]}}",
                "{\"concurrent\":true,\"orders\":{\"0\":[1],\"1\":[0]}}",
                "{\"concurrent\":true,\"orders\":{\"x\":[0]}}")) {
            Reply refused = world.client().submit(world.saga("x", 2).customData(customData));
            assertThat(refused.verdict()).as(customData).isEqualTo(Verdict.ERROR);
            assertThat(refused.text())
                    .contains("custom_data")
                    .doesNotContain("FAILURE")
                    .doesNotContain("ONGOING");
        }
        assertThat(world.transaction("x").isNull()).isTrue();
    }

    @ParameterizedTest
    @ArgumentsSource(Worlds.class)
    void line18ShouldUseTheStoredRowsWhenTheTopicIsGoneAtTheSubmit(World world) {
        world.client().subscribe("t", world.url("s"), "").shouldBeSuccess();
        Global msg = Global.msg("m")
                .queryPrepared(world.url("q"))
                .step("topic://t", null, "{}")
                .waits();
        world.client().prepare(msg).shouldBeSuccess();
        world.client().deleteTopic("t").shouldBeSuccess();
        world.client().submit(msg).shouldBeSuccess();
        assertThat(world.busi().calls()).containsExactly("s");
    }
}
