package io.assent.transport.out;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Branch calls by JSON-RPC (PROTOCOL 5.3): the same HTTP request with another body, to the URL as it stands, and one more look at the
 * reply. One per event loop.
 */
final class JsonRpc {
    /** A reply is parsed up to here; a longer one says nothing that could be relied on. */
    static final int REPLY_BYTES_MAX = 64 << 10;

    private static final String METHOD = "method";
    private static final Set<String> OURS = Set.of("gid", "trans_type", "branch_id", "op");
    private static final int FAILURE = -32_901;
    private static final int ONGOING = -32_902;

    private static final Meaning SUCCESS = new Meaning(Outcome.SUCCESS, "");

    private final JsonFactory json = new JsonFactory();

    /** What the body and the head of a reply amount to. */
    record Meaning(Outcome outcome, String text) {}

    /** Whether the branch is called this way (PROTOCOL 5.1). */
    static boolean applies(BranchCall branch) {
        return branch.protocol().equals("json-rpc") && branch.url().contains(METHOD);
    }

    /**
     * The same call with the envelope as its payload. Everything in the payload is carried as it is written there, numbers too; our four
     * keys win over equal ones.
     */
    BranchCall wrapped(BranchCall branch) throws Unsendable {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256 + branch.payloadLength());
        try (JsonGenerator generator = json.createGenerator(bytes)) {
            generator.writeStartObject();
            generator.writeStringField("id", Long.toUnsignedString(branch.number(), 36));
            generator.writeStringField("jsonrpc", "2.0");
            generator.writeStringField(METHOD, method(branch.url()));
            generator.writeObjectFieldStart("params");
            if (branch.payloadLength() > 0) {
                copyParameters(branch, generator);
            }
            generator.writeStringField("branch_id", branch.branchId());
            generator.writeStringField("gid", branch.gid());
            generator.writeStringField("op", branch.operation());
            generator.writeStringField("trans_type", branch.kind().wireName());
            generator.writeEndObject();
            generator.writeEndObject();
        } catch (IOException e) {
            throw new Unsendable("the payload of a json-rpc branch must be a JSON object: " + e.getMessage());
        }
        byte[] body = bytes.toByteArray();
        return new BranchCall(
                branch.number(),
                branch.transactionId(),
                branch.gid(),
                branch.kind(),
                branch.protocol(),
                branch.branchId(),
                branch.operation(),
                branch.url(),
                body,
                0,
                body.length,
                branch.headers(),
                branch.requestTimeoutMs(),
                branch.priority(),
                branch.attempt());
    }

    private void copyParameters(BranchCall branch, JsonGenerator generator) throws IOException, Unsendable {
        try (JsonParser parser = json.createParser(branch.payload(), branch.payloadOffset(), branch.payloadLength())) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Unsendable("the payload of a json-rpc branch must be a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (OURS.contains(name)) {
                    parser.skipChildren();
                } else {
                    generator.writeFieldName(name);
                    copyValue(parser, generator);
                }
            }
            if (parser.nextToken() != null) {
                throw new Unsendable("the payload of a json-rpc branch has more behind its JSON object");
            }
        }
    }

    /** Numbers as they are written: no detour over a type that could round them. */
    private static void copyValue(JsonParser parser, JsonGenerator generator) throws IOException {
        int depth = 0;
        JsonToken token = parser.currentToken();
        while (true) {
            if (token.isNumeric()) {
                generator.writeNumber(parser.getText());
            } else {
                generator.copyCurrentEvent(parser);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
            if (token == JsonToken.FIELD_NAME) {
                generator.writeFieldName(parser.currentName());
                token = parser.nextToken();
            }
        }
    }

    /** The value of the URL's parameter, decoded; "" when there is none. */
    static String method(String url) {
        int fragment = url.indexOf('#');
        String whole = fragment < 0 ? url : url.substring(0, fragment);
        int question = whole.indexOf('?');
        if (question < 0) {
            return "";
        }
        for (String pair : whole.substring(question + 1).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals >= 0 && pair.substring(0, equals).equals(METHOD)) {
                try {
                    return URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
                } catch (IllegalArgumentException brokenEscape) {
                    return "";
                }
            }
        }
        return "";
    }

    /** What a reply means that HTTP calls a success. */
    Meaning meaning(ReplyBody body) {
        if (body.isCut()) {
            return new Meaning(Outcome.UNKNOWN, "the json-rpc reply is longer than " + REPLY_BYTES_MAX + " bytes");
        }
        String text = body.text();
        try (JsonParser parser = json.createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.VALUE_NULL && first != JsonToken.START_OBJECT) {
                return new Meaning(Outcome.UNKNOWN, "the json-rpc reply is no JSON object: " + text);
            }
            Meaning meaning = first == JsonToken.VALUE_NULL ? SUCCESS : result(parser, text);
            return parser.nextToken() == null
                    ? meaning
                    : new Meaning(Outcome.UNKNOWN, "the json-rpc reply has more behind its JSON object: " + text);
        } catch (IOException e) {
            return new Meaning(Outcome.UNKNOWN, "the json-rpc reply is no JSON object: " + text);
        }
    }

    /** Reads to the end of the object. Of two errors nobody knows which one is meant. */
    private static Meaning result(JsonParser parser, String text) throws IOException {
        Meaning meaning = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean isError = parser.currentName().equals("error");
            JsonToken value = parser.nextToken();
            if (!isError) {
                parser.skipChildren();
            } else if (meaning != null) {
                parser.skipChildren();
                meaning = new Meaning(Outcome.UNKNOWN, "the json-rpc reply has several errors: " + text);
            } else {
                meaning = value == JsonToken.VALUE_NULL ? SUCCESS : error(parser, value, text);
            }
        }
        return meaning == null ? SUCCESS : meaning;
    }

    private static Meaning error(JsonParser parser, JsonToken value, String text) throws IOException {
        if (value != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return new Meaning(Outcome.UNKNOWN, "the error of the json-rpc reply is no JSON object: " + text);
        }
        double code = 0;
        int codes = 0;
        String message = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            codes += name.equals("code") ? 1 : 0;
            if (name.equals("code") && token.isNumeric()) {
                code = parser.getDoubleValue();
            } else if (name.equals("message") && token == JsonToken.VALUE_STRING) {
                message = parser.getText();
            } else {
                parser.skipChildren();
            }
        }
        if (codes > 1) {
            return new Meaning(Outcome.UNKNOWN, "the error of the json-rpc reply has several codes: " + text);
        }
        if (code == FAILURE) {
            return new Meaning(Outcome.FAILURE, Verdict.failure(message));
        }
        return code == ONGOING ? new Meaning(Outcome.ONGOING, "ONGOING") : new Meaning(Outcome.UNKNOWN, text);
    }
}
