package io.assent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InternalMetadata;
import io.grpc.InternalStatus;
import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts of statuses keep their bound as the library writes them. */
class StatusTextTest {
    private static final int ENCODED_BYTES_MAX = 6 << 10;

    private static int encodedBytes(String text) {
        Metadata trailers = new Metadata();
        trailers.put(InternalStatus.MESSAGE_KEY, text);
        return InternalMetadata.serialize(trailers)[1].length;
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "~", "%", "\n", "\u007f", "\u00e9", "\u6c49", "\ud83d\ude00"})
    void shouldCutWhatIsTooLongBetweenCharacters(String character) {
        int each = encodedBytes(character);
        String longest = character.repeat(ENCODED_BYTES_MAX / each);
        assertThat(StatusText.bounded(longest)).isEqualTo(longest);
        assertThat(StatusText.bounded(longest + character)).isEqualTo(longest);
        assertThat(encodedBytes(StatusText.bounded(character.repeat(100_000)))).isLessThanOrEqualTo(ENCODED_BYTES_MAX);
    }

    @Test
    void shouldKeepTheWordAtTheEndOfARefusal() {
        String refusal = "x".repeat(ENCODED_BYTES_MAX) + " FAILURE";
        assertThat(StatusText.bounded(refusal)).hasSize(ENCODED_BYTES_MAX).endsWith("xxx FAILURE");
        assertThat(StatusText.bounded("no money FAILURE")).isEqualTo("no money FAILURE");
        assertThat(StatusText.bounded("")).isEmpty();
    }
}
