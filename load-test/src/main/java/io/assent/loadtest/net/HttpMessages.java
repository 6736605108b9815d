package io.assent.loadtest.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** HTTP messages as bytes, made once and written many times. */
public final class HttpMessages {

    private HttpMessages() {}

    /**
     * Makes a response.
     *
     * @param status the status code.
     * @param body the JSON body.
     * @return the bytes of the response.
     */
    public static byte[] json(final int status, final String body) {
        return ("HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Makes a POST request with a JSON body.
     *
     * @param host the Host header.
     * @param target path and query.
     * @param body the JSON body.
     * @return the bytes of the request.
     */
    public static byte[] post(final String host, final String target, final String body) {
        return ("POST " + target + " HTTP/1.1\r\nHost: " + host
                        + "\r\nContent-Type: application/json\r\nAccept: application/json\r\nContent-Length: "
                        + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Makes a buffer that can be written any number of times through its duplicates.
     *
     * @param message the bytes.
     * @return a direct, unreleasable, read-only buffer.
     */
    public static ByteBuf constant(final byte[] message) {
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(message.length).writeBytes(message).asReadOnly());
    }
}
