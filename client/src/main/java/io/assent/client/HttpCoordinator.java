package io.assent.client;

import io.assent.client.internal.CheckBack;
import io.assent.client.internal.Coordinator;
import io.assent.client.internal.HttpCheckBack;
import io.assent.client.internal.TransactionOptions;
import io.assent.client.internal.TransactionRequest;
import java.util.LinkedHashMap;
import java.util.Map;

/** Transactions as JSON bodies over HTTP (PROTOCOL 2.1); a payload is the text that a branch gets as its body. */
final class HttpCoordinator implements Coordinator<String> {

    private final Exchange exchange;

    HttpCoordinator(final Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void checkGid(final String gid) {
        // Every text fits into JSON.
    }

    @Override
    public void checkUrl(final String url, final String name) {
        if (url == null || url.chars().anyMatch(c -> c < ' ')) {
            throw new IllegalArgumentException(name + " must be a URL (empty for none), but is " + url);
        }
    }

    @Override
    public void checkBranchHeader(final String name, final String value) {
        if (name.isEmpty() || !name.chars().allMatch(c -> c > ' ' && c < 127 && "()<>@,;:\\\"/[]?={}".indexOf(c) < 0)) {
            throw new IllegalArgumentException("branchHeader: '" + name + "' is no header name");
        }
        if (value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("branchHeader " + name + ": a value has no line breaks");
        }
    }

    @Override
    public void prepare(final TransactionRequest<String> request) {
        post("prepare", request);
    }

    @Override
    public void submit(final TransactionRequest<String> request) {
        post("submit", request);
    }

    @Override
    public void abort(final TransactionRequest<String> request) {
        post("abort", request);
    }

    @Override
    public CheckBack checkBack(
            final String queryPrepared, final BranchContext barrier, final Map<String, String> branchHeaders) {
        return HttpCheckBack.ask(
                exchange.http(), exchange.baseUrl(), queryPrepared, barrier, branchHeaders, exchange.timeout());
    }

    private void post(final String endpoint, final TransactionRequest<String> request) {
        exchange.post(endpoint, request.gid(), body(request), request.answerWithin(exchange.timeout()));
    }

    private static Map<String, Object> body(final TransactionRequest<String> request) {
        final Map<String, Object> body = new LinkedHashMap<>();
        body.put("gid", request.gid());
        body.put("trans_type", request.transType());
        if (!request.steps().isEmpty()) {
            body.put("steps", request.steps());
            body.put("payloads", request.payloads());
        }
        putText(body, "custom_data", request.customData());
        putTrue(body, "concurrent", request.concurrent());
        final TransactionOptions options = request.options();
        putTrue(body, "wait_result", options.waitResult());
        putNumber(body, "timeout_to_fail", options.timeoutToFail());
        putNumber(body, "request_timeout", options.requestTimeout());
        putNumber(body, "retry_interval", options.retryInterval());
        putNumber(body, "retry_limit", options.retryLimit());
        if (!options.branchHeaders().isEmpty()) {
            body.put("branch_headers", options.branchHeaders());
        }
        putText(body, "query_prepared", request.queryPrepared());
        putText(body, "rollback_reason", request.rollbackReason());
        return body;
    }

    private static void putText(final Map<String, Object> body, final String key, final String text) {
        if (!text.isEmpty()) {
            body.put(key, text);
        }
    }

    private static void putTrue(final Map<String, Object> body, final String key, final boolean value) {
        if (value) {
            body.put(key, true);
        }
    }

    private static void putNumber(final Map<String, Object> body, final String key, final long number) {
        if (number != 0) {
            body.put(key, number);
        }
    }
}
