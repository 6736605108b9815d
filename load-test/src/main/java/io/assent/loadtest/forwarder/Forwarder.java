package io.assent.loadtest.forwarder;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.HttpFrame;
import io.assent.loadtest.net.HttpFrameHandler;
import io.assent.loadtest.net.HttpMessages;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * One POST in, two POSTs out one after the other over kept connections, then the answer; or the answer first, as for a saga
 * without wait_result. It keeps no state, writes nothing, checks only that an answer came. One event loop does everything, requests and answers are
 * prepared bytes, and idle connections are reused newest first.
 */
public final class Forwarder implements AutoCloseable {

    /** The most connections to the participant; more work waits. */
    public static final int CONNECTIONS_MAX = 128;

    private static final ByteBuf SUCCESS =
            HttpMessages.constant(HttpMessages.json(200, "{\"dtm_result\":\"SUCCESS\"}"));
    private static final ByteBuf BROKEN =
            HttpMessages.constant(HttpMessages.json(502, "{\"message\":\"the participant did not answer\"}"));

    private final EventLoopGroup loop = EventLoops.group(1, "forwarder");
    private final HttpFrame frame = new HttpFrame();
    private final ArrayDeque<Outbound> idle = new ArrayDeque<>();
    private final ArrayDeque<Inbound> waiting = new ArrayDeque<>();
    private final Bootstrap connector;
    private final ByteBuf firstCall;
    private final ByteBuf secondCall;
    private final boolean answerFirst;
    private final Channel listener;
    private int connections;

    private Forwarder(
            final int port, final String participantHost, final int participantPort, final boolean answerFirst) {
        this.answerFirst = answerFirst;
        final String host = participantHost + ":" + participantPort;
        final String query = "?branch_id=01&gid=0123456789-000000000000&op=action&trans_type=saga";
        firstCall = HttpMessages.constant(HttpMessages.post(host, "/TransOut" + query, "{\"amount\":30}"));
        secondCall = HttpMessages.constant(HttpMessages.post(host, "/TransIn" + query, "{\"amount\":30}"));
        connector = new Bootstrap()
                .group(loop)
                .channel(EventLoops.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .remoteAddress(participantHost, participantPort)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        channel.pipeline().addLast(new Outbound());
                    }
                });
        try {
            listener = new ServerBootstrap()
                    .group(loop)
                    .channel(EventLoops.serverChannel())
                    .option(ChannelOption.SO_BACKLOG, 4096)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childHandler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(final Channel channel) {
                            channel.pipeline().addLast(new Inbound());
                        }
                    })
                    .bind("127.0.0.1", port)
                    .syncUninterruptibly()
                    .channel();
        } catch (final RuntimeException e) {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /**
     * Starts a forwarder.
     *
     * @param port where to listen on the loopback address, 0 for any free port.
     * @param participantHost the participant's host.
     * @param participantPort the participant's port.
     * @param answerFirst whether it answers before it calls.
     * @return the running forwarder.
     */
    public static Forwarder start(
            final int port, final String participantHost, final int participantPort, final boolean answerFirst) {
        return new Forwarder(port, participantHost, participantPort, answerFirst);
    }

    /**
     * Tells where it listens.
     *
     * @return the port.
     */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loop.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void dispatch(final Inbound request) {
        final Outbound connection = idle.pollLast();
        if (connection != null) {
            connection.begin(request);
        } else if (connections < CONNECTIONS_MAX) {
            connections++;
            connector.connect().addListener(connected -> {
                if (connected.isSuccess()) {
                    ((io.netty.channel.ChannelFuture) connected)
                            .channel()
                            .pipeline()
                            .get(Outbound.class)
                            .begin(request);
                } else {
                    connections--;
                    request.finish(BROKEN);
                }
            });
        } else {
            waiting.add(request);
        }
    }

    /** A client's connection. Its requests are all alike, so a pipelined one is only counted. */
    private final class Inbound extends HttpFrameHandler {

        private ChannelHandlerContext context;
        private boolean busy;
        private int queued;

        Inbound() {
            super(frame);
        }

        @Override
        protected void onMessage(final ChannelHandlerContext from, final HttpFrame message) {
            context = from;
            if (answerFirst) {
                from.write(SUCCESS.duplicate(), from.voidPromise());
                dispatch(this);
            } else if (busy) {
                queued++;
            } else {
                busy = true;
                dispatch(this);
            }
        }

        void finish(final ByteBuf answer) {
            if (answerFirst) {
                return;
            }
            context.writeAndFlush(answer.duplicate(), context.voidPromise());
            if (queued > 0) {
                queued--;
                dispatch(this);
            } else {
                busy = false;
            }
        }
    }

    /** A connection to the participant: free, or on the first or second call of one request. */
    private final class Outbound extends HttpFrameHandler {

        private ChannelHandlerContext context;
        private Inbound request;
        private boolean second;

        Outbound() {
            super(frame);
        }

        @Override
        public void handlerAdded(final ChannelHandlerContext added) {
            context = added;
        }

        void begin(final Inbound next) {
            request = next;
            second = false;
            context.writeAndFlush(firstCall.duplicate(), context.voidPromise());
        }

        @Override
        protected void onMessage(final ChannelHandlerContext from, final HttpFrame message) {
            if (request == null) {
                from.close();
                return;
            }
            if (!second) {
                second = true;
                from.write(secondCall.duplicate(), from.voidPromise());
                return;
            }
            final Inbound done = request;
            request = null;
            final Inbound next = waiting.poll();
            if (next == null) {
                idle.addLast(this);
            } else {
                begin(next);
            }
            done.finish(SUCCESS);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext from) throws Exception {
            super.channelInactive(from);
            connections--;
            idle.remove(this);
            if (request != null) {
                final Inbound broken = request;
                request = null;
                broken.finish(BROKEN);
            }
            final Inbound next = waiting.poll();
            if (next != null) {
                dispatch(next);
            }
        }
    }
}
