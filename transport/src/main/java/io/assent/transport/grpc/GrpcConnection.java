package io.assent.transport.grpc;

import io.assent.transport.MemoryBudget;
import io.assent.transport.front.ClientConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Set;

/** One client's connection: which calls it has open, and whether its client reads. In front of the library's handlers; its event loop. */
final class GrpcConnection extends ChannelInboundHandlerAdapter implements ClientConnection {
    private final GrpcConnections connections;
    private final Set<GrpcExchange> exchanges = new LinkedHashSet<>();
    private ChannelHandlerContext context;
    private Channel channel;
    private DtmService service;
    private MemoryBudget.Share share;
    private long unwritableSinceNanos;

    GrpcConnection(GrpcConnections connections) {
        this.connections = connections;
    }

    /** What its calls hold. Its event loop. */
    MemoryBudget.Share share() {
        return share;
    }

    DtmService service() {
        return service;
    }

    void add(GrpcExchange exchange) {
        exchanges.add(exchange);
    }

    void remove(GrpcExchange exchange) {
        exchanges.remove(exchange);
    }

    @Override
    public void channelActive(ChannelHandlerContext active) {
        context = active;
        channel = context.channel();
        service = connections.opened(this, channel);
        share = service.loop().budget().share(MemoryBudget.Use.GRPC);
        service.loop().add(this);
        context.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext inactive) {
        // A client that has broken off before its connection was registered: it never became active, and those behind
        // must know its end too.
        if (service != null) {
            service.loop().remove(this);
            connections.closed(channel);
        }
        inactive.fireChannelInactive();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext changed) {
        unwritableSinceNanos = channel.isWritable() ? 0 : System.nanoTime() | 1;
        context.fireChannelWritabilityChanged();
    }

    @Override
    public void pauseReads(boolean paused) {
        channel.config().setAutoRead(!paused);
    }

    @Override
    public void sweep(long nowNanos) {
        GrpcFrontConfig config = connections.config();
        boolean stalled =
                unwritableSinceNanos != 0 && nowNanos - unwritableSinceNanos >= config.stalledWriteMs() * 1_000_000L;
        for (GrpcExchange exchange : new ArrayList<>(exchanges)) {
            stalled |= exchange.sweep(nowNanos, config.wholeRequestMs(), config.stalledWriteMs());
        }
        if (stalled) {
            close();
        }
    }

    @Override
    public boolean closeIfIdle() {
        boolean idle = exchanges.isEmpty();
        if (idle) {
            close();
        }
        return idle;
    }

    /** At once: the library behind this would wait for the calls to end. */
    @Override
    public void close() {
        context.close();
    }
}
