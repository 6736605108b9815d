package io.assent.transport.front;

import io.assent.engine.Commands;
import io.assent.engine.History;
import io.assent.transport.EventLoops;
import io.assent.transport.FreePort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/** Listens for clients. Built once; {@link #loop} gives the part of each event loop. */
public final class HttpFront implements AutoCloseable {
    private static final int INITIAL_LINE_BYTES_MAX = 16 << 10;
    private static final int CHUNK_BYTES = 64 << 10;

    private final EventLoops eventLoops;
    private final FrontConfig config;
    private final List<FrontLoop> loops = new ArrayList<>();
    private final IdentityHashMap<EventLoop, FrontLoop> byEventLoop = new IdentityHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Channel> listeners = new ArrayList<>();

    /**
     * @param commands the publisher of each event loop, used on that loop only
     */
    public HttpFront(
            EventLoops eventLoops,
            FrontConfig config,
            IntFunction<Commands> commands,
            History history,
            ServerCondition condition,
            ClockControl clock,
            FrontMeter meter) {
        this.eventLoops = eventLoops;
        this.config = config;
        for (int i = 0; i < eventLoops.loops().size(); i++) {
            EventLoop eventLoop = eventLoops.loops().get(i);
            FrontLoop loop = new FrontLoop(
                    i, eventLoop, eventLoops.tasks(), config, commands.apply(i), history, condition, clock, meter);
            loops.add(loop);
            byEventLoop.put(eventLoop, loop);
        }
    }

    /** Opens the port. Throws when it is in use or not to be had. */
    public void start() throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoops.group())
                .channel(eventLoops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 1_024)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new Initializer());
        FreePort.open(config.bindAddresses(), config.port(), port -> listen(bootstrap, port));
        loops.forEach(FrontLoop::start);
    }

    private void listen(ServerBootstrap bootstrap, int port) throws IOException {
        for (InetAddress address : config.bindAddresses()) {
            InetSocketAddress at = new InetSocketAddress(address, port);
            var bound = bootstrap.bind(at).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                stopListening();
                throw new IOException(
                        "could not listen on " + NetUtil.toSocketAddressString(at) + ": "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            listeners.add(bound.channel());
        }
    }

    /** The port listened on: the configured one, or the one that was free when that is 0. */
    public int port() {
        return ((InetSocketAddress) listeners.get(0).localAddress()).getPort();
    }

    /** Connections of clients. Any thread. */
    public int connections() {
        return connections.get();
    }

    /** The front's part on one event loop. */
    public FrontLoop loop(int number) {
        return loops.get(number);
    }

    /** Takes no more connections; those that are open go on. */
    public void stopListening() {
        listeners.forEach(listener -> listener.close().awaitUninterruptibly(5, TimeUnit.SECONDS));
        listeners.clear();
    }

    @Override
    public void close() {
        stopListening();
        for (int i = 0; i < loops.size(); i++) {
            FrontLoop loop = loops.get(i);
            eventLoops.loops().get(i).submit(loop::closeConnections).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            FrontLoop loop = byEventLoop.get(channel.eventLoop());
            Connection connection = new Connection(loop);
            boolean admitted = connections.incrementAndGet() <= config.connectionsMax();
            channel.closeFuture().addListener(future -> connections.decrementAndGet());
            if (!admitted) {
                loop.meter().connectionRefused(config.connectionsMax());
                channel.config().setAutoRead(false);
                channel.close();
                return;
            }
            channel.pipeline()
                    .addLast(new ChannelInboundHandlerAdapter() {
                        @Override
                        public void channelRead(ChannelHandlerContext ctx, Object message) {
                            connection.bytesSeen();
                            ctx.fireChannelRead(message);
                        }
                    })
                    .addLast(new StrictDecoder(config.headerBytesMax()))
                    .addLast(connection);
        }
    }

    /** Refuses what leaves the end of a request open to interpretation. */
    private static final class StrictDecoder extends HttpRequestDecoder {
        StrictDecoder(int headerBytesMax) {
            super(new HttpDecoderConfig()
                    .setMaxInitialLineLength(INITIAL_LINE_BYTES_MAX)
                    .setMaxHeaderSize(headerBytesMax)
                    .setMaxChunkSize(CHUNK_BYTES));
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            throw new IllegalArgumentException("both Content-Length and Transfer-Encoding are given");
        }
    }
}
