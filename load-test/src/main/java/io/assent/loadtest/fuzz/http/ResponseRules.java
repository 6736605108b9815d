package io.assent.loadtest.fuzz.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.Escaped;
import io.assent.loadtest.fuzz.http.Piece.Shape;
import io.assent.loadtest.net.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What every response must keep to, whatever was asked (PROTOCOL 2.0, 3). Safe for many threads. */
final class ResponseRules {

    private static final Set<Integer> STATUSES =
            Set.of(200, 301, 307, 400, 404, 408, 409, 413, 414, 415, 425, 431, 500, 503);
    private static final Set<String> RPC_KEYS = Set.of("error", "id", "jsonrpc", "result");
    private static final int SHOWN_BYTES = 600;

    private final JsonFactory json = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    void check(final Response response, final Piece piece) throws BrokenRule {
        final int status = response.status();
        require(STATUSES.contains(status), "a status must be one of " + STATUSES, response);
        require(response.header("Content-Type").isPresent(), "a response has a Content-Type", response);
        require(status != 503 || response.header("Retry-After").isPresent(), "a 503 says when to try again", response);
        require(status / 100 != 3 || response.header("Location").isPresent(), "a redirect says where to", response);
        if (piece.head()) {
            return;
        }
        final String text = text(response);
        require(
                status != 200 || text.contains(piece.tells()),
                "the answer to this request holds " + piece.tells(),
                response);
        if (!response.isJson()) {
            require(status != 500, "a 500 is JSON", response);
            return;
        }
        final Map<String, String> fields = fields(response);
        if (piece.shape() == Shape.JSON_RPC && isEnvelopeStatus(status) && !response.closes()) {
            require(
                    fields.keySet().equals(RPC_KEYS) && fields.get("jsonrpc").equals("2.0"),
                    "an answer of JSON-RPC has the keys " + RPC_KEYS,
                    response);
            return;
        }
        switch (status) {
            case 409 ->
                require(
                        "FAILURE".equals(fields.get("dtm_result")) && text.contains("FAILURE"),
                        "a 409 says FAILURE",
                        response);
            case 425 ->
                require(
                        "ONGOING".equals(fields.get("dtm_result")) && text.contains("ONGOING"),
                        "a 425 says ONGOING",
                        response);
            case 500 -> {
                require(
                        fields.containsKey("message") && !fields.containsKey("dtm_result"),
                        "a 500 has a message and no result",
                        response);
                require(
                        !text.contains("FAILURE") && !text.contains("ONGOING"),
                        "a 500 holds neither FAILURE nor ONGOING",
                        response);
            }
            case 400, 408, 413, 414, 415, 431, 503 ->
                require(
                        fields.containsKey("message") || fields.keySet().equals(RPC_KEYS),
                        "a refusal has a message",
                        response);
            default -> {}
        }
    }

    private static boolean isEnvelopeStatus(final int status) {
        return status == 200 || status == 400;
    }

    private static String text(final Response response) throws BrokenRule {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(response.body()))
                    .toString();
        } catch (final CharacterCodingException e) {
            throw new BrokenRule("a body must be UTF-8, found " + shown(response), e);
        }
    }

    /** The keys of the object with their texts, "" for what is no text; the whole body must be that one object. */
    private Map<String, String> fields(final Response response) throws BrokenRule {
        final Map<String, String> fields = new TreeMap<>();
        try (JsonParser parser = json.createParser(response.body())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BrokenRule("a JSON body must be an object, found " + shown(response));
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                final String name = parser.currentName();
                final JsonToken value = parser.nextToken();
                fields.put(name, value == JsonToken.VALUE_STRING ? parser.getText() : "");
                parser.skipChildren();
            }
            if (parser.nextToken() != null) {
                throw new BrokenRule("nothing must stand behind a JSON body, found " + shown(response));
            }
            return fields;
        } catch (final IOException e) {
            throw new BrokenRule("a JSON body must be valid: " + e.getMessage() + ", found " + shown(response), e);
        }
    }

    private static void require(final boolean holds, final String rule, final Response response) throws BrokenRule {
        if (!holds) {
            throw new BrokenRule(rule + ", found " + shown(response));
        }
    }

    static String shown(final Response response) {
        return response.status() + " " + response.headers() + " " + Escaped.of(response.body(), SHOWN_BYTES);
    }
}
