package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assent.engine.Answer;
import io.assent.engine.Rejection;
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

    /** @param refuses how every call is refused whatever it asks, null when none is */
    void handle(Exchange exchange, HttpHeaders headers, byte[] body, int length, Rejection refuses) {
        RequestError fault = read(body, length);
        exchange.rpcId = id;
        if (refuses != null) {
            responses.answer(exchange, Answer.refused(refuses, null));
            return;
        }
        if (fault != null) {
            String why = "Parse json error: " + fault.rejection().text();
            responses.rpcRefusal(exchange, 400, PARSE_ERROR, why);
            return;
        }
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

    /** Takes what can be read, the id first of all; answers the first thing that is wrong, or null. */
    private RequestError read(byte[] body, int length) {
        id = "";
        version = "";
        method = "";
        parameters = null;
        RequestError fault = null;
        String text;
        try {
            text = StrictUtf8.text(body, length, "body", "the body");
        } catch (RequestError e) {
            // The id may be well even so.
            fault = e;
            text = new String(body, 0, length, StandardCharsets.UTF_8);
        }
        RequestError found = read(text);
        if (id.indexOf(StrictUtf8.REPLACEMENT) >= 0 && fault != null) {
            id = "";
        }
        return fault != null ? fault : found;
    }

    private RequestError read(String text) {
        RequestError fault = null;
        JsonParser parser = JsonValues.parser(json, text);
        try (parser) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.VALUE_NULL) {
                return null;
            }
            if (first != JsonToken.START_OBJECT) {
                return new RequestError("body.type", "the body must be a JSON object, found " + found(first));
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName().toLowerCase(Locale.ROOT);
                JsonToken value = parser.nextToken();
                try {
                    switch (key) {
                        case "id" -> id = text(parser, key, value, id);
                        case "jsonrpc" -> version = text(parser, key, value, version);
                        case "method" -> method = text(parser, key, value, method);
                        case "params" -> parameters = parameters(parser, value, text);
                        default -> parser.skipChildren();
                    }
                } catch (RequestError e) {
                    fault = fault == null ? e : fault;
                    parser.skipChildren();
                }
            }
            return fault;
        } catch (JsonProcessingException e) {
            return JsonFault.noJson("body.json", "the body", text, parser, e);
        } catch (IOException e) {
            return new RequestError("body.json", "the body could not be read: " + e.getMessage());
        }
    }

    /** The text of an object, "" for another value. Blanks stand for what is before it, so that lines and columns are those of the body. */
    private String parameters(JsonParser parser, JsonToken value, String text) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        if (value == JsonToken.START_OBJECT) {
            int end = (int) parser.currentLocation().getCharOffset();
            return text.substring(0, start).replaceAll("[^\n]", " ") + text.substring(start, end);
        }
        return value == JsonToken.VALUE_NULL ? parameters : "";
    }

    private static String found(JsonToken token) {
        return token == null ? "nothing" : JsonValues.name(token);
    }

    private static String text(JsonParser parser, String key, JsonToken value, String before)
            throws IOException, RequestError {
        if (value == JsonToken.VALUE_NULL) {
            return before;
        }
        return JsonValues.text(parser, key, value);
    }
}
