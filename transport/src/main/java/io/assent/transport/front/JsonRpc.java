package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assent.engine.Answer;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** JSON-RPC calls (PROTOCOL 3): an envelope around the same requests. One per event loop. */
final class JsonRpc {
    static final int PARSE_ERROR = -32_700;
    static final int BAD_REQUEST = -32_600;
    static final int NO_METHOD = -32_601;

    private final JsonFactory json = new JsonFactory();
    private final Responses responses;
    private final Reads reads;
    private final Writes writes;

    private String id;
    private String version;
    private String method;
    private String parameters;

    JsonRpc(Responses responses, Reads reads, Writes writes) {
        this.responses = responses;
        this.reads = reads;
        this.writes = writes;
    }

    void handle(Exchange exchange, HttpHeaders headers, byte[] body, int length) {
        exchange.rpcId = "";
        try {
            read(new String(body, 0, length, StandardCharsets.UTF_8));
        } catch (RequestError e) {
            responses.rpcRefusal(
                    exchange,
                    400,
                    PARSE_ERROR,
                    "Parse json error: " + e.rejection().text());
            return;
        }
        exchange.rpcId = id;
        if (id.isEmpty() || !version.equals("2.0")) {
            String why = id.isEmpty() ? "id must be a string that is not empty" : "jsonrpc must be \"2.0\"";
            responses.rpcRefusal(exchange, 200, BAD_REQUEST, "Bad json request: " + why);
            return;
        }
        try {
            switch (method) {
                case "newGid" -> responses.rpcGid(exchange, reads.newGid());
                case "prepare" -> writes.handleParameters(exchange, Endpoint.PREPARE, headers, parameters);
                case "submit" -> writes.handleParameters(exchange, Endpoint.SUBMIT, headers, parameters);
                case "abort" -> writes.handleParameters(exchange, Endpoint.ABORT, headers, parameters);
                case "registerBranch" ->
                    writes.handleParameters(exchange, Endpoint.REGISTER_BRANCH, headers, parameters);
                default ->
                    responses.rpcRefusal(exchange, 200, NO_METHOD, "Method not found: " + JsonValues.shown(method));
            }
        } catch (RequestError e) {
            responses.answer(exchange, Answer.refused(e.rejection(), null));
        }
    }

    private void read(String text) throws RequestError {
        id = "";
        version = "";
        method = "";
        parameters = null;
        try (JsonParser parser = json.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.VALUE_NULL) {
                return;
            }
            if (first != JsonToken.START_OBJECT) {
                throw new RequestError("body.type", "the body must be a JSON object, found " + found(first));
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName().toLowerCase(Locale.ROOT);
                JsonToken value = parser.nextToken();
                switch (key) {
                    case "id" -> id = text(parser, key, value, id);
                    case "jsonrpc" -> version = text(parser, key, value, version);
                    case "method" -> method = text(parser, key, value, method);
                    case "params" -> {
                        int start = (int) parser.currentTokenLocation().getCharOffset();
                        parser.skipChildren();
                        if (value == JsonToken.START_OBJECT) {
                            parameters = text.substring(
                                    start, (int) parser.currentLocation().getCharOffset());
                        } else if (value != JsonToken.VALUE_NULL) {
                            parameters = "";
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        } catch (JsonProcessingException e) {
            throw new RequestError("body.json", e.getOriginalMessage());
        } catch (IOException e) {
            throw new RequestError("body.json", e.getMessage());
        }
    }

    private static String found(JsonToken token) {
        return token == null ? "nothing" : JsonValues.name(token);
    }

    private static String text(JsonParser parser, String key, JsonToken value, String before)
            throws IOException, RequestError {
        if (value == JsonToken.VALUE_NULL) {
            return before;
        }
        if (value != JsonToken.VALUE_STRING) {
            throw new RequestError(key + ".type", key + " must be a string, found " + JsonValues.name(value));
        }
        return JsonValues.wellFormed(parser.getText());
    }
}
