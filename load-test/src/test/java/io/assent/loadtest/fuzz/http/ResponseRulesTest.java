package io.assent.loadtest.fuzz.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.http.Piece.Shape;
import io.assent.loadtest.net.Response;
import io.assent.loadtest.net.Response.Header;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResponseRulesTest {

    private static final Piece PLAIN = Piece.answered(new byte[0]);
    private static final Piece RPC = PLAIN.shaped(Shape.JSON_RPC);

    private final ResponseRules rules = new ResponseRules();

    private static Response json(final int status, final String body, final String... more) {
        final List<Header> headers = new ArrayList<>();
        headers.add(new Header("Content-Type", "application/json; charset=utf-8"));
        for (int i = 0; i < more.length; i += 2) {
            headers.add(new Header(more[i], more[i + 1]));
        }
        return new Response(status, headers, body.getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "200 | {\"dtm_result\":\"SUCCESS\"}",
                "200 | {\"transaction\":null,\"branches\":[{\"a\":1},{\"a\":1}]}",
                "409 | {\"dtm_result\":\"FAILURE\",\"message\":\"no FAILURE\"}",
                "425 | {\"dtm_result\":\"ONGOING\",\"message\":\"ONGOING\"}",
                "500 | {\"message\":\"gid must not be empty\"}",
                "400 | {\"message\":\"malformed\"}",
            })
    void shouldTakeWhatTheProtocolSays(final int status, final String body) {
        assertThatCode(() -> rules.check(json(status, body), PLAIN)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "502 | {\"message\":\"x\"}                            | a status must be one of",
                "504 | {\"message\":\"x\"}                            | a status must be one of",
                "201 | {}                                             | a status must be one of",
                "503 | {\"message\":\"x\"}                            | when to try again",
                "301 | {}                                             | where to",
                "500 | {\"message\":\"a FAILURE\"}                    | neither FAILURE nor ONGOING",
                "500 | {\"message\":\"x\",\"y\":\"ONGOING\"}          | neither FAILURE nor ONGOING",
                "500 | {\"error\":\"x\"}                              | has a message",
                "500 | {\"message\":\"x\",\"dtm_result\":\"SUCCESS\"} | no result",
                "409 | {\"message\":\"no FAILURE\"}                   | a 409 says FAILURE",
                "425 | {\"dtm_result\":\"FAILURE\"}                   | a 425 says ONGOING",
                "413 | {}                                             | has a message",
                "200 | {\"a\":1} x                                    | must be valid",
                "200 | {\"a\":1}{}                                    | nothing must stand behind",
                "200 | {\"a\":1,\"a\":2}                              | must be valid",
                "200 | {\"a\":                                        | must be valid",
                "200 | []                                             | must be an object",
                "200 | {\"a\":\"\u00e9\"}                             | must be UTF-8",
            })
    void shouldRefuseEverythingElse(final int status, final String body, final String rule) {
        assertThatThrownBy(() -> rules.check(json(status, body.strip()), PLAIN))
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining(rule);
    }

    @Test
    void shouldFindAnAnswerThatIsOneToAnotherRequest() {
        final Piece ping = PLAIN.telling("pong");
        assertThatCode(() -> rules.check(json(200, "{\"msg\":\"pong\"}"), ping)).doesNotThrowAnyException();
        assertThatCode(() -> rules.check(json(500, "{\"message\":\"x\"}"), ping))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> rules.check(json(200, "{\"gid\":\"g\"}"), ping))
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining("holds pong");
    }

    @Test
    void shouldDemandTheFourKeysOfAnEnvelope() {
        final String whole = "{\"error\":null,\"id\":\"1\",\"jsonrpc\":\"2.0\",\"result\":null}";
        assertThatCode(() -> rules.check(json(200, whole), RPC)).doesNotThrowAnyException();
        assertThatThrownBy(() -> rules.check(json(200, whole.replace("\"result\"", "\"x\"")), RPC))
                .isInstanceOf(BrokenRule.class);
        assertThatThrownBy(() -> rules.check(json(200, whole.replace("2.0", "1.0")), RPC))
                .isInstanceOf(BrokenRule.class);
        assertThatCode(() -> rules.check(json(413, "{\"message\":\"too large\"}", "Connection", "close"), RPC))
                .doesNotThrowAnyException();
    }
}
