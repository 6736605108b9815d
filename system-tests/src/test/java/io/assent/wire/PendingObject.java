package io.assent.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * Takes the one key that is ours out of a query's reply: {@code pending}, an object within {@code transaction}. Every other byte stays,
 * so that a key too many anywhere else still is a difference.
 */
final class PendingObject {
    private static final JsonFactory JSON = new JsonFactory();

    private PendingObject() {}

    static String cutFrom(String body) {
        try (JsonParser parser = JSON.createParser(body.getBytes(StandardCharsets.ISO_8859_1))) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.FIELD_NAME
                        && parser.currentName().equals("pending")
                        && parser.getParsingContext().pathAsPointer().toString().equals("/transaction/pending")) {
                    int from = (int) parser.currentTokenLocation().getByteOffset();
                    if (parser.nextToken() != JsonToken.START_OBJECT) {
                        return body;
                    }
                    parser.skipChildren();
                    int to = (int) parser.currentLocation().getByteOffset();
                    return body.charAt(from - 1) == ','
                            ? body.substring(0, from - 1) + body.substring(to)
                            : body.substring(0, from) + body.substring(body.charAt(to) == ',' ? to + 1 : to);
                }
            }
            return body;
        } catch (IOException e) {
            return body;
        }
    }
}
