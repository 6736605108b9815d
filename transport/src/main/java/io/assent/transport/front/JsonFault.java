package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;

/** What is wrong with a text that should be JSON, and where, for whoever has to find it: line and column from 1, and the field. */
final class JsonFault {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private JsonFault() {}

    /**
     * The refusal of a text that is no JSON.
     *
     * @param what names the text
     * @param text all of it
     * @param parser that has stopped at the fault
     */
    static RequestError noJson(
            String code, String what, String text, JsonParser parser, JsonProcessingException fault) {
        JsonLocation at = fault.getLocation() == null ? parser.currentLocation() : fault.getLocation();
        String field = field(parser.getParsingContext());
        return new RequestError(
                code,
                what + " is no valid JSON at " + where(at)
                        + (field.isEmpty() ? "" : ", in " + JsonValues.shown(field)) + ": "
                        + why(text, at, fault, parser));
    }

    private static String why(String text, JsonLocation at, JsonProcessingException fault, JsonParser parser) {
        if (fault instanceof StreamConstraintsException) {
            var limits = parser.streamReadConstraints();
            return "it is nested deeper than " + limits.getMaxNestingDepth() + " levels, or a number is longer than "
                    + limits.getMaxNumberLength() + " characters, or a name longer than " + limits.getMaxNameLength();
        }
        if (fault instanceof JsonEOFException) {
            return "it ends too early";
        }
        long offset = at.getCharOffset();
        if (offset < 0 || offset >= text.length()) {
            return "it ends too early";
        }
        int character = text.codePointAt((int) offset);
        if (character == BYTE_ORDER_MARK && offset == 0) {
            return "it begins with a byte order mark";
        }
        boolean shows = character > ' ' && character != 0x7F && Character.isDefined(character);
        return shows
                ? "unexpected '" + Character.toString(character) + "'"
                : "unexpected character " + String.format("U+%04X", character);
    }

    /** Where the value that was read last begins. */
    static String where(JsonParser parser) {
        return where(parser.currentTokenLocation());
    }

    private static String where(JsonLocation at) {
        return "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** The way to a value, such as {@code steps[1].action}; "" for the outermost. */
    private static String field(JsonStreamContext context) {
        StringBuilder way = new StringBuilder();
        for (JsonStreamContext each = context; each != null && !each.inRoot(); each = each.getParent()) {
            if (each.inArray()) {
                way.insert(0, "[" + Math.max(0, each.getCurrentIndex()) + "]");
            } else if (each.getCurrentName() != null) {
                way.insert(0, each.getCurrentName()).insert(0, '.');
            }
        }
        return way.length() > 0 && way.charAt(0) == '.' ? way.substring(1) : way.toString();
    }
}
