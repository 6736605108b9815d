package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Empty;
import com.google.protobuf.Int64Value;
import io.assent.client.AssentClient;
import io.assent.client.AssentException;
import io.assent.client.GidInUse;
import io.assent.client.StillOngoing;
import io.assent.client.TransactionFailed;
import io.assent.client.grpc.AssentGrpcClient;
import io.assent.client.grpc.BranchAnswer;
import io.assent.client.grpc.BranchCallInfo;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java client over gRPC, with a participant that is written with its helpers, against a whole server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrpcClientTest {
    @TempDir
    Path data;

    private TestServer server;
    private Bank bank;
    private AssentGrpcClient client;

    @BeforeEach
    void start() throws IOException {
        server = new TestServer(data);
        bank = new Bank();
        client = AssentGrpcClient.connect("127.0.0.1:" + server.grpcPort());
    }

    @AfterEach
    void stop() {
        client.close();
        bank.server.shutdownNow();
        server.close();
    }

    @Test
    void shouldCallEveryStepOfASagaWithItsMessage() {
        String gid = client.newGid();
        client.saga(gid)
                .step(bank.url("TransOut"), bank.url("TransOutUndo"), Int64Value.of(30))
                .step(bank.url("TransIn"), bank.url("TransInUndo"), Int64Value.of(31))
                .waitResult()
                .submit();
        assertThat(server.status(gid)).isEqualTo("succeed");
        assertThat(bank.calls).containsExactly("TransOut 30 saga 01 action", "TransIn 31 saga 02 action");
    }

    @Test
    void shouldThrowTheReasonWhenASagaIsUndone() {
        bank.refusals.put("TransIn", BranchAnswer.failure("no such account"));
        String gid = client.newGid();
        assertThatThrownBy(() -> client.saga(gid)
                        .step(bank.url("TransOut"), bank.url("TransOutUndo"), Int64Value.of(30))
                        .step(bank.url("TransIn"), bank.url("TransInUndo"), Int64Value.of(30))
                        .waitResult()
                        .submit())
                .isInstanceOf(TransactionFailed.class)
                .hasMessageContaining("no such account");
        assertThat(server.status(gid)).isEqualTo("failed");
        assertThat(bank.calls)
                .containsExactly(
                        "TransOut 30 saga 01 action",
                        "TransIn 30 saga 02 action",
                        "TransInUndo 30 saga 02 compensate",
                        "TransOutUndo 30 saga 01 compensate");
    }

    @Test
    void shouldSayThatASagaIsNotDoneYetWhenABranchIsAtWork() {
        bank.refusals.put("TransOut", BranchAnswer.ongoing("counting"));
        String gid = client.newGid();
        assertThatThrownBy(() -> client.saga(gid)
                        .step(bank.url("TransOut"), bank.url("TransOutUndo"), Int64Value.of(30))
                        .waitResult()
                        .submit())
                .isInstanceOf(StillOngoing.class)
                .hasMessageContaining("wait result not return success");
        assertThat(server.status(gid)).isEqualTo("submitted");
        bank.refusals.clear();
        server.advance("ms=10000");
        assertThat(server.status(gid)).isEqualTo("succeed");
    }

    @Test
    void shouldRepeatASubmitAndRefuseTheGidToAnotherTransaction() {
        String gid = client.newGid();
        for (int i = 0; i < 2; i++) {
            client.saga(gid)
                    .step(bank.url("TransOut"), bank.url("TransOutUndo"), Int64Value.of(30))
                    .waitResult()
                    .submit();
        }
        assertThatThrownBy(() -> client.saga(gid)
                        .step(bank.url("TransOut"), bank.url("TransOutUndo"), Int64Value.of(31))
                        .submit())
                .isInstanceOf(GidInUse.class);
        assertThatThrownBy(() -> client.msg(gid)
                        .step(bank.url("TransOut"), Int64Value.of(30))
                        .submit())
                .isInstanceOf(GidInUse.class);
        assertThat(bank.calls).containsExactly("TransOut 30 saga 01 action");
    }

    /** Over HTTP the same server, the same saga and the same answers. */
    @Test
    void shouldTellOverHttpWhetherASagaHasFailedOrGoesOn() {
        AssentClient http = AssentClient.connect("http://127.0.0.1:" + server.port() + "/api/dtmsvr");
        try (Participant shop = new Participant()) {
            String slow = http.newGid();
            shop.script("slow", "500");
            assertThatThrownBy(() -> http.saga(slow)
                            .step(shop.url("slow"), shop.url("undo"), "1")
                            .waitResult()
                            .submit())
                    .isInstanceOf(StillOngoing.class);
            assertThat(server.status(slow)).isEqualTo("submitted");
            server.advance("ms=20000");
            assertThat(server.status(slow)).isEqualTo("succeed");
            String refused = http.newGid();
            shop.script("refused", "409");
            assertThatThrownBy(() -> http.saga(refused)
                            .step(shop.url("refused"), shop.url("undo"), "1")
                            .waitResult()
                            .submit())
                    .isInstanceOf(TransactionFailed.class);
            assertThat(server.status(refused)).isEqualTo("failed");
            assertThatThrownBy(() -> http.saga(slow)
                            .step(shop.url("slow"), shop.url("undo"), "2")
                            .submit())
                    .isInstanceOf(GidInUse.class);
            http.saga(slow).step(shop.url("slow"), shop.url("undo"), "1").submit();
        }
    }

    @Test
    void shouldKeepTheOrderOfAConcurrentSaga() {
        String gid = client.newGid();
        client.saga(gid)
                .step(bank.url("Last"), "", Int64Value.of(1))
                .step(bank.url("First"), "", Int64Value.of(2))
                .concurrent()
                .order(0, 1)
                .waitResult()
                .submit();
        assertThat(bank.calls).containsExactly("First 2 saga 02 action", "Last 1 saga 01 action");
    }

    @Test
    void shouldCallTheBranchesOfAMessageWhenTheLocalTransactionIsDone() throws Exception {
        String gid = client.newGid();
        client.msg(gid)
                .step(bank.url("TransIn"), Int64Value.of(30))
                .waitResult()
                .doAndSubmit(bank.url("QueryPrepared"), barrier -> {
                    assertThat(server.status(gid)).isEqualTo("prepared");
                    bank.calls.add("local " + barrier.branchId());
                });
        assertThat(server.status(gid)).isEqualTo("succeed");
        assertThat(bank.calls).containsExactly("local 00", "TransIn 30 msg 01 action");
    }

    @Test
    void shouldAbortAMessageWhenItsSenderKnowsNothingOfTheLocalTransaction() {
        bank.refusals.put("QueryPrepared", BranchAnswer.failure("never was"));
        String gid = client.newGid();
        IllegalStateException local = new IllegalStateException("the connection broke");
        assertThatThrownBy(() -> client.msg(gid)
                        .step(bank.url("TransIn"), Int64Value.of(30))
                        .doAndSubmit(bank.url("QueryPrepared"), barrier -> {
                            throw local;
                        }))
                .isSameAs(local)
                .hasNoSuppressedExceptions();
        assertThat(server.status(gid)).isEqualTo("failed");
        assertThat(bank.calls).containsExactly("QueryPrepared 0 msg 00 msg");
    }

    @Test
    void shouldLetTheServerAskTheSenderOfAMessageThatWasNotHeardOfAgain() {
        String gid = client.newGid();
        client.msg(gid).step(bank.url("TransIn"), Int64Value.of(30)).prepare(bank.url("QueryPrepared"));
        server.advance("until=next");
        assertThat(server.status(gid)).isEqualTo("succeed");
        assertThat(bank.calls).containsExactly("QueryPrepared 0 msg 00 msg", "TransIn 30 msg 01 action");
    }

    @Test
    void shouldHoldTheBranchesOfADelayedMessageBack() {
        String gid = client.newGid();
        client.msg(gid)
                .step(bank.url("TransIn"), Int64Value.of(30))
                .delay(Duration.ofSeconds(100))
                .submit();
        server.advance("ms=99000");
        assertThat(bank.calls).isEmpty();
        server.advance("ms=1000");
        assertThat(bank.calls).containsExactly("TransIn 30 msg 01 action");
    }

    @Test
    void shouldCallTheSubscribersOfATopicWithTheSameMessage() {
        for (String method : List.of("TransIn", "Notify")) {
            server.get("/api/dtmsvr/subscribe?topic=paid&remark=r&url=" + bank.url(method));
        }
        String gid = client.newGid();
        client.msg(gid).topicStep("paid", Int64Value.of(30)).waitResult().submit();
        assertThat(bank.calls).containsExactly("TransIn 30 msg 01-01 action", "Notify 30 msg 01-02 action");
    }

    @Test
    void shouldSendBranchHeadersAsMetadataAndMixHttpWithGrpc() {
        try (Participant shop = new Participant()) {
            String gid = client.newGid();
            client.saga(gid)
                    .step(bank.url("TransOut"), "", Int64Value.of(30))
                    .step(shop.url("order"), "", "{\"item\":7}".getBytes(StandardCharsets.UTF_8))
                    .branchHeader("x-tenant", "blue")
                    .waitResult()
                    .submit();
            assertThat(bank.calls).containsExactly("TransOut 30 saga 01 action");
            assertThat(bank.tenants).containsExactly("blue");
            assertThat(shop.received()).singleElement().satisfies(order -> {
                assertThat(order.body()).isEqualTo("{\"item\":7}");
                assertThat(order.header("x-tenant")).isEqualTo("blue");
            });
        }
    }

    @Test
    void shouldAbortAPreparedMessageAndSayThatASubmittedOneCannotBe() {
        String gid = client.newGid();
        client.msg(gid).step(bank.url("TransIn"), Int64Value.of(30)).prepare(bank.url("QueryPrepared"));
        client.abort(gid, "msg", "changed my mind");
        assertThat(server.status(gid)).isEqualTo("failed");
        String other = client.newGid();
        client.msg(other)
                .step(bank.url("TransIn"), Int64Value.of(30))
                .waitResult()
                .submit();
        assertThatThrownBy(() -> client.abort(other, "msg", ""))
                .isExactlyInstanceOf(AssentException.class)
                .hasMessageEndingWith("(it has succeeded)");
    }

    /** Notes every call as "method amount type branch operation" and refuses as it was told to. */
    private static final class Bank {
        private static final Metadata.Key<String> TENANT =
                Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER);

        final List<String> calls = new CopyOnWriteArrayList<>();
        final List<String> tenants = new CopyOnWriteArrayList<>();
        final Map<String, StatusRuntimeException> refusals = new ConcurrentHashMap<>();
        final Server server;

        Bank() throws IOException {
            ServerServiceDefinition.Builder service = ServerServiceDefinition.builder("bank.Bank");
            for (String method : List.of(
                    "TransOut", "TransOutUndo", "TransIn", "TransInUndo", "First", "Last", "Notify", "QueryPrepared")) {
                service.addMethod(
                        MethodDescriptor.<Int64Value, Empty>newBuilder()
                                .setType(MethodType.UNARY)
                                .setFullMethodName("bank.Bank/" + method)
                                .setRequestMarshaller(ProtoUtils.marshaller(Int64Value.getDefaultInstance()))
                                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                                .build(),
                        ServerCalls.asyncUnaryCall(
                                (Int64Value amount, StreamObserver<Empty> answer) -> call(method, amount, answer)));
            }
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .intercept(BranchCallInfo.interceptor())
                    .intercept(noteTenant())
                    .addService(service.build())
                    .build()
                    .start();
        }

        String url(String method) {
            return "127.0.0.1:" + server.getPort() + "/bank.Bank/" + method;
        }

        private ServerInterceptor noteTenant() {
            return new ServerInterceptor() {
                @Override
                public <Q, R> ServerCall.Listener<Q> interceptCall(
                        ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
                    String tenant = metadata.get(TENANT);
                    if (tenant != null) {
                        tenants.add(tenant);
                    }
                    return next.startCall(call, metadata);
                }
            };
        }

        private void call(String method, Int64Value amount, StreamObserver<Empty> answer) {
            BranchCallInfo branch = BranchCallInfo.current();
            calls.add(String.join(
                    " ", method, Long.toString(amount.getValue()), branch.transType(), branch.branchId(), branch.op()));
            StatusRuntimeException refusal = refusals.get(method);
            if (refusal == null) {
                answer.onNext(Empty.getDefaultInstance());
                answer.onCompleted();
            } else {
                answer.onError(refusal);
            }
        }
    }
}
