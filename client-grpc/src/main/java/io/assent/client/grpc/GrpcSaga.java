package io.assent.client.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.assent.client.GlobalSaga;
import io.assent.client.internal.Coordinator;

/**
 * A saga over gRPC. A URL is {@code host:port/package.Service/Method}, and the payload its request message; an {@code http://} or
 * {@code https://} URL is called over HTTP with the payload as the body.
 */
public final class GrpcSaga extends GlobalSaga<ByteString, GrpcSaga> {

    GrpcSaga(final Coordinator<ByteString> coordinator, final String gid) {
        super(coordinator, gid);
    }

    @Override
    protected GrpcSaga self() {
        return this;
    }

    /**
     * Adds a step whose calls bring an empty message.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @return this.
     */
    public GrpcSaga step(final String action, final String compensate) {
        return addStep(action, compensate, ByteString.EMPTY);
    }

    /**
     * Adds a step.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payload the request message of both calls.
     * @return this.
     */
    public GrpcSaga step(final String action, final String compensate, final MessageLite payload) {
        return addStep(action, compensate, payload.toByteString());
    }

    /**
     * Adds a step.
     *
     * @param action the URL that does the work; empty for nothing to do.
     * @param compensate the URL that undoes it; empty for nothing to undo.
     * @param payload the bytes of the request message of both calls, or their body over HTTP.
     * @return this.
     */
    public GrpcSaga step(final String action, final String compensate, final byte[] payload) {
        return addStep(action, compensate, ByteString.copyFrom(payload));
    }
}
