package io.assent.transport.front;

import io.assent.transport.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
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
import java.util.Map;

/**
 * One client's connection: collects each request's body within its bound, and writes responses in the order of the requests, whatever the order
 * in which they become ready. Its event loop.
 *
 * <p>A client that does not read its answers is asked for nothing more: its requests stay with the decoder, its answers in their queue, and what is
 * larger than a piece goes out piece by piece as it reads. Of reads, whose answers may be large, one is under way at a time. What all that holds is
 * counted in the {@link MemoryBudget}.
 */
final class Connection extends ChannelInboundHandlerAdapter implements ClientConnection {
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NO_BODY = new byte[0];
    private static final int FIRST_BODY_BYTES = 1_024;
    /** What a head costs on the heap while it is incomplete, at most, for each of its bytes: the shortest header line has five, and 200 there. */
    private static final int HEAP_PER_HEAD_BYTE = 40;
    /** The decoder keeps room for the longest line it has seen; so much is not worth counting. */
    private static final int SMALL_HEAD_BYTES = 2 << 10;
    /** How long a client may take to read its last answer before the connection may break. */
    private static final long LINGER_MS = 2_000;

    /** Who has just been answered may be about to ask again. */
    private static final long IDLE_MS_MIN = 500;

    private final FrontLoop loop;
    private final FrontConfig config;
    private final ArrayDeque<Exchange> exchanges = new ArrayDeque<>();
    private final MemoryBudget.Share received;
    private final MemoryBudget.Share unread;

    private ChannelHandlerContext context;
    /** Null when nothing that comes is read any more: what it knows of a request that is not whole can be much. */
    private RequestDecoder decoder;

    private HttpRequest receiving;
    private Exchange current;
    private byte[] body = NO_BODY;
    private int bodyLength;
    /** Bytes of the request whose head is not complete. */
    private int headBytes;

    private int longestLineBytes;
    /** The read that is not answered, or null: its answer may be large. */
    private Exchange read;
    /** What is left of the response being sent, or null. */
    private RenderedBody sending;

    private long sendingSinceNanos;
    private boolean closesBehindIt;
    private boolean draining;
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
        this.received = loop.budget().share(MemoryBudget.Use.REQUESTS);
        this.unread = loop.budget().share(MemoryBudget.Use.ANSWERS);
    }

    /** @param before stands in front of this in the pipeline and asks {@link #takesMore} */
    void decoder(RequestDecoder before) {
        decoder = before;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        quietSinceNanos = System.nanoTime();
        loop.add(this);
    }

    /** Bytes arrived, perhaps only a part of a request's head. */
    void bytesSeen(int count) {
        if (firstByteNanos == 0) {
            firstByteNanos = System.nanoTime() | 1;
        }
        if (current == null) {
            headBytes += count;
        }
    }

    /** Whether the decoder may hand over the next part of a request. What has begun is read to its end, and what is behind the last is thrown away. */
    boolean takesMore() {
        return closing
                || current != null
                || (exchanges.size() < config.pipelinedMax()
                        && read == null
                        && sending == null
                        && context.channel().isWritable()
                        && !loop.readsPaused());
    }

    /** What still comes is thrown away as it comes. */
    private void stopReading() {
        closing = true;
        if (decoder != null) {
            inputEnded |= decoder.holdsEnd();
            RequestDecoder removed = decoder;
            decoder = null;
            context.pipeline().remove(removed);
            received.free();
        }
    }

    private int undecoded() {
        return decoder == null ? 0 : decoder.undecoded();
    }

    /** The answer of this exchange may be large: until it is there, the next request is not looked at. */
    void awaits(Exchange exchange) {
        read = exchange;
    }

    /** The body of an answer, on this connection's account. */
    RenderedBody newBody() {
        return new RenderedBody(unread);
    }

    /** Counts what is not sent, or not read, by the client. */
    void recount() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        long bytes =
                (sending == null ? 0 : sending.remaining()) + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
        for (Exchange exchange : exchanges) {
            bytes += exchange.responseBytes();
        }
        if (bytes != unread.bytes() && !unread.hold(bytes)) {
            // It does not read, and there is no room to wait for it.
            loop.meter().refused(Exchange.UNKNOWN_API, "", MemoryBudget.REFUSAL);
            context.close();
        }
    }

    /** Nothing more can be sent in good order. */
    void abort() {
        context.close();
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
        if (headBytes > SMALL_HEAD_BYTES) {
            longestLineBytes = Math.max(longestLineBytes, longestLine(request));
        }
        headBytes = 0;
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

    private static int longestLine(HttpRequest request) {
        int longest = request.uri().length();
        for (Map.Entry<String, String> header : request.headers()) {
            longest = Math.max(
                    longest, header.getKey().length() + header.getValue().length());
        }
        return longest;
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
        boolean last = content instanceof LastHttpContent;
        if (last && bodyLength == 0) {
            byte[] whole = loop.scratch(length);
            bytes.readBytes(whole, 0, length);
            complete(whole, length);
            return;
        }
        if (!grow(bodyLength + length)) {
            refuseForMemory();
            return;
        }
        bytes.readBytes(body, bodyLength, length);
        bodyLength += length;
        if (last) {
            byte[] whole = body;
            body = NO_BODY;
            complete(whole, bodyLength);
        }
    }

    /** Makes room in the body; false when the budget has none. What is small is counted when it turns out not to be whole. */
    private boolean grow(int needed) {
        if (body.length >= needed) {
            return true;
        }
        long announced = HttpUtil.getContentLength(receiving, (long) loop.bodyBytesMax());
        int larger = (int) Math.max(needed, Math.min(announced, Math.max(FIRST_BODY_BYTES, body.length * 2L)));
        if (larger > RenderedBody.PIECE_BYTES && !received.hold(larger)) {
            return false;
        }
        body = Arrays.copyOf(body, larger);
        return true;
    }

    /** Counts what has arrived and is no whole request. */
    private void countReceived() {
        long bytes = undecoded() + (long) body.length;
        if (longestLineBytes > SMALL_HEAD_BYTES) {
            bytes += longestLineBytes;
        }
        if (firstByteNanos != 0 && current == null && takesMore()) {
            bytes += (long) Math.min(headBytes, 2 * config.headerBytesMax()) * HEAP_PER_HEAD_BYTE;
        }
        if (bytes != received.bytes() && !received.hold(bytes) && !closing) {
            refuseForMemory();
        }
    }

    private void refuseForMemory() {
        Exchange exchange = current == null ? unannounced() : current;
        current = null;
        receiving = null;
        body = NO_BODY;
        stopReading();
        loop.responses().noMemory(exchange, true);
    }

    /** For an answer to a request whose head did not arrive. */
    private Exchange unannounced() {
        Exchange exchange = new Exchange(this, false, false, false, false);
        exchanges.addLast(exchange);
        return exchange;
    }

    private void complete(byte[] whole, int length) {
        Exchange exchange = current;
        HttpRequest request = receiving;
        current = null;
        receiving = null;
        firstByteNanos = 0;
        if (!exchange.keepAlive) {
            stopReading();
        }
        loop.routes().handle(exchange, request, whole, length);
        updateReads();
    }

    private void refuseAndClose(int status, String text) {
        Exchange exchange = current;
        current = null;
        receiving = null;
        body = NO_BODY;
        stopReading();
        loop.responses().error(exchange, status, text, true);
    }

    FrontLoop loop() {
        return loop;
    }

    /** A response became ready, or the client has read: writes what is in order. */
    void drain() {
        if (draining) {
            return;
        }
        draining = true;
        boolean closesNow;
        try {
            closesNow = sendWhatIsReady();
        } finally {
            draining = false;
        }
        quietSinceNanos = System.nanoTime();
        if (closesNow || (inputEnded && exchanges.isEmpty() && sending == null)) {
            closeWhenWritten();
            return;
        }
        if (!exchanges.isEmpty() && exchanges.peekFirst() == current && current.expectsContinue && bodyLength == 0) {
            context.writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
        }
        goOn();
    }

    /** Answers whether the last response was written. */
    private boolean sendWhatIsReady() {
        while (true) {
            if (sending != null) {
                if (!sendPieces()) {
                    return false;
                }
                sending = null;
            }
            if (closesBehindIt) {
                return true;
            }
            Exchange done = exchanges.peekFirst();
            if (done == null || done.response == null) {
                return false;
            }
            if (!context.channel().isWritable()) {
                recount();
                return false;
            }
            exchanges.pollFirst();
            if (done == read) {
                read = null;
            }
            closesBehindIt = !done.keepAlive || (closing && exchanges.isEmpty());
            context.write(done.response);
            done.response = null;
            sending = done.body;
            done.body = null;
            sendingSinceNanos = System.nanoTime();
            if (!flushNeeded) {
                flushNeeded = true;
                loop.needsFlush(this);
            }
        }
    }

    /** Sends of a large body what the client takes; answers whether that was all. */
    private boolean sendPieces() {
        while (sending.remaining() > 0) {
            if (!context.channel().isWritable()) {
                context.flush();
            }
            if (!context.channel().isWritable()) {
                recount();
                return false;
            }
            byte[] piece = sending.take();
            ByteBuf buffer = context.alloc().directBuffer(sending.takenLength());
            context.write(buffer.writeBytes(piece, 0, sending.takenLength()));
        }
        context.flush();
        recount();
        return true;
    }

    /** Takes up what the decoder has kept, if the time has come. */
    private void goOn() {
        if (decoder != null && decoder.isDecoding()) {
            return;
        }
        if (takesMore() && undecoded() > 0) {
            firstByteNanos = System.nanoTime() | 1;
            decoder.resume();
            if (undecoded() == 0 && current == null) {
                firstByteNanos = 0;
            }
            if (!closing) {
                countReceived();
            }
        }
        updateReads();
    }

    /** Reads go on while nothing waits with the decoder, for the end of the client shows by reading alone. */
    void updateReads() {
        boolean reads = takesMore() || (undecoded() == 0 && !loop.readsPaused());
        context.channel().config().setAutoRead(reads);
    }

    private void closeWhenWritten() {
        stopReading();
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
            recount();
        }
    }

    @Override
    public void pauseReads(boolean paused) {
        goOn();
        flushIfNeeded();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flushIfNeeded();
        if (!closing) {
            countReceived();
            flushIfNeeded();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        unwritableSinceNanos = writable ? 0 : System.nanoTime() | 1;
        if (writable && !draining) {
            drain();
            flushIfNeeded();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            dropFromTheFirstThatWaits();
            current = null;
            if (exchanges.isEmpty() && sending == null) {
                // Not at once: of an answer that was given a part may be unwritten.
                closeWhenWritten();
            }
        }
    }

    /**
     * A client that has closed looks the same as one that only ended its side: those that wait for a round are taken as gone, and what is behind such a
     * one can not be answered any more, or its answer would be taken for that of another request.
     */
    boolean dropFromTheFirstThatWaits() {
        boolean gone = false;
        for (Iterator<Exchange> each = exchanges.iterator(); each.hasNext(); ) {
            Exchange exchange = each.next();
            gone |= exchange.waits || exchange == current;
            if (gone) {
                loop.abandon(exchange);
                each.remove();
            }
        }
        return gone;
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        loop.remove(this);
        closing = true;
        decoder = null;
        for (Exchange exchange : exchanges) {
            loop.abandon(exchange);
        }
        exchanges.clear();
        read = null;
        sending = null;
        body = NO_BODY;
        received.free();
        unread.free();
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
        } else if (sending != null
                && loop.budget().isTight()
                && isOver(sendingSinceNanos, config.stalledWriteMs(), nowNanos)) {
            // It reads, but others wait for what it holds.
            context.close();
        } else if (firstByteNanos != 0 && takesMore() && isOver(firstByteNanos, config.wholeRequestMs(), nowNanos)) {
            if (current == null) {
                current = unannounced();
            }
            firstByteNanos = 0;
            refuseAndClose(408, "the request did not arrive within " + config.wholeRequestMs() + " ms");
            flushIfNeeded();
        } else if (config.idleMs() > 0
                && exchanges.isEmpty()
                && sending == null
                && isOver(quietSinceNanos, config.idleMs(), nowNanos)) {
            context.close();
        } else if (unread.bytes() > 0) {
            recount();
        }
    }

    @Override
    public boolean closeIfIdle() {
        boolean idle = exchanges.isEmpty()
                && sending == null
                && firstByteNanos == 0
                && !closing
                && isOver(quietSinceNanos, IDLE_MS_MIN, System.nanoTime());
        if (idle) {
            context.close();
        }
        return idle;
    }

    @Override
    public void close() {
        context.close();
    }

    private static boolean isOver(long sinceNanos, long limitMs, long nowNanos) {
        return nowNanos - sinceNanos >= limitMs * 1_000_000L;
    }
}
