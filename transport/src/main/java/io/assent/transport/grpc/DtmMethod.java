package io.assent.transport.grpc;

import com.google.protobuf.MessageLite;
import io.assent.grpc.DtmGrpc;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
    private final MethodDescriptor<byte[], MessageLite> descriptor;

    private final String api;

    DtmMethod(MethodDescriptor<?, ?> generated) {
        this.descriptor = MethodDescriptor.<byte[], MessageLite>newBuilder()
                // Unary; but to a client that sends more messages than one the library would only reset the stream.
                .setType(MethodType.CLIENT_STREAMING)
                .setFullMethodName(generated.getFullMethodName())
                .setSchemaDescriptor(generated.getSchemaDescriptor())
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Message())
                .build();
        this.api = generated.getBareMethodName().toLowerCase(Locale.ROOT);
    }

    MethodDescriptor<byte[], MessageLite> descriptor() {
        return descriptor;
    }

    /** Its name in metrics. */
    String api() {
        return api;
    }

    private static final class Bytes implements Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream instanceof KnownLength ? stream.readNBytes(stream.available()) : stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException("reading what has arrived", e);
            }
        }
    }

    private static final class Message implements Marshaller<MessageLite> {
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
