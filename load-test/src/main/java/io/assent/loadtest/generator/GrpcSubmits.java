package io.assent.loadtest.generator;

import com.google.protobuf.ByteString;
import io.assent.grpc.DtmGrpc;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.RawMessages;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Submits over gRPC: a few connections in turn, any number of calls on each. A connection that is refused or broken fails its calls and is
 * made again by the library.
 */
final class GrpcSubmits implements Submits {

    private static final int CONNECTIONS_MAX = 4;
    private static final MethodDescriptor<byte[], byte[]> SUBMIT = DtmGrpc.getSubmitMethod().toBuilder(
                    RawMessages.MARSHALLER, RawMessages.MARSHALLER)
            .build();

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final Answers answers;
    private final byte[] request;
    private final GidCounter gid;
    private int turn;
    private boolean closed;

    GrpcSubmits(final Sagas sagas, final int connections, final EventLoop loop, final Answers answers) {
        this.answers = answers;
        final String first = GidCounter.first(
                String.format("%08x-", ThreadLocalRandom.current().nextInt()));
        this.request = request(sagas, first).toByteArray();
        this.gid = new GidCounter(request, first);
        for (int i = 0; i < Math.min(connections, CONNECTIONS_MAX); i++) {
            final ManagedChannel channel = NettyChannelBuilder.forAddress(
                            new InetSocketAddress(sagas.host(), sagas.port()))
                    .eventLoopGroup(loop)
                    .channelFactory(new ReflectiveChannelFactory<>(EventLoops.clientChannel()), InetSocketAddress.class)
                    .directExecutor()
                    .disableRetry()
                    .usePlaintext()
                    .build();
            channel.getState(true);
            channels.add(channel);
        }
    }

    private static DtmRequest request(final Sagas sagas, final String gid) {
        final DtmRequest.Builder request =
                DtmRequest.newBuilder().setGid(gid).setTransType("saga").setSteps(sagas.steps());
        for (int i = 0; i < sagas.actions().size(); i++) {
            request.addBinPayloads(ByteString.copyFromUtf8(Sagas.PAYLOAD));
        }
        if (sagas.waiting()) {
            request.setTransOptions(DtmTransOptions.newBuilder().setWaitResult(true));
        }
        return request.build();
    }

    @Override
    public void submit(final long sinceNs) {
        gid.next();
        final ManagedChannel channel = channels.get(turn);
        turn = (turn + 1) % channels.size();
        final ClientCall<byte[], byte[]> call = channel.newCall(SUBMIT, CallOptions.DEFAULT);
        call.start(new Answer(sinceNs), new Metadata());
        call.request(2);
        // A copy: the library may read it after the next saga has got its gid.
        call.sendMessage(request.clone());
        call.halfClose();
    }

    /** The library fails by itself what finds no connection. */
    @Override
    public int forgetUnsent() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        channels.forEach(ManagedChannel::shutdownNow);
    }

    private final class Answer extends ClientCall.Listener<byte[]> {

        private final long sinceNs;

        Answer(final long sinceNs) {
            this.sinceNs = sinceNs;
        }

        @Override
        public void onClose(final Status status, final Metadata trailers) {
            if (closed) {
                return;
            }
            if (status.isOk()) {
                answers.succeeded(sinceNs);
            } else {
                answers.failed(sinceNs, "status " + status.getCode());
            }
        }
    }
}
