package io.assent.loadtest.fuzz.grpc;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Frames of HTTP/2 as bytes (RFC 9113), right ones and any others. */
final class Frames {

    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int PRIORITY = 2;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PUSH_PROMISE = 5;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;

    static final int END_STREAM = 0x1;
    static final int ACK = 0x1;
    static final int END_HEADERS = 0x4;
    static final int PADDED = 0x8;
    static final int WITH_PRIORITY = 0x20;

    static final int HEADER_BYTES = 9;
    /** The largest payload that everybody takes unasked. */
    static final int PAYLOAD_BYTES_MAX = 16_384;

    static final int CANCEL = 8;

    /** The setting of how much a stream may carry before its window is opened wider. */
    static final int INITIAL_WINDOW_SIZE = 4;
    /** Of a setting: identifier and value. */
    static final int ENTRY_BYTES = 6;

    private Frames() {}

    /** What a client says first. */
    static byte[] preface() {
        return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] frame(final int type, final int flags, final int stream, final byte[] payload) {
        return frame(type, flags, stream, payload.length, payload);
    }

    /** With any length. */
    static byte[] frame(final int type, final int flags, final int stream, final int length, final byte[] payload) {
        return ByteBuffer.allocate(HEADER_BYTES + payload.length)
                .put((byte) (length >> 16))
                .putShort((short) length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    /**
     * Settings.
     *
     * @param entries identifiers and values by turns.
     */
    static byte[] settings(final int... entries) {
        final ByteBuffer payload = ByteBuffer.allocate(entries.length / 2 * ENTRY_BYTES);
        for (int i = 0; i + 1 < entries.length; i += 2) {
            payload.putShort((short) entries[i]).putInt(entries[i + 1]);
        }
        return frame(SETTINGS, 0, 0, payload.array());
    }

    static byte[] settingsAck() {
        return frame(SETTINGS, ACK, 0, new byte[0]);
    }

    static byte[] windowUpdate(final int stream, final int increment) {
        return frame(WINDOW_UPDATE, 0, stream, number(increment));
    }

    static byte[] reset(final int stream, final int error) {
        return frame(RST_STREAM, 0, stream, number(error));
    }

    /** A header block in as many frames as it needs. */
    static byte[] headers(final int stream, final byte[] block, final boolean endsStream) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        int from = 0;
        do {
            final int to = Math.min(block.length, from + PAYLOAD_BYTES_MAX);
            final byte[] part = Arrays.copyOfRange(block, from, to);
            final int end = to == block.length ? END_HEADERS : 0;
            all.writeBytes(
                    from == 0
                            ? frame(HEADERS, end | (endsStream ? END_STREAM : 0), stream, part)
                            : frame(CONTINUATION, end, stream, part));
            from = to;
        } while (from < block.length);
        return all.toByteArray();
    }

    static byte[] number(final int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }
}
