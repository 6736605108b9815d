package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;

/**
 * Reads the transaction object of PROTOCOL 2.1 with the leniency of 2.0: keys in any case, the last value that is not null wins, null for
 * everything, unknown keys skipped, {@code []} for an empty map. What is wrong is told by field and rule. One per event loop, reused.
 */
public final class SubmissionParser {
    private static final byte[] NOTHING = new byte[0];
    private static final String DATA = "data";

    private final JsonFactory json = new JsonFactory();
    private final TransactionRequest request;
    private boolean cleansGid;
    private boolean wholeFloats;

    /** @param request where everything read goes */
    public SubmissionParser(TransactionRequest request) {
        this.request = request;
    }

    /** Reads any body of this shape; what is asked for afterwards decides what must be in it. */
    void read(byte[] body, int length) throws RequestError {
        begin(true, false);
        read(StrictUtf8.text(body, length, "body", "the body"), "the body");
    }

    /** Reads the parameters of a JSON-RPC call, null when there are none: the gid stays as it is, 5.0 counts as 5 (PROTOCOL 3). */
    void readParameters(String parameters) throws RequestError {
        begin(false, true);
        if (parameters == null || parameters.isEmpty()) {
            throw new RequestError("params.missing", "params must be an object");
        }
        read(parameters, "params");
    }

    private void begin(boolean cleans, boolean floats) {
        request.reset();
        cleansGid = cleans;
        wholeFloats = floats;
        if (floats) {
            request.takeWholeFloats();
        }
    }

    /** Adds steps that come as a JSON text of their own, "" for none. Data in them is not read (PROTOCOL 4). */
    public void readSteps(String text) throws RequestError {
        if (text.isEmpty()) {
            return;
        }
        JsonParser parser = JsonValues.parser(json, text);
        try (parser) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.VALUE_NULL) {
                readSteps(parser, first, false);
            }
            if (parser.nextToken() != null) {
                throw new RequestError(
                        "steps.trailing", "steps has more behind its JSON array, at " + JsonFault.where(parser));
            }
        } catch (JsonProcessingException e) {
            throw JsonFault.noJson("steps.json", "steps", text, parser, e);
        } catch (IOException e) {
            throw new RequestError("steps.json", "steps could not be read: " + e.getMessage());
        }
    }

    private void read(String text, String what) throws RequestError {
        JsonParser parser = JsonValues.parser(json, text);
        try (parser) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new RequestError("body.empty", what + " is empty; expected a JSON object");
            }
            if (first == JsonToken.START_OBJECT) {
                readFields(parser);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new RequestError("body.type", what + " must be a JSON object, found " + JsonValues.name(first));
            }
            if (parser.nextToken() != null) {
                throw new RequestError(
                        "body.trailing", what + " has more behind its JSON object, at " + JsonFault.where(parser));
            }
        } catch (JsonProcessingException e) {
            throw JsonFault.noJson("body.json", what, text, parser, e);
        } catch (IOException e) {
            throw new RequestError("body.json", what + " could not be read: " + e.getMessage());
        }
    }

    private void readFields(JsonParser parser) throws IOException, RequestError {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!readField(parser, key, value) && !readField(parser, key.toLowerCase(Locale.ROOT), value)) {
                parser.skipChildren();
            }
        }
    }

    private boolean readField(JsonParser parser, String key, JsonToken value) throws IOException, RequestError {
        if (value == JsonToken.VALUE_NULL) {
            return true;
        }
        switch (key) {
            case "gid" -> {
                String gid = JsonValues.text(parser, key, value);
                request.options().gid(cleansGid ? clean(gid) : gid);
            }
            case "trans_type" -> request.transType(JsonValues.text(parser, key, value));
            case "steps" -> readSteps(parser, value, true);
            case "payloads" -> readPayloads(parser, value);
            case "query_prepared" -> request.options().queryPrepared(JsonValues.text(parser, key, value));
            case "protocol" -> request.options().protocol(JsonValues.text(parser, key, value));
            case "custom_data" -> request.customData(JsonValues.text(parser, key, value));
            case "rollback_reason" -> request.rollbackReason(JsonValues.content(parser, key, value));
            case "wait_result" -> request.options().waitResult(JsonValues.bool(parser, key, value));
            case "concurrent" -> request.options().concurrent(JsonValues.bool(parser, key, value));
            case "timeout_to_fail" ->
                request.options().timeoutToFail(JsonValues.integer(parser, key, value, wholeFloats));
            case "request_timeout" ->
                request.options().requestTimeout(JsonValues.integer(parser, key, value, wholeFloats));
            case "retry_interval" ->
                request.options().retryInterval(JsonValues.integer(parser, key, value, wholeFloats));
            case "retry_limit" -> request.options().retryLimit(JsonValues.integer(parser, key, value, wholeFloats));
            case "retry_count" -> request.options().retryCount(JsonValues.integer(parser, key, value, wholeFloats));
            case "branch_headers" -> JsonValues.readMap(parser, key, value, name -> false, request::header);
            case "req_extra" -> {
                request.clearExtra();
                JsonValues.readMap(parser, key, value, name -> true, request::extra);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void readSteps(JsonParser parser, JsonToken value, boolean withData) throws IOException, RequestError {
        JsonValues.require(parser, value == JsonToken.START_ARRAY, "steps", "an array of objects", value);
        request.clearSteps();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            TransactionRequest.Step step = new TransactionRequest.Step();
            if (token != JsonToken.VALUE_NULL) {
                JsonValues.readMap(parser, "steps[" + request.stepCount() + "]", token, DATA::equals, (name, text) -> {
                    switch (name) {
                        case "action" -> step.action = text;
                        case "compensate" -> step.compensate = text;
                        case DATA -> step.data = withData ? text : null;
                        default -> step.unknown = step.unknown == null ? name : step.unknown;
                    }
                });
            }
            request.step(step);
        }
    }

    private void readPayloads(JsonParser parser, JsonToken value) throws IOException, RequestError {
        JsonValues.require(parser, value == JsonToken.START_ARRAY, "payloads", "an array of strings", value);
        request.clearPayloads();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            request.payload(
                    token == JsonToken.VALUE_NULL
                            ? NOTHING
                            : TransactionRequest.bytes(
                                    JsonValues.content(parser, "payloads[" + request.payloadCount() + "]", token)));
        }
    }

    /** Without the characters that DTM removes from gids (PROTOCOL 2.0). */
    static String clean(String gid) {
        boolean dirty = false;
        for (int i = 0; i < gid.length() && !dirty; i++) {
            char c = gid.charAt(i);
            dirty = c == '\n' || c == '\r' || c == ';';
        }
        return dirty ? gid.replace("\n", "").replace("\r", "").replace(";", "") : gid;
    }
}
