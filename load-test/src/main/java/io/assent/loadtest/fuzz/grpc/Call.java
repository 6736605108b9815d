package io.assent.loadtest.fuzz.grpc;

import java.nio.ByteBuffer;

/**
 * One call over HTTP/2 that is right as such: a header block, and the bytes of its messages.
 *
 * @param method the documented method that is called, null for any other.
 * @param message its one message where it has one in the right frame, else null.
 * @param block its header block.
 * @param body its messages, each with its prefix.
 * @param segments in how many DATA frames they are sent at least.
 * @param endsStream whether the client says that it has sent everything.
 * @param then what is done when it is sent.
 * @param must what must become of it.
 */
record Call(
        Method method,
        byte[] message,
        byte[] block,
        byte[] body,
        int segments,
        boolean endsStream,
        Then then,
        Must must) {

    /** Of the flag and the length in front of a message. */
    static final int PREFIX_BYTES = 5;

    /** What is done when a call is sent. */
    enum Then {
        /** Its end is awaited. */
        WAIT,
        /** It is cancelled at once. */
        CANCEL,
        /** It is cancelled a moment later. */
        ABANDON
    }

    /** What must become of a call that is waited for. */
    enum Must {
        /** It is a whole call of gRPC: one answer of gRPC. */
        ANSWER,
        /** It may be late for the deadline that it names: one answer of gRPC, or its stream is reset. */
        ANSWER_OR_RESET,
        /** It may not be gRPC: one answer of gRPC or of HTTP, or its stream is reset, or the connection is ended in order. */
        END
    }

    static Call of(final Method method, final Head head, final byte[] message) {
        return new Call(method, message, head.block(), framed(0, message), 1, true, Then.WAIT, Must.ANSWER);
    }

    /** A whole call of a documented method. */
    static Call of(final Method method, final byte[] message) {
        return of(method, Head.of(method.path()), message);
    }

    Call headed(final Head head, final Must newMust) {
        return new Call(method, message, head.block(), body, segments, endsStream, then, newMust);
    }

    /** With bytes that are not one message in the right frame. */
    Call carrying(final byte[] newBody, final Must newMust) {
        return new Call(method, null, block, newBody, segments, endsStream, then, newMust);
    }

    Call inSegments(final int newSegments) {
        return new Call(method, message, block, body, newSegments, endsStream, then, must);
    }

    Call given(final Then newThen) {
        return new Call(method, message, block, body, segments, endsStream, newThen, must);
    }

    Call leftOpen() {
        return new Call(method, message, block, body, segments, false, then, must);
    }

    /** A message behind its flag and length. */
    static byte[] framed(final int flag, final byte[] message) {
        return framed(flag, message.length, message);
    }

    /** A message behind any flag and any length. */
    static byte[] framed(final int flag, final int length, final byte[] message) {
        return ByteBuffer.allocate(PREFIX_BYTES + message.length)
                .put((byte) flag)
                .putInt(length)
                .put(message)
                .array();
    }
}
