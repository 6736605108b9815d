package io.assent.loadtest.fuzz.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.Words;
import io.assent.loadtest.fuzz.http.Piece.Shape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** Requests of every documented route (PROTOCOL 2.2, 3), right or nearly so: ids that meet, options at their bounds. One input's. */
final class DocumentedCalls {

    /** Where the API is. */
    static final String API = "/api/dtmsvr/";

    private static final Map<String, String> TELLS = Map.of(
            API + "newGid",
            "\"gid\":",
            API + "version",
            "\"version\":",
            API + "query?",
            "\"branches\":",
            API + "all?",
            "\"next_position\":",
            API + "queryKV?",
            "\"kv\":",
            API + "scanKV?",
            "\"kv\":",
            API + "resetCronTime?",
            "\"has_remaining\":",
            "/api/ping",
            "pong",
            "/readyz",
            "serving",
            "/api/metrics",
            "jvm_memory");

    private static final String[] TYPES = {"saga", "msg", "tcc", "xa", "workflow"};

    private final Chance chance;
    private final Words words;

    DocumentedCalls(final Chance chance, final Words words) {
        this.chance = chance;
        this.words = words;
    }

    /**
     * A request.
     *
     * @param body null for none.
     */
    record Call(String method, String target, ObjectNode body, Shape shape) {

        byte[] bytes() {
            return with(body == null ? null : body.toString().getBytes(StandardCharsets.UTF_8));
        }

        /** With another body. */
        byte[] with(final byte[] other) {
            final RequestBytes request = RequestBytes.of(method, target);
            return other == null
                    ? request.bytes()
                    : request.field("Content-Type", "application/json")
                            .body(other)
                            .bytes();
        }

        Piece piece() {
            return Piece.answered(bytes()).shaped(shape).telling(tells());
        }

        /** What tells its answer from those to the others that a pipeline is made of. */
        String tells() {
            for (final Map.Entry<String, String> known : TELLS.entrySet()) {
                if (target.startsWith(known.getKey())) {
                    return known.getValue();
                }
            }
            return "";
        }
    }

    /** Any call. */
    Call any() {
        return chance.percent(60) ? withBody() : byUrl();
    }

    /** One that can not start a transaction and names no URL. */
    Call harmless() {
        return switch (chance.below(6)) {
            case 0 -> get(API + "newGid");
            case 1 -> get("/api/ping");
            case 2 -> get(API + "query?gid=" + words.parameter(words.gid()));
            case 3 -> post("forceStop", gidOnly());
            case 4 -> post("resetNextCronTime", gidOnly());
            default -> get(API + "version");
        };
    }

    /** One with a body that names no URL. */
    Call plainBody() {
        return post(chance.pick("forceStop", "resetNextCronTime", "abort"), gidOnly());
    }

    Call withBody() {
        final String type = chance.pick(TYPES);
        return switch (chance.below(26)) {
            case 0, 1, 2, 3, 4 -> post("submit", transaction("saga"));
            case 5, 6 -> post("submit", transaction("msg"));
            case 7, 8 -> post("submit", transaction(type));
            case 9, 10, 11 -> post("prepare", transaction(type));
            case 12, 13, 14 -> post("registerBranch", registration());
            case 15 -> post(chance.pick("registerTccBranch", "registerXaBranch"), registration());
            case 16, 17 -> post("abort", transaction(type));
            case 18, 19 -> post("prepareWorkflow", transaction("workflow"));
            case 20 -> post("forceStop", gidOnly());
            case 21 -> post("resetNextCronTime", gidOnly());
            case 22 -> post("releaseQuarantined", gidOnly());
            default -> jsonRpc();
        };
    }

    private Call byUrl() {
        return switch (chance.below(30)) {
            case 0, 1, 2, 3, 4, 5 -> get(API + "query?gid=" + words.parameter(words.gid()));
            case 6, 7 -> get(API + "all?gid=" + words.parameter(words.gid()));
            case 8, 9, 10 -> get(API + "all?" + filter());
            case 11, 12 ->
                get(API + "scanKV?cat=" + chance.pick("topics", "", "x") + "&position="
                        + words.parameter(chance.oneIn(2) ? "" : words.topic()) + "&limit=" + words.integer());
            case 13, 14 ->
                get(API + "queryKV?cat=" + chance.pick("topics", "", "x") + "&key=" + words.parameter(words.topic()));
            case 15, 16, 17, 18, 19 ->
                get(API + "subscribe?topic=" + words.parameter(words.topic()) + "&url=" + words.parameter(words.url())
                        + "&remark=" + words.parameter(words.text()));
            case 20, 21 ->
                get(API + "unsubscribe?topic=" + words.parameter(words.topic()) + "&url="
                        + words.parameter(words.url()));
            case 22, 23 -> new Call("DELETE", API + "topic/" + words.parameter(words.topic()), null, Shape.PLAIN);
            case 24 -> get(API + "resetCronTime?timeout=" + words.integer() + "&limit=" + words.integer());
            case 25 -> get(API + "newGid");
            case 26 -> get(API + "version");
            case 27 -> get(chance.oneIn(8) ? "/api/metrics" : "/readyz");
            case 28 -> new Call(chance.pick("GET", "POST", "PUT"), "/api/ping", null, Shape.PLAIN);
            default -> get(chance.pick("/", "/admin/x", "/favicon.ico", "/healthz", "/api/clock/advance?ms=1"));
        };
    }

    private String filter() {
        final StringBuilder filter = new StringBuilder("limit=")
                .append(chance.oneIn(6) ? words.integer() : Integer.toString(chance.between(1, 20)));
        if (chance.oneIn(2)) {
            filter.append("&status=")
                    .append(chance.pick("prepared", "submitted", "succeed", "failed", "aborting", "x"));
        }
        if (chance.oneIn(3)) {
            filter.append("&transType=").append(chance.pick(TYPES));
        }
        if (chance.oneIn(4)) {
            filter.append("&position=").append(words.integer());
        }
        if (chance.oneIn(4)) {
            filter.append("&createTimeStart=")
                    .append(words.integer())
                    .append("&createTimeEnd=")
                    .append(words.integer());
        }
        return filter.toString();
    }

    private static Call get(final String target) {
        return new Call("GET", target, null, Shape.PLAIN);
    }

    private static Call post(final String endpoint, final ObjectNode body) {
        return new Call("POST", API + endpoint, body, Shape.PLAIN);
    }

    private Call jsonRpc() {
        final ObjectNode envelope = object().put("jsonrpc", chance.oneIn(12) ? "1.0" : "2.0");
        final String method = chance.pick("newGid", "prepare", "submit", "abort", "registerBranch", "query", "");
        envelope.put("method", method).put("id", chance.oneIn(12) ? words.text() : "id-1");
        if (method.equals("registerBranch")) {
            envelope.set("params", stoppable(registration()));
        } else if (!method.equals("newGid")) {
            envelope.set("params", stoppable(transaction(chance.pick(TYPES))));
        }
        return new Call("POST", "/api/json-rpc", envelope, Shape.JSON_RPC);
    }

    /** HTTP takes these characters out of every gid, JSON-RPC does not: then nobody could stop the transaction over HTTP. */
    private static ObjectNode stoppable(final ObjectNode body) {
        return body.put("gid", body.path("gid").asText().replaceAll("[\r\n;]", ""));
    }

    private ObjectNode gidOnly() {
        return object().put("gid", words.gid());
    }

    /** A transaction object (PROTOCOL 2.1) of a type. */
    ObjectNode transaction(final String type) {
        final ObjectNode body =
                object().put("gid", words.gid(laneOf(type))).put("trans_type", chance.oneIn(20) ? words.text() : type);
        if (type.equals("saga") || type.equals("msg") || chance.oneIn(10)) {
            steps(body, chance.oneIn(15) ? chance.between(10, 60) : chance.between(0, 4));
        }
        switch (type) {
            case "saga" -> customSaga(body);
            case "msg" -> {
                maybe(
                        4,
                        () -> body.put(
                                "custom_data",
                                "{\"delay\":" + chance.pick("0", "1", "60", "-1", "99999999999", "\"x\"", "null")
                                        + "}"));
                maybe(2, () -> body.put("query_prepared", words.url()));
            }
            case "workflow" -> {
                body.put("query_prepared", words.url());
                body.put(
                        "custom_data",
                        object().put("name", words.text())
                                .put("data", Base64.getEncoder().encodeToString(chance.bytes(chance.below(60))))
                                .toString());
                body.set(
                        "req_extra",
                        object().put("status", chance.pick("succeed", "failed", "succeed", ""))
                                .put("rollback_reason", words.text())
                                .put("result", "cmVzdWx0"));
            }
            default -> {}
        }
        options(body);
        return body;
    }

    private void steps(final ObjectNode body, final int count) {
        final ArrayNode steps = body.putArray("steps");
        final ArrayNode payloads = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < count; i++) {
            final ObjectNode step =
                    steps.addObject().put("action", chance.oneIn(10) ? "topic://" + words.topic() : words.url());
            maybe(2, () -> step.put("compensate", words.url()));
            if (chance.oneIn(12)) {
                step.put("data", words.text());
            }
            payloads.add(chance.oneIn(3) ? words.text() : "{\"amount\":" + i + "}");
        }
        if (!chance.oneIn(20)) {
            body.set("payloads", payloads);
        }
    }

    private void customSaga(final ObjectNode body) {
        switch (chance.below(6)) {
            case 0 -> body.put("custom_data", "{\"concurrent\":true,\"orders\":{\"1\":[0],\"2\":[0,1]}}");
            case 1 -> body.put("custom_data", "{\"concurrent\":" + chance.pick("true", "false", "null", "1") + "}");
            case 2 ->
                body.put(
                        "custom_data",
                        chance.pick(
                                "{\"orders\":{\"0\":[0]}}",
                                "{\"orders\":{\"0\":[1],\"1\":[0]}}",
                                "{\"orders\":[]}",
                                "{\"orders\":{\"9\":[-1]}}",
                                "{",
                                "null",
                                "[]",
                                "{\"orders\":{\"99999999999\":[0]}}"));
            default -> {}
        }
    }

    private void options(final ObjectNode body) {
        maybe(3, () -> body.put("wait_result", chance.percent(70)));
        maybe(6, () -> body.put("timeout_to_fail", words.seconds()));
        maybe(6, () -> body.put("request_timeout", words.seconds()));
        maybe(6, () -> body.put("retry_interval", words.seconds()));
        maybe(6, () -> body.put("retry_limit", words.retries()));
        maybe(6, () -> body.put("retry_count", words.retries()));
        maybe(6, () -> body.put("concurrent", chance.oneIn(2)));
        maybe(5, () -> body.put("protocol", chance.pick("", "http", "json-rpc", "grpc", "x")));
        maybe(6, () -> body.put("rollback_reason", words.text()));
        maybe(
                8,
                () -> body.set(
                        "branch_headers",
                        object().put("X-Own", words.text())
                                .put(
                                        chance.pick("Content-Type", "Host", "Content-Length", "te", "bad name", ""),
                                        words.text())));
        maybe(10, () -> body.putNull(chance.pick("payloads", "steps", "custom_data", "query_prepared", "protocol")));
        maybe(
                8,
                () -> body.put("subType", "x")
                        .put("status", "succeed")
                        .put("id", 7)
                        .put("finish_time", "never"));
    }

    private ObjectNode registration() {
        final String type = chance.oneIn(12) ? words.text() : chance.pick("tcc", "xa", "workflow");
        final ObjectNode body = object().put("gid", words.gid(laneOf(type)))
                .put("trans_type", type)
                .put("branch_id", words.branchId());
        switch (type) {
            case "tcc" -> body.put("confirm", words.url()).put("cancel", words.url());
            case "xa" -> body.put("url", words.url());
            default ->
                body.put("op", chance.pick("action", "commit", "rollback", "business", ""))
                        .put("status", chance.pick("succeed", "failed", "prepared"))
                        .put("sync", "1");
        }
        maybe(2, () -> body.put("data", words.text()));
        maybe(12, () -> body.put("amount", 1));
        return body;
    }

    private static int laneOf(final String type) {
        return Math.max(0, Arrays.asList(TYPES).indexOf(type));
    }

    private void maybe(final int cases, final Runnable addition) {
        if (chance.oneIn(cases)) {
            addition.run();
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
