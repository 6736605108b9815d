package io.assent.transport.out;

import io.assent.engine.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * One connection, carrying one call at a time. It reads the reply, and decides whether the connection may be used again: only when the reply
 * ended where it said it would, nothing came behind it and the whole request has left.
 *
 * <p>Owned by its event loop.
 */
final class Connection extends ChannelInboundHandlerAdapter {
    final Dispatcher dispatcher;
    final HttpDestination destination;

    private final ReplyDecoder decoder;
    private final Idle idle = new Idle();
    private Channel channel;
    private HttpCall call;
    private boolean reused;
    private boolean counted;
    private boolean closed;
    private boolean closeAnnounced;
    private Throwable broken;
    private long openedNs;
    private long replyBytes;
    /** Whether it waits for its turn to read on. */
    private boolean paused;

    /** Whether bytes wait to be flushed. */
    boolean dirty;
    /** Neighbours among the idle connections of the loop, the one that is idle longest first. */
    Connection idleBefore;

    Connection idleAfter;

    /** The time an idle connection is kept. */
    private final class Idle extends Deadlines.Timed {
        @Override
        void expired() {
            closeIdle();
        }
    }

    Connection(Dispatcher dispatcher, HttpDestination destination) {
        this.dispatcher = dispatcher;
        this.destination = destination;
        this.decoder = new ReplyDecoder(
                dispatcher.scratch, dispatcher.config.bodyBytesMax(), dispatcher.config.textBytesMax());
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    /** What went wrong with the connection, or null. */
    Throwable brokenBy() {
        return broken;
    }

    /** It takes over the place of the dial that opened it. */
    void opened() {
        counted = true;
        openedNs = System.nanoTime();
        dispatcher.connections.add(this);
    }

    /** Writes the request; {@link Dispatcher#flush} sends it. */
    void send(HttpCall taken) {
        dispatcher.deadlines.cancel(idle);
        call = taken;
        taken.connection = this;
        dispatcher.written(taken);
        replyBytes = 0;
        decoder.expectReply(taken.jsonRpc ? JsonRpc.REPLY_BYTES_MAX : 0);
        channel.write(dispatcher.writer.write(channel.alloc(), taken), channel.voidPromise());
        dispatcher.dirty(this);
    }

    /** The call has ended without a reply. What may still come for it must not be taken for the reply of another. */
    void abandon() {
        call = null;
        close();
    }

    /** Leaves the pool and closes the socket. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        decoder.close();
        dispatcher.deadlines.cancel(idle);
        if (dispatcher.budget.isIdle(this)) {
            destination.removeIdle(this);
        }
        if (counted) {
            dispatcher.connections.remove(this);
            destination.connectionRemoved();
        }
        channel.close();
    }

    boolean isClosed() {
        return closed;
    }

    /** Reads the next part of a long reply. */
    void readOn() {
        paused = false;
        channel.read();
    }

    private void closeIdle() {
        close();
        dispatcher.connectionFreed();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            if (call == null) {
                closeIdle(); // Nobody asked for anything.
                return;
            }
            replyBytes += in.readableBytes();
            if (decoder.read(in)) {
                replied(in.isReadable());
            } else if (replyBytes > LongReplies.LONG_BYTES && !paused) {
                paused = true;
                channel.config().setAutoRead(false);
                dispatcher.longReplies.add(this);
            }
        } catch (BrokenReply unreadable) {
            fail(unreadable);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (call != null && decoder.headRead() && decoder.redirects()) {
            // The body of a redirect decides nothing, so nobody waits for it; its connection is of no use then.
            followRedirect(false);
        }
        dispatcher.flush();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        HttpCall interrupted = call;
        if (interrupted == null) {
            closeIdle();
        } else if (!decoder.started() && reused && !interrupted.resent) {
            call = null;
            close();
            dispatcher.resend(interrupted);
        } else {
            ended();
        }
        dispatcher.flush();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslCloseCompletionEvent closing && closing.isSuccess()) {
            closeAnnounced = true;
            channel.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (broken == null) {
            broken = cause;
        }
        boolean endFollows = cause instanceof IOException && channel.isActive() && !destination.key.secure();
        if (!endFollows) {
            channel.close();
        }
    }

    /** The end of the connection is the end of a reply without length, if it came in good order. */
    private void ended() {
        try {
            boolean orderly = broken == null && (!destination.key.secure() || closeAnnounced);
            if (orderly && decoder.endOfStream()) {
                replied(true);
                return;
            }
            String how = broken == null ? "" : ": " + ConnectionFault.text(broken, ConnectionFault.PLAIN_HTTP);
            fail(new BrokenReply("connection to " + destination.origin + " closed "
                    + (decoder.started() ? "in the middle of the reply" : "before a reply came") + how));
        } catch (BrokenReply unreadable) {
            fail(unreadable);
        }
    }

    private void replied(boolean bytesLeft) {
        if (decoder.redirects()) {
            followRedirect(!bytesLeft);
            return;
        }
        HttpCall answered = call;
        Outcome outcome = Verdict.outcome(decoder.status(), decoder.body());
        String text = Verdict.text(outcome, decoder.status(), decoder.location(), decoder.body());
        if (answered.jsonRpc && outcome == Outcome.SUCCESS) {
            JsonRpc.Meaning meaning = dispatcher.jsonRpc.meaning(decoder.body());
            outcome = meaning.outcome();
            text = outcome == Outcome.UNKNOWN ? Verdict.withStatus(decoder.status(), meaning.text()) : meaning.text();
        }
        answered.retryAfterS = decoder.retryAfterS();
        call = null;
        answered.connection = null;
        releaseOrClose(!bytesLeft);
        dispatcher.end(answered, outcome, dispatcher.boundedText(text));
    }

    private void followRedirect(boolean complete) {
        HttpCall moved = call;
        int status = decoder.status();
        String location = decoder.location();
        call = null;
        moved.connection = null;
        releaseOrClose(complete);
        dispatcher.redirect(moved, status, location);
    }

    private void fail(BrokenReply reason) {
        String text =
                decoder.status() == 0 ? reason.getMessage() : Verdict.withStatus(decoder.status(), reason.getMessage());
        HttpCall failed = call;
        failed.retryAfterS = decoder.retryAfterS();
        call = null;
        failed.connection = null;
        close();
        dispatcher.unknown(failed, dispatcher.boundedText(text));
    }

    private void releaseOrClose(boolean complete) {
        long nowNs = System.nanoTime();
        DispatcherConfig.Pool pool = dispatcher.config.pool();
        long idleMs =
                decoder.keepAliveTimeoutS() == 0 ? pool.idleTimeoutMs() : (decoder.keepAliveTimeoutS() - 1) * 1_000L;
        long lifeLeftMs = pool.connectionLifeMs() - TimeUnit.NANOSECONDS.toMillis(nowNs - openedNs);
        ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
        boolean usable = complete
                && decoder.keepAlive()
                && !closed
                && channel.isActive()
                && idleMs > 0
                && lifeLeftMs > 0
                && unsent != null
                && unsent.isEmpty();
        if (usable) {
            channel.config().setAutoRead(true);
            reused = true;
            destination.addIdle(this);
            dispatcher.deadlines.start(idle, Math.min(idleMs, pool.connectionLifeMs()), nowNs);
        } else {
            close();
        }
    }
}
