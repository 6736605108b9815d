package io.assent.transport.front;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;

/**
 * One client's connection: collects each request's body within its bound, and writes responses in the order of the requests, whatever the order
 * in which they become ready. Its event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter implements ClientConnection {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FIRST_BODY_BYTES = 1_024;
    /** How long a client may take to read its last answer before the connection may break. */
    private static final long LINGER_MS = 2_000;

    private final FrontLoop loop;
    private final FrontConfig config;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();

    private ChannelHandlerContext context;
    private HttpRequest receiving;
    private Exchange current;
    private byte[] body = new byte[0];
    private int bodyLength;
    private boolean closing;
    private boolean inputEnded;
    private boolean flushNeeded;
    private long quietSinceNanos;
    private long firstByteNanos;
    private long unwritableSinceNanos;
    private long lingeringSinceNanos;

    Connection(FrontLoop loop) {
        this.loop = loop;
        this.config = loop.config();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        quietSinceNanos = System.nanoTime();
        loop.add(this);
    }

    /** Bytes arrived, perhaps only a part of a request's head. */
    void bytesSeen() {
        if (firstByteNanos == 0) {
            firstByteNanos = System.nanoTime() | 1;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!closing) {
                if (message instanceof HttpRequest request) {
                    start(request);
                }
                if (message instanceof HttpContent content && !closing && current != null) {
                    take(content);
                }
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void start(HttpRequest request) {
        receiving = request;
        bodyLength = 0;
        boolean expects = HttpUtil.is100ContinueExpected(request);
        current = new Exchange(
                this,
                HttpUtil.isKeepAlive(request),
                request.protocolVersion().equals(HttpVersion.HTTP_1_0),
                request.method().name().equals("HEAD"),
                expects);
        exchanges.addLast(current);
        DecoderResult result = request.decoderResult();
        if (result.isFailure()) {
            refuseHead(result.cause());
        } else if (HttpUtil.getContentLength(request, 0L) > loop.bodyBytesMax()) {
            bodyTooLarge();
        } else if (expects && exchanges.size() == 1) {
            context.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
        }
    }

    private void refuseHead(Throwable cause) {
        if (cause instanceof TooLongHttpHeaderException) {
            refuseAndClose(431, "the headers have more than " + config.headerBytesMax() + " bytes");
        } else if (cause instanceof TooLongHttpLineException) {
            refuseAndClose(414, "the request line is too long");
        } else {
            refuseAndClose(400, "malformed request: " + cause.getMessage());
        }
    }

    private void bodyTooLarge() {
        refuseAndClose(413, "the body has more than " + loop.bodyBytesMax() + " bytes");
    }

    private void take(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            refuseHead(content.decoderResult().cause());
            return;
        }
        ByteBuf bytes = content.content();
        int length = bytes.readableBytes();
        if (bodyLength + length > loop.bodyBytesMax()) {
            bodyTooLarge();
            return;
        }
        if (body.length < bodyLength + length) {
            body = Arrays.copyOf(body, Math.max(FIRST_BODY_BYTES, Math.max(bodyLength + length, body.length * 2)));
        }
        bytes.readBytes(body, bodyLength, length);
        bodyLength += length;
        if (content instanceof LastHttpContent) {
            complete();
        }
    }

    private void complete() {
        Exchange exchange = current;
        HttpRequest request = receiving;
        current = null;
        receiving = null;
        firstByteNanos = 0;
        if (!exchange.keepAlive) {
            closing = true;
        }
        if (exchanges.size() >= config.pipelinedMax()) {
            context.channel().config().setAutoRead(false);
        }
        loop.routes().handle(exchange, request, body, bodyLength);
        if (body.length > 64 << 10) {
            body = new byte[0];
        }
    }

    private void refuseAndClose(int status, String text) {
        closing = true;
        Exchange exchange = current;
        current = null;
        receiving = null;
        loop.responses().error(exchange, status, text, true);
    }

    FrontLoop loop() {
        return loop;
    }

    /** A response became ready: writes what is in order. */
    void drain() {
        boolean closesNow = false;
        while (!exchanges.isEmpty() && exchanges.peekFirst().response != null && !closesNow) {
            Exchange done = exchanges.pollFirst();
            closesNow = !done.keepAlive || (closing && exchanges.isEmpty());
            context.write(done.response);
            done.response = null;
            if (!flushNeeded) {
                flushNeeded = true;
                loop.needsFlush(this);
            }
        }
        quietSinceNanos = System.nanoTime();
        if (closesNow || (inputEnded && exchanges.isEmpty())) {
            closeWhenWritten();
            return;
        }
        if (!exchanges.isEmpty() && exchanges.peekFirst() == current && current.expectsContinue && bodyLength == 0) {
            context.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
        }
        if (exchanges.size() < config.pipelinedMax() && !loop.readsPaused()) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void closeWhenWritten() {
        closing = true;
        flushNeeded = false;
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(future -> endOutput());
    }

    /**
     * Ends our side and throws away what still comes, until the client ends its own. Closing at once would make the system break the connection when
     * bytes of the client are unread, and with it the answers that the client has not read yet.
     */
    private void endOutput() {
        SocketChannel channel = (SocketChannel) context.channel();
        if (inputEnded || !channel.isActive()) {
            channel.close();
            return;
        }
        lingeringSinceNanos = System.nanoTime() | 1;
        channel.shutdownOutput();
        channel.config().setAutoRead(true);
    }

    void flushIfNeeded() {
        if (flushNeeded) {
            flushNeeded = false;
            context.flush();
        }
    }

    @Override
    public void pauseReads(boolean paused) {
        context.channel().config().setAutoRead(!paused && exchanges.size() < config.pipelinedMax());
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushIfNeeded();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        unwritableSinceNanos = ctx.channel().isWritable() ? 0 : System.nanoTime() | 1;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            dropFromTheFirstThatWaits();
            current = null;
            if (exchanges.isEmpty()) {
                // Not at once: of an answer that was given a part may be unwritten.
                closeWhenWritten();
            }
        }
    }

    /**
     * A client that has closed looks the same as one that only ended its side: those that wait for a round are taken as gone, and what is behind such a
     * one can not be answered any more, or its answer would be taken for that of another request.
     */
    private void dropFromTheFirstThatWaits() {
        boolean gone = false;
        for (Iterator<Exchange> each = exchanges.iterator(); each.hasNext(); ) {
            Exchange exchange = each.next();
            gone |= exchange.waits || exchange == current;
            if (gone) {
                loop.abandon(exchange);
                each.remove();
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.remove(this);
        closing = true;
        for (Exchange exchange : exchanges) {
            loop.abandon(exchange);
        }
        exchanges.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void sweep(long nowNanos) {
        if (lingeringSinceNanos != 0) {
            if (isOver(lingeringSinceNanos, LINGER_MS, nowNanos)) {
                context.close();
            }
        } else if (unwritableSinceNanos != 0 && isOver(unwritableSinceNanos, config.stalledWriteMs(), nowNanos)) {
            context.close();
        } else if (firstByteNanos != 0 && isOver(firstByteNanos, config.wholeRequestMs(), nowNanos)) {
            if (current == null) {
                current = new Exchange(this, false, false, false, false);
                exchanges.addLast(current);
            }
            firstByteNanos = 0;
            refuseAndClose(408, "the request did not arrive within " + config.wholeRequestMs() + " ms");
            flushIfNeeded();
        } else if (config.idleMs() > 0 && exchanges.isEmpty() && isOver(quietSinceNanos, config.idleMs(), nowNanos)) {
            context.close();
        }
    }

    @Override
    public void close() {
        context.close();
    }

    private static boolean isOver(long sinceNanos, long limitMs, long nowNanos) {
        return nowNanos - sinceNanos >= limitMs * 1_000_000L;
    }
}
