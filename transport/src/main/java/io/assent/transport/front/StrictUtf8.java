package io.assent.transport.front;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Texts out of bytes that a client sent. Bytes that are no UTF-8 are refused: replaced by U+FFFD, two gids would become one and a payload would
 * be altered (PROTOCOL 13.47).
 */
public final class StrictUtf8 {
    /** What stands in a text for bytes that are none. */
    static final char REPLACEMENT = '\uFFFD';

    private static final int SCAN_CHARS = 1_024;

    private StrictUtf8() {}

    /**
     * The text.
     *
     * @param code of the refusal, without its last part
     * @param what names the bytes in the refusal's sentence
     */
    static String text(byte[] bytes, int length, String code, String what) throws RequestError {
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            int bad = badByte(bytes, 0, length);
            if (bad >= 0) {
                throw refusal(code, what, bytes[bad], bad);
            }
        }
        return text;
    }

    /** The sentence about a byte at its offset. */
    public static RequestError refusal(String code, String what, byte bad, int offset) {
        return new RequestError(
                code + ".utf8", what + " is not UTF-8: byte 0x" + String.format("%02X", bad) + " at offset " + offset);
    }

    /** Offset of the first byte that begins no character, counted from {@code from}, or -1. */
    public static int badByte(byte[] bytes, int from, int length) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, from, length);
        CharBuffer out = CharBuffer.allocate(SCAN_CHARS);
        while (true) {
            var result = decoder.decode(in, out, true);
            if (result.isError()) {
                return in.position() - from;
            }
            if (result.isUnderflow()) {
                return -1;
            }
            out.clear();
        }
    }
}
