package io.assent.loadtest.participant;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.RawMessages;
import io.grpc.Attributes;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ReflectiveChannelFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A participant that speaks gRPC on loopback addresses: any method is answered at once with OK and an empty message, or, where it was made to hang, never. One
 * event loop does everything.
 */
public final class GrpcParticipant implements LoadParticipant {

    private static final int METHODS_MAX = 1_024;
    private static final long END_LIMIT_S = 5;
    /** Not answered before they are asked to leave; branch calls last less. */
    private static final long GRACE_S = 30;

    private final LongAdder requests = new LongAdder();
    private final LongAdder lastBranches = new LongAdder();
    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder connectionsEver = new LongAdder();
    private final EventLoopGroup loops = EventLoops.group(1, "grpc-participant");
    private final boolean answers;
    private final Server server;
    private final List<Integer> ports;

    private GrpcParticipant(
            final List<InetSocketAddress> addresses, final Duration connectionAgeMax, final boolean answers)
            throws IOException {
        this.answers = answers;
        final NettyServerBuilder builder = NettyServerBuilder.forAddress(addresses.get(0))
                .channelFactory(new ReflectiveChannelFactory<>(EventLoops.serverChannel()))
                .bossEventLoopGroup(loops)
                .workerEventLoopGroup(loops)
                .directExecutor()
                .withOption(ChannelOption.SO_BACKLOG, 4096)
                .withOption(ChannelOption.SO_REUSEADDR, true)
                .addTransportFilter(new Counting())
                .fallbackHandlerRegistry(new AnyMethod());
        addresses.subList(1, addresses.size()).forEach(builder::addListenAddress);
        if (!connectionAgeMax.isZero()) {
            builder.maxConnectionAge(connectionAgeMax.toMillis(), TimeUnit.MILLISECONDS)
                    .maxConnectionAgeGrace(GRACE_S, TimeUnit.SECONDS);
        }
        server = builder.build();
        try {
            server.start();
        } catch (final IOException | RuntimeException e) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
        ports = server.getListenSockets().stream()
                .map(address -> ((InetSocketAddress) address).getPort())
                .toList();
    }

    /**
     * Starts a participant that answers.
     *
     * @param address where to listen.
     * @param port the port, 0 for any free one.
     * @return the running participant.
     * @throws IOException if it cannot listen there.
     */
    public static GrpcParticipant start(final String address, final int port) throws IOException {
        return start(address, port, Duration.ZERO);
    }

    /**
     * Starts a participant that answers, and asks each connection to leave (GOAWAY) when it has reached an age.
     *
     * @param address where to listen.
     * @param port the port, 0 for any free one.
     * @param connectionAgeMax the age, give or take a tenth; zero for never.
     * @return the running participant.
     * @throws IOException if it cannot listen there.
     */
    public static GrpcParticipant start(final String address, final int port, final Duration connectionAgeMax)
            throws IOException {
        return new GrpcParticipant(List.of(new InetSocketAddress(address, port)), connectionAgeMax, true);
    }

    /**
     * Starts a participant that takes calls and never answers one.
     *
     * @param ports how many ports it listens on, any free ones of 127.0.0.1.
     * @return the running participant.
     * @throws IOException if it cannot listen.
     */
    public static GrpcParticipant startHanging(final int ports) throws IOException {
        final List<InetSocketAddress> addresses = new ArrayList<>();
        for (int i = 0; i < ports; i++) {
            addresses.add(new InetSocketAddress("127.0.0.1", 0));
        }
        return new GrpcParticipant(addresses, Duration.ZERO, false);
    }

    /**
     * Tells where it listens.
     *
     * @return the first port.
     */
    public int port() {
        return ports().get(0);
    }

    /**
     * Tells where it listens.
     *
     * @return all ports.
     */
    public List<Integer> ports() {
        return ports;
    }

    /**
     * Tells its address.
     *
     * @return host and port, as gRPC URLs begin.
     */
    @Override
    public String url() {
        return "127.0.0.1:" + port();
    }

    /**
     * Counts the calls.
     *
     * @return how many calls came.
     */
    public long requests() {
        return requests.sum();
    }

    @Override
    public long lastBranches() {
        return lastBranches.sum();
    }

    /**
     * Counts the open connections.
     *
     * @return their number.
     */
    public int connections() {
        return connections.get();
    }

    /**
     * Counts all connections.
     *
     * @return how many there have been.
     */
    public long connectionsEver() {
        return connectionsEver.sum();
    }

    /**
     * Takes no more connections, asks those that are open to leave, answers what came before, and ends.
     *
     * @throws InterruptedException if interrupted.
     */
    public void leave() throws InterruptedException {
        server.shutdown();
        server.awaitTermination(END_LIMIT_S, TimeUnit.SECONDS);
        close();
    }

    /** Breaks every connection and ends. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(END_LIMIT_S, TimeUnit.SECONDS);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Counting extends ServerTransportFilter {

        @Override
        public Attributes transportReady(final Attributes attributes) {
            connections.incrementAndGet();
            connectionsEver.increment();
            return attributes;
        }

        @Override
        public void transportTerminated(final Attributes attributes) {
            connections.decrementAndGet();
        }
    }

    /** Takes every method there is. Event loop. */
    private final class AnyMethod extends HandlerRegistry {

        private final Map<String, ServerMethodDefinition<?, ?>> known = new LinkedHashMap<>();

        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(final String name, final String authority) {
            final ServerMethodDefinition<?, ?> method = known.get(name);
            if (method != null) {
                return method;
            }
            final ServerMethodDefinition<byte[], byte[]> fresh = ServerMethodDefinition.create(
                    MethodDescriptor.newBuilder(RawMessages.MARSHALLER, RawMessages.MARSHALLER)
                            .setType(MethodType.UNARY)
                            .setFullMethodName(name)
                            .build(),
                    new Handler(name.endsWith("/TransIn")));
            if (known.size() < METHODS_MAX) {
                known.put(name, fresh);
            }
            return fresh;
        }
    }

    private final class Handler implements ServerCallHandler<byte[], byte[]> {

        private final boolean last;

        Handler(final boolean last) {
            this.last = last;
        }

        @Override
        public ServerCall.Listener<byte[]> startCall(final ServerCall<byte[], byte[]> call, final Metadata metadata) {
            call.request(2);
            return new ServerCall.Listener<>() {
                @Override
                public void onHalfClose() {
                    requests.increment();
                    if (last) {
                        lastBranches.increment();
                    }
                    if (answers) {
                        call.sendHeaders(new Metadata());
                        call.sendMessage(RawMessages.EMPTY);
                        call.close(Status.OK, new Metadata());
                    }
                }
            };
        }
    }
}
