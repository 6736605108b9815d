package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL 3: the same requests in another envelope. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JsonRpcTest {
    private static final String OK = "{\"error\":null,\"id\":\"7\",\"jsonrpc\":\"2.0\",\"result\":null}";

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

    private TestServer.Reply call(String method, String params) {
        return server.post(
                "/api/json-rpc",
                "{\"jsonrpc\":\"2.0\",\"method\":\"" + method + "\",\"id\":\"7\",\"params\":" + params + "}");
    }

    @Test
    void shouldRunATccFromPrepareToSubmit() {
        String global = "{\"gid\":\"g;1\",\"trans_type\":\"tcc\",\"timeout_to_fail\":40.0}";
        assertThat(call("prepare", global).body()).isEqualTo(OK);
        String branch = "{\"gid\":\"g;1\",\"trans_type\":\"tcc\",\"branch_id\":\"01\",\"data\":\"{}\",\"confirm\":\""
                + busi.url("confirm") + "\",\"cancel\":\"" + busi.url("cancel") + "\"}";
        assertThat(call("registerBranch", branch).body()).isEqualTo(OK);
        assertThat(call("submit", global).body()).isEqualTo(OK);
        server.advance("ms=0");
        assertThat(busi.calls()).containsExactly("confirm");
        assertThat(server.query("g%3B1").path("transaction").path("gid").asText())
                .as("a gid that JSON-RPC did not clean is found by HTTP too (13.37)")
                .isEqualTo("g;1");
        assertThat(server.query("g%3B1")
                        .path("transaction")
                        .path("timeout_to_fail")
                        .asInt())
                .isEqualTo(40);
    }

    @Test
    void shouldTakeParametersOfAnySizeUpToTheBoundOfABody() {
        String payload = "\u00e4".repeat(1_000_000);
        String message = "{\"gid\":\"m\",\"trans_type\":\"msg\",\"wait_result\":true,\"steps\":[{\"action\":\""
                + busi.url("a") + "\"}],\"payloads\":[\"" + payload + "\"]}";
        TestServer.Reply reply = call("submit", message);
        assertThat(reply.body()).isEqualTo(OK);
        assertThat(reply.response().headers().firstValue("X-Assent-Status")).hasValue("succeed");
        assertThat(busi.received().get(0).body()).isEqualTo(payload);
    }

    @Test
    void shouldTellTheTrueStatusBesideAnErrorOfAWaitingClient() {
        busi.script("a", "425");
        TestServer.Reply reply = call(
                "submit",
                "{\"gid\":\"m\",\"trans_type\":\"msg\",\"wait_result\":true,\"steps\":[{\"action\":\"" + busi.url("a")
                        + "\"}],\"payloads\":[\"{}\"]}");
        assertThat(reply.json().path("error").path("code").asInt()).isEqualTo(-32_901);
        assertThat(reply.response().headers().firstValue("X-Assent-Status")).hasValue("submitted");
    }

    @Test
    void shouldGiveAFreshGid() {
        TestServer.Reply reply = call("newGid", "null");
        assertThat(reply.json().path("result").path("gid").asText()).hasSize(22);
        assertThat(reply.json().path("error").isNull()).isTrue();
    }

    @Test
    void shouldTellTheClassesOfErrorsApart() {
        String saga = "{\"gid\":\"s\",\"trans_type\":\"saga\",\"steps\":[],\"payloads\":[]}";
        assertThat(call("submit", saga).body()).isEqualTo(OK);
        TestServer.Reply failure = call("submit", saga);
        assertThat(failure.status()).isEqualTo(200);
        assertThat(failure.body())
                .isEqualTo(
                        "{\"error\":{\"code\":-32901,\"message\":\"current status 'succeed', cannot sumbmit. FAILURE\"},"
                                + "\"id\":\"7\",\"jsonrpc\":\"2.0\",\"result\":{}}");
        TestServer.Reply raised = call("abort", "{\"gid\":\"nobody\",\"trans_type\":\"tcc\"}");
        assertThat(raised.body())
                .isEqualTo("{\"error\":{\"code\":-32603,\"message\":\"no TransGlobal with gid: nobody found\"},"
                        + "\"id\":\"7\",\"jsonrpc\":\"2.0\",\"result\":null}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "''                                                       | 400 | -32700 | Parse json error: ",
                "{                                                        | 400 | -32700 | Parse json error: ",
                "[]                                                       | 400 | -32700 | Parse json error: ",
                "{\"id\":7,\"jsonrpc\":\"2.0\",\"method\":\"newGid\"}     | 400 | -32700 | Parse json error: ",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":{}}         | 400 | -32700 | Parse json error: ",
                "null                                                     | 200 | -32600 | Bad json request: ",
                "{\"jsonrpc\":\"2.0\",\"method\":\"newGid\"}              | 200 | -32600 | Bad json request: ",
                "{\"id\":null,\"jsonrpc\":\"2.0\",\"method\":\"newGid\"}  | 200 | -32600 | Bad json request: ",
                "{\"id\":\"7\",\"jsonrpc\":\"1.0\",\"method\":\"newGid\"} | 200 | -32600 | Bad json request: ",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"query\"}  | 200 | -32601 | Method not found: ",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"submit\"} | 200 | -32603 | params must be",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"submit\",\"params\":[]} | 200 | -32603 | params must be",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"submit\",\"params\":{}} | 200 | -32603 | gid must not be empty",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"registerBranch\",\"params\":{\"gid\":1}} | 200 | -32603 | gid must be",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"registerBranch\",\"params\":null} | 200 | -32603 | params must be",
                "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"registerBranch\",\"params\":{}} | 200 | -32603 | unknow trans type",
            })
    void shouldAnswerEachConditionWithItsCode(String body, int status, int code, String words) {
        TestServer.Reply reply = server.post("/api/json-rpc", body);
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.json().path("error").path("code").asInt()).isEqualTo(code);
        assertThat(reply.json().path("error").path("message").asText()).startsWith(words);
        assertThat(reply.json().has("result")).isTrue();
        assertThat(reply.json().path("jsonrpc").asText()).isEqualTo("2.0");
        assertThat(reply.body()).doesNotContain("FAILURE").doesNotContain("ONGOING");
    }

    @Test
    void shouldIgnoreWhatStandsBehindTheObject() {
        TestServer.Reply reply =
                server.post("/api/json-rpc", "{\"id\":\"7\",\"jsonrpc\":\"2.0\",\"method\":\"newGid\"} and more");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("result").has("gid")).isTrue();
    }
}
