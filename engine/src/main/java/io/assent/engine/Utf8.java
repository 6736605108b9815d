package io.assent.engine;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** Texts on the wire of the engine: a 32-bit little-endian length, then UTF-8. */
public final class Utf8 {
    private static final byte[] NOTHING = new byte[0];

    private Utf8() {}

    /** The text whose length field is at {@code offset}. */
    public static String read(DirectBuffer buffer, int offset) {
        int length = length(buffer, offset);
        if (length == 0) {
            return "";
        }
        byte[] array = buffer.byteArray();
        if (array != null && buffer instanceof UnsafeBuffer && buffer.wrapAdjustment() == 0) {
            return new String(array, offset + Integer.BYTES, length, StandardCharsets.UTF_8);
        }
        return new String(bytes(buffer, offset), StandardCharsets.UTF_8);
    }

    /** A copy of the bytes whose length field is at {@code offset}. */
    public static byte[] bytes(DirectBuffer buffer, int offset) {
        int length = length(buffer, offset);
        if (length == 0) {
            return NOTHING;
        }
        byte[] copy = new byte[length];
        buffer.getBytes(offset + Integer.BYTES, copy);
        return copy;
    }

    public static int length(DirectBuffer buffer, int offset) {
        return buffer.getInt(offset, ByteOrder.LITTLE_ENDIAN);
    }

    /** Where the next field starts. */
    public static int end(DirectBuffer buffer, int offset) {
        return offset + Integer.BYTES + length(buffer, offset);
    }

    public static byte[] encode(String text) {
        return text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    }

    /** The longest prefix of whole characters that fits in {@code bytesMax} bytes of UTF-8. */
    public static String truncate(String text, int bytesMax) {
        if (text.length() * 3L <= bytesMax) {
            return text;
        }
        int bytes = 0;
        int i = 0;
        while (i < text.length()) {
            int codePoint = text.codePointAt(i);
            int width = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
            if (bytes + width > bytesMax) {
                return text.substring(0, i);
            }
            bytes += width;
            i += Character.charCount(codePoint);
        }
        return text;
    }
}
