package io.assent.client.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.assent.client.GlobalMsg;
import io.assent.client.internal.Coordinator;

/**
 * A two-phase message over gRPC. A URL is {@code host:port/package.Service/Method}, and the payload its request message; an
 * {@code http://} or {@code https://} URL is called over HTTP with the payload as the body. Branches are called one after the other: the
 * gRPC interface has no place to say otherwise.
 */
public final class GrpcMsg extends GlobalMsg<ByteString, GrpcMsg> {

    GrpcMsg(final Coordinator<ByteString> coordinator, final String gid) {
        super(coordinator, gid);
    }

    @Override
    protected GrpcMsg self() {
        return this;
    }

    /**
     * Adds a step whose call brings an empty message.
     *
     * @param action the URL to call; empty for nothing to do.
     * @return this.
     */
    public GrpcMsg step(final String action) {
        return addStep(action, ByteString.EMPTY);
    }

    /**
     * Adds a step.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payload the request message.
     * @return this.
     */
    public GrpcMsg step(final String action, final MessageLite payload) {
        return addStep(action, payload.toByteString());
    }

    /**
     * Adds a step.
     *
     * @param action the URL to call; empty for nothing to do.
     * @param payload the bytes of the request message, or the body over HTTP.
     * @return this.
     */
    public GrpcMsg step(final String action, final byte[] payload) {
        return addStep(action, ByteString.copyFrom(payload));
    }

    /**
     * Adds a step that calls every subscriber of a topic.
     *
     * @param topic the topic's name.
     * @param payload the request message.
     * @return this.
     */
    public GrpcMsg topicStep(final String topic, final MessageLite payload) {
        return addTopicStep(topic, payload.toByteString());
    }

    /**
     * Adds a step that calls every subscriber of a topic.
     *
     * @param topic the topic's name.
     * @param payload the bytes of the request message, or the body over HTTP.
     * @return this.
     */
    public GrpcMsg topicStep(final String topic, final byte[] payload) {
        return addTopicStep(topic, ByteString.copyFrom(payload));
    }
}
