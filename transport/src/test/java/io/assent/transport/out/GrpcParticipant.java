package io.assent.transport.out;

import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** A real gRPC server that takes any method, writes down what came, and answers as a function says. */
final class GrpcParticipant implements AutoCloseable {
    /** Answers nothing. */
    static final Function<Received, Status> HANGS = received -> null;

    final List<Received> received = new CopyOnWriteArrayList<>();
    /** Connections that are open. */
    final AtomicInteger connections = new AtomicInteger();

    private final Server server;

    /** One call as it came. */
    record Received(String method, Metadata metadata, byte[] message) {
        String metadata(String name) {
            return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }

    GrpcParticipant(Function<Received, Status> answers) {
        this("127.0.0.1", 0, answers, builder -> {});
    }

    GrpcParticipant(String address, int port, Function<Received, Status> answers, Consumer<NettyServerBuilder> more) {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(new InetSocketAddress(address, port))
                .maxInboundMessageSize(64 << 20)
                .fallbackHandlerRegistry(new AnyMethod(answers))
                .addTransportFilter(new Counting());
        more.accept(builder);
        try {
            server = builder.build().start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return server.getPort();
    }

    /** The URL of a method. */
    String url(String method) {
        return "127.0.0.1:" + port() + "/" + method;
    }

    String url() {
        return url("busi.Busi/TransIn");
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a participant stopped", e);
        }
    }

    private final class Counting extends ServerTransportFilter {
        @Override
        public io.grpc.Attributes transportReady(io.grpc.Attributes attributes) {
            connections.incrementAndGet();
            return attributes;
        }

        @Override
        public void transportTerminated(io.grpc.Attributes attributes) {
            connections.decrementAndGet();
        }
    }

    private final class AnyMethod extends HandlerRegistry {
        private final Function<Received, Status> answers;

        AnyMethod(Function<Received, Status> answers) {
            this.answers = answers;
        }

        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
            // On the wire it is a unary one; the library does not mind how many messages are sent.
            MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodType.SERVER_STREAMING)
                    .setFullMethodName(name)
                    .setRequestMarshaller(new Raw())
                    .setResponseMarshaller(new Raw())
                    .build();
            ServerCallHandler<byte[], byte[]> handler = (call, metadata) -> {
                call.request(2);
                return new ServerCall.Listener<>() {
                    @Override
                    public void onMessage(byte[] message) {
                        Received one = new Received(name, metadata, message);
                        received.add(one);
                        Status status = answers.apply(one);
                        if (status != null) {
                            call.sendHeaders(new Metadata());
                            if (status.isOk()) {
                                call.sendMessage(new byte[] {1, 2, 3});
                            }
                            call.close(status, new Metadata());
                        }
                    }
                };
            };
            return ServerMethodDefinition.create(method, handler);
        }
    }

    private static final class Raw implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
