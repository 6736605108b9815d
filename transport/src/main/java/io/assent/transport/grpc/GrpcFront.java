package io.assent.transport.grpc;

import com.google.protobuf.MessageLite;
import io.assent.grpc.DtmGrpc;
import io.assent.transport.EventLoops;
import io.assent.transport.FreePort;
import io.assent.transport.front.FrontLoop;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.ReflectiveChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Listens for gRPC clients: {@code dtmgimp.Dtm}, reflection, and the standard health service. */
public final class GrpcFront implements AutoCloseable {
    private static final int PERMITTED_PING_S = 10;
    private static final int LOST_PEER_PING_S = 60;

    private final GrpcFrontConfig config;
    private final IdentityHashMap<EventLoop, DtmService> services = new IdentityHashMap<>();
    private final GrpcConnections connections;
    private final HealthStatusManager health = new HealthStatusManager();
    private final EventLoops eventLoops;
    /** Null until it listens. */
    private Server server;

    /** @param loops the front's part on each event loop, by number */
    public GrpcFront(EventLoops eventLoops, GrpcFrontConfig config, IntFunction<FrontLoop> loops) {
        this.config = config;
        this.eventLoops = eventLoops;
        for (int i = 0; i < eventLoops.loops().size(); i++) {
            services.put(eventLoops.loops().get(i), new DtmService(loops.apply(i)));
        }
        LibraryLog.leaveOutClientFaults();
        this.connections = new GrpcConnections(config, services::get);
        serving(false);
    }

    private Server newServer(int port) {
        var channels = new ReflectiveChannelFactory<ServerChannel>(eventLoops.serverChannel());
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                new InetSocketAddress(config.bindAddresses().get(0), port));
        config.bindAddresses().stream()
                .skip(1)
                .forEach(address -> builder.addListenAddress(new InetSocketAddress(address, port)));
        return builder.channelFactory(() -> {
                    ServerChannel channel = channels.newChannel();
                    channel.pipeline().addLast(connections.acceptor());
                    return channel;
                })
                .bossEventLoopGroup(eventLoops.group())
                .workerEventLoopGroup(eventLoops.group())
                .directExecutor()
                .withOption(ChannelOption.SO_BACKLOG, 1_024)
                .withOption(ChannelOption.SO_REUSEADDR, true)
                .addTransportFilter(connections)
                .maxConcurrentCallsPerConnection(config.callsPerConnectionMax())
                .maxInboundMessageSize(config.messageBytesMax())
                .maxInboundMetadataSize(config.metadataBytesMax())
                .maxConnectionIdle(config.idleMs(), TimeUnit.MILLISECONDS)
                .handshakeTimeout(config.wholeRequestMs(), TimeUnit.MILLISECONDS)
                .permitKeepAliveTime(PERMITTED_PING_S, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .keepAliveTime(LOST_PEER_PING_S, TimeUnit.SECONDS)
                .addService(dtm())
                .addService(ReadableService.of(health.getHealthService()))
                .addService(ReadableService.of(ProtoReflectionServiceV1.newInstance()))
                .addService(ReadableService.of(olderReflection()))
                .build();
    }

    private ServerServiceDefinition dtm() {
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(DtmGrpc.SERVICE_NAME)
                .setSchemaDescriptor(DtmGrpc.getServiceDescriptor().getSchemaDescriptor());
        for (DtmMethod method : DtmMethod.values()) {
            descriptor.addMethod(method.descriptor());
        }
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        for (DtmMethod method : DtmMethod.values()) {
            definition.addMethod(method.descriptor(), (call, metadata) -> start(method, call, metadata));
        }
        return definition.build();
    }

    /** Many tools still ask by the name it had before it was finished. */
    @SuppressWarnings("deprecation")
    private static io.grpc.BindableService olderReflection() {
        return io.grpc.protobuf.services.ProtoReflectionService.newInstance();
    }

    private static ServerCall.Listener<RequestMessage> start(
            DtmMethod method, ServerCall<RequestMessage, MessageLite> call, Metadata metadata) {
        GrpcConnection connection = call.getAttributes().get(GrpcConnections.CONNECTION);
        GrpcExchange exchange = new GrpcExchange(connection.service(), connection, method, call, metadata);
        connection.add(exchange);
        // One more than there may be, so that a second one is noticed.
        call.request(2);
        return exchange.listener();
    }

    /** Opens the port. Throws when it is in use or not to be had. */
    public void start() throws IOException {
        FreePort.open(config.bindAddresses(), config.port(), this::listen);
    }

    private void listen(int port) throws IOException {
        Server opened = newServer(port);
        try {
            opened.start();
        } catch (IOException e) {
            opened.shutdownNow();
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String addresses = config.bindAddresses().stream()
                    .map(address -> NetUtil.toSocketAddressString(new InetSocketAddress(address, port)))
                    .collect(Collectors.joining(", "));
            throw new IOException("could not listen on " + addresses + " for gRPC: " + cause.getMessage(), e);
        }
        server = opened;
    }

    /** The port listened on: the configured one, or the one that was free when that is 0. */
    public int port() {
        return server.getPort();
    }

    /** Connections of clients. Any thread. */
    public int connections() {
        return connections.count();
    }

    /** Tells those who watch our health. Any thread. */
    public void serving(boolean serves) {
        ServingStatus status = serves ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(DtmGrpc.SERVICE_NAME, status);
    }

    /** Ends what is open and closes every connection. What was answered before is written first. */
    @Override
    public void close() {
        health.enterTerminalState();
        if (server == null) {
            return;
        }
        server.shutdown();
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
