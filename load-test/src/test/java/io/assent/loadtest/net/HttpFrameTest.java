package io.assent.loadtest.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class HttpFrameTest {

    private final HttpFrame frame = new HttpFrame();

    private static ByteBuf bytes(final String text) {
        return Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void shouldTakeOneMessageAtATimeWhenSeveralArePipelined() {
        final ByteBuf in = bytes("POST /a?b=c HTTP/1.1\r\nHost: x\r\ncontent-LENGTH: 2\r\n\r\nhi"
                + "GET / HTTP/1.1\r\nConnection: Close\r\n\r\nHTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n");
        assertThat(frame.parse(in)).isTrue();
        assertThat(frame.method()).isEqualTo("POST");
        assertThat(frame.target()).isEqualTo("/a?b=c");
        assertThat(frame.targetStartsWith("/a?".getBytes(StandardCharsets.US_ASCII)))
                .isTrue();
        assertThat(frame.targetStartsWith("/b".getBytes(StandardCharsets.US_ASCII)))
                .isFalse();
        assertThat(frame.body()).isEqualTo("hi");
        assertThat(frame.keepAlive()).isTrue();
        assertThat(frame.parse(in)).isTrue();
        assertThat(frame.keepAlive()).isFalse();
        assertThat(frame.body()).isEmpty();
        assertThat(frame.parse(in)).isTrue();
        assertThat(frame.status()).isEqualTo(409);
        assertThat(in.isReadable()).isFalse();
    }

    @Test
    void shouldWaitAtEveryByteWhenAMessageComesInPieces() {
        for (final String message : new String[] {
            "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
            "POST /a HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n"
        }) {
            for (int split = 1; split < message.length(); split++) {
                final ByteBuf in = bytes(message.substring(0, split));
                assertThat(frame.parse(in)).as("%d bytes of %s", split, message).isFalse();
                in.writeBytes(message.substring(split).getBytes(StandardCharsets.UTF_8));
                assertThat(frame.parse(in)).isTrue();
                assertThat(frame.body()).isEqualTo("hello");
                assertThat(in.isReadable()).isFalse();
            }
        }
    }

    @Test
    void shouldTakeABodyWhenItIsLargerThanTheFirstCopy() {
        final String body = "x".repeat(100_000);
        assertThat(frame.parse(bytes("POST /a HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + body)))
                .isTrue();
        assertThat(frame.body()).isEqualTo(body);
        assertThat(frame.parse(bytes("GET /" + "p".repeat(20_000) + " HTTP/1.1\r\n\r\n")))
                .isTrue();
        assertThat(frame.target()).hasSize(20_001);
    }

    @Test
    void shouldRefuseTheMessageWhenItIsOverTheBounds() {
        assertThatThrownBy(() -> frame.parse(bytes("GET /" + "p".repeat(HttpFrame.HEAD_BYTES_MAX))))
                .hasMessageContaining("head");
        assertThat(frame.parse(bytes("POST / HTTP/1.1\r\nContent-Length: " + HttpFrame.BODY_BYTES_MAX + "\r\n\r\n")))
                .isFalse();
        assertThatThrownBy(() -> frame.parse(
                        bytes("POST / HTTP/1.1\r\nContent-Length: " + (HttpFrame.BODY_BYTES_MAX + 1) + "\r\n\r\n")))
                .hasMessageContaining("body");
        assertThatThrownBy(() -> frame.parse(bytes("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n")))
                .hasMessageContaining("Content-Length");
        assertThatThrownBy(() -> frame.parse(bytes("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")))
                .hasMessageContaining("chunk");
    }
}
