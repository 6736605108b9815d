package io.assent.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackGuardTest {

    private static final BranchUrls URLS = new BranchUrls("127.0.0.1:41001", "127.0.0.1:41002", "127.0.0.1:41003");
    private static final LoopbackGuard GUARD = new LoopbackGuard(URLS);

    private static boolean permits(final String text) {
        return GUARD.permits(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"gid\":\"g\",\"timeout_to_fail\":5}",
                "{\"action\":\"http://127.0.0.1:41001/ok\"}",
                "{\"action\":\"http://u:pw@127.0.0.1:41003/closed?a=b#c\"}",
                "{\"action\":\"http:\\/\\/127.0.0.1:41001\\/ok\"}",
                "{\"action\":\"\\u0068ttp\\u003a//127.0.0.1:41001/ok\"}",
                "GET /subscribe?url=http%3A%2F%2F127.0.0.1%3A41001%2Fok&remark=x",
                "{\"action\":\"http://127.0.0.1:99999999999/\"}",
                "{\"action\":\"http:///x\"}",
                "{\"action\":\"127.0.0.1:41001/odd.Service/Call\"}",
                "{\"action\":\"topic://any.name\"}",
                "{\"action\":\"\"}",
            })
    void shouldPermitTheRunsOwnAddressesAndWhatLeadsNowhere(final String text) {
        assertThat(permits(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"action\":\"http://example.test/\"}",
                "{\"action\":\"http://10.0.0.1:80/\"}",
                "{\"action\":\"http://127.0.0.1/\"}",
                "{\"action\":\"http://127.0.0.1:4100/\"}",
                "{\"action\":\"http://127.0.0.1:410011/\"}",
                "{\"action\":\"http://127.0.0.1:41001\"}",
                "{\"action\":\"http://117.0.0.1:41001/ok\"}",
                "{\"action\":\"http://127.0.0.1:41001@example.test/\"}",
                "{\"action\":\"http://127.0.0.1:41001\\\"@example.test/\"}",
                "{\"action\":\"http://127.0.0.1:41001\\u0040example.test/\"}",
                "{\"action\":\"http://127.0.0.1:41001.example.test/\"}",
                "{\"action\":\"http://127.0.0.1:41001\u0430/\"}",
                "{\"action\":\"http\\u003a\\u002f\\u002fexample.test\\u002f\"}",
                "{\"action\":\"http:\\/\\/example.test\\/\"}",
                "{\"action\":\"https://example.test",
                "{\"action\":\"http://127.0.0.1:41001\\\\@example.test/\"}",
                "GET /subscribe?url=http%3A%2F%2Fexample.test%2F",
                "GET /subscribe?url=http%3a%2f%2f127.0.0.1%3a41001%40example.test%2f",
                "GET /subscribe?url=http%5Cu003a//example.test/",
                "{\"action\":\"example.test:50051/odd.Service/Call\"}",
                "{\"action\":\"127.0.0.1:50051/odd.Service/Call\"}",
                "{\"action\":\"http://topic://example.test/\"}",
                "xtopic://example.test/",
            })
    void shouldRefuseEveryOtherHostHoweverItIsWritten(final String text) {
        assertThat(permits(text)).isFalse();
    }

    @Test
    void shouldRefuseAnAddressFromWhichAByteIsMissingOrOtherThanItWas() {
        final String url = "{\"action\":\"http://127.0.0.1:41001/ok\"}";
        final int from = url.indexOf("127");
        final int to = url.indexOf("/ok");
        for (int at = from; at < to; at++) {
            assertThat(permits(url.substring(0, at) + url.substring(at + 1)))
                    .as("without byte %d", at)
                    .isFalse();
            assertThat(permits(url.substring(0, at) + "9" + url.substring(at + 1)))
                    .as("with a 9 at %d", at)
                    .isFalse();
            assertThat(permits(url.substring(0, at) + "9" + url.substring(at)))
                    .as("with a 9 more at %d", at)
                    .isFalse();
            assertThat(permits(url.substring(0, at + 1)))
                    .as("cut behind %d", at)
                    .isEqualTo(at == to - 1);
        }
    }

    @Test
    void shouldPermitEveryUrlThatInputsAreMadeFrom() {
        for (int number = 0; number < 20_000; number++) {
            final String url = URLS.any(new Chance(1, number));
            assertThat(permits("\"" + url.replace("\"", "\\\"") + "\"")).as(url).isTrue();
        }
        assertThat(permits("\"" + URLS.unanswered() + "\"")).isTrue();
    }
}
