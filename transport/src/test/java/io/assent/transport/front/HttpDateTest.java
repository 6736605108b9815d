package io.assent.transport.front;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HttpDateTest {
    @Test
    void shouldTellTheSecondInTheFormOfHttp() {
        HttpDate date = new HttpDate();
        assertThat(date.at(784_111_777_000L)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(date.at(784_111_777_999L)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
        assertThat(date.at(784_111_778_000L)).isEqualTo("Sun, 06 Nov 1994 08:49:38 GMT");
        assertThat(date.at(784_111_777_000L)).isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
