package io.assent.transport.front;

import java.nio.charset.StandardCharsets;

/** The path of a request as it is looked up (PROTOCOL 2.0). */
final class RequestPath {
    private RequestPath() {}

    /**
     * Without percent escapes, apart from an escaped slash, which stays: it belongs to a name and divides nothing. What is no path, by a broken escape
     * or by bytes that are no UTF-8, stays as it is and leads nowhere.
     *
     * @param raw each character one byte
     */
    static String decoded(String raw) {
        if (raw.indexOf('%') < 0) {
            return raw;
        }
        byte[] from = raw.getBytes(StandardCharsets.ISO_8859_1);
        byte[] to = new byte[from.length];
        int length = 0;
        for (int i = 0; i < from.length; i++) {
            if (from[i] == '%') {
                int high = i + 2 < from.length ? Character.digit(from[i + 1], 16) : -1;
                int low = i + 2 < from.length ? Character.digit(from[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    return raw;
                }
                if (high * 16 + low != '/') {
                    to[length++] = (byte) (high * 16 + low);
                    i += 2;
                    continue;
                }
            }
            to[length++] = from[i];
        }
        return StrictUtf8.badByte(to, 0, length) < 0 ? new String(to, 0, length, StandardCharsets.UTF_8) : raw;
    }
}
