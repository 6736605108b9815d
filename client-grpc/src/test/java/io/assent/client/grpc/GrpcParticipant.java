package io.assent.client.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;

/** The method {@code bank.Bank/QueryPrepared} on a real server: ends calls as it was told to, in order; then with OK. */
final class GrpcParticipant implements AutoCloseable {

    /** One call: its metadata, and its message. */
    record Call(Metadata metadata, byte[] message) {
        String text(final String name) {
            return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        }
    }

    final List<Call> calls = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedDeque<Status> answers = new ConcurrentLinkedDeque<>();
    private final Server server;

    GrpcParticipant(final Status... answers) {
        this.answers.addAll(List.of(answers));
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addService(service())
                    .build()
                    .start();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "127.0.0.1:" + server.getPort() + "/bank.Bank/QueryPrepared";
    }

    private ServerServiceDefinition service() {
        final MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName("bank.Bank/QueryPrepared")
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build();
        final ServerCallHandler<byte[], byte[]> handler = (call, metadata) -> {
            call.request(2);
            return new ServerCall.Listener<>() {
                @Override
                public void onMessage(final byte[] message) {
                    calls.add(new Call(metadata, message));
                    final Status answer = answers.isEmpty() ? Status.OK : answers.poll();
                    if (answer.isOk()) {
                        call.sendHeaders(new Metadata());
                        call.sendMessage(new byte[] {1, 2, 3});
                    }
                    call.close(answer, new Metadata());
                }
            };
        };
        return ServerServiceDefinition.builder("bank.Bank")
                .addMethod(method, handler)
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(final byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(final InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
