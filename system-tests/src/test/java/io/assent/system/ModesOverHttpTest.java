package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL 6.4, 6.5, 7 and 8 over real HTTP, on the manual clock. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ModesOverHttpTest {
    private static final String SUCCESS = "{\"dtm_result\":\"SUCCESS\"}";

    @TempDir
    Path data;

    private TestServer server;
    private final Participant busi = new Participant();

    @BeforeEach
    void start() {
        server = new TestServer(data);
    }

    @AfterEach
    void stop() {
        server.close();
        busi.close();
    }

    private TestServer.Reply call(String endpoint, String body) {
        return server.post("/api/dtmsvr/" + endpoint, body);
    }

    private void succeed(String endpoint, String body) {
        TestServer.Reply reply = call(endpoint, body);
        assertThat(reply.body()).isEqualTo(SUCCESS);
        assertThat(reply.status()).isEqualTo(200);
    }

    private static String global(String gid, String type) {
        return global(gid, type, "");
    }

    private static String global(String gid, String type, String more) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"" + type + "\"" + more + "}";
    }

    private String tccBranch(String gid, String id) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"tcc\",\"branch_id\":\"" + id + "\",\"data\":\"{\\\"n\\\":"
                + id
                + "}\",\"confirm\":\"" + busi.url("confirm" + id) + "\",\"cancel\":\"" + busi.url("cancel" + id)
                + "\",\"status\":\"prepared\"}";
    }

    private String xaBranch(String gid, String id) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"xa\",\"branch_id\":\"" + id + "\",\"url\":\""
                + busi.url("xa" + id) + "\"}";
    }

    // ---------------------------------------------------------------- TCC

    @Test
    void shouldConfirmTheBranchesOfATcc() {
        succeed("prepare", global("g", "tcc", ",\"wait_result\":true"));
        succeed("registerBranch", tccBranch("g", "1"));
        succeed("registerTccBranch", tccBranch("g", "2"));
        succeed("submit", global("g", "tcc", ",\"wait_result\":true"));
        assertThat(busi.calls()).containsExactly("confirm2", "confirm1");
        Participant.Received first = busi.received().get(0);
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.query()).isEqualTo("branch_id=2&gid=g&op=confirm&trans_type=tcc");
        assertThat(first.body()).isEqualTo("{\"n\":2}");
        assertThat(server.status("g")).isEqualTo("succeed");
        assertThat(server.rows("g")).isEqualTo("prepared succeed prepared succeed");
        JsonNode row = server.query("g").path("branches").get(0);
        assertThat(row.path("op").asText()).isEqualTo("cancel");
        assertThat(row.path("branch_id").asText()).isEqualTo("1");
        assertThat(row.path("url").asText()).isEqualTo(busi.url("cancel1"));
        assertThat(row.path("bin_data").asText()).isEqualTo("eyJuIjoxfQ==");
        assertThat(row.hasNonNull("create_time")).isTrue();
        assertThat(row.hasNonNull("update_time")).isTrue();
    }

    @Test
    void shouldCancelTheBranchesOfATccAndKeepTheReason() {
        succeed("prepare", global("g", "tcc"));
        succeed("registerBranch", tccBranch("g", "1"));
        succeed("registerBranch", tccBranch("g", "2"));
        succeed("abort", global("g", "tcc", ",\"rollback_reason\":\"try 2 said no\""));
        server.advance("ms=0");
        assertThat(busi.calls()).containsExactly("cancel2", "cancel1");
        assertThat(server.status("g")).isEqualTo("failed");
        assertThat(server.query("g").path("transaction").path("rollback_reason").asText())
                .isEqualTo("try 2 said no");
    }

    @Test
    void shouldAnswerAnAbortThatWaitsByTheRound() {
        succeed("prepare", global("g", "tcc", ",\"wait_result\":true"));
        succeed("registerBranch", tccBranch("g", "1"));
        busi.script("cancel1", "425", "500 broken", "409 will not", "200");
        TestServer.Reply ongoing = call("abort", global("g", "tcc"));
        assertThat(ongoing.status()).isEqualTo(425);
        assertThat(ongoing.body()).isEqualTo("{\"dtm_result\":\"ONGOING\",\"message\":\"ONGOING\"}");
        TestServer.Reply unknown = call("abort", global("g", "tcc"));
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.message()).endsWith("unkown result will be retried: broken");
        TestServer.Reply refused = call("abort", global("g", "tcc"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.message()).endsWith("unkown result will be retried: will not FAILURE");
        succeed("abort", global("g", "tcc"));
        assertThat(server.status("g")).isEqualTo("failed");
        assertThat(call("abort", global("g", "tcc")).status()).isEqualTo(409);
    }

    @Test
    void shouldCancelWhenTheClientSaysNothingAnyMore() {
        succeed("prepare", global("g", "tcc", ",\"timeout_to_fail\":12"));
        succeed("registerBranch", tccBranch("g", "1"));
        server.advance("ms=11999");
        assertThat(busi.calls()).isEmpty();
        server.advance("ms=1");
        assertThat(busi.calls()).containsExactly("cancel1");
        assertThat(server.query("g").path("transaction").path("rollback_reason").asText())
                .isEqualTo("Timeout after 12 seconds");
        TestServer.Reply late = call("registerBranch", tccBranch("g", "2"));
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.message()).isEqualTo("no trans with gid: g status: prepared found FAILURE");
    }

    @Test
    void shouldChangeNothingWhenAnAbortFollowsAnAcceptedSubmit() {
        busi.script("confirm1", "500", "200");
        succeed("prepare", global("g", "tcc"));
        succeed("registerBranch", tccBranch("g", "1"));
        succeed("submit", global("g", "tcc"));
        server.advance("ms=0");
        TestServer.Reply abort = call("abort", global("g", "tcc", ",\"rollback_reason\":\"timed out\""));
        assertThat(abort.status()).isEqualTo(409);
        assertThat(abort.message()).isEqualTo("trans type: 'tcc' current status 'submitted', cannot abort. FAILURE");
        server.advance("until=next");
        assertThat(busi.calls()).containsExactly("confirm1", "confirm1");
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldTellWhyATransactionIsNotFinished() {
        busi.script("confirm1", "500 no disk");
        succeed("prepare", global("g", "tcc"));
        succeed("registerBranch", tccBranch("g", "1"));
        JsonNode prepared = server.query("g").path("transaction").path("pending");
        assertThat(prepared.path("waits_for").asText()).isEqualTo("its client to decide");
        assertThat(prepared.hasNonNull("deadline")).isTrue();
        succeed("submit", global("g", "tcc"));
        server.advance("ms=0");
        JsonNode pending = server.query("g").path("transaction").path("pending");
        assertThat(pending.path("waits_for").asText()).isEqualTo("the next attempt of 1 branch operation");
        JsonNode operation = pending.path("operations").get(0);
        assertThat(operation.path("op").asText()).isEqualTo("confirm");
        assertThat(operation.path("last_outcome").asText()).isEqualTo("unknown");
        assertThat(operation.path("last_error").asText()).isEqualTo("no disk");
        assertThat(operation.path("attempts").asInt()).isEqualTo(1);
        assertThat(operation.hasNonNull("next_time")).isTrue();
        server.advance("until=next");
        assertThat(server.query("g").path("transaction").has("pending")).isFalse();
    }

    @Test
    void shouldTellWhichCallIsOpenAndSinceWhen() throws Exception {
        var gate = busi.gate("confirm1");
        succeed("prepare", global("g", "tcc"));
        succeed("registerBranch", tccBranch("g", "1"));
        succeed("submit", global("g", "tcc"));
        while (busi.calls().isEmpty()) {
            Thread.onSpinWait();
        }
        JsonNode pending = server.query("g").path("transaction").path("pending");
        assertThat(pending.path("waits_for").asText()).isEqualTo("the reply of 1 branch call");
        JsonNode operation = pending.path("operations").get(0);
        assertThat(pending.path("operations")).hasSize(1);
        assertThat(operation.path("branch_id").asText()).isEqualTo("1");
        assertThat(operation.path("url").asText()).isEqualTo(busi.url("confirm1"));
        assertThat(operation.path("open_since").asText())
                .isEqualTo(server.query("g")
                        .path("transaction")
                        .path("update_time")
                        .asText());
        assertThat(operation.has("next_time")).isFalse();
        assertThat(operation.has("last_outcome")).isFalse();
        gate.release(10);
        server.advance("ms=0");
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldTellThatTheClientIsCalledBack() {
        busi.script("cb", "500 not yet");
        call("prepareWorkflow", workflow("g"));
        server.advance("until=next");
        JsonNode pending = server.query("g").path("transaction").path("pending");
        assertThat(pending.path("waits_for").asText()).isEqualTo("the next call of its client");
        JsonNode operation = pending.path("operations").get(0);
        assertThat(operation.path("branch_id").asText()).isEqualTo("00");
        assertThat(operation.path("op").asText()).isEqualTo("w1");
        assertThat(operation.path("last_error").asText()).isEqualTo("not yet");
    }

    @Test
    void shouldKeepOutcomeWordsOutOfWhatIsPending() {
        busi.script("confirm1", "409 will not", "409 FAILURE and ONGOING");
        succeed("prepare", global("g", "tcc"));
        succeed("registerBranch", tccBranch("g", "1"));
        succeed("submit", global("g", "tcc"));
        server.advance("ms=0");
        TestServer.Reply reply = server.get("/api/dtmsvr/query?gid=g");
        assertThat(reply.body())
                .as("SDKs search it for the words")
                .doesNotContain("FAILURE")
                .doesNotContain("ONGOING");
        JsonNode operation = reply.json()
                .path("transaction")
                .path("pending")
                .path("operations")
                .get(0);
        assertThat(operation.path("last_outcome").asText()).isEqualTo("failure");
        assertThat(operation.path("last_error").asText()).isEqualTo("will not Failure");
        server.advance("until=next");
        assertThat(server.get("/api/dtmsvr/query?gid=g").body())
                .doesNotContain("FAILURE")
                .doesNotContain("ONGOING");
    }

    @Test
    void shouldEndTheRoundOfAConcurrentMessageWhileItsOtherBranchesAreStillCalled() throws Exception {
        var gate = busi.gate("slow");
        busi.script("quick", "500 broken");
        String message = global(
                "g",
                "msg",
                ",\"steps\":[{\"action\":\"" + busi.url("slow") + "\"},{\"action\":\"" + busi.url("quick")
                        + "\"}],\"payloads\":[\"{}\",\"{}\"],\"concurrent\":true,\"wait_result\":true,"
                        + "\"request_timeout\":3600");
        TestServer.Reply reply =
                CompletableFuture.supplyAsync(() -> call("submit", message)).get(30, TimeUnit.SECONDS);
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.message()).endsWith("unkown result will be retried: broken");
        gate.release(10);
        server.advance("until=next");
        assertThat(server.status("g")).isEqualTo("succeed");
        assertThat(busi.calls()).containsExactlyInAnyOrder("slow", "quick", "quick");
    }

    // ---------------------------------------------------------------- XA

    @Test
    void shouldCommitTheBranchesOfAnXaByAnEmptyPost() {
        succeed("prepare", global("g", "xa"));
        succeed("registerXaBranch", xaBranch("g", "1"));
        succeed("registerBranch", xaBranch("g", "2"));
        succeed("submit", global("g", "xa", ",\"wait_result\":true"));
        assertThat(busi.calls()).containsExactly("xa1", "xa2");
        Participant.Received first = busi.received().get(0);
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.body()).isEmpty();
        assertThat(first.query()).isEqualTo("branch_id=1&gid=g&op=commit&trans_type=xa");
        assertThat(server.rows("g")).isEqualTo("prepared succeed prepared succeed");
    }

    @Test
    void shouldRollBackTheBranchesOfAnXa() {
        succeed("prepare", global("g", "xa"));
        succeed("registerBranch", xaBranch("g", "1"));
        succeed("registerBranch", xaBranch("g", "2"));
        succeed("abort", global("g", "xa"));
        server.advance("ms=0");
        assertThat(busi.received())
                .extracting(Participant.Received::query)
                .containsExactly(
                        "branch_id=1&gid=g&op=rollback&trans_type=xa", "branch_id=2&gid=g&op=rollback&trans_type=xa");
        assertThat(server.status("g")).isEqualTo("failed");
    }

    // ---------------------------------------------------------------- workflow

    private String workflow(String gid) {
        String input = Base64.getEncoder().encodeToString("input".getBytes(StandardCharsets.UTF_8));
        return global(
                gid,
                "workflow",
                ",\"query_prepared\":\"" + busi.url("cb")
                        + "\",\"custom_data\":\"{\\\"name\\\":\\\"w1\\\",\\\"data\\\":\\\"" + input + "\\\"}\"");
    }

    private static String progress(String gid, String id, String op, String status, String result) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"workflow\",\"branch_id\":\"" + id + "\",\"op\":\"" + op
                + "\",\"status\":\"" + status + "\",\"data\":\"" + result + "\"}";
    }

    @Test
    void shouldKeepTheProgressAndTheResultOfAWorkflow() {
        TestServer.Reply fresh = call("prepareWorkflow", workflow("g"));
        assertThat(fresh.status()).isEqualTo(200);
        assertThat(fresh.json().path("progresses")).isEmpty();
        assertThat(fresh.json().path("transaction").path("status").asText()).isEqualTo("prepared");
        succeed("registerBranch", progress("g", "01", "action", "succeed", "r1"));
        succeed("registerBranch", progress("g", "02", "action", "failed", "no"));
        server.close();
        server = new TestServer(data);
        JsonNode again = call("prepareWorkflow", workflow("g")).json();
        assertThat(again.path("progresses")).hasSize(2);
        JsonNode first = again.path("progresses").get(0);
        assertThat(first.path("bin_data").asText()).isEqualTo("cjE=");
        assertThat(first.path("status").asText()).isEqualTo("succeed");
        assertThat(again.path("progresses").get(1).path("status").asText()).isEqualTo("failed");
        String end = global(
                "g",
                "workflow",
                ",\"req_extra\":{\"status\":\"failed\",\"rollback_reason\":\"no money\",\"result\":\"cmVz\"}");
        succeed("submit", end);
        succeed("submit", end);
        JsonNode done = call("prepareWorkflow", workflow("g")).json().path("transaction");
        assertThat(done.path("status").asText()).isEqualTo("failed");
        assertThat(done.path("rollback_reason").asText()).isEqualTo("no money");
        assertThat(done.path("result").asText()).isEqualTo("cmVz");
        assertThat(done.hasNonNull("rollback_time")).isTrue();
        TestServer.Reply other = call("submit", global("g", "workflow", ",\"req_extra\":{\"status\":\"succeed\"}"));
        assertThat(other.status()).isEqualTo(409);
        TestServer.Reply late = call("registerBranch", progress("g", "03", "action", "succeed", ""));
        assertThat(late.status()).isEqualTo(409);
    }

    @Test
    void shouldCallTheClientBackWithItsInputUntilItSaysTheEnd() {
        busi.script("cb", "500", "200");
        call("prepareWorkflow", workflow("g"));
        server.advance("ms=9999");
        assertThat(busi.calls()).isEmpty();
        server.advance("ms=1");
        server.advance("ms=10000");
        server.advance("ms=10000");
        assertThat(busi.calls()).containsExactly("cb", "cb", "cb");
        Participant.Received call = busi.received().get(0);
        assertThat(call.method()).isEqualTo("POST");
        assertThat(call.body()).isEqualTo("input");
        assertThat(call.query()).isEqualTo("branch_id=00&gid=g&op=w1&trans_type=workflow");
        succeed("submit", global("g", "workflow", ",\"req_extra\":{\"status\":\"succeed\"}"));
        server.advance("ms=100000");
        assertThat(busi.calls()).hasSize(3);
    }

    @Test
    void shouldCallAWorkflowWithoutInputBackByPostToo() {
        call(
                "prepareWorkflow",
                global(
                        "g",
                        "workflow",
                        ",\"query_prepared\":\"" + busi.url("cb")
                                + "\",\"custom_data\":\"{\\\"name\\\":\\\"w1\\\",\\\"data\\\":null}\""));
        server.advance("until=next");
        assertThat(busi.received().get(0).method()).isEqualTo("POST");
    }

    // ---------------------------------------------------------------- topics

    @Test
    void shouldDeliverAMessageToTheSubscribersOfItsTopic() {
        String a = busi.url("a");
        String b = busi.url("b");
        assertThat(server.get("/api/dtmsvr/subscribe?topic=t&url=" + a + "&remark=first")
                        .body())
                .isEqualTo(SUCCESS);
        assertThat(server.get("/api/dtmsvr/subscribe?topic=t&url=" + b).body()).isEqualTo(SUCCESS);
        JsonNode kv = server.get("/api/dtmsvr/queryKV?cat=topics&key=t")
                .json()
                .path("kv")
                .get(0);
        assertThat(kv.path("v").asText())
                .isEqualTo("[{\"url\":\"" + a + "\",\"remark\":\"first\"},{\"url\":\"" + b + "\",\"remark\":\"\"}]");
        assertThat(kv.path("version").asInt()).isEqualTo(2);
        String message = global(
                "g",
                "msg",
                ",\"steps\":[{\"action\":\"topic://t\"},{\"action\":\"" + busi.url("last")
                        + "\"}],\"payloads\":[\"{}\",\"{}\"],\"wait_result\":true");
        succeed("submit", message);
        assertThat(busi.calls()).containsExactly("a", "b", "last");
        assertThat(busi.received().get(1).query()).isEqualTo("branch_id=01-02&gid=g&op=action&trans_type=msg");
        server.close();
        server = new TestServer(data);
        assertThat(server.rows("g")).isEqualTo("succeed succeed succeed");
        TestServer.Reply unknown =
                call("submit", message.replace("topic://t", "topic://u").replace("\"g\"", "\"h\""));
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.message()).startsWith("topic not found");
        assertThat(server.get("/api/dtmsvr/scanKV?cat=topics").body()).contains("\"next_position\":\"\"");
    }

    // ---------------------------------------------------------------- administrators, trace context

    @Test
    void shouldMakeDueWhatWaitsForAFarTime() {
        busi.script("last", "425", "425");
        String steps =
                ",\"steps\":[{\"action\":\"" + busi.url("last") + "\"}],\"payloads\":[\"{}\"],\"retry_interval\":500";
        succeed("submit", global("g1", "msg", steps));
        succeed("submit", global("g2", "msg", steps));
        server.advance("ms=0");
        assertThat(server.get("/api/dtmsvr/resetCronTime?timeout=600").body())
                .isEqualTo("{\"has_remaining\":false,\"succeed_count\":0}");
        assertThat(server.get("/api/dtmsvr/resetCronTime?limit=1").body())
                .isEqualTo("{\"has_remaining\":true,\"succeed_count\":1}");
        assertThat(server.get("/api/dtmsvr/resetCronTime?limit=1").body())
                .isEqualTo("{\"has_remaining\":false,\"succeed_count\":1}");
        server.advance("ms=0");
        assertThat(server.status("g1") + server.status("g2")).isEqualTo("succeedsucceed");
        TestServer.Reply bad = server.get("/api/dtmsvr/resetCronTime?limit=x");
        assertThat(bad.status()).isEqualTo(500);
        assertThat(bad.message()).isEqualTo("convert to int error: x");
    }

    @Test
    void shouldSendTheTraceContextWithEveryCallAlsoAfterARestart() {
        String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        busi.script("confirm1", "500");
        TestServer.Reply prepared = server.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/dtmsvr/prepare"))
                        .header("traceparent", traceparent)
                        .header("tracestate", "a=b")
                        .POST(BodyPublishers.ofString(global("g", "tcc"))));
        assertThat(prepared.body()).isEqualTo(SUCCESS);
        succeed("registerBranch", tccBranch("g", "1"));
        succeed("submit", global("g", "tcc"));
        server.advance("ms=0");
        server.close();
        server = new TestServer(data);
        server.advance("until=next");
        assertThat(busi.received()).hasSize(2);
        for (Participant.Received received : busi.received()) {
            assertThat(received.header("traceparent")).isEqualTo(traceparent);
            assertThat(received.header("tracestate")).isEqualTo("a=b");
        }
    }

    @Test
    void shouldLetTheClientsOwnHeadersWinOverTheTraceContextOfItsRequest() {
        TestServer.Reply submitted = server.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/dtmsvr/submit"))
                        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                        .header("tracestate", "a=b")
                        .header("tracestate", "c=d")
                        .POST(BodyPublishers.ofString(global(
                                "g",
                                "msg",
                                ",\"steps\":[{\"action\":\"" + busi.url("a")
                                        + "\"}],\"payloads\":[\"{}\"],\"wait_result\":true,"
                                        + "\"branch_headers\":{\"Traceparent\":\"mine\"}"))));
        assertThat(submitted.body()).isEqualTo(SUCCESS);
        Participant.Received received = busi.received().get(0);
        assertThat(received.header("traceparent")).isEqualTo("mine");
        assertThat(received.header("tracestate")).as("a list in two lines").isEqualTo("a=b,c=d");
    }

    @Test
    void shouldLeaveOutATraceContextThatIsTooLongInsteadOfRefusingTheTransaction() {
        TestServer.Reply submitted = server.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/dtmsvr/submit"))
                        .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                        .header("tracestate", "a=" + "b".repeat(4_000))
                        .POST(BodyPublishers.ofString(global(
                                "g",
                                "msg",
                                ",\"steps\":[{\"action\":\"" + busi.url("a")
                                        + "\"}],\"payloads\":[\"{}\"],\"wait_result\":true"))));
        assertThat(submitted.body()).isEqualTo(SUCCESS);
        assertThat(busi.received().get(0).header("traceparent")).startsWith("00-4bf");
        assertThat(busi.received().get(0).header("tracestate")).isNull();
    }

    @Test
    void shouldFreeTheWaitingClientOfAnAbortWhenItsTimeIsOver() throws Exception {
        succeed("prepare", global("g", "tcc", ",\"wait_result\":true"));
        succeed("registerBranch", tccBranch("g", "1"));
        var gate = busi.gate("cancel1");
        CompletableFuture<TestServer.Reply> waiting =
                CompletableFuture.supplyAsync(() -> call("abort", global("g", "tcc", ",\"rollback_reason\":\"r\"")));
        TestServer.Reply reply = waiting.get(30, TimeUnit.SECONDS);
        gate.release(10);
        assertThat(List.of(409, 500)).contains(reply.status());
    }
}
