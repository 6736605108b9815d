package io.assent.transport.out;

import io.grpc.ManagedChannel;
import io.grpc.NameResolver;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Opens channels, all on one event loop, and bounds their number: an unused one gives way to one that is needed, and who finds none to give
 * way stands in line.
 */
final class GrpcChannels {
    /** Sent bytes that nobody acknowledges for so long mean that the connection is dead. */
    private static final int UNACKNOWLEDGED_MS_MAX = 15_000;
    /** A request up to the largest payload can be sent again when a connection turns it away unread. */
    private static final int RESENT_BYTES_MAX = 8 << 20;

    /** Of a reply, most of it the text of a refusal. The library's own bound of 8 KiB would make a long one an unknown result, and end the connection. */
    private static final int METADATA_BYTES_MAX = 1 << 20;

    private final Dispatcher dispatcher;
    private final SslContext tls;
    private final int channelsMax;
    /** Destinations with an unused channel, unused longest first. */
    private final Set<GrpcDestination> idle = new LinkedHashSet<>();

    private final Set<GrpcDestination> open = new LinkedHashSet<>();
    private final ArrayDeque<GrpcDestination> line = new ArrayDeque<>();

    GrpcChannels(Dispatcher dispatcher, SslContext tls) {
        this.dispatcher = dispatcher;
        this.tls = tls;
        this.channelsMax = dispatcher.config.grpc().channelsMax();
    }

    /** Whether the destination may open its channel; when not, it stands in line for one. */
    boolean mayOpen(GrpcDestination destination) {
        if (open.size() >= channelsMax && !idle.isEmpty()) {
            disconnect(idle.iterator().next());
        }
        if (open.size() < channelsMax) {
            return true;
        }
        if (!destination.inLine) {
            destination.inLine = true;
            line.add(destination);
        }
        return false;
    }

    ManagedChannel open(GrpcDestination destination) {
        open.add(destination);
        dispatcher.counters.connections(1);
        dispatcher.counters.connectionOpened();
        DispatcherConfig.Grpc config = dispatcher.config.grpc();
        boolean secure = config.tls().applies(destination.key.host(), destination.key.port());
        NettyChannelBuilder builder = withNames(NettyChannelBuilder.forTarget("assent:///target"), destination)
                .eventLoopGroup(dispatcher.loop)
                .channelFactory(dispatcher.channels, InetSocketAddress.class)
                .directExecutor()
                .defaultLoadBalancingPolicy("round_robin")
                .disableServiceConfigLookUp()
                .proxyDetector(GrpcChannels::noProxy)
                .maxInboundMessageSize(dispatcher.config.bodyBytesMax())
                .maxInboundMetadataSize(METADATA_BYTES_MAX)
                .perRpcBufferLimit(RESENT_BYTES_MAX)
                .retryBufferSize(RESENT_BYTES_MAX * 8L)
                .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, dispatcher.config.connectTimeoutMs());
        if (dispatcher.epoll) {
            builder.withOption(EpollChannelOption.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS_MAX);
        }
        if (secure) {
            builder.sslContext(tls);
        } else {
            builder.usePlaintext();
        }
        return builder.build();
    }

    /** The library has one registry of resolvers for the whole process beside this; ours belongs to one channel. */
    @SuppressWarnings("deprecation")
    private NettyChannelBuilder withNames(NettyChannelBuilder builder, GrpcDestination destination) {
        return builder.nameResolverFactory(new NameResolver.Factory() {
            @Override
            public NameResolver newNameResolver(URI target, NameResolver.Args arguments) {
                return new GrpcNames(dispatcher, destination);
            }

            @Override
            public String getDefaultScheme() {
                return "assent";
            }
        });
    }

    private static io.grpc.ProxiedSocketAddress noProxy(SocketAddress address) {
        return null;
    }

    /** The last call of its channel has ended. */
    void idle(GrpcDestination destination) {
        if (line.isEmpty()) {
            idle.add(destination);
            destination.startIdling();
        } else {
            disconnect(destination);
            serveLine();
        }
    }

    void noLongerIdle(GrpcDestination destination) {
        idle.remove(destination);
    }

    void idleTimedOut(GrpcDestination destination) {
        disconnect(destination);
        serveLine();
    }

    private void disconnect(GrpcDestination destination) {
        idle.remove(destination);
        open.remove(destination);
        dispatcher.counters.connections(-1);
        destination.disconnect();
    }

    private void serveLine() {
        while (!line.isEmpty() && open.size() < channelsMax) {
            GrpcDestination head = line.poll();
            head.inLine = false;
            head.pump();
        }
    }

    void close() {
        for (GrpcDestination destination : List.copyOf(open)) {
            disconnect(destination);
        }
    }
}
