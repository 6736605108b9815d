package io.assent.scenario;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmGrpc;
import io.assent.grpc.DtmGrpc.DtmBlockingStub;
import io.assent.grpc.DtmProgress;
import io.assent.grpc.DtmProgressesReply;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.scenario.Reply.Verdict;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Messages as SDKs send them, through the generated stubs. */
final class DtmOverGrpc implements Client {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long GENEROUS_S = 30;
    private static final Metadata.Key<String> STATUS = key("x-assent-status");

    private final ManagedChannel channel;

    DtmOverGrpc(int port) {
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
    }

    @Override
    public Reply prepare(Global transaction) {
        DtmRequest request = request(transaction);
        return call(transaction.beside, stub -> stub.prepare(request)).reply;
    }

    @Override
    public Reply submit(Global transaction) {
        DtmRequest request = request(transaction);
        return call(transaction.beside, stub -> stub.submit(request)).reply;
    }

    @Override
    public Reply abort(Global transaction) {
        DtmRequest request = request(transaction);
        return call(transaction.beside, stub -> stub.abort(request)).reply;
    }

    @Override
    public Reply registerBranch(BranchRequest branch) {
        DtmBranchRequest request = DtmBranchRequest.newBuilder()
                .setGid(branch.gid())
                .setTransType(branch.transType())
                .setBranchID(branch.branchId())
                .putAllData(branch.values())
                .setBusiPayload(ByteString.copyFromUtf8(branch.payload()))
                .build();
        return call(List.of(), stub -> stub.registerBranch(request)).reply;
    }

    @Override
    public WorkflowReply prepareWorkflow(Global workflow) {
        DtmRequest request = request(workflow);
        Called<DtmProgressesReply> called = call(workflow.beside, stub -> stub.prepareWorkflow(request));
        if (called.message == null) {
            return WorkflowReply.refused(called.reply);
        }
        if (!called.message.hasTransaction()) {
            throw new AssertionError("expected a transaction, found " + called.message);
        }
        var transaction = called.message.getTransaction();
        List<WorkflowReply.Progress> progresses = new ArrayList<>();
        for (DtmProgress progress : called.message.getProgressesList()) {
            progresses.add(new WorkflowReply.Progress(
                    progress.getBranchID(),
                    progress.getOp(),
                    progress.getStatus(),
                    progress.getBinData().toStringUtf8()));
        }
        return new WorkflowReply(
                called.reply,
                transaction.getGid(),
                transaction.getStatus(),
                transaction.getRollbackReason(),
                transaction.getResult(),
                progresses);
    }

    @Override
    public Reply subscribe(String topic, String url, String remark) {
        DtmTopicRequest request = DtmTopicRequest.newBuilder()
                .setTopic(topic)
                .setURL(url)
                .setRemark(remark)
                .build();
        return call(List.of(), stub -> stub.subscribe(request)).reply;
    }

    @Override
    public Reply unsubscribe(String topic, String url) {
        DtmTopicRequest request =
                DtmTopicRequest.newBuilder().setTopic(topic).setURL(url).build();
        return call(List.of(), stub -> stub.unsubscribe(request)).reply;
    }

    @Override
    public Reply deleteTopic(String topic) {
        DtmTopicRequest request = DtmTopicRequest.newBuilder().setTopic(topic).build();
        return call(List.of(), stub -> stub.deleteTopic(request)).reply;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    private static DtmRequest request(Global transaction) {
        if (!transaction.protocol.isEmpty() && !transaction.protocol.equals("grpc")) {
            throw new IllegalArgumentException("over gRPC the protocol is grpc, not " + transaction.protocol);
        }
        if (transaction.concurrent) {
            throw new IllegalArgumentException("gRPC has no field for a concurrent message");
        }
        DtmRequest.Builder request = DtmRequest.newBuilder()
                .setGid(transaction.gid)
                .setTransType(transaction.transType)
                .setTransOptions(DtmTransOptions.newBuilder()
                        .setWaitResult(transaction.waitResult)
                        .setTimeoutToFail(transaction.timeoutToFail)
                        .setRequestTimeout(transaction.requestTimeout)
                        .setRetryInterval(transaction.retryInterval)
                        .setRetryLimit(transaction.retryLimit)
                        .putAllBranchHeaders(transaction.branchHeaders))
                .setCustomedData(transaction.customData)
                .setQueryPrepared(transaction.queryPrepared)
                .setRollbackReason(transaction.rollbackReason)
                .setSteps(steps(transaction.steps))
                .putAllReqExtra(transaction.extra);
        for (Global.Step step : transaction.steps) {
            if (step.payload() != null) {
                request.addBinPayloads(ByteString.copyFromUtf8(step.payload()));
            }
        }
        return request.build();
    }

    /** Go writes null for none. */
    private static String steps(List<Global.Step> steps) {
        if (steps.isEmpty()) {
            return "null";
        }
        ArrayNode texts = JSON.createArrayNode();
        for (Global.Step step : steps) {
            ObjectNode text = texts.addObject().put("action", step.action());
            if (step.compensate() != null) {
                text.put("compensate", step.compensate());
            }
        }
        return texts.toString();
    }

    /** @param message null when the call was refused */
    private record Called<T>(Reply reply, T message) {}

    private <T> Called<T> call(List<Map.Entry<String, String>> beside, Function<DtmBlockingStub, T> method) {
        Metadata metadata = new Metadata();
        beside.forEach(entry -> metadata.put(key(entry.getKey()), entry.getValue()));
        AtomicReference<Metadata> headers = new AtomicReference<>();
        AtomicReference<Metadata> trailers = new AtomicReference<>();
        DtmBlockingStub stub = DtmGrpc.newBlockingStub(channel)
                .withInterceptors(
                        MetadataUtils.newAttachHeadersInterceptor(metadata),
                        MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
                .withDeadlineAfter(GENEROUS_S, TimeUnit.SECONDS);
        try {
            T message = method.apply(stub);
            return new Called<>(new Reply(Verdict.SUCCESS, "", status(trailers.get())), message);
        } catch (StatusRuntimeException refusal) {
            String text = refusal.getStatus().getDescription();
            return new Called<>(
                    new Reply(verdict(refusal.getStatus()), text == null ? "" : text, status(refusal.getTrailers())),
                    null);
        }
    }

    private static Verdict verdict(Status status) {
        return switch (status.getCode()) {
            case ABORTED -> Verdict.FAILURE;
            case FAILED_PRECONDITION -> Verdict.ONGOING;
            case UNKNOWN, INTERNAL -> Verdict.ERROR;
            case RESOURCE_EXHAUSTED, UNAVAILABLE -> Verdict.UNAVAILABLE;
            default -> throw new AssertionError("no answer has this status: " + status);
        };
    }

    private static String status(Metadata trailers) {
        String status = trailers == null ? null : trailers.get(STATUS);
        return status == null ? "" : status;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }
}
