package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Predicate;

/** Single values of a JSON text, each with its type demanded under the name of its field. */
final class JsonValues {
    private static final int SHOWN_CHARS_MAX = 128;
    private static final String CUSTOM_DATA = "custom_data.";

    private JsonValues() {}

    static JsonParser parser(JsonFactory json, String text) {
        try {
            return json.createParser(text);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /** A text that names something: half a character in it is refused, for replaced it would make two names one. */
    static String text(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(parser, token == JsonToken.VALUE_STRING, field, "a string", token);
        String text = parser.getText();
        requireWellFormed(parser, field, text);
        return text;
    }

    /** A text that is only passed on: half a character in it becomes U+FFFD (PROTOCOL 2.0). */
    static String content(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(parser, token == JsonToken.VALUE_STRING, field, "a string", token);
        return wellFormed(parser.getText());
    }

    private static void requireWellFormed(JsonParser parser, String field, String text) throws RequestError {
        if (!isWellFormed(text)) {
            throw new RequestError(codeOf(field) + ".surrogate", surrogate(parser, field));
        }
    }

    /** The sentence about a text that was read last. */
    static String surrogate(JsonParser parser, String field) {
        return shown(field) + " holds half of a surrogate pair, which is no character (" + JsonFault.where(parser)
                + ")";
    }

    static boolean bool(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(parser, token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, field, "true or false", token);
        return parser.getBooleanValue();
    }

    /** @param wholeFloats whether 5.0 counts as 5 */
    static long integer(JsonParser parser, String field, JsonToken token, boolean wholeFloats)
            throws IOException, RequestError {
        if (wholeFloats && token == JsonToken.VALUE_NUMBER_FLOAT) {
            double number = parser.getDoubleValue();
            require(parser, number == Math.rint(number) && Math.abs(number) < 1L << 53, field, "an integer", token);
            return (long) number;
        }
        require(parser, token == JsonToken.VALUE_NUMBER_INT, field, "an integer", token);
        try {
            return parser.getLongValue();
        } catch (JsonProcessingException e) {
            throw new RequestError(
                    codeOf(field) + ".range",
                    field + " is out of range: " + shown(parser.getText()) + " (" + JsonFault.where(parser) + ")");
        }
    }

    static void require(JsonParser parser, boolean holds, String field, String expected, JsonToken found)
            throws RequestError {
        if (!holds) {
            throw new RequestError(
                    codeOf(field) + ".type",
                    shown(field) + " must be " + expected + ", found " + name(found) + " (" + JsonFault.where(parser)
                            + ")");
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

    /** A text of the client in a sentence of ours: bounded, on one line, without control characters. */
    static String shown(String text) {
        String start = text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "..." : text;
        for (int i = 0; i < start.length(); i++) {
            if (Character.isISOControl(start.charAt(i))) {
                start = start.replace(start.charAt(i), ' ');
            }
        }
        return start;
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

    /** @param passedOn which of the values are only passed on */
    static void readMap(
            JsonParser parser, String field, JsonToken value, Predicate<String> passedOn, PairListener listener)
            throws IOException, RequestError {
        if (value == JsonToken.START_ARRAY) {
            // PHP encodes an empty map so.
            require(parser, parser.nextToken() == JsonToken.END_ARRAY, field, "an object", value);
            return;
        }
        require(parser, value == JsonToken.START_OBJECT, field, "an object", value);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            requireWellFormed(parser, field, name);
            JsonToken token = parser.nextToken();
            String text = "";
            if (token != JsonToken.VALUE_NULL) {
                String path = field + "." + name;
                text = passedOn.test(name) ? content(parser, path, token) : text(parser, path, token);
            }
            listener.onPair(name, text);
        }
    }

    static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    /** Lone surrogates become U+FFFD, as every decoder on the other side would make them. */
    static String wellFormed(String text) {
        if (isWellFormed(text)) {
            return text;
        }
        StringBuilder fixed = new StringBuilder(text.length());
        text.codePoints()
                .forEach(point -> fixed.appendCodePoint(
                        point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE ? 0xFFFD : point));
        return fixed.toString();
    }
}
