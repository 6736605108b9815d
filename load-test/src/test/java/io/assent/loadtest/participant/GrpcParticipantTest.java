package io.assent.loadtest.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.net.RawMessages;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class GrpcParticipantTest {

    private ManagedChannel channel;

    @AfterEach
    void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    private void connect(final int port) {
        channel = NettyChannelBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
                .usePlaintext()
                .build();
    }

    private byte[] call(final String method, final CallOptions options) {
        final MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.newBuilder(
                        RawMessages.MARSHALLER, RawMessages.MARSHALLER)
                .setType(MethodType.UNARY)
                .setFullMethodName(method)
                .build();
        return ClientCalls.blockingUnaryCall(channel, descriptor, options, new byte[] {1});
    }

    @Test
    void shouldAnswerAnyMethodAndCountTheLastBranches() throws Exception {
        try (GrpcParticipant participant = GrpcParticipant.start("127.0.0.1", 0)) {
            connect(participant.port());
            assertThat(call("busi.Busi/TransOut", CallOptions.DEFAULT)).isEmpty();
            assertThat(call("other.Name/TransIn", CallOptions.DEFAULT)).isEmpty();
            assertThat(participant.requests()).isEqualTo(2);
            assertThat(participant.lastBranches()).isEqualTo(1);
            assertThat(participant.connections()).isEqualTo(1);
        }
    }

    @Test
    void shouldTakeCallsAndNeverAnswerWhenMadeToHang() throws Exception {
        try (GrpcParticipant participant = GrpcParticipant.startHanging(3)) {
            assertThat(new HashSet<>(participant.ports())).hasSize(3);
            connect(participant.ports().get(2));
            // The call ends by its own time-out; that it came is what shows that it was taken.
            final CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS);
            assertThatThrownBy(() -> call("busi.Busi/TransOut", options))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure ->
                                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            assertThat(participant.requests()).isEqualTo(1);
        }
    }

    @Test
    void shouldAskConnectionsToLeaveWhenTheyAreOldWithoutFailingACall() throws Exception {
        try (GrpcParticipant participant = GrpcParticipant.start("127.0.0.1", 0, Duration.ofMillis(100))) {
            connect(participant.port());
            while (participant.connectionsEver() < 3) {
                assertThat(call("busi.Busi/TransOut", CallOptions.DEFAULT)).isEmpty();
            }
        }
    }

    @Test
    void shouldTakeNoMoreConnectionsWhenItHasLeft() throws Exception {
        final GrpcParticipant participant = GrpcParticipant.start("127.0.0.1", 0);
        connect(participant.port());
        call("busi.Busi/TransOut", CallOptions.DEFAULT);
        participant.leave();
        assertThatThrownBy(() -> call("busi.Busi/TransOut", CallOptions.DEFAULT))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }
}
