package io.assent.loadtest.fuzz;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.HttpFrame;
import io.assent.loadtest.net.HttpFrameHandler;
import io.assent.loadtest.net.HttpMessages;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The participants of fuzzed transactions, over HTTP and over gRPC at the same addresses. The steady one answers at once: its path says how, from a plain
 * success to bytes that are no HTTP. The silent one takes every call and never answers. A third address is taken, but nobody listens there. They are apart, because a server that has calls open
 * to one address may hold back others to the same.
 */
final class FuzzedBranches implements AutoCloseable {

    /** How the steady participant can be asked to answer. */
    static final List<String> OUTCOMES = List.of("fail", "ongoing", "error", "close", "busy");

    private static final List<byte[]> ODD = List.of(
            ascii(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nSUCC\r\nE\r\n2\r\nSS\r\n0\r\nX-Trailer: 1\r\n\r\n"),
            ascii("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            ascii("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"),
            ascii("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nONGOING"),
            ascii("HTTP/1.1 200 OK\r\n\r\nuntil the end"),
            ascii("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
            ascii("HTTP/1.1 204 No Content\r\n\r\n"),
            ascii(
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            ascii("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
            ascii("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope"),
            ascii("HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n"),
            ascii("HTTP/1.1 307 Temporary Redirect\r\nLocation: /odd/11\r\nContent-Length: 0\r\n\r\n"),
            ascii("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
            ascii("HTTP/1.1 999 \r\nContent-Length: 0\r\n\r\n"),
            ascii("HTTP/1.1 500 Error\r\nX: " + "y".repeat(30_000) + "\r\nContent-Length: 0\r\n\r\n"),
            ascii("no HTTP at all\r\n\r\n"),
            ascii("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            new byte[] {0, 1, 2, (byte) 0xff});

    /** No method of HTTP starts like this. */
    private static final byte[] PREFACE_START = ascii("PR");

    /** How many odd answers there are, by number. */
    static final int ODD_ANSWERS = ODD.size();

    private final EventLoopGroup loops = EventLoops.group(1, "fuzzed-branches");
    private final LongAdder calls = new LongAdder();
    private final LongAdder hanging = new LongAdder();
    private final Channel steady;
    private final Channel silent;
    private final Socket closed = new Socket();

    FuzzedBranches() throws IOException {
        try {
            steady = listen();
            silent = listen();
            // Taken, so that nobody else comes to listen there; not listening, so that calls are refused.
            closed.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (final IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private Channel listen() {
        return new ServerBootstrap()
                .group(loops)
                .channel(EventLoops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, 4_096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    private final HttpFrame frame = new HttpFrame();

                    @Override
                    protected void initChannel(final Channel channel) {
                        channel.pipeline().addLast(new ProtocolChoice(frame));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    /** Where they are. */
    BranchUrls urls() {
        return new BranchUrls(address(steady), address(silent), "127.0.0.1:" + closed.getLocalPort());
    }

    /** Calls that came to the steady participant. */
    long calls() {
        return calls.sum();
    }

    /** Calls that came to the silent one. */
    long hanging() {
        return hanging.sum();
    }

    private static String address(final Channel listener) {
        return "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
        try {
            closed.close();
        } catch (final IOException gone) {
            // Nothing is left to close.
        }
    }

    /** HTTP/2 announces itself by its first bytes. */
    private final class ProtocolChoice extends ByteToMessageDecoder {

        private final HttpFrame frame;

        ProtocolChoice(final HttpFrame frame) {
            this.frame = frame;
        }

        @Override
        protected void decode(final ChannelHandlerContext context, final ByteBuf in, final List<Object> out) {
            if (in.readableBytes() < PREFACE_START.length) {
                return;
            }
            if (in.getByte(in.readerIndex()) == PREFACE_START[0]
                    && in.getByte(in.readerIndex() + 1) == PREFACE_START[1]) {
                context.pipeline().addLast(GrpcBranch.codec(), new GrpcBranch(calls, hanging));
            } else {
                context.pipeline().addLast(new Connection(frame));
            }
            context.pipeline().remove(this);
        }
    }

    private final class Connection extends HttpFrameHandler {

        Connection(final HttpFrame frame) {
            super(frame);
        }

        @Override
        protected void onMessage(final ChannelHandlerContext context, final HttpFrame message) {
            final String path = path(message.target());
            if (path.equals("/hang")) {
                hanging.increment();
                return;
            }
            calls.increment();
            if (path.startsWith("/odd/")) {
                context.writeAndFlush(Unpooled.wrappedBuffer(odd(path)));
                context.close();
                return;
            }
            final byte[] answer = switch (path) {
                case "/fail" -> HttpMessages.json(409, "{\"dtm_result\":\"FAILURE\",\"message\":\"no\"}");
                case "/ongoing" -> HttpMessages.json(425, "{\"dtm_result\":\"ONGOING\"}");
                case "/error" -> HttpMessages.json(500, "{\"message\":\"error\"}");
                case "/busy" -> HttpMessages.json(503, "FAILURE \u00e4\u20ac " + "long ".repeat(400));
                case "/close" -> null;
                default -> HttpMessages.json(200, "{\"dtm_result\":\"SUCCESS\"}");
            };
            if (answer == null) {
                context.close();
            } else {
                final ByteBuf response = Unpooled.wrappedBuffer(answer);
                if (message.keepAlive()) {
                    context.write(response, context.voidPromise());
                } else {
                    context.writeAndFlush(response);
                    context.close();
                }
            }
        }

        private static String path(final String target) {
            final int end = target.indexOf('?');
            return (end < 0 ? target : target.substring(0, end)).toLowerCase(Locale.ROOT);
        }

        private static byte[] odd(final String path) {
            final String number = path.substring("/odd/".length());
            return number.matches("\\d{1,2}") ? ODD.get(Integer.parseInt(number) % ODD.size()) : ODD.get(0);
        }
    }
}
