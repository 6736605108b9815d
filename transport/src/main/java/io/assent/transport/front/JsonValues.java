package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** Single values of a JSON text, each with its type demanded under the name of its field. */
final class JsonValues {
    private static final int SHOWN_CHARS_MAX = 128;
    private static final String CUSTOM_DATA = "custom_data.";

    private JsonValues() {}

    static String text(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(token == JsonToken.VALUE_STRING, field, "a string", token);
        return wellFormed(parser.getText());
    }

    static boolean bool(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, field, "true or false", token);
        return parser.getBooleanValue();
    }

    /** @param wholeFloats whether 5.0 counts as 5 */
    static long integer(JsonParser parser, String field, JsonToken token, boolean wholeFloats)
            throws IOException, RequestError {
        if (wholeFloats && token == JsonToken.VALUE_NUMBER_FLOAT) {
            double number = parser.getDoubleValue();
            require(number == Math.rint(number) && Math.abs(number) < 1L << 53, field, "an integer", token);
            return (long) number;
        }
        require(token == JsonToken.VALUE_NUMBER_INT, field, "an integer", token);
        try {
            return parser.getLongValue();
        } catch (JsonProcessingException e) {
            throw new RequestError(codeOf(field) + ".range", field + " is out of range: " + parser.getText());
        }
    }

    static void require(boolean holds, String field, String expected, JsonToken found) throws RequestError {
        if (!holds) {
            throw new RequestError(codeOf(field) + ".type", field + " must be " + expected + ", found " + name(found));
        }
    }

    /** The part of a field's name that is ours: codes are few and fixed, so they hold no number of an element and no name that a client chose. */
    private static String codeOf(String field) {
        int end = field.indexOf('[');
        if (end < 0) {
            end = field.indexOf('.', field.startsWith(CUSTOM_DATA) ? CUSTOM_DATA.length() : 0);
        }
        return end < 0 ? field : field.substring(0, end);
    }

    /** A text of the client in a sentence of ours: bounded, on one line. */
    static String shown(String text) {
        String start = text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text;
        return start.replace('\n', ' ').replace('\r', ' ');
    }

    static String name(JsonToken token) {
        if (token == null) {
            return "the end";
        }
        return switch (token) {
            case START_OBJECT, END_OBJECT -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT -> "an integer";
            case VALUE_NUMBER_FLOAT -> "a number with a fraction";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            default -> token.name();
        };
    }

    interface PairListener {
        void onPair(String name, String value);
    }

    static void readMap(JsonParser parser, String field, JsonToken value, PairListener listener)
            throws IOException, RequestError {
        if (value == JsonToken.START_ARRAY) {
            // PHP encodes an empty map so.
            require(parser.nextToken() == JsonToken.END_ARRAY, field, "an object", value);
            return;
        }
        require(value == JsonToken.START_OBJECT, field, "an object", value);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = wellFormed(parser.currentName());
            JsonToken token = parser.nextToken();
            listener.onPair(name, token == JsonToken.VALUE_NULL ? "" : text(parser, field + "." + name, token));
        }
    }

    /** Lone surrogates become U+FFFD, as every decoder on the other side would make them. */
    static String wellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return replaceLone(text);
                }
                i++;
            }
        }
        return text;
    }

    private static String replaceLone(String text) {
        StringBuilder fixed = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> fixed.appendCodePoint(
                        point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point));
        return fixed.toString();
    }
}
