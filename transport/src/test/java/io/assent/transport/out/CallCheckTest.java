package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.BranchCall.Header;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallCheckTest {
    private final CallCheck check = new CallCheck();

    @ParameterizedTest
    @CsvSource({
        "'', http://h",
        "http, HTTPS://h:65535/a b?c",
        "grpc, https://[::1]/",
        "grpc, h:1/a.B/C",
        "json-rpc, http://h/?method=m",
        "json-rpc, h:1/a.B/C",
        "other, h:1/a.B/C",
    })
    void shouldFindNothingWhenACallCanBeMade(String protocol, String url) {
        assertThat(check.refusal(protocol, url)).isNull();
        assertThat(check.refusal(protocol, url)).as("remembered").isNull();
        assertThat(check.refusal(url)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'', http://, no host",
        "'', http://h:65536, port",
        "http, /a, begin with http",
        "http, h:1/a.B/C, begin with http",
        "http, 'http://h/\t', control character",
        "grpc, 'h:1/a\t.B/C', control character",
        "grpc, HTTP://h/, no driver",
        "grpc, nacos://service/a, no driver",
        "grpc, h:1, names no method",
        "grpc, h/a.B/C, has no port",
        "grpc, :1/a.B/C, no host",
        "other, /a, has no port",
    })
    void shouldSayWhyWhenNoCallCanBeMade(String protocol, String url, String why) {
        assertThat(check.refusal(protocol, url)).contains(why);
        assertThat(check.refusal(protocol, url)).as("not remembered as right").contains(why);
    }

    @Test
    void shouldTakeWhatOneOfTheProtocolsCanCallWhenNoneIsKnown() {
        assertThat(check.refusal("h:1/a.B/C")).isNull();
        assertThat(check.refusal("HTTP://h/")).isNull();
        assertThat(check.refusal("/a")).contains("neither");
        assertThat(check.refusal("topic://t")).contains("neither");
        assertThat(check.refusal("/a\n")).contains("control character");
    }

    @Test
    void shouldRefuseHeadersThatCanNotBeSent() {
        assertThat(CallCheck.httpHeadersRefusal(List.of(new Header("x", "ü\ty"))))
                .isNull();
        assertThat(CallCheck.httpHeadersRefusal(List.of(new Header("x y", "")))).contains("name");
        assertThat(CallCheck.httpHeadersRefusal(List.of(new Header("x", "a\nb"))))
                .contains("control character");
        assertThat(CallCheck.grpcHeadersRefusal(List.of(new Header("X-a_b.c", "v"), new Header("y-bin", "ü"))))
                .isNull();
        assertThat(CallCheck.grpcHeadersRefusal(List.of(new Header("user-agent", "ü"))))
                .isNull();
        assertThat(CallCheck.grpcHeadersRefusal(List.of(new Header("x!", "v")))).contains("metadata key");
        assertThat(CallCheck.grpcHeadersRefusal(List.of(new Header("x", "ü")))).contains("printable");
    }
}
