package io.assent.scenario;

import com.google.protobuf.InvalidProtocolBufferException;
import io.assent.grpc.WorkflowData;
import io.assent.grpc.WorkflowGrpc;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real gRPC server that takes any unary method; the last part of its name is the name called. */
final class GrpcParticipant implements Participant {
    private final Business business;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final int port;
    private Server server;

    GrpcParticipant(Business business) {
        this.business = business;
        this.server = serving(0);
        this.port = server.getPort();
    }

    private Server serving(int wanted) {
        try {
            return NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", wanted))
                    .executor(threads)
                    .fallbackHandlerRegistry(new AnyMethod())
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String url(String name) {
        return address() + "busi.Busi/" + name;
    }

    @Override
    public String callBackUrl() {
        return address() + WorkflowGrpc.getExecuteMethod().getFullMethodName();
    }

    private String address() {
        return "127.0.0.1:" + port + "/";
    }

    @Override
    public String unknownText(String text) {
        return "rpc error: code = Unknown desc = " + text;
    }

    private Status answer(String method, Metadata metadata, byte[] message) {
        try {
            Business.Answer answer = business.answer(received(method, metadata, message));
            return switch (answer.result()) {
                case OK -> Status.OK;
                case NO -> Status.ABORTED.withDescription(answer.text());
                case ONGOING -> Status.FAILED_PRECONDITION.withDescription("still at work");
                case ERROR -> Status.UNKNOWN.withDescription(answer.text());
                case HANG -> throw new IllegalStateException("who hangs has no answer");
            };
        } catch (InterruptedException stopped) {
            return Status.CANCELLED;
        }
    }

    private static Received received(String method, Metadata metadata, byte[] message) {
        Map<String, String> headers = new HashMap<>();
        for (String name : metadata.keys()) {
            if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
                Iterable<String> values = metadata.getAll(key(name));
                headers.put(name, String.join(",", values));
            }
        }
        boolean callBack = method.equals(WorkflowGrpc.getExecuteMethod().getFullMethodName());
        return new Received(
                Protocol.GRPC,
                callBack ? CALL_BACK : method.substring(method.lastIndexOf('/') + 1),
                headers.get("dtm-gid"),
                headers.get("dtm-branch_id"),
                headers.get("dtm-op"),
                headers.get("dtm-trans_type"),
                callBack ? workflowData(message) : message,
                headers);
    }

    private static byte[] workflowData(byte[] message) {
        try {
            return WorkflowData.parseFrom(message).getData().toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError("expected a WorkflowData", e);
        }
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public void goAway() {
        server.shutdownNow();
        try {
            server.awaitTermination();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Override
    public void comeBack() {
        server = serving(port);
    }

    @Override
    public void close() {
        server.shutdownNow();
        threads.shutdownNow();
    }

    private final class AnyMethod extends HandlerRegistry {
        @Override
        public ServerMethodDefinition<?, ?> lookupMethod(String name, String authority) {
            MethodDescriptor<byte[], byte[]> method = MethodDescriptor.<byte[], byte[]>newBuilder()
                    .setType(MethodType.UNARY)
                    .setFullMethodName(name)
                    .setRequestMarshaller(new Raw())
                    .setResponseMarshaller(new Raw())
                    .build();
            return ServerMethodDefinition.create(method, (call, metadata) -> {
                call.request(1);
                return new Asked(name, metadata, call);
            });
        }
    }

    private final class Asked extends ServerCall.Listener<byte[]> {
        private final String method;
        private final Metadata metadata;
        private final ServerCall<byte[], byte[]> call;
        private byte[] message;

        Asked(String method, Metadata metadata, ServerCall<byte[], byte[]> call) {
            this.method = method;
            this.metadata = metadata;
            this.call = call;
        }

        @Override
        public void onMessage(byte[] bytes) {
            message = bytes;
        }

        @Override
        public void onHalfClose() {
            Status status = answer(method, metadata, message);
            if (status.isOk()) {
                call.sendHeaders(new Metadata());
                call.sendMessage(new byte[0]);
            }
            call.close(status, new Metadata());
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
