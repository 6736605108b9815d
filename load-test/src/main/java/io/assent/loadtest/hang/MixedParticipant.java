package io.assent.loadtest.hang;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.HttpFrame;
import io.assent.loadtest.net.HttpFrameHandler;
import io.assent.loadtest.net.HttpMessages;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.LoadParticipant;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * A participant of which one route misbehaves, the path or method that ends with {@code Hang}, and all others answer at once. Everything
 * happens on one event loop.
 */
public final class MixedParticipant implements LoadParticipant {

    private static final byte[] BAD = "/Hang".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_BRANCH = "/TransIn".getBytes(StandardCharsets.US_ASCII);
    private static final ByteBuf SUCCESS =
            HttpMessages.constant(HttpMessages.json(200, "{\"dtm_result\":\"SUCCESS\"}"));
    private static final ByteBuf HEAD =
            constant("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n");
    private static final ByteBuf ENDLESS_HEAD =
            constant("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    private static final ByteBuf STATUS_LINE = constant("HTTP/1.1 200 OK\r\n");
    private static final ByteBuf HEADERS = constant(("X-Endless: " + "x".repeat(200) + "\r\n").repeat(64));
    private static final ByteBuf BODY = constant("x".repeat(16 << 10));
    private static final ByteBuf CHUNK = constant("4000\r\n" + "x".repeat(16 << 10) + "\r\n");
    private static final ByteBuf BYTE = constant("x");
    private static final ByteBuf EMPTY_MESSAGE = HttpMessages.constant(new byte[5]);
    /** Begins a message of 8,000,000 bytes, which is just not too many. */
    private static final ByteBuf MESSAGE_HEAD = HttpMessages.constant(new byte[] {0, 0, 0x7A, 0x12, 0});

    private static final int GRPC_HEADERS = 64;
    private static final int GRPC_HEADER_BYTES = 64 << 10;

    private final Misbehaviour how;
    private final Protocol protocol;
    private final boolean secure;
    private final LongAdder lastBranches = new LongAdder();
    private final LongAdder badCalls = new LongAdder();
    private final EventLoopGroup loops = EventLoops.group(1, "mixed-participant");
    private final Channel listener;

    private MixedParticipant(final Protocol protocol, final Misbehaviour how, final SslContext tls) {
        this.protocol = protocol;
        this.how = how;
        this.secure = tls != null;
        try {
            listener = new ServerBootstrap()
                    .group(loops)
                    .channel(EventLoops.serverChannel())
                    .option(ChannelOption.SO_BACKLOG, 4096)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childHandler(new ChannelInitializer<Channel>() {
                        private final HttpFrame frame = new HttpFrame();

                        @Override
                        protected void initChannel(final Channel channel) {
                            if (tls != null) {
                                channel.pipeline().addLast(tls.newHandler(channel.alloc()));
                            }
                            switch (protocol) {
                                case HTTP -> channel.pipeline().addLast(new Http(frame));
                                case GRPC ->
                                    channel.pipeline()
                                            .addLast(
                                                    Http2FrameCodecBuilder.forServer()
                                                            .initialSettings(Http2Settings.defaultSettings()
                                                                    .initialWindowSize(1 << 20))
                                                            .encoderIgnoreMaxHeaderListSize(true)
                                                            .build(),
                                                    new Grpc());
                            }
                        }
                    })
                    .bind("127.0.0.1", 0)
                    .syncUninterruptibly()
                    .channel();
        } catch (final RuntimeException e) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /**
     * Starts one on any free port of the loopback address.
     *
     * @param protocol what it speaks.
     * @param how what its one route does.
     * @param tls for connections over TLS, or null.
     * @return the running participant.
     */
    public static MixedParticipant start(final Protocol protocol, final Misbehaviour how, final SslContext tls) {
        return new MixedParticipant(protocol, how, tls);
    }

    private static ByteBuf constant(final String text) {
        return HttpMessages.constant(text.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String url() {
        final String address = "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
        return switch (protocol) {
            case HTTP -> (secure ? "https://" : "http://") + address;
            case GRPC -> address;
        };
    }

    /**
     * Tells what misbehaves.
     *
     * @return the URL of the route.
     */
    public String badUrl() {
        return url() + (protocol == Protocol.GRPC ? "/busi.Busi/Hang" : "/Hang");
    }

    /**
     * Counts the calls of the route that misbehaves.
     *
     * @return how many came.
     */
    public long badCalls() {
        return badCalls.sum();
    }

    @Override
    public long lastBranches() {
        return lastBranches.sum();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private static void reset(final ChannelHandlerContext context) {
        context.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        context.channel().unsafe().closeForcibly();
    }

    private static void eachSecond(final ChannelHandlerContext context, final Runnable write) {
        context.executor()
                .schedule(
                        () -> {
                            if (context.channel().isActive()) {
                                write.run();
                                eachSecond(context, write);
                            }
                        },
                        1,
                        TimeUnit.SECONDS);
    }

    /** One connection of HTTP. */
    private final class Http extends HttpFrameHandler {

        private ByteBuf endless;

        Http(final HttpFrame frame) {
            super(frame);
        }

        @Override
        protected void onMessage(final ChannelHandlerContext context, final HttpFrame message) {
            if (!message.targetStartsWith(BAD)) {
                if (message.targetStartsWith(LAST_BRANCH)) {
                    lastBranches.increment();
                }
                context.write(SUCCESS.duplicate(), context.voidPromise());
                return;
            }
            badCalls.increment();
            switch (how) {
                case HANG -> {}
                case RESET -> reset(context);
                case TRICKLE -> {
                    context.write(HEAD.duplicate());
                    eachSecond(context, () -> context.writeAndFlush(BYTE.duplicate()));
                }
                case HEADERS -> {
                    context.write(STATUS_LINE.duplicate());
                    begin(context, HEADERS);
                }
                case BODY -> {
                    context.write(ENDLESS_HEAD.duplicate());
                    begin(context, CHUNK);
                }
                case CLOSE -> context.writeAndFlush(SUCCESS.duplicate()).addListener(ChannelFutureListener.CLOSE);
            }
        }

        private void begin(final ChannelHandlerContext context, final ByteBuf what) {
            endless = what;
            goOn(context);
        }

        private void goOn(final ChannelHandlerContext context) {
            while (endless != null
                    && context.channel().isWritable()
                    && context.channel().isActive()) {
                context.writeAndFlush(endless.duplicate());
            }
        }

        @Override
        public void channelWritabilityChanged(final ChannelHandlerContext context) {
            // Later, or a socket that takes everything would keep the loop here.
            context.executor().execute(() -> goOn(context));
        }
    }

    /** One connection of gRPC. */
    private final class Grpc extends ChannelDuplexHandler {

        private final Map<Http2FrameStream, CharSequence> paths = new HashMap<>();

        @Override
        public void channelRead(final ChannelHandlerContext context, final Object message) {
            try {
                if (message instanceof Http2HeadersFrame head) {
                    paths.put(head.stream(), head.headers().path());
                    if (head.isEndStream()) {
                        called(context, head.stream());
                    }
                } else if (message instanceof Http2DataFrame data) {
                    context.write(
                            new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()).stream(data.stream()));
                    if (data.isEndStream()) {
                        called(context, data.stream());
                    }
                } else if (message instanceof Http2ResetFrame gone) {
                    paths.remove(gone.stream());
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelReadComplete(final ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
            // Of one stream; the codec sees to it.
        }

        private void called(final ChannelHandlerContext context, final Http2FrameStream stream) {
            final String path = paths.get(stream).toString();
            if (!path.endsWith("/Hang")) {
                if (path.endsWith("/TransIn")) {
                    lastBranches.increment();
                }
                answer(context, stream);
                return;
            }
            badCalls.increment();
            switch (how) {
                case HANG -> {}
                case RESET -> reset(context);
                case TRICKLE -> {
                    context.write(new DefaultHttp2HeadersFrame(head()).stream(stream));
                    context.write(new DefaultHttp2DataFrame(MESSAGE_HEAD.duplicate()).stream(stream));
                    eachSecond(context, () -> {
                        if (paths.containsKey(stream)) {
                            context.writeAndFlush(new DefaultHttp2DataFrame(BYTE.duplicate()).stream(stream));
                        }
                    });
                }
                case HEADERS -> {
                    final Http2Headers many = head();
                    for (int i = 0; i < GRPC_HEADERS; i++) {
                        many.add("x-endless-" + i, "x".repeat(GRPC_HEADER_BYTES));
                    }
                    context.write(new DefaultHttp2HeadersFrame(many).stream(stream));
                }
                case BODY -> {
                    context.write(new DefaultHttp2HeadersFrame(head()).stream(stream));
                    context.write(new DefaultHttp2DataFrame(MESSAGE_HEAD.duplicate()).stream(stream));
                    endless(context, stream);
                }
                case CLOSE -> {
                    answer(context, stream);
                    context.flush();
                    context.close();
                }
            }
        }

        private void answer(final ChannelHandlerContext context, final Http2FrameStream stream) {
            paths.remove(stream);
            context.write(new DefaultHttp2HeadersFrame(head()).stream(stream));
            context.write(new DefaultHttp2DataFrame(EMPTY_MESSAGE.duplicate()).stream(stream));
            context.write(new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().set("grpc-status", "0"), true)
                    .stream(stream));
        }

        private Http2Headers head() {
            return new DefaultHttp2Headers().status("200").set("content-type", "application/grpc");
        }

        private void endless(final ChannelHandlerContext context, final Http2FrameStream stream) {
            if (paths.containsKey(stream)) {
                context.writeAndFlush(new DefaultHttp2DataFrame(BODY.duplicate()).stream(stream))
                        .addListener(sent -> {
                            if (sent.isSuccess()) {
                                context.executor().execute(() -> endless(context, stream));
                            }
                        });
            }
        }
    }
}
