package io.assent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The exact bytes that reach the coordinator. */
class WireFormatTest {

    private final CoordinatorStub stub = new CoordinatorStub().answering(200, "{\"dtm_result\":\"SUCCESS\"}");
    private final AssentClient client = stub.client();

    @AfterEach
    void close() {
        stub.close();
    }

    @Test
    void shouldPostStepsAndPayloadsWhenASagaIsSubmitted() {
        client.saga("g-1")
                .step("http://a/out", "http://a/undo", Map.of("amount", 30))
                .step("http://b/in", "", "{\"n\":\"\u00e9\"}")
                .step("", "")
                .submit();
        final CoordinatorStub.Request request = stub.onlyRequest();
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.uri()).isEqualTo("/api/dtmsvr/submit");
        assertThat(request.contentType()).isEqualTo("application/json");
        assertThat(request.body())
                .isEqualTo("{\"gid\":\"g-1\",\"trans_type\":\"saga\",\"steps\":["
                        + "{\"action\":\"http://a/out\",\"compensate\":\"http://a/undo\"},"
                        + "{\"action\":\"http://b/in\",\"compensate\":\"\"},{\"action\":\"\",\"compensate\":\"\"}],"
                        + "\"payloads\":[\"{\\\"amount\\\":30}\",\"{\\\"n\\\":\\\"\u00e9\\\"}\",\"null\"]}");
    }

    @Test
    void shouldSendEveryOptionWhenItIsSet() {
        client.saga("g")
                .step("u", "v", "1")
                .step("w", "x", "2")
                .step("y", "z", "3")
                .concurrent()
                .order(2, 0, 1)
                .custom("team", "payments")
                .waitResult()
                .timeoutToFail(Duration.ofSeconds(5))
                .requestTimeout(Duration.ofSeconds(2))
                .retryInterval(Duration.ofSeconds(1))
                .retryLimit(3)
                .branchHeader("X-Team", "old")
                .branchHeader("x-team", "pay")
                .submit();
        assertThat(stub.onlyRequest().body())
                .endsWith("\"payloads\":[\"1\",\"2\",\"3\"],"
                        + "\"custom_data\":\"{\\\"team\\\":\\\"payments\\\",\\\"orders\\\":{\\\"2\\\":[0,1]},\\\"concurrent\\\":true}\","
                        + "\"concurrent\":true,\"wait_result\":true,\"timeout_to_fail\":5,\"request_timeout\":2,"
                        + "\"retry_interval\":1,\"retry_limit\":3,\"branch_headers\":{\"x-team\":\"pay\"}}");
    }

    @Test
    void shouldSendTheDelayWithTheSubmitOnlyWhenAMessageIsPrepared() {
        final Msg msg = client.msg("m")
                .step("http://b/in", "1")
                .topicStep("paid", Map.of("id", 7))
                .delay(Duration.ofSeconds(3));
        msg.prepare("http://a/query");
        msg.submit();
        assertThat(stub.requests())
                .extracting(CoordinatorStub.Request::uri)
                .containsExactly("/api/dtmsvr/prepare", "/api/dtmsvr/submit");
        final String common = "{\"gid\":\"m\",\"trans_type\":\"msg\",\"steps\":[{\"action\":\"http://b/in\"},"
                + "{\"action\":\"topic://paid\"}],\"payloads\":[\"1\",\"{\\\"id\\\":7}\"],";
        assertThat(stub.requests().get(0).body()).isEqualTo(common + "\"query_prepared\":\"http://a/query\"}");
        assertThat(stub.requests().get(1).body()).isEqualTo(common + "\"custom_data\":\"{\\\"delay\\\":3}\"}");
    }

    @Test
    void shouldSendGidAndTypeWhenAborting() {
        client.abort("g", "tcc", "too late");
        client.forceStop("h");
        assertThat(stub.requests())
                .extracting(CoordinatorStub.Request::uri, CoordinatorStub.Request::body)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "/api/dtmsvr/abort",
                                "{\"gid\":\"g\",\"trans_type\":\"tcc\",\"rollback_reason\":\"too late\"}"),
                        org.assertj.core.groups.Tuple.tuple("/api/dtmsvr/forceStop", "{\"gid\":\"h\"}"));
    }

    @Test
    void shouldRefuseBeforeSendingWhenAnArgumentIsWrong() {
        assertThatThrownBy(() -> client.saga("a;b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> client.saga("")).isInstanceOf(IllegalArgumentException.class);
        assertThat(client.saga("x".repeat(128)).gid()).hasSize(128);
        assertThatThrownBy(() -> client.saga("x".repeat(129))).hasMessageContaining("129");
        assertThatThrownBy(() -> client.saga("g").timeoutToFail(Duration.ofMillis(1500)))
                .hasMessageContaining("whole seconds");
        assertThatThrownBy(() -> client.saga("g").retryLimit(0)).hasMessageContaining("retryLimit");
        assertThatThrownBy(() -> client.saga("g").branchHeader("a b", "")).hasMessageContaining("header name");
        assertThatThrownBy(() -> client.saga("g").branchHeader("a", "b\r\nc")).hasMessageContaining("line breaks");
        assertThatThrownBy(() -> client.saga("g").custom("orders", 1)).hasMessageContaining("orders");
        assertThatThrownBy(() -> client.saga("g").step("a", "b").order(0, 1).submit())
                .hasMessageContaining("concurrent()");
        assertThatThrownBy(() ->
                        client.saga("g").concurrent().step("a", "b").order(0, 1).submit())
                .hasMessageContaining("names step 1");
        assertThatThrownBy(() ->
                        client.saga("g").concurrent().step("a", "b").order(0, 0).submit())
                .hasMessageContaining("wait for itself");
        assertThatThrownBy(() -> AssentClient.connect("localhost:36789")).hasMessageContaining("base URL");
        assertThat(stub.requests()).isEmpty();
    }
}
