package io.assent.loadtest.hang;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.GrpcParticipant;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Participants that take a call and never answer it, each on a port of its own. Half of them take the connection and say nothing; the
 * other half speak the protocol: over gRPC they do all of HTTP/2 but the answer, over HTTP they send the head of an answer whose body never comes.
 */
public final class HangingTargets implements AutoCloseable {

    private static final byte[] HEAD =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final EventLoopGroup loops = EventLoops.group(1, "hanging-targets");
    private final List<String> urls = new ArrayList<>();
    private GrpcParticipant grpc;

    private HangingTargets() {}

    /**
     * Starts targets on free ports of the loopback address.
     *
     * @param protocol what they seem to speak.
     * @param count how many.
     * @return the targets.
     * @throws IOException if they cannot listen.
     */
    public static HangingTargets start(final Protocol protocol, final int count) throws IOException {
        final HangingTargets targets = new HangingTargets();
        try {
            final int speaking = count / 2;
            switch (protocol) {
                case HTTP -> {
                    for (int i = 0; i < count; i++) {
                        targets.urls.add("http://127.0.0.1:" + targets.listen(i < speaking) + "/Hang");
                    }
                }
                case GRPC -> {
                    // One at least speaks it.
                    targets.grpc = GrpcParticipant.startHanging(Math.max(1, speaking));
                    targets.grpc.ports().forEach(port -> targets.urls.add("127.0.0.1:" + port + "/busi.Busi/Hang"));
                    for (int i = Math.max(1, speaking); i < count; i++) {
                        targets.urls.add("127.0.0.1:" + targets.listen(false) + "/busi.Busi/Hang");
                    }
                }
            }
        } catch (final IOException | RuntimeException e) {
            targets.close();
            throw e;
        }
        return targets;
    }

    private int listen(final boolean beginning) {
        final Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(EventLoops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        channel.pipeline().addLast(new Silent(beginning));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /**
     * Tells what to call.
     *
     * @return a URL for each target.
     */
    public List<String> urls() {
        return List.copyOf(urls);
    }

    @Override
    public void close() {
        if (grpc != null) {
            grpc.close();
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static final class Silent extends ChannelInboundHandlerAdapter {

        private final boolean beginning;
        private boolean begun;

        Silent(final boolean beginning) {
            this.beginning = beginning;
        }

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            ReferenceCountUtil.release(message);
            if (beginning && !begun) {
                begun = true;
                context.writeAndFlush(Unpooled.wrappedBuffer(HEAD), context.voidPromise());
            }
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            context.close();
        }
    }
}
