package io.assent.transport.front;

import io.assent.transport.FreePort;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Answers those who ask how the server is, on a port and a thread of its own: neither a disk that takes seconds nor ten thousand clients keep it from
 * answering. It reads only what any thread may read.
 */
public final class ProbeFront implements AutoCloseable {
    /** One more closes the one that has been open longest. */
    static final int CONNECTIONS_MAX = 64;

    private static final int BODY_BYTES_MAX = 1 << 10;
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain";
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final String version;
    private final long idleMs;
    private final ServerCondition condition;
    private final FrontMeter meter;
    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("assent-probes", true), NioIoHandler.newFactory());
    /** In the order of their opening. */
    private final Set<Channel> open = new LinkedHashSet<>();

    private final List<Channel> listeners = new ArrayList<>();

    /** @param idleMs after which a connection that neither asks nor reads is closed */
    public ProbeFront(String version, long idleMs, ServerCondition condition, FrontMeter meter) {
        this.version = version;
        this.idleMs = idleMs;
        this.condition = condition;
        this.meter = meter;
    }

    /** Opens the port; 0 for any free one. Throws when it is in use or not to be had. */
    public void start(List<InetAddress> addresses, int port) throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new Initializer());
        FreePort.open(addresses, port, free -> listen(bootstrap, addresses, free));
    }

    private void listen(ServerBootstrap bootstrap, List<InetAddress> addresses, int port) throws IOException {
        for (InetAddress address : addresses) {
            InetSocketAddress at = new InetSocketAddress(address, port);
            var bound = bootstrap.bind(at).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                listeners.forEach(listener -> listener.close().awaitUninterruptibly());
                listeners.clear();
                throw new IOException(
                        "could not listen on " + NetUtil.toSocketAddressString(at) + " for probes: "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            listeners.add(bound.channel());
        }
    }

    /** The port listened on. */
    public int port() {
        return ((InetSocketAddress) listeners.get(0).localAddress()).getPort();
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            if (open.size() >= CONNECTIONS_MAX) {
                Iterator<Channel> oldest = open.iterator();
                Channel gone = oldest.next();
                oldest.remove();
                gone.close();
            }
            open.add(channel);
            channel.closeFuture().addListener(closed -> open.remove(channel));
            channel.pipeline()
                    .addLast(new IdleStateHandler(0, 0, idleMs, TimeUnit.MILLISECONDS))
                    .addLast(new HttpServerCodec())
                    .addLast(new HttpObjectAggregator(BODY_BYTES_MAX, true))
                    .addLast(new Answering());
        }
    }

    private final class Answering extends SimpleChannelInboundHandler<FullHttpRequest> {
        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
            FullHttpResponse response = request.decoderResult().isFailure()
                    ? response(400, TEXT, "malformed request")
                    : answer(request.method(), request.uri());
            boolean keepAlive =
                    HttpUtil.isKeepAlive(request) && response.status().code() != 400;
            HttpUtil.setKeepAlive(response.headers(), request.protocolVersion(), keepAlive);
            HttpUtil.setContentLength(response, response.content().readableBytes());
            if (request.method().equals(HttpMethod.HEAD)) {
                response.content().clear();
            }
            var written = context.writeAndFlush(response);
            if (!keepAlive) {
                written.addListener(ChannelFutureListener.CLOSE);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent) {
                context.close();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private FullHttpResponse answer(HttpMethod method, String uri) {
        boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        int question = uri.indexOf('?');
        return switch (reads ? question < 0 ? uri : uri.substring(0, question) : "") {
            case "/healthz" -> response(200, TEXT, "alive");
            case "/readyz" -> ready();
            case "/api/ping" ->
                condition.state() == ServerState.STARTING
                        ? unavailable("the server is starting: it replays its journal")
                        : response(200, JSON, "{\"msg\":\"pong\"}");
            case "/api/dtmsvr/version" -> response(200, JSON, "{\"version\":\"" + version + "\"}");
            case "/api/metrics" -> response(200, METRICS, meter.exposition());
            default -> response(404, TEXT, "404 page not found");
        };
    }

    private FullHttpResponse ready() {
        return switch (condition.state()) {
            case SERVING -> {
                String refusal = condition.refusesNewGids();
                yield refusal.isEmpty()
                        ? response(200, TEXT, "serving")
                        : unavailable("no new transactions now: " + refusal);
            }
            case STARTING -> unavailable("starting");
            case DRAINING -> unavailable("stopping");
        };
    }

    private static FullHttpResponse unavailable(String why) {
        FullHttpResponse response = response(503, JSON, "{\"message\":\"" + why + "\"}");
        response.headers().set(HttpHeaderNames.RETRY_AFTER, "1");
        return response;
    }

    private static FullHttpResponse response(int status, String contentType, String body) {
        return response(status, contentType, body.getBytes(StandardCharsets.UTF_8));
    }

    private static FullHttpResponse response(int status, String contentType, byte[] body) {
        FullHttpResponse response = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, contentType);
        return response;
    }
}
