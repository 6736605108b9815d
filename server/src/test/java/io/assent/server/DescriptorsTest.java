package io.assent.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever the limit of open files is, the journal finds its own. */
class DescriptorsTest {

    @ParameterizedTest
    @CsvSource({
        "1024, 10000, 288, 96, 96",
        "1024, 100, 100, 96, 96",
        "4096, 10000, 1440, 480, 480",
        "65536, 10000, 10000, 8160, 1024",
        "1048576, 10000, 10000, 8192, 1024",
        "2147483647, 1000000, 1000000, 8192, 1024"
    })
    void shouldLeaveEnoughForOurOwnFiles(long limit, int connectionsMax, int clients, int calls, int channels) {
        Descriptors shared = Descriptors.of(limit, connectionsMax);
        assertThat(shared.clients()).isEqualTo(clients);
        assertThat(shared.calls()).isEqualTo(calls);
        assertThat(shared.channels()).isEqualTo(channels);
        assertThat(2L * shared.clients() + shared.calls() + shared.channels())
                .isLessThanOrEqualTo(limit - Descriptors.OWN_FILES);
    }
}
