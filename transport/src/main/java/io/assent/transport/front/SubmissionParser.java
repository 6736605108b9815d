package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assent.engine.Limits;
import io.assent.engine.Rejection;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Reads the transaction object of PROTOCOL 2.1 with the leniency of 2.0: keys in any case, the last value that is not null wins, null for
 * everything, unknown keys skipped, {@code []} for an empty map. What is wrong is told by field and rule. One per event loop, reused.
 */
public final class SubmissionParser {
    private static final int SHOWN_CHARS_MAX = 128;
    private static final byte[] NOTHING = new byte[0];
    private static final String CUSTOM_DATA = "custom_data.";

    private final JsonFactory json = new JsonFactory();
    private final SubmissionBuilder builder = new SubmissionBuilder();
    private final List<Step> steps = new ArrayList<>();
    private final List<byte[]> payloads = new ArrayList<>();
    private final Map<String, String> extra = new HashMap<>();
    private String transType;
    private String rollbackReason;
    private String customData;
    private boolean cleansGid;
    private boolean takesWholeFloats;

    private static final class Step {
        String action = "";
        String compensate = "";
        String data;
    }

    /** Reads any body of this shape; what is asked for afterwards decides what must be in it. */
    void read(byte[] body, int length) throws RequestError {
        reset();
        cleansGid = true;
        read(new String(body, 0, length, StandardCharsets.UTF_8));
    }

    /** Reads the parameters of a JSON-RPC call, null when there are none: the gid stays as it is, 5.0 counts as 5 (PROTOCOL 3). */
    void readParameters(String parameters) throws RequestError {
        reset();
        takesWholeFloats = true;
        if (parameters == null || parameters.isEmpty()) {
            throw new RequestError("params.missing", "params must be an object");
        }
        read(parameters);
    }

    /** Forgets everything. For those who bring the values themselves. */
    public void reset() {
        builder.reset();
        steps.clear();
        payloads.clear();
        extra.clear();
        transType = "";
        rollbackReason = "";
        customData = "";
        cleansGid = false;
        takesWholeFloats = false;
    }

    private void read(String text) throws RequestError {
        try (JsonParser parser = json.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new RequestError("body.empty", "the body is empty; expected a JSON object");
            }
            if (first == JsonToken.START_OBJECT) {
                readFields(parser);
            } else if (first != JsonToken.VALUE_NULL) {
                throw new RequestError("body.type", "the body must be a JSON object, found " + name(first));
            }
            if (parser.nextToken() != null) {
                throw new RequestError("body.trailing", "the body has more behind its JSON object");
            }
        } catch (JsonProcessingException e) {
            throw new RequestError("body.json", "the body is no valid JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new RequestError("body.json", "the body could not be read: " + e.getMessage());
        }
    }

    public String gid() {
        return builder.gid();
    }

    public String transType() {
        return transType;
    }

    public String rollbackReason() {
        return rollbackReason;
    }

    /** Whether it says that it is a workflow. */
    public boolean isWorkflow() {
        return transType.equals(TransactionKind.WORKFLOW.wireName());
    }

    void requireWorkflow() throws RequestError {
        if (!isWorkflow()) {
            throw new RequestError(
                    "trans_type.workflow", "trans_type must be workflow here, found '" + shown(transType) + "'");
        }
    }

    /** The end that a workflow's submit names. */
    public TransactionStatus workflowStatus() throws RequestError {
        String status = extra.getOrDefault("status", "");
        return switch (status) {
            case "succeed" -> TransactionStatus.SUCCEED;
            case "failed" -> TransactionStatus.FAILED;
            default ->
                throw new RequestError(
                        "req_extra.status",
                        "req_extra.status of a workflow must be succeed or failed, found '" + shown(status) + "'");
        };
    }

    public String workflowReason() {
        return extra.getOrDefault("rollback_reason", "");
    }

    public String workflowResult() throws RequestError {
        String result = extra.getOrDefault("result", "");
        if (result.length() > Limits.RESULT_BYTES_MAX / 3 && Utf8.encode(result).length > Limits.RESULT_BYTES_MAX) {
            throw new RequestError(
                    "req_extra.result.limit", "req_extra.result has more than " + Limits.RESULT_BYTES_MAX + " bytes");
        }
        return result;
    }

    /** Adds something that came outside the body, such as a trace header. */
    void attribute(String name, String value) {
        builder.attribute(name, value);
    }

    /** The checked submission of what was read. */
    public Submission submission() throws RequestError {
        TransactionKind kind = TransactionKind.ofWireName(transType);
        if (kind == null && !transType.isEmpty()) {
            throw new RequestError(
                    "trans_type.unknown",
                    "trans_type is unknown: '" + shown(transType) + "'; expected saga, msg, tcc, xa or workflow");
        }
        builder.kind(kind);
        addSteps();
        if (!customData.isEmpty()) {
            builder.customData(customData);
        }
        if (isWorkflow()) {
            readWorkflow();
        } else if (!customData.isEmpty() && kind != null && readsCustomData(kind)) {
            readCustomData((parser, key, value) -> readCustomField(parser, kind, key, value));
        }
        Rejection rejection = builder.check();
        if (rejection != null) {
            throw new RequestError(rejection);
        }
        return builder.build();
    }

    private static boolean readsCustomData(TransactionKind kind) {
        return kind.equals(TransactionKind.SAGA) || kind.equals(TransactionKind.MSG);
    }

    private void readWorkflow() throws RequestError {
        String[] name = {""};
        byte[][] input = {NOTHING};
        if (!customData.isEmpty()) {
            readCustomData((parser, key, value) -> {
                if (value == JsonToken.VALUE_NULL) {
                    return;
                }
                switch (key) {
                    case "name" -> name[0] = text(parser, "custom_data.name", value);
                    case "data" -> input[0] = base64(text(parser, "custom_data.data", value));
                    default -> parser.skipChildren();
                }
            });
        }
        builder.workflow(name[0], input[0]);
    }

    private static byte[] base64(String text) throws RequestError {
        try {
            return Base64.getDecoder().decode(text.replace("\n", "").replace("\r", ""));
        } catch (IllegalArgumentException e) {
            throw new RequestError("custom_data.data", "custom_data.data must be base64: " + e.getMessage());
        }
    }

    private void addSteps() throws RequestError {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            byte[] payload;
            if (i < payloads.size()) {
                payload = payloads.get(i);
            } else if (step.data != null) {
                payload = bytes(step.data);
            } else {
                throw new RequestError(
                        "payloads.missing",
                        "payloads has " + payloads.size() + " elements, but steps has " + steps.size()
                                + "; every step needs a payload");
            }
            builder.step(step.action, step.compensate, payload);
        }
    }

    private static byte[] bytes(String text) {
        return text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
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
                String gid = text(parser, key, value);
                builder.gid(cleansGid ? clean(gid) : gid);
            }
            case "trans_type" -> transType = text(parser, key, value);
            case "steps" -> readSteps(parser, value);
            case "payloads" -> readPayloads(parser, value);
            case "query_prepared" -> builder.queryPrepared(text(parser, key, value));
            case "protocol" -> builder.protocol(text(parser, key, value));
            case "custom_data" -> customData = text(parser, key, value);
            case "rollback_reason" -> rollbackReason = text(parser, key, value);
            case "wait_result" -> builder.waitResult(bool(parser, key, value));
            case "concurrent" -> builder.concurrent(bool(parser, key, value));
            case "timeout_to_fail" -> builder.timeoutToFail(integer(parser, key, value));
            case "request_timeout" -> builder.requestTimeout(integer(parser, key, value));
            case "retry_interval" -> builder.retryInterval(integer(parser, key, value));
            case "retry_limit" -> builder.retryLimit(integer(parser, key, value));
            case "retry_count" -> builder.retryCount(integer(parser, key, value));
            case "branch_headers" -> readMap(parser, key, value, builder::header);
            case "req_extra" -> {
                extra.clear();
                readMap(parser, key, value, extra::put);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void readSteps(JsonParser parser, JsonToken value) throws IOException, RequestError {
        require(value == JsonToken.START_ARRAY, "steps", "an array of objects", value);
        steps.clear();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            Step step = new Step();
            if (token != JsonToken.VALUE_NULL) {
                readMap(parser, "steps[" + steps.size() + "]", token, (name, text) -> {
                    switch (name) {
                        case "action" -> step.action = text;
                        case "compensate" -> step.compensate = text;
                        case "data" -> step.data = text;
                        default -> {
                            // Other keys belong to other modes.
                        }
                    }
                });
            }
            steps.add(step);
        }
    }

    private void readPayloads(JsonParser parser, JsonToken value) throws IOException, RequestError {
        require(value == JsonToken.START_ARRAY, "payloads", "an array of strings", value);
        payloads.clear();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            payloads.add(
                    token == JsonToken.VALUE_NULL
                            ? NOTHING
                            : bytes(text(parser, "payloads[" + payloads.size() + "]", token)));
        }
    }

    private interface PairListener {
        void onPair(String name, String value);
    }

    private static void readMap(JsonParser parser, String field, JsonToken value, PairListener listener)
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

    private interface FieldListener {
        void onField(JsonParser parser, String key, JsonToken value) throws IOException, RequestError;
    }

    private void readCustomData(FieldListener listener) throws RequestError {
        try (JsonParser parser = json.createParser(customData)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.VALUE_NULL) {
                require(first == JsonToken.START_OBJECT, "custom_data", "a JSON object in a string", first);
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName().toLowerCase(Locale.ROOT);
                    listener.onField(parser, key, parser.nextToken());
                }
            }
            if (parser.nextToken() != null) {
                throw new RequestError("custom_data.trailing", "custom_data has more behind its JSON object");
            }
        } catch (IOException e) {
            String why = e instanceof JsonProcessingException syntax ? syntax.getOriginalMessage() : e.getMessage();
            throw new RequestError("custom_data.json", "custom_data is no valid JSON: " + why);
        }
    }

    private void readCustomField(JsonParser parser, TransactionKind kind, String key, JsonToken value)
            throws IOException, RequestError {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        boolean saga = kind.equals(TransactionKind.SAGA);
        if (saga && key.equals("concurrent")) {
            builder.sagaConcurrent(bool(parser, "custom_data.concurrent", value));
        } else if (saga && key.equals("orders")) {
            readOrders(parser, value);
        } else if (!saga && key.equals("delay")) {
            builder.delay(integer(parser, "custom_data.delay", value));
        } else {
            parser.skipChildren();
        }
    }

    private void readOrders(JsonParser parser, JsonToken value) throws IOException, RequestError {
        String field = "custom_data.orders";
        if (value == JsonToken.START_ARRAY) {
            require(parser.nextToken() == JsonToken.END_ARRAY, field, "an object", value);
            return;
        }
        require(value == JsonToken.START_OBJECT, field, "an object", value);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            int step = stepNumber(field, parser.currentName());
            JsonToken list = parser.nextToken();
            if (list == JsonToken.VALUE_NULL) {
                continue;
            }
            require(list == JsonToken.START_ARRAY, field + "." + step, "an array of step numbers", list);
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                long predecessor = integer(parser, field + "." + step, token);
                if (predecessor != (int) predecessor) {
                    throw new RequestError(
                            field, field + "." + step + " names step " + predecessor + ", which is no step");
                }
                builder.order(step, (int) predecessor);
            }
        }
    }

    private static int stepNumber(String field, String key) throws RequestError {
        try {
            return Integer.parseInt(key);
        } catch (NumberFormatException e) {
            throw new RequestError(field, field + " has the key '" + key + "', which is no step number");
        }
    }

    // ---------------------------------------------------------------- values

    private static String text(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(token == JsonToken.VALUE_STRING, field, "a string", token);
        return wellFormed(parser.getText());
    }

    private static boolean bool(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        require(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, field, "true or false", token);
        return parser.getBooleanValue();
    }

    private long integer(JsonParser parser, String field, JsonToken token) throws IOException, RequestError {
        if (takesWholeFloats && token == JsonToken.VALUE_NUMBER_FLOAT) {
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

    private static void require(boolean holds, String field, String expected, JsonToken found) throws RequestError {
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

    /** Without the characters that DTM removes from gids (PROTOCOL 2.0). */
    static String clean(String gid) {
        boolean dirty = false;
        for (int i = 0; i < gid.length() && !dirty; i++) {
            char c = gid.charAt(i);
            dirty = c == '\n' || c == '\r' || c == ';';
        }
        return dirty ? gid.replace("\n", "").replace("\r", "").replace(";", "") : gid;
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
