package io.assent.transport.grpc;

import io.grpc.BindableService;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A service of the library whose clients are told when their message can not be read. By itself the library takes that for a fault of the service: a
 * stack trace in the log, and UNKNOWN for the client.
 */
final class ReadableService {
    private ReadableService() {}

    static ServerServiceDefinition of(BindableService service) {
        ServerServiceDefinition given = service.bindService();
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        given.getMethods().forEach(method -> methods.add(readable(method)));
        ServiceDescriptor.Builder descriptor = ServiceDescriptor.newBuilder(
                        given.getServiceDescriptor().getName())
                .setSchemaDescriptor(given.getServiceDescriptor().getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    private static <Q, R> ServerMethodDefinition<Q, R> readable(ServerMethodDefinition<Q, R> given) {
        MethodDescriptor<Q, R> method = given.getMethodDescriptor();
        MethodDescriptor<Q, R> readable = method.toBuilder(
                        new NullWhenUnreadable<>(method.getRequestMarshaller()), method.getResponseMarshaller())
                .build();
        return ServerMethodDefinition.create(
                readable,
                (call, metadata) ->
                        new Refusing<>(call, given.getServerCallHandler().startCall(call, metadata)));
    }

    private record NullWhenUnreadable<Q>(Marshaller<Q> marshaller) implements Marshaller<Q> {
        @Override
        public InputStream stream(Q value) {
            return marshaller.stream(value);
        }

        @Override
        public Q parse(InputStream stream) {
            RequestMessage message = RequestMessage.read(stream);
            if (message.refusal() != null) {
                return null;
            }
            try {
                return marshaller.parse(new ByteArrayInputStream(message.bytes()));
            } catch (StatusRuntimeException e) {
                return null;
            }
        }
    }

    private static final class Refusing<Q> extends SimpleForwardingServerCallListener<Q> {
        private final ServerCall<Q, ?> call;
        private boolean refused;

        Refusing(ServerCall<Q, ?> call, ServerCall.Listener<Q> listener) {
            super(listener);
            this.call = call;
        }

        @Override
        public void onMessage(Q message) {
            if (message != null && !refused) {
                super.onMessage(message);
            } else if (!refused) {
                refused = true;
                call.close(Status.INTERNAL.withDescription("the message can not be read"), new Metadata());
            }
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
