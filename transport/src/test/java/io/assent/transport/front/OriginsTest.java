package io.assent.transport.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginsTest {
    private static HttpHeaders headers(String... namesAndValues) {
        HttpHeaders headers = new DefaultHttpHeaders();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return headers;
    }

    @ParameterizedTest
    @CsvSource({
        "http://h, h",
        "http://h, h:80",
        "http://h:80, H",
        "https://h, h:443",
        "https://h:8443, h:8443",
        "http://[::1]:8, [::1]:8"
    })
    void shouldServeAPageWhenItIsItsOwn(String origin, String host) {
        assertThat(Origins.OWN.refusal(headers("Origin", origin, "Host", host))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"http://h, i", "http://h:81, h", "http://h, h:443", "null, null", "http://h.evil, h", "h, h", "'', h"})
    void shouldRefuseAPageWhenItIsOfAnotherOrigin(String origin, String host) {
        assertThat(Origins.OWN.refusal(headers("Origin", origin, "Host", host))).contains("AllowedOrigins");
        assertThat(Origins.OWN.refusal(headers("Origin", origin))).isNotNull();
    }

    @Test
    void shouldServeWhatIsAllowed() {
        Origins some = new Origins(Set.of("http://a:1", "https://b"));
        assertThat(some.refusal(headers("Origin", "HTTP://A:1", "Host", "h"))).isNull();
        assertThat(some.refusal(headers("Origin", "http://a:2", "Host", "h"))).isNotNull();
        assertThat(some.refusal(headers("Host", "h"))).as("no browser").isNull();
        assertThat(some.refusalOfGet(headers("Sec-Fetch-Site", "cross-site"))).isNotNull();
        assertThat(some.refusalOfGet(headers("Sec-Fetch-Site", "cross-site", "Origin", "http://a:1")))
                .as("was looked at already")
                .isNull();
        assertThat(some.refusalOfGet(headers("Sec-Fetch-Site", "none"))).isNull();
        Origins all = new Origins(Set.of("*"));
        assertThat(all.refusal(headers("Origin", "null", "Host", "h"))).isNull();
        assertThat(all.refusalOfGet(headers("Sec-Fetch-Site", "cross-site"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a", "https://a.b:8", "http://[::1]:8", "*"})
    void shouldKnowAnOriginWhenItSeesOne(String text) {
        assertThat(Origins.isOrigin(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "a", "a.b:8", "ftp://a", "http://", "http://a/", "http://a/b", "http://u@a", "http://a b"})
    void shouldKnowWhatIsNoOrigin(String text) {
        assertThat(Origins.isOrigin(text)).isFalse();
    }
}
