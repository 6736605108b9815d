package io.assent.loadtest.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";

    private static ResponseReader reader(final String bytes) {
        return new ResponseReader(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** As a slow network would bring it. */
    private static ResponseReader byteByByte(final String bytes) {
        return new ResponseReader(new InputStream() {
            private final InputStream all = new ByteArrayInputStream(bytes.getBytes(StandardCharsets.ISO_8859_1));

            @Override
            public int read() throws IOException {
                return all.read();
            }

            @Override
            public int read(final byte[] into, final int offset, final int length) throws IOException {
                return all.read(into, offset, Math.min(1, length));
            }
        });
    }

    @Test
    void shouldReadResponsesInTheirOrderHoweverTheyArrive() throws Exception {
        final String two = OK + "HTTP/1.1 409 Conflict\r\nX: a: b \r\nContent-Length: 0\r\nConnection: Close\r\n\r\n";
        for (final ResponseReader reader : new ResponseReader[] {reader(two), byteByByte(two)}) {
            final Response first = reader.read(false);
            assertThat(first.status()).isEqualTo(200);
            assertThat(first.text()).isEqualTo("hi");
            assertThat(first.closes()).isFalse();
            final Response second = reader.read(false);
            assertThat(second.status()).isEqualTo(409);
            assertThat(second.header("x")).contains("a: b");
            assertThat(second.closes()).isTrue();
            assertThat(second.body()).isEmpty();
            assertThat(reader.awaitEnd()).isTrue();
            assertThat(reader.read(false)).isNull();
        }
    }

    @Test
    void shouldReadNoBodyBehindHeadAndInterimAnswers() throws Exception {
        final ResponseReader reader = reader("HTTP/1.1 100 Continue\r\n\r\n" + OK.substring(0, OK.length() - 2) + OK);
        assertThat(reader.read(false).status()).isEqualTo(100);
        assertThat(reader.read(true).body()).isEmpty();
        assertThat(reader.awaitEnd()).isFalse();
        assertThat(reader.read(false).text()).isEqualTo("hi");
    }

    @Test
    void shouldReadALargeBodyAndWhatFollowsIt() throws Exception {
        final ResponseReader reader =
                reader("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + "b".repeat(300_000) + OK);
        assertThat(reader.read(false).body()).hasSize(300_000);
        assertThat(reader.read(false).text()).isEqualTo("hi");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\n\r\nContent-Length: 0\r\n\r\n",
                "{\"message\":\"no head\"}\r\n\r\n",
            })
    void shouldRefuseWhatIsNoStatusLine(final String bytes) {
        assertThatThrownBy(() -> reader(bytes).read(false)).isInstanceOf(MalformedResponse.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no colon                                  | a header field was expected",
                ": value                                   | a header field was expected",
                "Bad Name: x                               | must be a token",
                "_folded: x                                | must be a token",
                "X: a^A                                    | must be printable ASCII",
                "X: a\u00e9                                | must be printable ASCII",
                "X: a^JY: b                                | must be printable ASCII",
                "X: a^MY: b                                | must be printable ASCII",
                "X: 1                                      | a Content-Length was expected",
                "Content-Length: -1                        | in digits",
                "Content-Length: 0x5                       | in digits",
                "Content-Length: 1,1                       | in digits",
                "Content-Length: 99999999999               | in digits",
                "Content-Length: 999999999                 | at most",
                "Transfer-Encoding: chunked                | no Transfer-Encoding",
            })
    void shouldRefuseAHeaderThatIsNotAllowed(final String line, final String rule) {
        final String bytes = line.replace("^A", "\u0001")
                .replace("^J", "\n")
                .replace("^M", "\r")
                .replace('_', ' ');
        assertThatThrownBy(
                        () -> reader("HTTP/1.1 200 OK\r\n" + bytes + "\r\n\r\n").read(false))
                .isInstanceOf(MalformedResponse.class)
                .hasMessageContaining(rule);
    }

    @Test
    void shouldRefuseTwoLengthsThoughTheyAreEqual() {
        assertThatThrownBy(() -> reader("HTTP/1.1 200 OK\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n")
                        .read(false))
                .isInstanceOf(MalformedResponse.class)
                .hasMessageContaining("second");
    }

    @Test
    void shouldTellAnEndFromABrokenOffResponse() {
        for (int cut = 1; cut < OK.length(); cut++) {
            final ResponseReader reader = reader(OK.substring(0, cut));
            assertThatThrownBy(() -> reader.read(false))
                    .as("cut behind %d bytes", cut)
                    .isInstanceOf(MalformedResponse.class)
                    .hasMessageContaining("ended within");
        }
    }
}
