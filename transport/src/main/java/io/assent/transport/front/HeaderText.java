package io.assent.transport.front;

import java.nio.charset.StandardCharsets;

/** Sentences as the value of a header field or of metadata: bounded, and without anything that could end it. */
public final class HeaderText {
    private static final int BYTES_MAX = 512;
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private HeaderText() {}

    /** Printable ASCII as it stands, all other bytes of its UTF-8 as percent escapes. */
    public static String of(String text) {
        StringBuilder value = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (value.length() >= BYTES_MAX) {
                return value.append("...").toString();
            }
            if (b >= ' ' && b <= '~' && b != '%') {
                value.append((char) b);
            } else {
                value.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
            }
        }
        return value.toString().strip();
    }
}
