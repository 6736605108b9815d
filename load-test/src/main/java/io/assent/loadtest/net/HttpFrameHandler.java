package io.assent.loadtest.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Cuts the bytes of one connection into {@link HttpFrame}s and flushes once after each read. Bytes that are no HTTP close the
 * connection. One instance per connection, used by its event loop only.
 */
public abstract class HttpFrameHandler extends ByteToMessageDecoder {

    private final HttpFrame frame;

    /**
     * Makes the handler.
     *
     * @param frame the frame to parse into; may be shared by the connections of one event loop.
     */
    protected HttpFrameHandler(final HttpFrame frame) {
        this.frame = frame;
    }

    /**
     * Takes a whole message.
     *
     * @param context the connection.
     * @param message the message, valid during this call.
     */
    protected abstract void onMessage(ChannelHandlerContext context, HttpFrame message);

    @Override
    protected final void decode(final ChannelHandlerContext context, final ByteBuf in, final List<Object> out) {
        while (in.isReadable() && context.channel().isActive()) {
            final boolean whole;
            try {
                whole = frame.parse(in);
            } catch (final IllegalArgumentException | IndexOutOfBoundsException e) {
                in.skipBytes(in.readableBytes());
                context.close();
                return;
            }
            if (!whole) {
                return;
            }
            onMessage(context, frame);
        }
    }

    @Override
    public void channelReadComplete(final ChannelHandlerContext context) throws Exception {
        super.channelReadComplete(context);
        context.flush();
    }

    @Override
    public void exceptionCaught(final ChannelHandlerContext context, final Throwable cause) {
        context.close();
    }
}
