package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assent.engine.BranchStatus;
import io.assent.engine.Registration;
import io.assent.engine.Rejection;
import io.assent.engine.TransactionKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the flat object of texts that registers a branch (PROTOCOL 2.2 registerBranch): keys in their exact case, null for "", no other
 * values, and what stands behind the object is not looked at. One per event loop, reused.
 */
public final class RegistrationParser {
    private static final String DATA = "data";

    private final JsonFactory json = new JsonFactory();
    private final Map<String, String> values = new HashMap<>();
    private byte[] payload;

    /** Reads the body of an HTTP request. */
    void read(byte[] body, int length) throws RequestError {
        read(StrictUtf8.text(body, length, "body", "the body"), "the body");
    }

    /** Reads the parameters of a JSON-RPC call; null when there are none. */
    void readParameters(String parameters) throws RequestError {
        if (parameters == null) {
            throw new RequestError("params.missing", "params must be an object of strings");
        }
        read(parameters, "params");
    }

    private void read(String text, String what) throws RequestError {
        reset();
        JsonParser parser = JsonValues.parser(json, text);
        try (parser) {
            JsonToken first = parser.nextToken();
            if (first == JsonToken.VALUE_NULL && !what.equals("params")) {
                return;
            }
            if (first != JsonToken.START_OBJECT) {
                throw new RequestError(
                        "body.type",
                        what + " must be an object of strings, found "
                                + (first == null ? "nothing" : JsonValues.name(first)));
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING) {
                    values.put(key, text(parser, key));
                } else if (value != JsonToken.VALUE_NULL) {
                    throw new RequestError(
                            "body.value.type",
                            JsonValues.shown(key) + " must be a string, found " + JsonValues.name(value) + " ("
                                    + JsonFault.where(parser) + ")");
                }
            }
        } catch (JsonProcessingException e) {
            throw JsonFault.noJson("body.json", what, text, parser, e);
        } catch (IOException e) {
            throw new RequestError("body.json", what + " could not be read: " + e.getMessage());
        }
    }

    private static String text(JsonParser parser, String key) throws IOException, RequestError {
        String text = parser.getText();
        if (key.equals(DATA)) {
            return JsonValues.wellFormed(text);
        }
        if (!JsonValues.isWellFormed(text)) {
            throw new RequestError("body.value.surrogate", JsonValues.surrogate(parser, key));
        }
        return text;
    }

    /** Forgets everything. For those who bring the values themselves, by {@link #value} and {@link #payload}. */
    public void reset() {
        values.clear();
        payload = null;
    }

    public void value(String key, String text) {
        values.put(key, text);
    }

    /** The payload as bytes, in the place of the text {@code data}. */
    public void payload(byte[] bytes) {
        payload = bytes;
    }

    /** As given. */
    public String gid() {
        return text("gid");
    }

    /** The checked registration of what was read. */
    public Registration registration() throws RequestError {
        String transType = text("trans_type");
        TransactionKind kind = TransactionKind.ofWireName(transType);
        byte[] data = payload != null ? payload : text(DATA).getBytes(StandardCharsets.UTF_8);
        String branchId = text("branch_id");
        Registration registration;
        if (TransactionKind.TCC.equals(kind)) {
            registration = Registration.tcc(branchId, text("confirm"), text("cancel"), data);
        } else if (TransactionKind.XA.equals(kind)) {
            registration = Registration.xa(branchId, text("url"), data);
        } else if (TransactionKind.WORKFLOW.equals(kind)) {
            registration = Registration.workflow(branchId, text("op"), recordedStatus(), data);
        } else {
            throw new RequestError("registration.trans_type", "unknow trans type: " + JsonValues.shown(transType));
        }
        Rejection rejection = registration.check();
        if (rejection != null) {
            throw new RequestError(rejection);
        }
        return registration;
    }

    private BranchStatus recordedStatus() throws RequestError {
        String status = text("status");
        return switch (status) {
            case "succeed" -> BranchStatus.SUCCEED;
            case "failed" -> BranchStatus.FAILED;
            default ->
                throw new RequestError(
                        "status",
                        "status of a workflow branch must be succeed or failed, found '" + JsonValues.shown(status)
                                + "'");
        };
    }

    private String text(String key) {
        return values.getOrDefault(key, "");
    }
}
