package io.assent.client.grpc;

import com.google.protobuf.Empty;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TextFormat;
import io.assent.grpc.DtmGidReply;
import io.assent.grpc.DtmGrpc;
import io.assent.grpc.DtmRequest;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A server of {@code dtmgimp.Dtm} that writes down what it is sent and ends calls as it was told to, in order; then with OK. */
final class DtmStub extends DtmGrpc.DtmImplBase implements AutoCloseable {

    /** One request: the method, the message as text, and the time that its client gives it. */
    record Request(String method, String message, long deadlineMs) {}

    private final Server server;
    private final ConcurrentLinkedDeque<Consumer<StreamObserver<?>>> ends = new ConcurrentLinkedDeque<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile String gid = "stub-gid";
    private volatile Runnable onRequest = () -> {};

    DtmStub() {
        this(0);
    }

    DtmStub(final int port) {
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                    .addService(this)
                    .build()
                    .start();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DtmStub answering(final Status status) {
        return answering(status, new Metadata());
    }

    DtmStub answering(final Status status, final Metadata trailers) {
        ends.add(observer -> observer.onError(status.asRuntimeException(trailers)));
        return this;
    }

    /** Takes one request and goes away, with everything that is open. */
    DtmStub breaking() {
        ends.add(observer -> server.shutdownNow());
        return this;
    }

    /** Takes one request and says nothing. */
    DtmStub hanging() {
        ends.add(observer -> {});
        return this;
    }

    /** Runs with every request, before it is ended. */
    DtmStub onRequest(final Runnable action) {
        onRequest = action;
        return this;
    }

    DtmStub answeringGid(final String answer) {
        gid = answer;
        return this;
    }

    String target() {
        return "127.0.0.1:" + server.getPort();
    }

    int port() {
        return server.getPort();
    }

    AssentGrpcClient client() {
        return AssentGrpcClient.connect(target());
    }

    List<Request> requests() {
        return requests;
    }

    List<String> methods() {
        return requests.stream().map(Request::method).toList();
    }

    String onlyMessage() {
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, found " + requests);
        }
        return requests.get(0).message();
    }

    @Override
    public void newGid(final Empty request, final StreamObserver<DtmGidReply> answer) {
        end("newGid", request, answer, DtmGidReply.newBuilder().setGid(gid).build());
    }

    @Override
    public void prepare(final DtmRequest request, final StreamObserver<Empty> answer) {
        end("prepare", request, answer, Empty.getDefaultInstance());
    }

    @Override
    public void submit(final DtmRequest request, final StreamObserver<Empty> answer) {
        end("submit", request, answer, Empty.getDefaultInstance());
    }

    @Override
    public void abort(final DtmRequest request, final StreamObserver<Empty> answer) {
        end("abort", request, answer, Empty.getDefaultInstance());
    }

    private <R> void end(
            final String method, final MessageOrBuilder request, final StreamObserver<R> answer, final R reply) {
        final Deadline deadline = Context.current().getDeadline();
        requests.add(new Request(
                method,
                TextFormat.printer().printToString(request),
                deadline == null ? 0 : deadline.timeRemaining(TimeUnit.MILLISECONDS)));
        onRequest.run();
        final Consumer<StreamObserver<?>> end = ends.poll();
        if (end != null) {
            end.accept(answer);
            return;
        }
        answer.onNext(reply);
        answer.onCompleted();
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the stub stopped", e);
        }
    }
}
