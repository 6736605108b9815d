package io.assent.scenario;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a client says of a transaction (PROTOCOL 2.1), in no protocol's words. Times in seconds. */
final class Global {
    final String gid;
    final String transType;
    final List<Step> steps = new ArrayList<>();
    final Map<String, String> branchHeaders = new LinkedHashMap<>();
    final Map<String, String> extra = new LinkedHashMap<>();
    /** Sent beside the request: headers of HTTP, metadata of gRPC. A name may come twice. */
    final List<Map.Entry<String, String>> beside = new ArrayList<>();

    String queryPrepared = "";
    String customData = "";
    String rollbackReason = "";
    /** "" for the client's own. Over gRPC it can not be said. */
    String protocol = "";

    /** A message's branches together. Over gRPC it can not be said. */
    boolean concurrent;

    boolean waitResult;
    int timeoutToFail;
    int requestTimeout;
    int retryInterval;
    int retryLimit;

    /** One step; the payload null when it has none, which a client should not do. */
    record Step(String action, String compensate, String payload) {}

    private Global(String gid, String transType) {
        this.gid = gid;
        this.transType = transType;
    }

    static Global of(String gid, String transType) {
        return new Global(gid, transType);
    }

    static Global tcc(String gid) {
        return new Global(gid, "tcc");
    }

    static Global xa(String gid) {
        return new Global(gid, "xa");
    }

    static Global msg(String gid) {
        return new Global(gid, "msg");
    }

    static Global saga(String gid) {
        return new Global(gid, "saga");
    }

    /** The end of a workflow. */
    static Global workflowEnd(String gid, String status, String rollbackReason, String result) {
        Global end = new Global(gid, "workflow");
        end.extra.put("status", status);
        end.extra.put("rollback_reason", rollbackReason);
        end.extra.put("result", result);
        return end;
    }

    Global step(String action, String compensate, String payload) {
        steps.add(new Step(action, compensate, payload));
        return this;
    }

    Global queryPrepared(String url) {
        queryPrepared = url;
        return this;
    }

    /** A JSON object as text. */
    Global customData(String json) {
        customData = json;
        return this;
    }

    Global rollbackReason(String reason) {
        rollbackReason = reason;
        return this;
    }

    Global protocol(String name) {
        protocol = name;
        return this;
    }

    Global concurrent() {
        concurrent = true;
        return this;
    }

    Global waits() {
        waitResult = true;
        return this;
    }

    Global timeoutToFail(int seconds) {
        timeoutToFail = seconds;
        return this;
    }

    Global requestTimeout(int seconds) {
        requestTimeout = seconds;
        return this;
    }

    Global retryInterval(int seconds) {
        retryInterval = seconds;
        return this;
    }

    Global retryLimit(int calls) {
        retryLimit = calls;
        return this;
    }

    Global branchHeader(String name, String value) {
        branchHeaders.put(name, value);
        return this;
    }

    Global beside(String name, String value) {
        beside.add(Map.entry(name, value));
        return this;
    }
}
