package io.assent.transport.front;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;

/**
 * Reads requests out of bytes, one after the other as their connection takes them: what it does not take stays undecoded, which is the cheapest way to
 * keep it. Refuses what leaves the end of a request open to interpretation.
 */
final class RequestDecoder extends HttpRequestDecoder {
    private static final int INITIAL_LINE_BYTES_MAX = 16 << 10;
    private static final int CHUNK_BYTES = 64 << 10;

    private final Connection connection;
    private ChannelHandlerContext context;
    private boolean decoding;
    /** The end of the input, while requests in front of it are not decoded; else null. */
    private Object heldEnd;

    RequestDecoder(Connection connection, int headerBytesMax) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(INITIAL_LINE_BYTES_MAX)
                .setMaxHeaderSize(headerBytesMax)
                .setMaxChunkSize(CHUNK_BYTES));
        this.connection = connection;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
        context = ctx;
        super.handlerAdded(ctx);
    }

    /** Bytes that are not decoded. */
    int undecoded() {
        return actualReadableBytes();
    }

    /** Whether the client has ended its side behind what is not decoded. */
    boolean holdsEnd() {
        return heldEnd != null;
    }

    boolean isDecoding() {
        return decoding;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) throws Exception {
        connection.bytesSeen(((ByteBuf) bytes).readableBytes());
        decode(bytes);
        connection.updateReads();
    }

    private void decode(Object bytes) throws Exception {
        boolean before = decoding;
        decoding = true;
        try {
            super.channelRead(context, bytes);
        } finally {
            decoding = before;
        }
    }

    /** The connection takes more than before. */
    void resume() {
        try {
            decode(Unpooled.EMPTY_BUFFER);
            if (heldEnd != null && (undecoded() == 0 || connection.takesMore())) {
                Object end = heldEnd;
                heldEnd = null;
                userEventTriggered(context, end);
            }
        } catch (Exception e) {
            connection.exceptionCaught(context, e);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf bytes, List<Object> out) throws Exception {
        if (connection.takesMore()) {
            super.decode(ctx, bytes, out);
        }
    }

    /** By itself it would ask for more bytes when it has made nothing of those that came, whether they are wanted or not. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        boolean keeps = event instanceof ChannelInputShutdownEvent
                && undecoded() > 0
                && !connection.takesMore()
                && !connection.dropFromTheFirstThatWaits();
        if (keeps) {
            heldEnd = event;
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding are given");
    }
}
