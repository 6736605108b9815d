package io.assent.loadtest.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * One connection of a participant over gRPC: the last part of a call's path says how it is answered, from a plain success to what is no gRPC. It
 * takes any service. Its event loop.
 */
final class GrpcBranch extends ChannelInboundHandlerAdapter {

    /** How many odd answers there are, by number. */
    static final int ODD_ANSWERS = 18;

    /** It tells of every frame that comes too late; odd answers are what it is here for. */
    private static final Logger CODEC = Logger.getLogger("io.netty.handler.codec.http2");

    static {
        CODEC.setLevel(Level.WARNING);
    }

    private static final int CALLS_MAX = 10_000;
    private static final int OK = 0;
    private static final int UNKNOWN = 2;
    private static final int EXHAUSTED = 8;
    private static final int PRECONDITION = 9;
    private static final int ABORTED = 10;
    /** A message without fields. */
    private static final byte[] EMPTY = new byte[5];

    private final LongAdder calls;
    private final LongAdder hanging;
    private final Map<Http2FrameStream, String> open = new HashMap<>();

    GrpcBranch(final LongAdder calls, final LongAdder hanging) {
        this.calls = calls;
        this.hanging = hanging;
    }

    /** What stands in front of it. */
    static Http2FrameCodec codec() {
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings().maxConcurrentStreams(CALLS_MAX))
                .build();
    }

    @Override
    public void channelRead(final ChannelHandlerContext context, final Object message) {
        try {
            if (message instanceof Http2HeadersFrame head) {
                open.putIfAbsent(head.stream(), String.valueOf(head.headers().path()));
                if (head.isEndStream()) {
                    take(context, head.stream());
                }
            } else if (message instanceof Http2DataFrame data) {
                context.write(
                        new DefaultHttp2WindowUpdateFrame(data.initialFlowControlledBytes()).stream(data.stream()));
                if (data.isEndStream()) {
                    take(context, data.stream());
                }
            } else if (message instanceof Http2ResetFrame reset) {
                open.remove(reset.stream());
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
        context.close();
    }

    private void take(final ChannelHandlerContext context, final Http2FrameStream stream) {
        final String path = open.remove(stream);
        if (path == null) {
            return;
        }
        final String last = path.substring(path.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        if (last.equals("hang")) {
            hanging.increment();
            return;
        }
        calls.increment();
        if (path.contains("/odd/") && last.matches("\\d{1,2}")) {
            odd(context, stream, Integer.parseInt(last) % ODD_ANSWERS);
            return;
        }
        switch (last) {
            case "fail" -> refuse(context, stream, ABORTED, "no");
            case "ongoing" -> refuse(context, stream, PRECONDITION, "still at work");
            case "error" -> refuse(context, stream, UNKNOWN, "error");
            case "busy" -> refuse(context, stream, EXHAUSTED, "FAILURE %C3%A4%E2%82%AC " + "long ".repeat(400));
            case "close" -> context.close();
            default -> succeed(context, stream, EMPTY);
        }
    }

    private static Http2Headers head() {
        return new DefaultHttp2Headers().status("200").set("content-type", "application/grpc");
    }

    private static void headers(
            final ChannelHandlerContext context,
            final Http2FrameStream stream,
            final Http2Headers headers,
            final boolean ends) {
        context.write(new DefaultHttp2HeadersFrame(headers, ends).stream(stream));
    }

    private static void data(
            final ChannelHandlerContext context,
            final Http2FrameStream stream,
            final byte[] bytes,
            final boolean ends) {
        context.write(new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(bytes), ends).stream(stream));
    }

    private static void trailers(
            final ChannelHandlerContext context, final Http2FrameStream stream, final String status) {
        headers(context, stream, new DefaultHttp2Headers().set("grpc-status", status), true);
    }

    private static void succeed(
            final ChannelHandlerContext context, final Http2FrameStream stream, final byte[] messages) {
        headers(context, stream, head(), false);
        data(context, stream, messages, false);
        trailers(context, stream, Integer.toString(OK));
    }

    private static void refuse(
            final ChannelHandlerContext context,
            final Http2FrameStream stream,
            final int status,
            final String encodedText) {
        headers(
                context,
                stream,
                head().set("grpc-status", Integer.toString(status)).set("grpc-message", encodedText),
                true);
    }

    private static void reset(
            final ChannelHandlerContext context, final Http2FrameStream stream, final Http2Error error) {
        context.write(new DefaultHttp2ResetFrame(error).stream(stream));
    }

    private static void odd(final ChannelHandlerContext context, final Http2FrameStream stream, final int number) {
        switch (number) {
            case 0 -> headers(context, stream, head().set("grpc-status", "0"), true);
            case 1 -> succeed(context, stream, new byte[EMPTY.length * 2]);
            case 2 -> {
                headers(context, stream, head(), false);
                data(context, stream, EMPTY, true);
            }
            case 3 -> {
                headers(
                        context,
                        stream,
                        new DefaultHttp2Headers().status("503").set("content-type", "text/html"),
                        false);
                data(context, stream, "<html>FAILURE</html>".getBytes(StandardCharsets.US_ASCII), true);
            }
            case 4 -> headers(context, stream, head().set("grpc-status", "99"), true);
            case 5 -> headers(context, stream, head().set("grpc-status", "x"), true);
            case 6 -> headers(context, stream, head(), true);
            case 7 -> reset(context, stream, Http2Error.INTERNAL_ERROR);
            case 8 -> reset(context, stream, Http2Error.CANCEL);
            case 9 -> {
                context.write(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM));
                context.close();
            }
            case 10 -> succeed(context, stream, new byte[] {0, 0, 0, 0, 9, 1});
            case 11 -> succeed(context, stream, new byte[] {1, 0, 0, 0, 1, 1});
            case 12 -> refuse(context, stream, ABORTED, "y".repeat(30_000));
            case 13 -> refuse(context, stream, UNKNOWN, "%zz%C3%28%");
            case 14 -> {
                headers(context, stream, new DefaultHttp2Headers().status("103"), false);
                succeed(context, stream, EMPTY);
            }
            case 15 -> refuse(context, stream, ABORTED, "ONGOING");
            case 16 -> {
                final byte[] large = new byte[(1 << 16) + 5];
                large[2] = 1;
                succeed(context, stream, large);
            }
            default -> {
                final ByteBuf noFrame = Unpooled.copiedBuffer("no HTTP/2 at all", StandardCharsets.US_ASCII);
                context.pipeline().firstContext().writeAndFlush(noFrame);
                context.close();
            }
        }
    }
}
