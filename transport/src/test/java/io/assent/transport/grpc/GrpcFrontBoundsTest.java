package io.assent.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.BranchRecord;
import io.assent.engine.BranchStatus;
import io.assent.engine.NoHistory;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.transport.EventLoops;
import io.assent.transport.front.FrontConfig;
import io.assent.transport.front.FrontMeter;
import io.assent.transport.front.HttpFront;
import io.assent.transport.front.ServerState;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bounds of gRPC clients in time, size and number, with small values; what the front says when nobody behind it listens. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrpcFrontBoundsTest {
    private static final int SMALL_MS = 150;
    private static final int GENEROUS_MS = 30_000;
    private static final int MESSAGE_BYTES_MAX = 4 << 20;

    /** A ring that takes commands and never answers, or has no room. */
    private static final class Silent implements CommandSink {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final AtomicInteger published = new AtomicInteger();
        volatile boolean full;

        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            return full ? null : buffer;
        }

        @Override
        public void publish(int length) {
            published.incrementAndGet();
        }
    }

    private final EventLoops loops = EventLoops.create(1);
    private final Silent ring = new Silent();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private volatile ServerState state = ServerState.SERVING;
    private HttpFront http;
    private GrpcFront front;

    private void start() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, GENEROUS_MS, 10, 100);
    }

    private void start(long idleMs, long wholeRequestMs, long stalledWriteMs, int connectionsMax, int callsMax)
            throws IOException {
        http = new HttpFront(
                loops,
                FrontConfig.of(List.of(InetAddress.getLoopbackAddress()), 0, "v1"),
                number -> new CommandPublisher(ring),
                new NoHistory(),
                () -> state,
                (advance, whenDone) -> {
                    throw new AssertionError("there is no manual clock");
                },
                FrontMeter.NONE);
        front = new GrpcFront(
                loops,
                new GrpcFrontConfig(
                        List.of(InetAddress.getLoopbackAddress()),
                        0,
                        connectionsMax,
                        callsMax,
                        MESSAGE_BYTES_MAX,
                        16 << 10,
                        idleMs,
                        wholeRequestMs,
                        stalledWriteMs),
                http::loop);
        http.start();
        front.start();
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        front.close();
        http.close();
        loops.close();
    }

    private ManagedChannel connect() {
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", front.port())
                .usePlaintext()
                .build();
        channels.add(channel);
        return channel;
    }

    /** One call under the caller's hand, with bytes for messages. */
    private static final class RawCall {
        final CompletableFuture<Status> status = new CompletableFuture<>();
        final CompletableFuture<Metadata> trailers = new CompletableFuture<>();
        final ClientCall<byte[], byte[]> call;

        RawCall(ManagedChannel channel, String method, Metadata metadata, int repliesRead) {
            MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodType.UNKNOWN)
                    .setFullMethodName("dtmgimp.Dtm/" + method)
                    .setRequestMarshaller(new Raw())
                    .setResponseMarshaller(new Raw())
                    .build();
            call = channel.newCall(descriptor, CallOptions.DEFAULT);
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onClose(Status closed, Metadata last) {
                            trailers.complete(last);
                            status.complete(closed);
                        }
                    },
                    metadata);
            if (repliesRead > 0) {
                call.request(repliesRead);
            }
        }

        RawCall(ManagedChannel channel, String method) {
            this(channel, method, new Metadata(), 2);
        }

        RawCall send(byte[] message) {
            call.sendMessage(message);
            return this;
        }

        RawCall end() {
            call.halfClose();
            return this;
        }

        Status status() {
            return GrpcFrontBoundsTest.await(status);
        }
    }

    private static final class Raw implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("waited in vain", e);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNanos > 0) {
                throw new AssertionError("waited in vain");
            }
            Thread.onSpinWait();
        }
    }

    private RawCall call(String method, byte[] message) {
        return new RawCall(connect(), method).send(message).end();
    }

    private static void shouldBe(Status status, Status.Code code, String words) {
        assertThat(status.getDescription()).contains(words);
        assertThat(status.getCode()).isEqualTo(code);
    }

    private static byte[] saga(boolean waits) {
        return DtmRequest.newBuilder()
                .setGid("g")
                .setTransType("saga")
                .setTransOptions(DtmTransOptions.newBuilder().setWaitResult(waits))
                .build()
                .toByteArray();
    }

    @Test
    void shouldRefuseAMessageThatCanNotBeRead() throws IOException {
        start();
        shouldBe(call("Submit", new byte[] {10}).status(), Status.Code.INTERNAL, "the message can not be read: ");
        shouldBe(
                call("Submit", new byte[] {10, 2, (byte) 0xC3, 'x'}).status(),
                Status.Code.INTERNAL,
                "the message can not be read: ");
        shouldBe(
                call("RegisterBranch", new byte[] {1, 2, 3}).status(),
                Status.Code.INTERNAL,
                "the message can not be read: ");
        shouldBe(call("Subscribe", new byte[] {-1}).status(), Status.Code.INTERNAL, "the message can not be read: ");
        assertThat(call("NewGid", new byte[0]).status().isOk()).isTrue();
        assertThat(ring.published.get()).isZero();
    }

    @Test
    void shouldRefuseARequestWithoutMessageOrWithTwo() throws IOException {
        start();
        shouldBe(new RawCall(connect(), "NewGid").end().status(), Status.Code.INTERNAL, "has no message");
        shouldBe(
                new RawCall(connect(), "NewGid")
                        .send(new byte[0])
                        .send(new byte[0])
                        .end()
                        .status(),
                Status.Code.INTERNAL,
                "more than one message");
    }

    @Test
    void shouldBoundTheSizeOfAMessage() throws IOException {
        start();
        byte[] largest = new byte[MESSAGE_BYTES_MAX];
        shouldBe(call("Submit", largest).status(), Status.Code.INTERNAL, "can not be read");
        shouldBe(
                call("Submit", new byte[MESSAGE_BYTES_MAX + 1]).status(),
                Status.Code.RESOURCE_EXHAUSTED,
                "exceeds maximum size " + MESSAGE_BYTES_MAX);
    }

    @Test
    void shouldBoundTheSizeOfMetadata() throws IOException {
        start();
        Metadata large = new Metadata();
        large.put(Metadata.Key.of("x", Metadata.ASCII_STRING_MARSHALLER), "y".repeat(17 << 10));
        Status status = new RawCall(connect(), "NewGid", large, 2)
                .send(new byte[0])
                .end()
                .status();
        assertThat(status.isOk()).isFalse();
        assertThat(call("NewGid", new byte[0]).status().isOk())
                .as("the next one")
                .isTrue();
    }

    @Test
    void shouldTakeNoMoreConnectionsThanItsBound() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, GENEROUS_MS, 2, 100);
        call("NewGid", new byte[0]).status();
        call("NewGid", new byte[0]).status();
        assertThat(front.connections()).isEqualTo(2);
        try (Socket third = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
            third.setSoTimeout(GENEROUS_MS);
            assertThat(third.getInputStream().read()).as("one over").isEqualTo(-1);
        }
        channels.get(0).shutdownNow();
        eventually(() -> front.connections() == 1);
        assertThat(call("NewGid", new byte[0]).status().isOk()).isTrue();
    }

    @Test
    void shouldTakeNoMoreCallsOfOneConnectionThanItsBound() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, GENEROUS_MS, 10, 3);
        ManagedChannel channel = connect();
        new RawCall(channel, "NewGid").send(new byte[0]).end().status();
        for (int i = 0; i < 3; i++) {
            new RawCall(channel, "Submit").send(saga(true)).end();
        }
        eventually(() -> ring.published.get() == 3);
        RawCall fourth = new RawCall(channel, "NewGid").send(new byte[0]).end();
        // Another connection is served, and the fourth call still waits.
        for (int i = 0; i < 3; i++) {
            assertThat(call("NewGid", new byte[0]).status().isOk()).isTrue();
        }
        assertThat(fourth.status.isDone()).isFalse();
    }

    @Test
    void shouldEndARequestThatDoesNotArriveInTime() throws IOException {
        start(GENEROUS_MS, SMALL_MS, GENEROUS_MS, 10, 100);
        shouldBe(
                new RawCall(connect(), "Submit").send(saga(false)).status(),
                Status.Code.DEADLINE_EXCEEDED,
                "did not arrive within 150 ms");
        assertThat(ring.published.get()).isZero();
    }

    @Test
    void shouldCloseAnIdleConnection() throws IOException {
        start(SMALL_MS, GENEROUS_MS, GENEROUS_MS, 10, 100);
        call("NewGid", new byte[0]).status();
        eventually(() -> front.connections() == 0);
    }

    @Test
    void shouldCloseAConnectionThatSaysNothing() throws IOException {
        start(GENEROUS_MS, SMALL_MS, GENEROUS_MS, 10, 100);
        try (Socket silent = new Socket(InetAddress.getLoopbackAddress(), front.port())) {
            silent.setSoTimeout(GENEROUS_MS);
            // What it says first is its settings.
            assertThat(silent.getInputStream().readAllBytes()).isNotNull();
        }
    }

    /** A client that does not read its reply: the reply is larger than what HTTP/2 lets through unasked. */
    @Test
    void shouldCloseAConnectionWhoseClientDoesNotTakeItsReply() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, SMALL_MS, 10, 100);
        byte[] prepare = DtmRequest.newBuilder()
                .setGid("w")
                .setTransType("workflow")
                .setCustomedData("{\"name\":\"w\"}")
                .build()
                .toByteArray();
        new RawCall(connect(), "PrepareWorkflow", new Metadata(), 0)
                .send(prepare)
                .end();
        eventually(() -> ring.published.get() == 1);
        long requestId = CommandFrame.requestId(ring.buffer, 0);
        loops.loops().get(0).execute(() -> http.loop(0).record(requestId, workflow(32 << 20)));
        eventually(() -> front.connections() == 0);
    }

    private static TransactionRecord workflow(int bytes) {
        Submission submission = new SubmissionBuilder()
                .gid("w")
                .kind(TransactionKind.WORKFLOW)
                .workflow("w", new byte[0])
                .build();
        BranchRecord branch = new BranchRecord(
                "01", "action", "", new byte[bytes], 0, bytes, BranchStatus.SUCCEED, 1, 1, 0, null, "", 0, 0, 0, 0);
        return new TransactionRecord(
                1,
                "w",
                TransactionKind.WORKFLOW,
                TransactionStatus.PREPARED,
                submission.options(),
                "",
                "",
                1,
                1,
                0,
                0,
                10,
                1,
                0,
                "",
                0,
                List.of(branch),
                null);
    }

    @Test
    void shouldNameTheBoundWhenTheRingIsFull() throws IOException {
        start();
        ring.full = true;
        RawCall refused = call("Submit", saga(false));
        shouldBe(refused.status(), Status.Code.RESOURCE_EXHAUSTED, "ringSlots");
        assertThat(await(refused.trailers)
                        .get(Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER)))
                .isEqualTo("1000");
    }

    @Test
    void shouldFreeThePlaceOfAWaitingClientThatIsGone() throws IOException {
        start();
        RawCall waiting = call("Submit", saga(true));
        eventually(() -> ring.published.get() == 1);
        waiting.call.cancel("gone", null);
        eventually(() -> ring.published.get() == 2);
        assertThat(CommandFrame.name(ring.buffer, 0)).isEqualTo("waiterGone");
        assertThat(CommandFrame.gid(ring.buffer, 0)).isEqualTo("g");
    }

    @Test
    void shouldSayThatItIsStarting() throws IOException {
        state = ServerState.STARTING;
        start();
        shouldBe(call("Submit", saga(false)).status(), Status.Code.UNAVAILABLE, "starting");
        HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(connect());
        HealthCheckRequest whole = HealthCheckRequest.getDefaultInstance();
        assertThat(health.check(whole).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        front.serving(true);
        assertThat(health.check(whole).getStatus()).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void shouldReadNobodyWhileReadsArePaused() throws IOException {
        start();
        ManagedChannel channel = connect();
        new RawCall(channel, "NewGid").send(new byte[0]).end().status();
        loops.loops().get(0).execute(() -> http.loop(0).pauseReads(true));
        RawCall unread = new RawCall(channel, "NewGid").send(new byte[0]).end();
        assertThat(unread.status.isDone()).isFalse();
        loops.loops().get(0).execute(() -> http.loop(0).pauseReads(false));
        assertThat(unread.status().isOk()).isTrue();
    }
}
