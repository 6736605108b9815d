package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTlsTest {

    @ParameterizedTest
    @CsvSource({
        "'', a.example, 1, false",
        "'a.example:1', a.example, 1, true",
        "'a.example:1', a.example, 2, false",
        "'A.example', a.example, 2, true",
        "'b, a.example ,c', a.example, 2, true",
        "'*.example', a.example, 2, true",
        "'*.example', a.b.example, 2, true",
        "'*.example', example, 2, false",
        "'*.example', aexample, 2, false",
        "'*', example, 2, true",
    })
    void shouldApplyToTheNamedTargets(String patterns, String host, int port, boolean applies) {
        assertThat(GrpcTls.parse(patterns).applies(host, port)).isEqualTo(applies);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.*", "a*b", "*a", "https://a", "a, *b"})
    void shouldRefuseWhatIsNoPattern(String text) {
        assertThatThrownBy(() -> GrpcTls.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no host:port");
    }
}
