package io.assent.transport.grpc;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.MessageLite;
import io.assent.grpc.DtmGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Locale;

/** The methods of {@code dtmgimp.Dtm}. Requests come as bytes: what can not be read is for us to answer. */
enum DtmMethod {
    NEW_GID(DtmGrpc.getNewGidMethod()),
    SUBMIT(DtmGrpc.getSubmitMethod()),
    PREPARE(DtmGrpc.getPrepareMethod()),
    ABORT(DtmGrpc.getAbortMethod()),
    REGISTER_BRANCH(DtmGrpc.getRegisterBranchMethod()),
    PREPARE_WORKFLOW(DtmGrpc.getPrepareWorkflowMethod()),
    SUBSCRIBE(DtmGrpc.getSubscribeMethod()),
    UNSUBSCRIBE(DtmGrpc.getUnsubscribeMethod()),
    DELETE_TOPIC(DtmGrpc.getDeleteTopicMethod());

    /** Never changes, though nothing on the class says so. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final MethodDescriptor<RequestMessage, MessageLite> descriptor;

    private final String api;

    DtmMethod(MethodDescriptor<?, ?> generated) {
        this.descriptor = MethodDescriptor.<RequestMessage, MessageLite>newBuilder()
                // Unary; but to a client that sends more messages than one the library would only reset the stream.
                .setType(MethodType.CLIENT_STREAMING)
                .setFullMethodName(generated.getFullMethodName())
                .setSchemaDescriptor(generated.getSchemaDescriptor())
                .setRequestMarshaller(new Request())
                .setResponseMarshaller(new Reply())
                .build();
        this.api = generated.getBareMethodName().toLowerCase(Locale.ROOT);
    }

    MethodDescriptor<RequestMessage, MessageLite> descriptor() {
        return descriptor;
    }

    /** What its request is. */
    Descriptor requestType() {
        ProtoMethodDescriptorSupplier schema = (ProtoMethodDescriptorSupplier) descriptor.getSchemaDescriptor();
        return schema.getMethodDescriptor().getInputType();
    }

    /** Its name in metrics. */
    String api() {
        return api;
    }

    private static final class Request implements Marshaller<RequestMessage> {
        @Override
        public InputStream stream(RequestMessage value) {
            throw new UnsupportedOperationException("requests are only received");
        }

        @Override
        public RequestMessage parse(InputStream stream) {
            return RequestMessage.read(stream);
        }
    }

    private static final class Reply implements Marshaller<MessageLite> {
        @Override
        public InputStream stream(MessageLite value) {
            return new ByteArrayInputStream(value.toByteArray());
        }

        @Override
        public MessageLite parse(InputStream stream) {
            throw new UnsupportedOperationException("replies are only sent");
        }
    }
}
