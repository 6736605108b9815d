package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;

/** What {@code custom_data} says, a JSON object in a string whose keys depend on the mode (PROTOCOL 2.1). One per event loop, reused. */
final class CustomData {
    private static final byte[] NOTHING = new byte[0];
    private static final String DATA = "custom_data.data";
    private static final int BYTE_MAX = 255;

    private final JsonFactory json = new JsonFactory();
    private final SubmissionBuilder builder;
    private boolean wholeFloats;
    private String workflowName = "";

    CustomData(SubmissionBuilder builder) {
        this.builder = builder;
    }

    /**
     * Reads it into the builder.
     *
     * @param text "" when there is none
     * @param takesWholeFloats whether 5.0 counts as 5
     */
    void read(TransactionKind kind, String text, boolean takesWholeFloats) throws RequestError {
        wholeFloats = takesWholeFloats;
        workflowName = "";
        if (TransactionKind.WORKFLOW.equals(kind)) {
            readWorkflow(text);
        } else if (!text.isEmpty() && (TransactionKind.SAGA.equals(kind) || TransactionKind.MSG.equals(kind))) {
            readFields(text, (parser, key, value) -> readField(parser, kind, key, value));
        }
    }

    private void readWorkflow(String text) throws RequestError {
        String[] name = {""};
        byte[][] input = {NOTHING};
        if (!text.isEmpty()) {
            readFields(text, (parser, key, value) -> {
                if (value == JsonToken.VALUE_NULL) {
                    return;
                }
                switch (key) {
                    case "name" -> name[0] = JsonValues.text(parser, "custom_data.name", value);
                    case "data" -> input[0] = value == JsonToken.START_ARRAY ? bytes(parser) : base64(parser, value);
                    default -> parser.skipChildren();
                }
            });
        }
        workflowName = name[0];
        builder.workflow(name[0], input[0]);
    }

    /** The name in what was read last, "" for none. */
    String workflowName() {
        return workflowName;
    }

    private static byte[] base64(JsonParser parser, JsonToken value) throws IOException, RequestError {
        String text = JsonValues.text(parser, DATA, value);
        try {
            return Base64.getDecoder().decode(text.replace("\n", "").replace("\r", ""));
        } catch (IllegalArgumentException e) {
            throw new RequestError(DATA, DATA + " must be base64 (" + JsonFault.where(parser) + ")");
        }
    }

    /** An array of numbers, which one SDK sends in the place of base64 (PROTOCOL 13.53). */
    private byte[] bytes(JsonParser parser) throws IOException, RequestError {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            long number = token == JsonToken.VALUE_NULL ? 0 : JsonValues.integer(parser, DATA, token, wholeFloats);
            if (number < 0 || number > BYTE_MAX) {
                throw new RequestError(
                        DATA,
                        DATA + " as an array must hold bytes, 0 to " + BYTE_MAX + ", found " + number + " ("
                                + JsonFault.where(parser) + ")");
            }
            bytes.write((int) number);
        }
        return bytes.toByteArray();
    }

    private interface FieldListener {
        void onField(JsonParser parser, String key, JsonToken value) throws IOException, RequestError;
    }

    private void readFields(String text, FieldListener listener) throws RequestError {
        JsonParser parser = JsonValues.parser(json, text);
        try (parser) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.VALUE_NULL) {
                JsonValues.require(
                        parser, first == JsonToken.START_OBJECT, "custom_data", "a JSON object in a string", first);
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String key = parser.currentName().toLowerCase(Locale.ROOT);
                    listener.onField(parser, key, parser.nextToken());
                }
            }
            if (parser.nextToken() != null) {
                throw new RequestError(
                        "custom_data.trailing",
                        "custom_data has more behind its JSON object, at " + JsonFault.where(parser));
            }
        } catch (JsonProcessingException e) {
            throw JsonFault.noJson("custom_data.json", "custom_data", text, parser, e);
        } catch (IOException e) {
            throw new RequestError("custom_data.json", "custom_data could not be read: " + e.getMessage());
        }
    }

    private void readField(JsonParser parser, TransactionKind kind, String key, JsonToken value)
            throws IOException, RequestError {
        if (value == JsonToken.VALUE_NULL) {
            return;
        }
        boolean saga = kind.equals(TransactionKind.SAGA);
        if (saga && key.equals("concurrent")) {
            builder.sagaConcurrent(JsonValues.bool(parser, "custom_data.concurrent", value));
        } else if (saga && key.equals("orders")) {
            readOrders(parser, value);
        } else if (!saga && key.equals("delay")) {
            builder.delay(JsonValues.integer(parser, "custom_data.delay", value, wholeFloats));
        } else {
            parser.skipChildren();
        }
    }

    private void readOrders(JsonParser parser, JsonToken value) throws IOException, RequestError {
        String field = "custom_data.orders";
        if (value == JsonToken.START_ARRAY) {
            JsonValues.require(parser, parser.nextToken() == JsonToken.END_ARRAY, field, "an object", value);
            return;
        }
        JsonValues.require(parser, value == JsonToken.START_OBJECT, field, "an object", value);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            int step = stepNumber(field, parser.currentName());
            JsonToken list = parser.nextToken();
            if (list == JsonToken.VALUE_NULL) {
                continue;
            }
            JsonValues.require(
                    parser, list == JsonToken.START_ARRAY, field + "." + step, "an array of step numbers", list);
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                long predecessor = JsonValues.integer(parser, field + "." + step, token, wholeFloats);
                if (predecessor != (int) predecessor) {
                    throw new RequestError(
                            field,
                            field + "." + step + " names step " + predecessor + ", which is no step ("
                                    + JsonFault.where(parser) + ")");
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
}
