package io.assent.client.grpc;

import com.google.protobuf.ByteString;
import io.assent.client.BranchContext;
import io.assent.client.internal.CheckBack;
import io.assent.client.internal.Coordinator;
import io.assent.client.internal.JsonWriter;
import io.assent.client.internal.TransactionOptions;
import io.assent.client.internal.TransactionRequest;
import io.assent.grpc.DtmGrpc;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTransOptions;
import io.grpc.ManagedChannel;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Transactions as the messages of {@code dtmgimp.Dtm} (PROTOCOL 4); a payload is the bytes that a branch gets as its message. */
final class GrpcCoordinator implements Coordinator<ByteString> {

    private static final Pattern METHOD_URL = Pattern.compile("[!-.0-~]+:[0-9]{1,5}/[!-.0-~]+/[!-.0-~]+");

    private final DtmExchange exchange;
    private final GrpcCheckBack checkBack;

    GrpcCoordinator(final DtmExchange exchange, final Function<String, ManagedChannel> participants) {
        this.exchange = exchange;
        this.checkBack = new GrpcCheckBack(participants, exchange.authority(), exchange.timeout());
    }

    @Override
    public void checkGid(final String gid) {
        if (!DtmMetadata.isPrintable(gid)) {
            throw new IllegalArgumentException("a gid goes as metadata, which has printable ASCII only, but is " + gid);
        }
    }

    @Override
    public void checkUrl(final String url, final String name) {
        // Other schemes may be known to the coordinator.
        final boolean hasScheme =
                url != null && url.contains("://") && url.chars().allMatch(c -> c >= ' ');
        if (url == null
                || !url.isEmpty() && !hasScheme && !METHOD_URL.matcher(url).matches()) {
            throw new IllegalArgumentException(name
                    + " must look like host:port/package.Service/Method or http://... (empty for none), but is " + url);
        }
    }

    @Override
    public void checkBranchHeader(final String name, final String value) {
        if (!DtmMetadata.isName(name)) {
            throw new IllegalArgumentException(
                    "branchHeader: '" + name + "' is no metadata name: letters, digits, - _ . only");
        }
        if (DtmMetadata.isBinary(name)
                ? value.indexOf('\r') >= 0 || value.indexOf('\n') >= 0
                : !DtmMetadata.isPrintable(value)) {
            throw new IllegalArgumentException("branchHeader " + name
                    + ": a value is printable ASCII; under a name that ends in -bin, anything without line breaks");
        }
    }

    @Override
    public void prepare(final TransactionRequest<ByteString> request) {
        exchange.call(DtmGrpc.getPrepareMethod(), message(request), request.answerWithin(exchange.timeout()));
    }

    @Override
    public void submit(final TransactionRequest<ByteString> request) {
        exchange.call(DtmGrpc.getSubmitMethod(), message(request), request.answerWithin(exchange.timeout()));
    }

    @Override
    public void abort(final TransactionRequest<ByteString> request) {
        exchange.call(DtmGrpc.getAbortMethod(), message(request), request.answerWithin(exchange.timeout()));
    }

    @Override
    public CheckBack checkBack(
            final String queryPrepared, final BranchContext barrier, final Map<String, String> branchHeaders) {
        return checkBack.ask(queryPrepared, barrier, branchHeaders);
    }

    private static DtmRequest message(final TransactionRequest<ByteString> request) {
        final DtmRequest.Builder message = DtmRequest.newBuilder()
                .setGid(request.gid())
                .setTransType(request.transType())
                .setCustomedData(request.customData())
                .addAllBinPayloads(request.payloads())
                .setQueryPrepared(request.queryPrepared())
                .setRollbackReason(request.rollbackReason());
        final DtmTransOptions options = options(request.options());
        if (!options.equals(DtmTransOptions.getDefaultInstance())) {
            message.setTransOptions(options);
        }
        if (!request.steps().isEmpty()) {
            message.setSteps(JsonWriter.write(request.steps()));
        }
        return message.build();
    }

    private static DtmTransOptions options(final TransactionOptions options) {
        return DtmTransOptions.newBuilder()
                .setWaitResult(options.waitResult())
                .setTimeoutToFail(options.timeoutToFail())
                .setRequestTimeout(options.requestTimeout())
                .setRetryInterval(options.retryInterval())
                .setRetryLimit(options.retryLimit())
                .putAllBranchHeaders(options.branchHeaders())
                .build();
    }
}
