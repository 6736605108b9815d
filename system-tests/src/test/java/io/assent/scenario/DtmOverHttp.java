package io.assent.scenario;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assent.scenario.Reply.Verdict;
import io.assent.system.TestServer;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** JSON as SDKs send it: keys without a value are left out. */
final class DtmOverHttp implements Client {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String SUCCESS = "{\"dtm_result\":\"SUCCESS\"}";

    private final TestServer server;

    DtmOverHttp(TestServer server) {
        this.server = server;
    }

    @Override
    public Reply prepare(Global transaction) {
        return reply(post("prepare", transaction));
    }

    @Override
    public Reply submit(Global transaction) {
        return reply(post("submit", transaction));
    }

    @Override
    public Reply abort(Global transaction) {
        return reply(post("abort", transaction));
    }

    @Override
    public Reply registerBranch(BranchRequest branch) {
        ObjectNode body = JSON.createObjectNode()
                .put("gid", branch.gid())
                .put("trans_type", branch.transType())
                .put("branch_id", branch.branchId())
                .put("data", branch.payload());
        branch.values().forEach(body::put);
        return reply(server.post("/api/dtmsvr/registerBranch", body.toString()));
    }

    @Override
    public WorkflowReply prepareWorkflow(Global workflow) {
        TestServer.Reply http = post("prepareWorkflow", workflow);
        JsonNode body = http.json();
        JsonNode transaction = body.path("transaction");
        if (!transaction.path("status").isTextual()) {
            throw new AssertionError("expected a transaction, which SDKs look into in any case; found " + body);
        }
        if (http.status() != 200) {
            return WorkflowReply.refused(reply(http));
        }
        if (!body.path("progresses").isArray()) {
            throw new AssertionError("expected progresses, found " + body);
        }
        List<WorkflowReply.Progress> progresses = new ArrayList<>();
        for (JsonNode progress : body.path("progresses")) {
            byte[] data = Base64.getDecoder().decode(progress.path("bin_data").asText());
            progresses.add(new WorkflowReply.Progress(
                    progress.path("branch_id").asText(),
                    progress.path("op").asText(),
                    progress.path("status").asText(),
                    new String(data, StandardCharsets.UTF_8)));
        }
        return new WorkflowReply(
                new Reply(Verdict.SUCCESS, "", status(http)),
                transaction.path("gid").asText(),
                transaction.path("status").asText(),
                transaction.path("rollback_reason").asText(),
                transaction.path("result").asText(),
                progresses);
    }

    @Override
    public Reply subscribe(String topic, String url, String remark) {
        return reply(server.get("/api/dtmsvr/subscribe?topic=" + encoded(topic) + "&url=" + encoded(url) + "&remark="
                + encoded(remark)));
    }

    @Override
    public Reply unsubscribe(String topic, String url) {
        return reply(server.get("/api/dtmsvr/unsubscribe?topic=" + encoded(topic) + "&url=" + encoded(url)));
    }

    @Override
    public Reply deleteTopic(String topic) {
        return reply(server.delete("/api/dtmsvr/topic/" + encoded(topic)));
    }

    @Override
    public void close() {
        // The server's connections end with it.
    }

    private TestServer.Reply post(String endpoint, Global transaction) {
        HttpRequest.Builder request = server.request("/api/dtmsvr/" + endpoint)
                .POST(BodyPublishers.ofString(body(transaction).toString()));
        transaction.beside.forEach(header -> request.header(header.getKey(), header.getValue()));
        return server.send(request);
    }

    private static ObjectNode body(Global transaction) {
        ObjectNode body = JSON.createObjectNode().put("gid", transaction.gid).put("trans_type", transaction.transType);
        if (!transaction.steps.isEmpty()) {
            addSteps(body, transaction.steps);
        }
        putText(body, "query_prepared", transaction.queryPrepared);
        putText(body, "custom_data", transaction.customData);
        putText(body, "rollback_reason", transaction.rollbackReason);
        putText(body, "protocol", transaction.protocol);
        putTrue(body, "concurrent", transaction.concurrent);
        putTrue(body, "wait_result", transaction.waitResult);
        putNumber(body, "timeout_to_fail", transaction.timeoutToFail);
        putNumber(body, "request_timeout", transaction.requestTimeout);
        putNumber(body, "retry_interval", transaction.retryInterval);
        putNumber(body, "retry_limit", transaction.retryLimit);
        putMap(body, "branch_headers", transaction.branchHeaders);
        putMap(body, "req_extra", transaction.extra);
        return body;
    }

    private static void addSteps(ObjectNode body, List<Global.Step> steps) {
        var texts = body.putArray("steps");
        var payloads = body.putArray("payloads");
        for (Global.Step step : steps) {
            ObjectNode text = texts.addObject().put("action", step.action());
            if (step.compensate() != null) {
                text.put("compensate", step.compensate());
            }
            if (step.payload() != null) {
                payloads.add(step.payload());
            }
        }
    }

    private static void putText(ObjectNode body, String key, String value) {
        if (!value.isEmpty()) {
            body.put(key, value);
        }
    }

    private static void putTrue(ObjectNode body, String key, boolean value) {
        if (value) {
            body.put(key, true);
        }
    }

    private static void putNumber(ObjectNode body, String key, int value) {
        if (value != 0) {
            body.put(key, value);
        }
    }

    private static void putMap(ObjectNode body, String key, Map<String, String> values) {
        if (!values.isEmpty()) {
            ObjectNode object = body.putObject(key);
            values.forEach(object::put);
        }
    }

    /** The answer of any endpoint that both protocols have, also of those that the coordinator has for HTTP only. */
    static Reply reply(TestServer.Reply http) {
        Verdict verdict = switch (http.status()) {
            case 200 -> Verdict.SUCCESS;
            case 409 -> Verdict.FAILURE;
            case 425 -> Verdict.ONGOING;
            case 500 -> Verdict.ERROR;
            case 503 -> Verdict.UNAVAILABLE;
            default -> throw new AssertionError("no answer has this status: " + http.status() + http.body());
        };
        if (verdict == Verdict.SUCCESS && !http.body().equals(SUCCESS)) {
            throw new AssertionError("expected " + SUCCESS + ", found " + http.body());
        }
        String said = http.json().path("dtm_result").asText();
        boolean says = verdict == Verdict.SUCCESS || verdict == Verdict.FAILURE || verdict == Verdict.ONGOING;
        if (!said.equals(says ? verdict.name() : "")) {
            throw new AssertionError("status " + http.status() + " with dtm_result " + said + ": " + http.body());
        }
        return new Reply(verdict, http.message(), status(http));
    }

    private static String status(TestServer.Reply http) {
        return http.response().headers().firstValue("X-Assent-Status").orElse("");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
