package io.assent.client.internal;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text into plain Java values, so that the client needs no JSON library.
 *
 * <p>Objects become {@link LinkedHashMap}s in the order of the text (of equal keys the last wins), arrays {@link List}s,
 * integers that fit {@link Long}s, other numbers {@link BigDecimal}s, so that no digit is lost. It accepts exactly RFC
 * 8259: no comments, no trailing commas, no leading zeros, nothing after the value. Lone surrogates become U+FFFD, because
 * they cannot be sent on as UTF-8. Nesting is limited to {@value #DEPTH_MAX} levels: the reader recurses, and an answer
 * must not be able to overflow the stack of its reader.
 */
public final class JsonReader {

    /** The deepest nesting of arrays and objects that is read. */
    public static final int DEPTH_MAX = 128;

    /** The longest number that is read; longer ones serve only to make arithmetic on them slow. */
    public static final int NUMBER_LENGTH_MAX = 1_000;

    private static final char REPLACEMENT = '\uFFFD';

    private final String text;
    private int position;
    private int depth;

    private JsonReader(final String text) {
        this.text = text;
    }

    /**
     * Reads the one value of a text.
     *
     * @param text the JSON text.
     * @return a map, list, string, long, big decimal, boolean, or null for the JSON value {@code null}.
     * @throws JsonException saying what is wrong and at which offset.
     */
    public static Object read(final String text) {
        final JsonReader reader = new JsonReader(text);
        reader.skipBlanks();
        final Object value = reader.value();
        reader.skipBlanks();
        if (reader.position < text.length()) {
            throw reader.broken("nothing more after the value");
        }
        return value;
    }

    /**
     * Reads a text whose value must be an object.
     *
     * @param text the JSON text.
     * @return its members in the order of the text.
     */
    public static Map<String, Object> readObject(final String text) {
        return asObject(read(text), "the text");
    }

    /**
     * Views a value as an object.
     *
     * @param value what was read.
     * @param what its name for the error text.
     * @return the members.
     */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> asObject(final Object value, final String what) {
        if (value instanceof Map<?, ?>) {
            return (Map<String, Object>) value;
        }
        throw new JsonException(what + " must be a JSON object, but is " + nameOf(value));
    }

    private static String nameOf(final Object value) {
        if (value == null) {
            return "null";
        }
        if (value instanceof List<?>) {
            return "an array";
        }
        return value instanceof String ? "a string" : value instanceof Boolean ? "a boolean" : "a number";
    }

    private Object value() {
        if (position >= text.length()) {
            throw broken("a value");
        }
        final char first = text.charAt(position);
        switch (first) {
            case '{':
                return object();
            case '[':
                return array();
            case '"':
                return string();
            case 't':
                return word("true", true);
            case 'f':
                return word("false", false);
            case 'n':
                return word("null", null);
            default:
                return number();
        }
    }

    private Map<String, Object> object() {
        enter();
        final Map<String, Object> members = new LinkedHashMap<>();
        position++;
        skipBlanks();
        if (!taken('}')) {
            do {
                skipBlanks();
                if (position >= text.length() || text.charAt(position) != '"') {
                    throw broken("a member name in quotes");
                }
                final String name = string();
                skipBlanks();
                require(':');
                skipBlanks();
                members.put(name, value());
                skipBlanks();
            } while (taken(','));
            require('}');
        }
        depth--;
        return members;
    }

    private List<Object> array() {
        enter();
        final List<Object> elements = new ArrayList<>();
        position++;
        skipBlanks();
        if (!taken(']')) {
            do {
                skipBlanks();
                elements.add(value());
                skipBlanks();
            } while (taken(','));
            require(']');
        }
        depth--;
        return elements;
    }

    private String string() {
        position++;
        final int start = position;
        while (position < text.length()) {
            final char c = text.charAt(position);
            if (c == '"') {
                return repaired(text.substring(start, position++));
            }
            if (c == '\\') {
                return escapedString(start);
            }
            if (c < ' ') {
                throw broken("no raw control character in a string");
            }
            position++;
        }
        throw broken("a closing quote");
    }

    private String escapedString(final int start) {
        final StringBuilder out = new StringBuilder(text.length() - start < 64 ? 64 : 256);
        out.append(text, start, position);
        while (position < text.length()) {
            final char c = text.charAt(position++);
            if (c == '"') {
                return repaired(out.toString());
            }
            if (c == '\\') {
                out.append(escape());
            } else if (c < ' ') {
                position--;
                throw broken("no raw control character in a string");
            } else {
                out.append(c);
            }
        }
        throw broken("a closing quote");
    }

    private char escape() {
        if (position >= text.length()) {
            throw broken("a character after the backslash");
        }
        final char c = text.charAt(position++);
        switch (c) {
            case '"':
            case '\\':
            case '/':
                return c;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u':
                return unicode();
            default:
                position--;
                throw broken("one of \"\\/bfnrtu after the backslash");
        }
    }

    private char unicode() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            final int digit = position < text.length() ? hexDigit(text.charAt(position)) : -1;
            if (digit < 0) {
                throw broken("four hexadecimal digits after \\u");
            }
            code = code * 16 + digit;
            position++;
        }
        return (char) code;
    }

    // Character.digit would also take the digits of other scripts.
    private static int hexDigit(final char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'a' && c <= 'f') {
            return c - 'a' + 10;
        }
        return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    }

    private static String repaired(final String raw) {
        StringBuilder fixed = null;
        for (int i = 0; i < raw.length(); i++) {
            final char c = raw.charAt(i);
            if (!Character.isSurrogate(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < raw.length() && Character.isLowSurrogate(raw.charAt(i + 1))) {
                i++;
            } else {
                fixed = fixed == null ? new StringBuilder(raw) : fixed;
                fixed.setCharAt(i, REPLACEMENT);
            }
        }
        return fixed == null ? raw : fixed.toString();
    }

    private Object number() {
        final int start = position;
        taken('-');
        if (!taken('0')) {
            digits();
        }
        boolean integer = true;
        if (taken('.')) {
            integer = false;
            digits();
        }
        if (position < text.length() && (text.charAt(position) | 0x20) == 'e') {
            integer = false;
            position++;
            if (!taken('+')) {
                taken('-');
            }
            digits();
        }
        final int length = position - start;
        if (length > NUMBER_LENGTH_MAX) {
            throw new JsonException("a number of " + length + " characters at offset " + start
                    + ", the longest read is " + NUMBER_LENGTH_MAX);
        }
        final String number = text.substring(start, position);
        if (integer && length <= 18) {
            return Long.valueOf(number);
        }
        try {
            final BigDecimal exact = new BigDecimal(number);
            if (integer && exact.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return exact.longValueExact();
            }
            return exact;
        } catch (final NumberFormatException e) {
            throw new JsonException("the number at offset " + start + " has an exponent out of range");
        }
    }

    private void digits() {
        final int start = position;
        while (position < text.length() && text.charAt(position) >= '0' && text.charAt(position) <= '9') {
            position++;
        }
        if (position == start) {
            throw broken("a digit");
        }
    }

    private Object word(final String word, final Object value) {
        if (!text.startsWith(word, position)) {
            throw broken(word);
        }
        position += word.length();
        return value;
    }

    private void enter() {
        if (++depth > DEPTH_MAX) {
            throw new JsonException("nested deeper than " + DEPTH_MAX + " levels at offset " + position);
        }
    }

    private void skipBlanks() {
        while (position < text.length()) {
            final char c = text.charAt(position);
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            position++;
        }
    }

    private boolean taken(final char expected) {
        if (position < text.length() && text.charAt(position) == expected) {
            position++;
            return true;
        }
        return false;
    }

    private void require(final char expected) {
        if (!taken(expected)) {
            throw broken("'" + expected + "'");
        }
    }

    private JsonException broken(final String expected) {
        final String found = position < text.length() ? "'" + text.charAt(position) + "'" : "the end";
        return new JsonException("expected " + expected + " at offset " + position + ", found " + found);
    }
}
