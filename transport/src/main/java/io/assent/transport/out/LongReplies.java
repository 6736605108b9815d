package io.assent.transport.out;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Has long replies read in turn, one read of one of them each millisecond. Only their first part is read as it comes, so a participant that
 * sends without end, on as many connections as it gets, takes a small part of the loop's time and delays no other.
 *
 * <p>Owned by its event loop.
 */
final class LongReplies {
    /** What a channel reads before others have their turn: at most one buffer of 64 KiB. */
    static final RecvByteBufAllocator ONE_BUFFER = new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1);

    /** A reply is long from here on, heads and framing included. */
    static final int LONG_BYTES = 256 << 10;

    private static final int TURN_MS = 1;

    private final EventLoop loop;
    private final Runnable turn = this::turn;
    private final ArrayDeque<Connection> paused = new ArrayDeque<>();
    private boolean scheduled;

    LongReplies(EventLoop loop) {
        this.loop = loop;
    }

    /** The connection has stopped reading; it reads on when its turn comes, unless it is closed by then. */
    void add(Connection connection) {
        paused.add(connection);
        schedule();
    }

    private void turn() {
        scheduled = false;
        Connection next = paused.poll();
        while (next != null && next.isClosed()) {
            next = paused.poll();
        }
        if (!paused.isEmpty()) {
            schedule();
        }
        if (next != null) {
            next.readOn();
        }
    }

    private void schedule() {
        if (!scheduled) {
            scheduled = true;
            loop.schedule(turn, TURN_MS, TimeUnit.MILLISECONDS);
        }
    }
}
