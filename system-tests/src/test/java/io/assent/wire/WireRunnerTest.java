package io.assent.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The runner itself finds what is wrong; else a vector that passes would prove nothing. */
class WireRunnerTest {
    private static final String VECTOR = """
            # PROTOCOL 2.2 a vector of the runner
            >>> GET /x?gid={{gid}}

            <<< 200
            X-Kind: probe

            {"a":"{{time:t}}","b":"{{time:t+10}}","c":"{{text}}"}
            """;
    private static final String BODY = "{\"a\":\"2026-01-01T00:00:00Z\",\"b\":\"2026-01-01T00:00:10Z\",\"c\":\"why\"}";

    private static String difference(int status, Map<String, String> headers, String body) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            headers.forEach(exchange.getResponseHeaders()::set);
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.start();
        try {
            return Conversation.difference(
                    WireVector.parse("probe", VECTOR), server.getAddress().getPort());
        } finally {
            server.stop(0);
        }
    }

    private static Map<String, String> headers() {
        Map<String, String> headers = new TreeMap<>();
        headers.put("Content-Type", "application/json; charset=utf-8");
        headers.put("X-Kind", "probe");
        return headers;
    }

    @Test
    void shouldAcceptWhatIsWritten() throws Exception {
        assertThat(difference(200, headers(), BODY)).isNull();
    }

    @Test
    void shouldFindAWrongStatus() throws Exception {
        assertThat(difference(201, headers(), BODY))
                .contains("probe.txt:2 (PROTOCOL 2.2")
                .contains("found 201");
    }

    @Test
    void shouldFindAMissingHeaderAndAWrongOne() throws Exception {
        Map<String, String> without = headers();
        without.remove("X-Kind");
        assertThat(difference(200, without, BODY)).contains("header X-Kind is missing");
        Map<String, String> wrong = headers();
        wrong.put("Content-Type", "application/json");
        assertThat(difference(200, wrong, BODY)).contains("header Content-Type, expected");
    }

    @Test
    void shouldFindAWrongByteWhereItStands() throws Exception {
        assertThat(difference(200, headers(), BODY.replace("\"b\"", "\"B\"")))
                .contains("at byte 29")
                .contains("expected 'b\":\"'");
    }

    @Test
    void shouldFindABlankOrALineEndTooMany() throws Exception {
        assertThat(difference(200, headers(), BODY + "\n")).contains("expected the end");
        assertThat(difference(200, headers(), BODY.replace(":", ": "))).contains("body, expected");
    }

    @Test
    void shouldFindATimeThatDoesNotFit() throws Exception {
        assertThat(difference(200, headers(), BODY.replace(":10Z", ":11Z"))).contains("(t+10), found 2026");
        assertThat(difference(200, headers(), BODY.replace(":00Z", ":00+00:00")))
                .contains("a time in UTC");
        assertThat(difference(200, headers(), BODY.replace(":00Z", ":00.50Z"))).contains("a time in UTC");
    }

    @Test
    void shouldFindMarkerWordsInAFreeText() throws Exception {
        assertThat(difference(200, headers(), BODY.replace("why", "a FAILURE"))).contains("without FAILURE");
        assertThat(difference(200, headers(), BODY.replace("why", "an ONGOING")))
                .contains("without ONGOING");
        assertThat(difference(200, headers(), BODY.replace("why", ""))).contains("expected a text");
    }

    @Test
    void shouldMatchChoicesAndNothingElse() {
        Map<String, String> values = new HashMap<>();
        assertThat(Expectation.difference("[{{may 1,}}{{either {}|null}}]", "[1,{}]", values))
                .isNull();
        assertThat(Expectation.difference("[{{may 1,}}{{either {}|null}}]", "[null]", values))
                .isNull();
        assertThat(Expectation.difference("[{{may 1,}}{{either {}|null}}]", "[2,null]", values))
                .contains("expected one of");
        assertThat(Expectation.difference("{{id:a}} {{id:a}}", "x y", values)).contains("expected x again");
    }

    @Test
    void shouldEndAFreeTextWhereItsJsonTextEnds() {
        Map<String, String> values = new HashMap<>();
        String expected = "{\"m\":\"{{text}}\"}";
        assertThat(Expectation.difference(expected, "{\"m\":\"such as {\\\"a\\\":\\\"b\\\"}\"}", values))
                .isNull();
        assertThat(Expectation.difference(expected, "{\"m\":\"a\",\"b\":\"c\"}", values))
                .contains("expected '}', found ',");
        assertThat(Expectation.difference("[{{any}}]", "[1],[2]", values)).isNull();
        assertThat(Expectation.difference("[{{any}}]", "[1],[2", values)).contains("expected the end");
    }

    @Test
    void shouldCutOnlyThePendingObjectOfTheTransaction() {
        assertThat(PendingObject.cutFrom("{\"transaction\":{\"id\":1,\"pending\":{\"a\":[{}]},\"z\":2}}"))
                .isEqualTo("{\"transaction\":{\"id\":1,\"z\":2}}");
        assertThat(PendingObject.cutFrom("{\"transaction\":{\"pending\":{},\"z\":2}}"))
                .isEqualTo("{\"transaction\":{\"z\":2}}");
        String elsewhere = "{\"pending\":{},\"branches\":[{\"pending\":{}}],\"transaction\":{\"pending\":1}}";
        assertThat(PendingObject.cutFrom(elsewhere)).isEqualTo(elsewhere);
    }

    @Test
    void shouldRefuseAFileThatIsNoVector() {
        assertThatThrownBy(() -> WireVector.parse("v", ">>> GET /")).hasMessageContaining("v:1: expected '# PROTOCOL");
        assertThatThrownBy(() -> WireVector.parse("v", "# PROTOCOL 2\n>>> GET /\n\n# end"))
                .hasMessageContaining("expected the reply of the request in line 2");
        assertThatThrownBy(() -> WireVector.parse("v", "# PROTOCOL 2\nGET /")).hasMessageContaining("v:2: expected");
    }
}
