package io.assent.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Int64Value;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The exact messages that reach the coordinator. */
class WireFormatTest {

    private final DtmStub stub = new DtmStub();
    private final AssentGrpcClient client = stub.client();

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    @Test
    void shouldSendStepsAndPayloadsWhenASagaIsSubmitted() {
        client.saga("g-1")
                .step("a:1/bank.Bank/Out", "a:1/bank.Bank/Undo", Int64Value.of(30))
                .step("http://b/in", "", "{\"n\":1}".getBytes(StandardCharsets.UTF_8))
                .step("", "", new byte[] {0, -1})
                .step("[::1]:2/bank.Bank/In", "discovery:///bank/bank.Bank/InUndo")
                .submit();
        assertThat(stub.methods()).containsExactly("submit");
        assertThat(stub.onlyMessage()).isEqualTo("""
                        Gid: "g-1"
                        TransType: "saga"
                        BinPayloads: "\\b\\036"
                        BinPayloads: "{\\"n\\":1}"
                        BinPayloads: "\\000\\377"
                        BinPayloads: ""
                        Steps: "[{\\"action\\":\\"a:1/bank.Bank/Out\\",\\"compensate\\":\\"a:1/bank.Bank/Undo\\"},\
                        {\\"action\\":\\"http://b/in\\",\\"compensate\\":\\"\\"},{\\"action\\":\\"\\",\\"compensate\\":\\"\\"},\
                        {\\"action\\":\\"[::1]:2/bank.Bank/In\\",\\"compensate\\":\\"discovery:///bank/bank.Bank/InUndo\\"}]"
                        """);
    }

    @Test
    void shouldSendEveryOptionWhenItIsSet() {
        client.saga("g")
                .step("", "")
                .step("", "")
                .step("", "")
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
        assertThat(stub.onlyMessage()).isEqualTo("""
                        Gid: "g"
                        TransType: "saga"
                        TransOptions {
                          WaitResult: true
                          TimeoutToFail: 5
                          RetryInterval: 1
                          BranchHeaders {
                            key: "x-team"
                            value: "pay"
                          }
                          RequestTimeout: 2
                          RetryLimit: 3
                        }
                        CustomedData: "{\\"team\\":\\"payments\\",\\"orders\\":{\\"2\\":[0,1]},\\"concurrent\\":true}"
                        BinPayloads: ""
                        BinPayloads: ""
                        BinPayloads: ""
                        Steps: "[{\\"action\\":\\"\\",\\"compensate\\":\\"\\"},{\\"action\\":\\"\\",\\"compensate\\":\\"\\"},\
                        {\\"action\\":\\"\\",\\"compensate\\":\\"\\"}]"
                        """);
    }

    @Test
    void shouldSendTheDelayWithTheSubmitOnlyWhenAMessageIsPrepared() {
        final GrpcMsg msg = client.msg("m")
                .step("b:1/bank.Bank/In", Int64Value.of(1))
                .step("b:1/bank.Bank/Tell")
                .step("http://b/in", new byte[] {'1'})
                .topicStep("paid", Int64Value.of(7))
                .topicStep("told", new byte[] {'2'})
                .delay(Duration.ofSeconds(3));
        msg.prepare("a:1/bank.Bank/QueryPrepared");
        msg.submit();
        msg.abort("too late");
        final String head = """
                Gid: "m"
                TransType: "msg"
                """;
        final String payloads = """
                BinPayloads: "\\b\\001"
                BinPayloads: ""
                BinPayloads: "1"
                BinPayloads: "\\b\\a"
                BinPayloads: "2"
                """;
        final String steps = """
                Steps: "[{\\"action\\":\\"b:1/bank.Bank/In\\"},{\\"action\\":\\"b:1/bank.Bank/Tell\\"},\
                {\\"action\\":\\"http://b/in\\"},{\\"action\\":\\"topic://paid\\"},{\\"action\\":\\"topic://told\\"}]"
                """;
        assertThat(stub.methods()).containsExactly("prepare", "submit", "abort");
        assertThat(stub.requests().get(0).message())
                .isEqualTo(head + payloads + "QueryPrepared: \"a:1/bank.Bank/QueryPrepared\"\n" + steps);
        assertThat(stub.requests().get(1).message())
                .isEqualTo(head + "CustomedData: \"{\\\"delay\\\":3}\"\n" + payloads + steps);
        assertThat(stub.requests().get(2).message())
                .isEqualTo(head + payloads + steps + "RollbackReason: \"too late\"\n");
    }

    @Test
    void shouldSendGidTypeAndReasonWhenAborting() {
        client.abort("g", "tcc", "too late");
        client.abort("h", "xa", "");
        assertThat(stub.methods()).containsExactly("abort", "abort");
        assertThat(stub.requests().get(0).message()).isEqualTo("""
                        Gid: "g"
                        TransType: "tcc"
                        RollbackReason: "too late"
                        """);
        assertThat(stub.requests().get(1).message()).isEqualTo("""
                        Gid: "h"
                        TransType: "xa"
                        """);
    }

    @Test
    void shouldReturnTheGidWhenTheAnswerHasOne() {
        assertThat(client.newGid()).isEqualTo("stub-gid");
        assertThat(stub.onlyMessage()).isEmpty();
        stub.answeringGid("");
        assertThatThrownBy(client::newGid).hasMessage("newGid: expected a gid, found an empty one");
    }

    @Test
    void shouldGiveTheCallItsTimeout() {
        client.newGid();
        client.saga("a").requestTimeout(Duration.ofSeconds(2)).submit();
        client.saga("b").requestTimeout(Duration.ofSeconds(60)).submit();
        client.msg("c").requestTimeout(Duration.ofSeconds(70)).prepare("");
        try (AssentGrpcClient patient = AssentGrpcClient.builder(stub.target())
                .requestTimeout(Duration.ofSeconds(100))
                .build()) {
            patient.abort("d", "msg", "");
        }
        assertThat(stub.requests())
                .extracting(request -> (request.deadlineMs() + 999) / 1_000)
                .satisfiesExactly(
                        seconds -> assertThat(seconds).isBetween(5L, 10L),
                        seconds -> assertThat(seconds).isBetween(5L, 10L),
                        seconds -> assertThat(seconds).isBetween(58L, 63L),
                        seconds -> assertThat(seconds).isBetween(68L, 73L),
                        seconds -> assertThat(seconds).isBetween(95L, 100L));
    }

    @Test
    void shouldRefuseBeforeSendingWhenAnArgumentIsWrong() {
        assertThatThrownBy(() -> client.saga("a;b")).hasMessageContaining("';'");
        assertThatThrownBy(() -> client.saga("\u00e9")).hasMessageContaining("printable ASCII");
        assertThat(client.saga("x".repeat(128)).gid()).hasSize(128);
        assertThatThrownBy(() -> client.msg("x".repeat(129))).hasMessageContaining("129");
        assertThatThrownBy(() -> client.abort("", "msg", "")).hasMessageContaining("has 0");
        for (final String url :
                new String[] {"b", "b/c", "b:1", "b:1/c", "b:x/c.D/E", "b:1/c.D/", "b:1/c.D/E F", "/c.D/E"}) {
            assertThatThrownBy(() -> client.saga("g").step(url, ""))
                    .as(url)
                    .hasMessage("action must look like host:port/package.Service/Method or http://... (empty for none),"
                            + " but is " + url);
            assertThatThrownBy(() -> client.saga("g").step("", url)).hasMessageStartingWith("compensate must");
            assertThatThrownBy(() -> client.msg("g").step(url)).hasMessageStartingWith("action must");
            assertThatThrownBy(() -> client.msg("g").prepare(url)).hasMessageStartingWith("queryPrepared must");
        }
        assertThatThrownBy(() -> client.msg("g").topicStep("", new byte[0])).hasMessageContaining("no name");
        assertThatThrownBy(() -> client.saga("g").branchHeader("a b", "")).hasMessageContaining("metadata name");
        assertThatThrownBy(() -> client.saga("g").branchHeader("a!", "")).hasMessageContaining("metadata name");
        assertThatThrownBy(() -> client.saga("g").branchHeader("a", "\u00e9")).hasMessageContaining("printable");
        assertThatThrownBy(() -> client.saga("g").branchHeader("A-Bin", "b\nc")).hasMessageContaining("line breaks");
        assertThat(client.saga("g").branchHeader("A-Bin", "\u00e9").gid()).isEqualTo("g");
        assertThatThrownBy(() -> client.saga("g").step("", "").order(0, 1).submit())
                .hasMessageContaining("concurrent()");
        for (final String target : new String[] {"", "localhost", "http://localhost:36789/api/dtmsvr", "a b:1", ":1"}) {
            assertThatThrownBy(() -> AssentGrpcClient.connect(target))
                    .hasMessage("the target must look like host:36790, but is " + target);
        }
        assertThatThrownBy(() -> AssentGrpcClient.builder("a:1").requestTimeout(Duration.ZERO))
                .hasMessageContaining("longer than zero");
        assertThatThrownBy(() -> AssentGrpcClient.of(null)).hasMessageContaining("channel");
        assertThat(stub.requests()).isEmpty();
    }
}
