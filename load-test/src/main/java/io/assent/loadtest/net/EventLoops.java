package io.assent.loadtest.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Netty's epoll where the machine has it, else NIO: the same choice for every tool here, so that figures compare. */
public final class EventLoops {

    private static final boolean EPOLL = Epoll.isAvailable();

    private EventLoops() {}

    /**
     * Makes a group of event loops on daemon threads.
     *
     * @param loops how many.
     * @param name the threads' name.
     * @return the group.
     */
    public static EventLoopGroup group(final int loops, final String name) {
        final IoHandlerFactory io = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(loops, new DefaultThreadFactory(name, true), io);
    }

    /**
     * Tells the class of listening channels.
     *
     * @return the class that fits {@link #group}.
     */
    public static Class<? extends ServerSocketChannel> serverChannel() {
        return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /**
     * Tells the class of outgoing channels.
     *
     * @return the class that fits {@link #group}.
     */
    public static Class<? extends SocketChannel> clientChannel() {
        return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /**
     * Names the transport in use.
     *
     * @return {@code epoll} or {@code nio}.
     */
    public static String transportName() {
        return EPOLL ? "epoll" : "nio";
    }
}
