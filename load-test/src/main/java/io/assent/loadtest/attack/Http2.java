package io.assent.loadtest.attack;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The frames that an HTTP/2 client needs to be a nuisance (RFC 9113). */
final class Http2 {

    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int FRAME_BYTES_MAX = 16 << 10;

    private Http2() {}

    /** What a client says first; its streams may be sent nothing. */
    static byte[] greetingOfClient() {
        return join("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII), greeting());
    }

    /** The settings of a side whose streams may be sent nothing. */
    static byte[] greeting() {
        return frame(
                SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6)
                        .putShort((short) INITIAL_WINDOW_SIZE)
                        .putInt(0)
                        .array());
    }

    /** A call with the beginning of a message, or a whole one. */
    static byte[] call(
            final int stream, final String method, final int messageBytes, final byte[] sent, final int part) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(frame(HEADERS, END_HEADERS, stream, head("/dtmgimp.Dtm/" + method)));
        final byte[] framed = ByteBuffer.allocate(5 + sent.length)
                .put((byte) 0)
                .putInt(messageBytes)
                .put(sent)
                .array();
        for (int from = 0; from < framed.length; from += part) {
            final byte[] data = java.util.Arrays.copyOfRange(framed, from, Math.min(framed.length, from + part));
            final boolean last = from + part >= framed.length && sent.length == messageBytes;
            all.writeBytes(frame(DATA, last ? END_STREAM : 0, stream, data));
        }
        return all.toByteArray();
    }

    static byte[] call(final int stream, final String method, final int messageBytes, final byte[] sent) {
        return call(stream, method, messageBytes, sent, FRAME_BYTES_MAX);
    }

    private static byte[] head(final String path) {
        final ByteArrayOutputStream block = new ByteArrayOutputStream();
        field(block, ":method", "POST");
        field(block, ":scheme", "http");
        field(block, ":path", path);
        field(block, ":authority", "127.0.0.1");
        field(block, "content-type", "application/grpc");
        field(block, "te", "trailers");
        return block.toByteArray();
    }

    /** A literal that enters no table; both texts are short. */
    private static void field(final ByteArrayOutputStream block, final String name, final String value) {
        block.write(0);
        block.write(name.length());
        block.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        block.write(value.length());
        block.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(final int type, final int flags, final int stream, final byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    static byte[] join(final byte[]... parts) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (final byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
