package io.assent.loadtest.attack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Connections that all behave in one manner, on a thread of its own: clients, which come again when they are turned away, or the peers of a listener.
 * It ends when it is closed.
 */
final class Crowd implements AutoCloseable {

    static final int TICK_MS = 20;

    private static final int OPENED_PER_TICK = 200;
    /** So little that the server soon can not get rid of what is not read. */
    private static final int RECEIVE_BYTES = 4 << 10;

    private final Manner manner;
    private final InetSocketAddress server;
    private final int connections;
    private final ServerSocketChannel listener;
    private final List<Member> members = new ArrayList<>();
    private final AtomicInteger closedByServer = new AtomicInteger();
    private final ByteBuffer read = ByteBuffer.allocate(64 << 10);
    private final Thread thread;
    private volatile boolean ended;

    private Crowd(
            final Manner manner,
            final InetSocketAddress server,
            final int connections,
            final ServerSocketChannel listener) {
        this.manner = manner;
        this.server = server;
        this.connections = connections;
        this.listener = listener;
        this.thread = new Thread(this::run, "crowd");
        thread.setDaemon(true);
        thread.start();
    }

    /** So many clients of a server on the loopback address. */
    static Crowd clients(final int port, final int connections, final Manner manner) {
        return new Crowd(manner, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), connections, null);
    }

    /** Everybody who connects to a port of its own. */
    static Crowd participants(final Manner manner) throws IOException {
        final ServerSocketChannel listener = ServerSocketChannel.open();
        listener.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_024);
        listener.configureBlocking(false);
        return new Crowd(manner, null, 0, listener);
    }

    /** Where it listens. */
    int port() {
        return listener.socket().getLocalPort();
    }

    /** How many of its connections the server has closed so far. */
    int closedByServer() {
        return closedByServer.get();
    }

    private void run() {
        try {
            while (!ended) {
                join();
                for (final Iterator<Member> each = members.iterator(); each.hasNext(); ) {
                    final Member member = each.next();
                    if (!member.tick(read)) {
                        closedByServer.incrementAndGet();
                        member.close();
                        each.remove();
                    }
                }
                Thread.sleep(TICK_MS);
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            members.forEach(Member::close);
        }
    }

    private void join() throws IOException {
        for (int i = 0; i < OPENED_PER_TICK; i++) {
            final SocketChannel channel;
            if (listener == null) {
                if (members.size() >= connections) {
                    return;
                }
                channel = SocketChannel.open();
                channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
                channel.configureBlocking(false);
                channel.connect(server);
            } else {
                channel = listener.accept();
                if (channel == null) {
                    return;
                }
                channel.configureBlocking(false);
            }
            members.add(new Member(channel, manner));
        }
    }

    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
            if (listener != null) {
                listener.close();
            }
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Member {
        private final SocketChannel channel;
        private final Manner manner;
        private final Iterator<byte[]> says;
        private ByteBuffer saying = ByteBuffer.allocate(0);

        Member(final SocketChannel channel, final Manner manner) {
            this.channel = channel;
            this.manner = manner;
            this.says = manner.says().get();
        }

        /** Answers false when the other side has ended it. */
        boolean tick(final ByteBuffer read) {
            try {
                return (channel.isConnected() || !channel.isConnectionPending() || channel.finishConnect())
                        ? send() && receive(read)
                        : true;
            } catch (final IOException e) {
                return false;
            }
        }

        private boolean send() throws IOException {
            int left = manner.sentPerTick();
            while (left > 0) {
                if (!saying.hasRemaining()) {
                    if (!says.hasNext()) {
                        return true;
                    }
                    saying = ByteBuffer.wrap(says.next());
                }
                final int limit = saying.limit();
                saying.limit(Math.min(limit, saying.position() + left));
                final int sent = channel.write(saying);
                final boolean all = !saying.hasRemaining();
                saying.limit(limit);
                left -= sent;
                if (!all) {
                    return true;
                }
            }
            return true;
        }

        private boolean receive(final ByteBuffer read) throws IOException {
            int left = manner.readPerTick();
            while (left > 0) {
                read.clear().limit(Math.min(left, read.capacity()));
                final int count = channel.read(read);
                if (count < 0) {
                    return false;
                }
                if (count == 0) {
                    return true;
                }
                left -= count;
            }
            return true;
        }

        void close() {
            try {
                channel.close();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
