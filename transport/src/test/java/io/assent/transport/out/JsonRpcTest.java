package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Branch calls by JSON-RPC over a real socket (PROTOCOL 5.1, 5.3). */
class JsonRpcTest {
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        caller = new Caller();
    }

    @AfterEach
    void close() {
        caller.close();
    }

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    private static String reply(int status, String body) {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        return "HTTP/1.1 " + status + " X\r\nContent-Length: " + length + "\r\n\r\n" + body;
    }

    private Caller.Call call(Participant participant, String query) {
        return caller.call("http://127.0.0.1:" + participant.port() + "/rpc" + query)
                .protocol("json-rpc");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{\"amount\":30}|\"amount\":30,",
                "-|",
                "{}|",
                "{\"n\":1.0,\"big\":123456789012345678901234567890,\"e\":1E+2}|\"n\":1.0,\"big\":123456789012345678901234567890,\"e\":1E+2,",
                "{\"a\":[1,{\"b\":[[],{}]},null,true],\"gid\":5}|\"a\":[1,{\"b\":[[],{}]},null,true],",
                "{\"gid\":{\"x\":[1]},\"op\":null,\"z\":\"ü\"}|\"z\":\"ü\",",
            })
    void shouldWrapThePayloadAsItIsAndAddWhoAsks(String payload, String parameters) throws IOException {
        try (Participant participant = Participant.answering(reply(200, "{\"result\":1}"))) {
            Caller.Ended ended = call(participant, "?x={y}&method=pay%20it&z")
                    .payload(bytes(payload == null ? "" : payload))
                    .header("a", "b")
                    .end();
            assertThat(ended.outcome()).isEqualTo(Outcome.SUCCESS);
            Participant.Request request = participant.requests().get(0);
            assertThat(request.line())
                    .as("nothing is appended to the query")
                    .isEqualTo("POST /rpc?x={y}&method=pay%20it&z HTTP/1.1");
            assertThat(request.header("a")).isEqualTo("b");
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(new String(request.body(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"id\":\"1\",\"jsonrpc\":\"2.0\",\"method\":\"pay it\",\"params\":{"
                            + (parameters == null ? "" : parameters)
                            + "\"branch_id\":\"01\",\"gid\":\"g1\",\"op\":\"action\",\"trans_type\":\"saga\"}}");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "1", "{", "{} x", "text"})
    void shouldSendNothingWhenThePayloadIsNoObject(String payload) throws IOException {
        try (Participant participant = Participant.answering(reply(200, "{}"))) {
            Caller.Ended ended =
                    call(participant, "?method=m").payload(bytes(payload)).end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).startsWith("the payload of a json-rpc branch");
            assertThat(participant.accepted()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "200|{\"jsonrpc\":\"2.0\",\"result\":{}}|SUCCESS|",
                "200|{\"error\":null}|SUCCESS|",
                "200|null|SUCCESS|",
                "200|{\"error\":{\"code\":-32901,\"message\":\"no money\"}}|FAILURE|no money FAILURE",
                "200|{\"error\":{\"code\":-32901.0}}|FAILURE| FAILURE",
                "200|{\"error\":{\"message\":{\"a\":1},\"code\":-32902}}|ONGOING|ONGOING",
                "200|{\"error\":{\"code\":-32603,\"message\":\"x\"}}|UNKNOWN|status 200: {\"error\":{\"code\":-32603,\"message\":\"x\"}}",
                "200|{\"error\":{\"code\":\"-32901\"}}|UNKNOWN|status 200: {\"error\":{\"code\":\"-32901\"}}",
                "200|{\"error\":\"bad\"}|UNKNOWN|status 200: the error of the json-rpc reply is no JSON object: {\"error\":\"bad\"}",
                "200|[1]|UNKNOWN|status 200: the json-rpc reply is no JSON object: [1]",
                "200|ok|UNKNOWN|status 200: the json-rpc reply is no JSON object: ok",
                "200||UNKNOWN|status 200: the json-rpc reply is no JSON object: ",
                "200|{\"result\":\"it is ONGOING\"}|ONGOING|ONGOING",
                "409|{\"error\":{\"code\":-32902}}|FAILURE|{\"error\":{\"code\":-32902}} FAILURE",
                "425|{}|ONGOING|ONGOING",
                "500|{}|UNKNOWN|status 500: {}",
                "200|{\"result\":{}} x|UNKNOWN|status 200: the json-rpc reply is no JSON object: {\"result\":{}} x",
                "200|{}{}|UNKNOWN|status 200: the json-rpc reply has more behind its JSON object: {}{}",
                "200|null 1|UNKNOWN|status 200: the json-rpc reply has more behind its JSON object: null 1",
                "200|{\"error\":{\"code\":-32901}},|UNKNOWN|status 200: the json-rpc reply is no JSON object: {\"error\":{\"code\":-32901}},",
                "200|{\"result\":{}|UNKNOWN|status 200: the json-rpc reply is no JSON object: {\"result\":{}",
                "200|{\"error\":{\"code\":-32901},\"error\":null}|UNKNOWN|status 200: the json-rpc reply has several errors: {\"error\":{\"code\":-32901},\"error\":null}",
                "200|{\"error\":null,\"error\":null}|UNKNOWN|status 200: the json-rpc reply has several errors: {\"error\":null,\"error\":null}",
                "200|{\"error\":{\"code\":-32901,\"code\":0}}|UNKNOWN|status 200: the error of the json-rpc reply has several codes: {\"error\":{\"code\":-32901,\"code\":0}}",
            })
    void shouldReadTheReplyByHttpFirstAndByItsErrorThen(int status, String body, Outcome outcome, String text)
            throws IOException {
        try (Participant participant = Participant.answering(reply(status, body == null ? "" : body))) {
            Caller.Ended ended = call(participant, "?method=m").end();
            assertThat(ended.outcome()).isEqualTo(outcome);
            assertThat(ended.text()).isEqualTo(text == null ? "" : text);
        }
    }

    @Test
    void shouldReadARepliesOfUpToItsBoundAndNoLonger() throws IOException {
        String frame = "{\"error\":{\"code\":-32902},\"fill\":\"\"}";
        String longest = frame.replace("\"\"", "\"" + "x".repeat(JsonRpc.REPLY_BYTES_MAX - frame.length()) + "\"");
        try (Participant participant = Participant.answering(reply(200, longest))) {
            assertThat(call(participant, "?method=m").end().outcome()).isEqualTo(Outcome.ONGOING);
        }
        try (Participant participant = Participant.answering(reply(200, longest.replace("xx", "xxx")))) {
            Caller.Ended ended = call(participant, "?method=m").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("longer than " + JsonRpc.REPLY_BYTES_MAX);
        }
    }

    @Test
    void shouldCallByPlainHttpWithoutAMethodInTheUrlOrUnderAnotherProtocol() throws IOException {
        try (Participant participant = Participant.answering(reply(200, "no json"))) {
            assertThat(call(participant, "").end().outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(caller.call(participant.url() + "?method=m")
                            .protocol("grpc")
                            .end()
                            .outcome())
                    .isEqualTo(Outcome.SUCCESS);
            assertThat(participant.requests().get(0).line())
                    .isEqualTo("POST /rpc?branch_id=01&gid=g1&op=action&trans_type=saga HTTP/1.1");
            assertThat(participant.requests().get(0).body()).isEqualTo(bytes("{\"amount\":30}"));
        }
    }

    @Test
    void shouldTakeTheWordInThePathForTheSignAndSendAnEmptyMethod() throws IOException {
        try (Participant participant = Participant.answering(reply(200, "{}"))) {
            caller.call(participant.url() + "/method").protocol("json-rpc").end();
            assertThat(new String(participant.requests().get(0).body(), StandardCharsets.UTF_8))
                    .contains("\"method\":\"\"");
        }
    }
}
