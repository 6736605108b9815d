package io.assent.transport.front;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Parameters of a request's query (PROTOCOL 2.0): case-sensitive, the first of duplicates wins, ill-formed pairs are dropped. Bytes that are no UTF-8 are refused. */
final class QueryParameters {
    private final Map<String, String> values = new HashMap<>();

    QueryParameters(String query) throws RequestError {
        for (String pair : query.split("&")) {
            if (!pair.isEmpty() && pair.indexOf(';') < 0) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals), "the name of a query parameter");
                String value = name == null || equals < 0 ? "" : value(name, pair.substring(equals + 1));
                if (name != null && value != null) {
                    values.putIfAbsent(name, value);
                }
            }
        }
    }

    private static String value(String name, String text) throws RequestError {
        return isPlain(text) ? text : decode(text, "the query parameter " + JsonValues.shown(name));
    }

    /** The value, or "". */
    String text(String name) {
        return values.getOrDefault(name, "");
    }

    /** The value as an integer, or the default when it is missing or empty. */
    long integer(String name, long byDefault) throws RequestError {
        String text = text(name);
        if (text.isEmpty()) {
            return byDefault;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new RequestError(name + ".integer", "convert to int error: " + text);
        }
    }

    /** A segment of a path without its percent encoding; as it stands when an escape is broken. */
    static String decodePath(String segment) throws RequestError {
        String decoded = decode(segment.replace("+", "%2B"), "the path");
        return decoded == null ? segment : decoded;
    }

    /** Undoes percent and plus encoding, bytes above ASCII being UTF-8 with or without it; null when an escape is broken. */
    private static String decode(String text, String what) throws RequestError {
        if (isPlain(text)) {
            return text;
        }
        byte[] raw = text.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = new byte[raw.length];
        int length = 0;
        for (int i = 0; i < raw.length; i++) {
            if (raw[i] == '+') {
                bytes[length++] = ' ';
            } else if (raw[i] == '%') {
                int high = i + 2 < raw.length ? Character.digit(raw[i + 1], 16) : -1;
                int low = i + 2 < raw.length ? Character.digit(raw[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    return null;
                }
                bytes[length++] = (byte) (high * 16 + low);
                i += 2;
            } else {
                bytes[length++] = raw[i];
            }
        }
        return StrictUtf8.text(bytes, length, "query", what);
    }

    /** Nothing is encoded, and each character is one byte of UTF-8. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' || c == '+' || c >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
