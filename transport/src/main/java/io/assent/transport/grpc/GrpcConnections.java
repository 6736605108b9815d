package io.assent.transport.grpc;

import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The connections of all loops: bounds their number where they are accepted, and finds the one that a call came by. The library shows neither, so
 * this stands in front of it at the listening channel, and recognises a connection by its two addresses.
 */
final class GrpcConnections extends ServerTransportFilter {
    static final Attributes.Key<GrpcConnection> CONNECTION = Attributes.Key.create("assent-connection");

    private final GrpcFrontConfig config;
    private final Function<EventLoop, DtmService> services;
    private final AtomicInteger count = new AtomicInteger();
    private final Map<Peers, GrpcConnection> open = new ConcurrentHashMap<>();

    private record Peers(SocketAddress local, SocketAddress remote) {}

    GrpcConnections(GrpcFrontConfig config, Function<EventLoop, DtmService> services) {
        this.config = config;
        this.services = services;
    }

    GrpcFrontConfig config() {
        return config;
    }

    /** Any thread. */
    int count() {
        return count.get();
    }

    /** Stands at the listening channel and sees each connection that it accepts. */
    ChannelHandler acceptor() {
        return new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext context, Object accepted) {
                Channel connection = (Channel) accepted;
                if (count.incrementAndGet() <= config.connectionsMax()) {
                    connection.closeFuture().addListener(closed -> count.decrementAndGet());
                    connection.pipeline().addLast(new GrpcConnection(GrpcConnections.this));
                    context.fireChannelRead(connection);
                } else {
                    count.decrementAndGet();
                    services.apply(context.channel().eventLoop()).connectionRefused(config.connectionsMax());
                    connection.unsafe().closeForcibly();
                }
            }
        };
    }

    DtmService opened(GrpcConnection connection, Channel channel) {
        open.put(new Peers(channel.localAddress(), channel.remoteAddress()), connection);
        return services.apply(channel.eventLoop());
    }

    void closed(Channel channel) {
        open.remove(new Peers(channel.localAddress(), channel.remoteAddress()));
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        Peers peers = new Peers(
                attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR), attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
        return attributes.toBuilder().set(CONNECTION, open.get(peers)).build();
    }
}
