package io.assent.client.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.assent.client.AssentClient;
import io.assent.client.AssentException;
import io.assent.client.CoordinatorUnavailable;
import io.assent.client.GidInUse;
import io.assent.client.StillOngoing;
import io.assent.client.TransactionFailed;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client makes of each status of the coordinator, and of none. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AnswersTest {

    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private final DtmStub stub = new DtmStub();
    private final AssentGrpcClient client = stub.client();

    @AfterEach
    void close() {
        client.close();
        stub.close();
    }

    private void submit() {
        client.saga("g").step("a:1/b.C/D", "").submit();
    }

    private static Metadata pushback(final String ms) {
        final Metadata trailers = new Metadata();
        trailers.put(PUSHBACK, ms);
        return trailers;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    @Test
    void shouldThrowTransactionFailedWhenAborted() {
        stub.answering(Status.ABORTED.withDescription("current status 'failed', cannot sumbmit. FAILURE"));
        assertThatThrownBy(this::submit)
                .isInstanceOf(TransactionFailed.class)
                .hasMessage("submit: current status 'failed', cannot sumbmit. FAILURE")
                .satisfies(e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.ABORTED));
    }

    @Test
    void shouldThrowStillOngoingWhenAPreconditionFailed() {
        stub.answering(Status.FAILED_PRECONDITION.withDescription("ONGOING"));
        assertThatThrownBy(this::submit).isInstanceOf(StillOngoing.class).hasMessage("submit: ONGOING");
    }

    /** As DTM said it before 1.10. */
    @Test
    void shouldThrowStillOngoingWhenAbortedWithThatOneWord() {
        stub.answering(Status.ABORTED.withDescription("ONGOING"))
                .answering(Status.ABORTED.withDescription("ONGOING no more"));
        assertThatThrownBy(this::submit).isInstanceOf(StillOngoing.class);
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("submit: ONGOING no more (its status is not known)");
    }

    private static Metadata trailers(final String status, final String code) {
        final Metadata trailers = new Metadata();
        trailers.put(Metadata.Key.of("x-assent-status", Metadata.ASCII_STRING_MARSHALLER), status);
        trailers.put(Metadata.Key.of("x-assent-code", Metadata.ASCII_STRING_MARSHALLER), code);
        return trailers;
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepared", "submitted", "aborting"})
    void shouldThrowStillOngoingWhenItIsNotAtItsEnd(final String status) {
        stub.answering(
                Status.ABORTED.withDescription("wait result not return success: FAILURE"),
                trailers(status, "round.not_finished"));
        assertThatThrownBy(this::submit)
                .isInstanceOf(StillOngoing.class)
                .hasMessage("submit: wait result not return success: FAILURE")
                .satisfies(e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(Status.Code.ABORTED));
    }

    @Test
    void shouldThrowTransactionFailedWhenItHasFailed() {
        stub.answering(Status.ABORTED.withDescription("no money FAILURE"), trailers("failed", "round.rolled_back"));
        assertThatThrownBy(this::submit).isInstanceOf(TransactionFailed.class).hasMessage("submit: no money FAILURE");
    }

    @Test
    void shouldReturnFromASubmitThatIsRepeatedAfterItHasSucceededAndNotFromAnAbort() {
        stub.answering(Status.ABORTED.withDescription("FAILURE"), trailers("succeed", "status.forbids"))
                .answering(Status.ABORTED.withDescription("FAILURE"), trailers("succeed", "abort.status"));
        submit();
        assertThatThrownBy(() -> client.abort("g", "msg", ""))
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("abort: FAILURE (it has succeeded)");
    }

    @Test
    void shouldThrowGidInUseWhenTheGidIsAnothers() {
        stub.answering(Status.ABORTED.withDescription("other steps FAILURE"), trailers("submitted", "gid.content"));
        assertThatThrownBy(this::submit).isInstanceOf(GidInUse.class).hasMessage("submit: other steps FAILURE");
    }

    /** DTM's server says FAILURE of sagas that go on, without a word of their status, and has no query over gRPC. */
    @Test
    void shouldAskOverHttpWhenTheAnswerDoesNotTellTheStatus() throws IOException {
        final Queue<String> statuses = new ArrayDeque<>(List.of("submitted", "failed"));
        final HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/api/dtmsvr/query", exchange -> {
            final byte[] body = ("{\"branches\":[],\"transaction\":{\"gid\":\"g\",\"status\":\"" + statuses.remove()
                            + "\"}}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        http.start();
        try (AssentGrpcClient asking = AssentGrpcClient.builder(stub.target())
                .queries(AssentClient.connect(
                        "http://127.0.0.1:" + http.getAddress().getPort() + "/api/dtmsvr"))
                .build()) {
            stub.answering(Status.ABORTED.withDescription("wait result not return success: FAILURE"))
                    .answering(Status.ABORTED.withDescription("no money FAILURE"));
            assertThatThrownBy(() -> asking.saga("g").step("a:1/b.C/D", "").submit())
                    .isInstanceOf(StillOngoing.class);
            assertThatThrownBy(() -> asking.saga("g").step("a:1/b.C/D", "").submit())
                    .isInstanceOf(TransactionFailed.class);
        } finally {
            http.stop(0);
        }
    }

    @Test
    void shouldThrowThePlainExceptionWhenNobodyTellsTheStatus() {
        stub.answering(Status.ABORTED.withDescription("wait result not return success: FAILURE"));
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("submit: wait result not return success: FAILURE (its status is not known)");
    }

    @Test
    void shouldTellTheRetryPauseWhenTheCoordinatorRefuses() {
        stub.answering(Status.RESOURCE_EXHAUSTED.withDescription("bound.transactions"), pushback("1500"))
                .answering(Status.UNAVAILABLE.withDescription("the server is starting"), pushback("-1"))
                .answering(Status.UNAVAILABLE, pushback("999999999"))
                .answering(Status.RESOURCE_EXHAUSTED);
        final CoordinatorUnavailable full = catchThrowableOfType(CoordinatorUnavailable.class, this::submit);
        assertThat(full).hasMessage("submit: bound.transactions");
        assertThat(full.retryAfter()).contains(Duration.ofMillis(1500));
        assertThat(full.httpStatus()).isZero();
        final CoordinatorUnavailable starting = catchThrowableOfType(CoordinatorUnavailable.class, this::submit);
        assertThat(starting).hasMessage("submit: the server is starting");
        assertThat(starting.retryAfter()).isEmpty();
        assertThat(catchThrowableOfType(CoordinatorUnavailable.class, this::submit)
                        .retryAfter())
                .contains(Duration.ofDays(1));
        assertThat(catchThrowableOfType(CoordinatorUnavailable.class, this::submit)
                        .retryAfter())
                .isEmpty();
        assertThat(stub.methods()).containsExactly("submit", "submit", "submit", "submit");
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"OK", "ABORTED", "FAILED_PRECONDITION", "UNAVAILABLE", "RESOURCE_EXHAUSTED"})
    void shouldThrowThePlainExceptionWhenTheStatusIsAnother(final Status.Code code) {
        stub.answering(code.toStatus().withDescription("the gid has 200 characters"));
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("submit: " + code + ": the gid has 200 characters")
                .satisfies(e -> assertThat(Status.fromThrowable(e).getCode()).isEqualTo(code));
    }

    @Test
    void shouldBoundTheText() {
        stub.answering(Status.INTERNAL.withDescription("x".repeat(1_001)));
        assertThatThrownBy(this::submit).hasMessage("submit: INTERNAL: " + "x".repeat(1_000) + "...");
    }

    @Test
    void shouldThrowThePlainExceptionWhenNoAnswerComesInTime() {
        try (AssentGrpcClient impatient = AssentGrpcClient.builder(stub.target())
                .requestTimeout(Duration.ofSeconds(1))
                .build()) {
            impatient.newGid();
            stub.hanging();
            assertThatThrownBy(impatient::newGid)
                    .isExactlyInstanceOf(AssentException.class)
                    .hasMessageStartingWith("newGid: DEADLINE_EXCEEDED: ");
        }
    }

    /** The request may have been taken before. */
    @Test
    void shouldThrowThePlainExceptionWhenTheConnectionBreaksUnderTheCall() throws IOException {
        stub.hanging();
        try (Wire wire = new Wire(stub.port());
                AssentGrpcClient far = AssentGrpcClient.connect("127.0.0.1:" + wire.port())) {
            stub.onRequest(wire::cut);
            assertThatThrownBy(() -> far.saga("g1").step("h:1/s/A", "h:1/s/B").submit())
                    .isExactlyInstanceOf(AssentException.class)
                    .hasMessageStartingWith("submit: UNAVAILABLE: ");
        }
        assertThat(stub.methods()).containsExactly("submit");
    }

    @Test
    void shouldThrowThePlainExceptionWhenTheServerStopsUnderTheCall() {
        stub.breaking();
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessageStartingWith("submit: CANCELLED: ");
        assertThat(stub.methods()).containsExactly("submit");
    }

    @Test
    void shouldThrowUnavailableWhenNobodyListens() throws IOException {
        final int port = freePort();
        try (AssentGrpcClient nowhere = AssentGrpcClient.connect("127.0.0.1:" + port)) {
            assertThatThrownBy(nowhere::newGid)
                    .isInstanceOf(CoordinatorUnavailable.class)
                    .hasMessageStartingWith("newGid: no connection to 127.0.0.1:" + port + ": ")
                    .hasMessageContaining("refused");
        }
    }

    @Test
    void shouldThrowUnavailableWhenNoConnectionIsMadeInTime() throws IOException {
        // Takes connections and never speaks; gRPC waits for the other side's settings before it sends a call.
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                AssentGrpcClient impatient = AssentGrpcClient.builder("127.0.0.1:" + silent.getLocalPort())
                        .requestTimeout(Duration.ofMillis(300))
                        .build()) {
            assertThatThrownBy(impatient::newGid)
                    .isInstanceOf(CoordinatorUnavailable.class)
                    .hasMessageContaining("no connection to");
        }
    }

    @Test
    void shouldStopWaitingWhenInterrupted() {
        stub.hanging();
        Thread.currentThread().interrupt();
        final Throwable thrown = catchThrowable(this::submit);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(thrown).isExactlyInstanceOf(AssentException.class).hasMessageStartingWith("submit: CANCELLED: ");
    }

    /** Else it would fail every call until its pause is over, which grows to two minutes. */
    @Test
    void shouldLetTheChannelConnectAnewAtOnceWhenThereWasNoConnection() throws IOException {
        final int port = freePort();
        final CountingChannel channel = new CountingChannel(AssentGrpcClient.plaintext("127.0.0.1:" + port));
        final AssentGrpcClient early = AssentGrpcClient.of(channel);
        try {
            assertThatThrownBy(early::newGid).isInstanceOf(CoordinatorUnavailable.class);
            assertThat(channel.resets).hasValue(1);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void shouldLeaveAGivenChannelOpenWhenClosed() {
        final ManagedChannel channel = AssentGrpcClient.plaintext(stub.target());
        try {
            final AssentGrpcClient guest = AssentGrpcClient.of(channel);
            guest.close();
            assertThat(guest.newGid()).isEqualTo("stub-gid");
            client.close();
            assertThatThrownBy(client::newGid)
                    .isInstanceOf(CoordinatorUnavailable.class)
                    .hasMessageContaining("shutdown");
        } finally {
            channel.shutdownNow();
        }
    }

    private static final class CountingChannel extends ManagedChannel {
        final AtomicInteger resets = new AtomicInteger();
        private final ManagedChannel channel;

        CountingChannel(final ManagedChannel channel) {
            this.channel = channel;
        }

        @Override
        public void resetConnectBackoff() {
            resets.incrementAndGet();
            channel.resetConnectBackoff();
        }

        @Override
        public <Q, R> ClientCall<Q, R> newCall(final MethodDescriptor<Q, R> method, final CallOptions options) {
            return channel.newCall(method, options);
        }

        @Override
        public String authority() {
            return channel.authority();
        }

        @Override
        public ManagedChannel shutdown() {
            return channel.shutdown();
        }

        @Override
        public ManagedChannel shutdownNow() {
            return channel.shutdownNow();
        }

        @Override
        public boolean isShutdown() {
            return channel.isShutdown();
        }

        @Override
        public boolean isTerminated() {
            return channel.isTerminated();
        }

        @Override
        public boolean awaitTermination(final long timeout, final TimeUnit unit) throws InterruptedException {
            return channel.awaitTermination(timeout, unit);
        }
    }
}
