package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchUrls;
import io.assent.engine.TransactionKind;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.MethodType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * The URL of a gRPC branch, {@code host:port/package.Service/Method} (PROTOCOL 5.4), read once and kept. Immutable, apart from the
 * route that its loop notes here.
 */
final class GrpcTarget {
    /** Field 1 of {@code workflow.WorkflowData}, a byte string. */
    private static final int DATA_TAG = 0x0A;

    private static final int VARINT_BITS = 7;
    private static final int VARINT_BYTES_MAX = 5;

    /** Lower case, ASCII, an IPv6 address without brackets. */
    final String host;

    final int port;
    /** Host and port as they were given, for messages and for the participant. */
    final String authority;

    final MethodDescriptor<BranchCall, Boolean> method;

    /** Where the loop of this target found it to lead last. */
    Route route;

    private GrpcTarget(String host, int port, String authority, String method) {
        this.host = host;
        this.port = port;
        this.authority = authority;
        this.method = MethodDescriptor.<BranchCall, Boolean>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(method)
                .setRequestMarshaller(new Payload())
                .setResponseMarshaller(new Ignored())
                .build();
    }

    /** Whether the branch is called this way (PROTOCOL 5.1). */
    static boolean applies(BranchCall branch) {
        return BranchUrls.isGrpc(branch.protocol(), branch.url());
    }

    static GrpcTarget of(String url) throws Unsendable {
        for (int i = 0; i < url.length(); i++) {
            if (url.charAt(i) < ' ' || url.charAt(i) == 0x7f) {
                throw new Unsendable("bad url: the URL holds a control character");
            }
            if (url.charAt(i) == ' ' || url.charAt(i) > 0x7f) {
                throw new Unsendable("bad url: a gRPC URL is printable ASCII without blanks");
            }
        }
        if (url.contains("://")) {
            throw new Unsendable(
                    "bad url: a gRPC URL is host:port/package.Service/Method, no driver knows this scheme");
        }
        int slash = url.indexOf('/');
        if (slash < 0) {
            throw new Unsendable("bad url: a gRPC URL is host:port/package.Service/Method, this one names no method");
        }
        String authority = url.substring(0, slash);
        int colon = authority.lastIndexOf(':');
        if (colon <= authority.lastIndexOf(']') || colon == authority.length() - 1) {
            throw new Unsendable("bad url: a gRPC URL is host:port/package.Service/Method, this one has no port");
        }
        String host = Target.plainHost(authority.substring(0, colon));
        return new GrpcTarget(
                host, Target.port(authority.substring(colon + 1), false), authority, url.substring(slash + 1));
    }

    /** The payload as it is; the call-back of a workflow wraps it. */
    private static final class Payload implements Marshaller<BranchCall> {
        @Override
        public InputStream stream(BranchCall branch) {
            if (branch.kind().equals(TransactionKind.WORKFLOW) && branch.payloadLength() > 0) {
                return new ByteArrayInputStream(workflowData(branch));
            }
            return new ByteArrayInputStream(branch.payload(), branch.payloadOffset(), branch.payloadLength());
        }

        @Override
        public BranchCall parse(InputStream stream) {
            throw new UnsupportedOperationException("branch calls are only sent");
        }
    }

    private static byte[] workflowData(BranchCall branch) {
        int length = branch.payloadLength();
        byte[] head = new byte[1 + VARINT_BYTES_MAX];
        int size = 0;
        head[size++] = DATA_TAG;
        int rest = length;
        while (rest >= 1 << VARINT_BITS) {
            head[size++] = (byte) (rest | 1 << VARINT_BITS);
            rest >>>= VARINT_BITS;
        }
        head[size++] = (byte) rest;
        byte[] message = new byte[size + length];
        System.arraycopy(head, 0, message, 0, size);
        System.arraycopy(branch.payload(), branch.payloadOffset(), message, size, length);
        return message;
    }

    /** What a participant replies beside its status means nothing, but it must be readable, whatever it is compressed with. */
    private static final class Ignored implements Marshaller<Boolean> {
        @Override
        public InputStream stream(Boolean value) {
            throw new UnsupportedOperationException("replies are only received");
        }

        @Override
        public Boolean parse(InputStream stream) {
            try {
                stream.transferTo(OutputStream.nullOutputStream());
            } catch (IOException undecodable) {
                throw new UncheckedIOException(undecodable);
            }
            return Boolean.TRUE;
        }
    }
}
