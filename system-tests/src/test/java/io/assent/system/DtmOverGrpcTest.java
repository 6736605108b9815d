package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmGrpc;
import io.assent.grpc.DtmGrpc.DtmBlockingStub;
import io.assent.grpc.DtmProgressesReply;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;
import io.assent.grpc.DtmTransOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL 4: the methods of dtmgimp.Dtm, their statuses, and what stands beside them on the port. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DtmOverGrpcTest {
    @TempDir
    Path data;

    private TestServer server;
    private ManagedChannel channel;
    private DtmBlockingStub dtm;

    @BeforeEach
    void start() {
        server = new TestServer(data);
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.grpcPort())
                .usePlaintext()
                .build();
        dtm = DtmGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.close();
    }

    private static DtmRequest.Builder request(String gid, String type) {
        return DtmRequest.newBuilder().setGid(gid).setTransType(type);
    }

    private static DtmRequest waiting(DtmRequest.Builder request) {
        return request.setTransOptions(DtmTransOptions.newBuilder().setWaitResult(true))
                .build();
    }

    private static StatusRuntimeException refusal(Runnable call) {
        StatusRuntimeException thrown = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(thrown).as("a refusal").isNotNull();
        return thrown;
    }

    private static void shouldBeRefused(Runnable call, Status.Code code, String words) {
        Status status = refusal(call).getStatus();
        assertThat(status.getDescription()).contains(words);
        assertThat(status.getCode()).isEqualTo(code);
    }

    @Test
    void shouldGiveFreshGids() {
        String first = dtm.newGid(Empty.getDefaultInstance()).getGid();
        String second = dtm.newGid(Empty.getDefaultInstance()).getGid();
        assertThat(first).hasSize(22).isNotEqualTo(second);
    }

    @Test
    void shouldPrepareSubmitAndAbort() {
        dtm.prepare(request("m", "msg").build());
        assertThat(server.status("m")).isEqualTo("prepared");
        assertThat(server.query("m").path("transaction").path("protocol").asText())
                .isEqualTo("grpc");
        dtm.prepare(request("m", "msg").build());
        dtm.abort(request("m", "msg").build());
        assertThat(server.status("m")).isEqualTo("failed");
        dtm.submit(waiting(request("s", "saga").setSteps("null")));
        assertThat(server.status("s")).isEqualTo("succeed");
        dtm.submit(waiting(request("t", "tcc")));
        assertThat(server.status("t")).isEqualTo("succeed");
    }

    @Test
    void shouldTellTheClassesOfErrorsApart() {
        dtm.prepare(request("m", "msg").build());
        dtm.abort(request("m", "msg").build());
        shouldBeRefused(
                () -> dtm.prepare(request("m", "msg").build()),
                Status.Code.ABORTED,
                "current status 'failed', cannot prepare. FAILURE");
        shouldBeRefused(
                () -> dtm.abort(request("none", "tcc").build()),
                Status.Code.INTERNAL,
                "no TransGlobal with gid: none found");
        shouldBeRefused(() -> dtm.submit(request("x", "").build()), Status.Code.INTERNAL, "trans_type is missing");
        shouldBeRefused(() -> dtm.submit(request("", "saga").build()), Status.Code.INTERNAL, "gid must not be empty");
        shouldBeRefused(
                () -> dtm.submit(request("x", "saga").setSteps("[{}]").build()),
                Status.Code.INTERNAL,
                "every step needs a payload");
        shouldBeRefused(
                () -> dtm.submit(request("x", "saga").setSteps("[{").build()),
                Status.Code.INTERNAL,
                "steps is no valid JSON");
        shouldBeRefused(
                () -> dtm.submit(request("x", "saga").setSteps("[] []").build()),
                Status.Code.INTERNAL,
                "more behind its JSON array");
        shouldBeRefused(
                () -> dtm.submit(request("x", "saga").setSteps("{\"a\":\"b\"}").build()),
                Status.Code.INTERNAL,
                "steps must be an array");
        shouldBeRefused(
                () -> dtm.registerBranch(DtmBranchRequest.newBuilder()
                        .setGid("none")
                        .setTransType("tcc")
                        .setBranchID("01")
                        .build()),
                Status.Code.ABORTED,
                "no trans with gid: none status: prepared found FAILURE");
        shouldBeRefused(
                () -> dtm.registerBranch(DtmBranchRequest.newBuilder()
                        .setGid("m")
                        .setTransType("saga")
                        .build()),
                Status.Code.UNKNOWN,
                "unknow trans type: saga");
    }

    @Test
    void shouldRefuseAUsedGidWithOtherContent() {
        DtmRequest.Builder message = request("m", "msg")
                .setQueryPrepared("127.0.0.1:1/a.B/Query")
                .setSteps("[{\"action\":\"127.0.0.1:1/a.B/In\"}]")
                .addBinPayloads(ByteString.copyFromUtf8("1"));
        dtm.prepare(message.build());
        dtm.prepare(message.setTransOptions(DtmTransOptions.newBuilder().setRetryInterval(77))
                .build());
        DtmRequest other =
                message.clone().setBinPayloads(0, ByteString.copyFromUtf8("2")).build();
        shouldBeRefused(
                () -> dtm.prepare(other),
                Status.Code.ABORTED,
                "gid m belongs to a msg with other steps (current status 'prepared'), cannot prepare. FAILURE");
        shouldBeRefused(
                () -> dtm.submit(other),
                Status.Code.ABORTED,
                "gid m belongs to a msg with other steps (current status 'prepared'), cannot sumbmit. FAILURE");
        dtm.submit(message.setCustomedData("{\"delay\":600}").build());
        dtm.submit(message.build());
        assertThat(server.status("m")).isEqualTo("submitted");
        shouldBeRefused(
                () -> dtm.submit(other),
                Status.Code.ABORTED,
                "gid m belongs to a msg with other steps (current status 'submitted'), cannot sumbmit. FAILURE");
        shouldBeRefused(
                () -> dtm.prepareWorkflow(request("m", "workflow")
                        .setCustomedData("{\"name\":\"w\"}")
                        .build()),
                Status.Code.ABORTED,
                "trans type: 'msg' of the stored transaction differs from 'workflow'");
    }

    /** A gid is not cleaned here, data in steps is not read, and a payload may be any bytes. */
    @Test
    void shouldTakeFieldsAsTheyAre() {
        byte[] payload = {0, (byte) 0xFF, 1};
        dtm.prepare(request("a;b", "msg")
                .setSteps("[{\"action\":\"http://127.0.0.1:1/a\",\"data\":\"legacy\"}]")
                .addBinPayloads(ByteString.copyFrom(payload))
                .setTransOptions(DtmTransOptions.newBuilder()
                        .setTimeoutToFail(100_000)
                        .setRetryInterval(11)
                        .setRequestTimeout(12)
                        .setRetryLimit(13)
                        .putBranchHeaders("a", "b"))
                .build());
        assertThat(server.query("a%3Bb")
                        .path("branches")
                        .get(0)
                        .path("bin_data")
                        .asText())
                .isEqualTo("AP8B");
        assertThat(server.query("a%3Bb").path("transaction").path("options").asText())
                .isEqualTo("{\"timeout_to_fail\":100000,\"request_timeout\":12,\"retry_interval\":11,"
                        + "\"branch_headers\":{\"a\":\"b\"},\"concurrent\":false,\"retry_limit\":13}");
        shouldBeRefused(
                () -> dtm.prepare(
                        request("x", "msg").setSteps("[{\"data\":\"legacy\"}]").build()),
                Status.Code.INTERNAL,
                "every step needs a payload");
    }

    /** PHP still sends a field that newer clients dropped. */
    @Test
    void shouldIgnoreTheFieldOfOldClients() throws Exception {
        byte[] options = {0x22, 3, 'a', 'b', 'c', 0x08, 1};
        DtmTransOptions parsed = DtmTransOptions.parseFrom(options);
        assertThat(parsed.getWaitResult()).isTrue();
        dtm.submit(request("php", "saga").setTransOptions(parsed).build());
        assertThat(server.status("php")).isEqualTo("succeed");
    }

    @Test
    void shouldRegisterBranchesWithTheirPayload() {
        dtm.prepare(request("t", "tcc").build());
        DtmBranchRequest.Builder branch = DtmBranchRequest.newBuilder()
                .setGid("t")
                .setTransType("tcc")
                .setBranchID("01")
                .putData("confirm", "127.0.0.1:1/a.B/Confirm")
                .putData("cancel", "127.0.0.1:1/a.B/Cancel")
                .putData("data", "not this one")
                .setBusiPayload(ByteString.copyFrom(new byte[] {(byte) 0xFF}));
        dtm.registerBranch(branch.build());
        dtm.registerBranch(branch.build());
        assertThat(server.rows("t")).isEqualTo("prepared prepared");
        assertThat(server.query("t").path("branches").get(1).path("bin_data").asText())
                .isEqualTo("/w==");
        shouldBeRefused(
                () -> dtm.registerBranch(branch.setBusiPayload(ByteString.EMPTY).build()),
                Status.Code.UNKNOWN,
                "storage: UniqueKeyConflict");
    }

    @Test
    void shouldTellTheProgressAndTheResultOfAWorkflow() {
        DtmRequest prepare = request("w", "workflow")
                .setQueryPrepared("127.0.0.1:1/workflow.Workflow/Execute")
                .setCustomedData("{\"name\":\"w\",\"data\":\"aW4=\"}")
                .build();
        DtmProgressesReply fresh = dtm.prepareWorkflow(prepare);
        assertThat(fresh.getTransaction().getGid()).isEqualTo("w");
        assertThat(fresh.getTransaction().getStatus()).isEqualTo("prepared");
        assertThat(fresh.getProgressesList()).isEmpty();
        dtm.registerBranch(DtmBranchRequest.newBuilder()
                .setGid("w")
                .setTransType("workflow")
                .setBranchID("01")
                .putData("op", "action")
                .putData("status", "succeed")
                .setBusiPayload(ByteString.copyFrom(new byte[] {1, (byte) 0xFE}))
                .build());
        DtmProgressesReply later = dtm.prepareWorkflow(prepare);
        assertThat(later.getProgressesList()).hasSize(1);
        assertThat(later.getProgresses(0).getBranchID()).isEqualTo("01");
        assertThat(later.getProgresses(0).getOp()).isEqualTo("action");
        assertThat(later.getProgresses(0).getStatus()).isEqualTo("succeed");
        assertThat(later.getProgresses(0).getBinData().toByteArray()).containsExactly(1, 0xFE);
        dtm.submit(request("w", "workflow")
                .putReqExtra("status", "failed")
                .putReqExtra("rollback_reason", "no money")
                .putReqExtra("result", "cmVz")
                .build());
        DtmProgressesReply ended = dtm.prepareWorkflow(prepare);
        assertThat(ended.getTransaction().getStatus()).isEqualTo("failed");
        assertThat(ended.getTransaction().getRollbackReason()).isEqualTo("no money");
        assertThat(ended.getTransaction().getResult()).isEqualTo("cmVz");
        shouldBeRefused(
                () -> dtm.prepareWorkflow(request("x", "saga").build()),
                Status.Code.INTERNAL,
                "trans_type must be workflow here");
    }

    @Test
    void shouldKeepTopics() {
        DtmTopicRequest topic = DtmTopicRequest.newBuilder()
                .setTopic("t")
                .setURL("127.0.0.1:1/a.B/C")
                .setRemark("r")
                .build();
        dtm.subscribe(topic);
        shouldBeRefused(() -> dtm.subscribe(topic), Status.Code.UNKNOWN, "this url exists");
        shouldBeRefused(
                () -> dtm.subscribe(topic.toBuilder().setTopic("").build()), Status.Code.UNKNOWN, "empty topic");
        shouldBeRefused(() -> dtm.subscribe(topic.toBuilder().setURL("").build()), Status.Code.UNKNOWN, "empty url");
        dtm.unsubscribe(topic);
        shouldBeRefused(() -> dtm.unsubscribe(topic), Status.Code.UNKNOWN, "this topic is empty");
        dtm.deleteTopic(topic);
        shouldBeRefused(() -> dtm.deleteTopic(topic), Status.Code.UNKNOWN, "storage: NotFound");
        shouldBeRefused(() -> dtm.unsubscribe(topic), Status.Code.UNKNOWN, "no such a topic");
        shouldBeRefused(
                () -> dtm.submit(request("x", "msg")
                        .setSteps("[{\"action\":\"topic://t\"}]")
                        .addBinPayloads(ByteString.EMPTY)
                        .build()),
                Status.Code.UNKNOWN,
                "topic not found");
    }

    @Test
    void shouldStoreTheTraceContextAndWhoActs() {
        Metadata metadata = new Metadata();
        metadata.put(key("traceparent"), "00-1-2-01");
        metadata.put(key("tracestate"), "a=b");
        metadata.put(key("tracestate"), "c=d");
        metadata.put(key("x-assent-actor"), "ops");
        metadata.put(key("x-assent-reason"), "because");
        DtmBlockingStub named = dtm.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
        Participant busi = new Participant();
        try (busi) {
            named.submit(waiting(request("g", "saga")
                    .setSteps("[{\"action\":\"" + busi.url("a") + "\"}]")
                    .addBinPayloads(ByteString.copyFrom("{}", StandardCharsets.UTF_8))));
            assertThat(busi.received().get(0).header("traceparent")).isEqualTo("00-1-2-01");
            assertThat(busi.received().get(0).header("tracestate"))
                    .as("a list in two parts")
                    .isEqualTo("a=b,c=d");
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Test
    void shouldTellTheStatusOfTheTransactionWithAnAnswer() {
        dtm.prepare(request("m", "msg").build());
        dtm.abort(request("m", "msg").build());
        Metadata trailers =
                refusal(() -> dtm.submit(request("m", "msg").build())).getTrailers();
        assertThat(trailers.get(key("x-assent-status"))).isEqualTo("failed");
    }

    @Test
    void shouldAnswerHealthChecks() {
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(channel);
        for (String service : new String[] {"", "dtmgimp.Dtm"}) {
            assertThat(health.check(HealthCheckRequest.newBuilder()
                                    .setService(service)
                                    .build())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        }
        shouldBeRefused(
                () -> health.check(
                        HealthCheckRequest.newBuilder().setService("other").build()),
                Status.Code.NOT_FOUND,
                "");
    }

    @ParameterizedTest
    @CsvSource({"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"})
    void shouldShowItsServicesByReflection(String service) throws Exception {
        CompletableFuture<List<String>> services = new CompletableFuture<>();
        StreamObserver<ServerReflectionResponse> hears = new StreamObserver<>() {
            @Override
            public void onNext(ServerReflectionResponse response) {
                services.complete(response.getListServicesResponse().getServiceList().stream()
                        .map(io.grpc.reflection.v1.ServiceResponse::getName)
                        .toList());
            }

            @Override
            public void onError(Throwable failure) {
                services.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        };
        // Both versions have the same messages.
        var method = ServerReflectionGrpc.getServerReflectionInfoMethod().toBuilder()
                .setFullMethodName(service + "/ServerReflectionInfo")
                .build();
        StreamObserver<ServerReflectionRequest> asks = io.grpc.stub.ClientCalls.asyncBidiStreamingCall(
                channel.newCall(method, io.grpc.CallOptions.DEFAULT), hears);
        asks.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        assertThat(services.get(30, TimeUnit.SECONDS)).contains("dtmgimp.Dtm", "grpc.health.v1.Health");
        asks.onCompleted();
    }

    @Test
    void shouldRefuseWhatIsNoMethod() {
        var method = DtmGrpc.getSubmitMethod().toBuilder()
                .setFullMethodName("dtmgimp.Dtm/Nothing")
                .build();
        shouldBeRefused(
                () -> io.grpc.stub.ClientCalls.blockingUnaryCall(
                        channel, method, io.grpc.CallOptions.DEFAULT, DtmRequest.getDefaultInstance()),
                Status.Code.UNIMPLEMENTED,
                "dtmgimp.Dtm/Nothing");
    }
}
