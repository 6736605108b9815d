package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.Share;

/** The kinds of inputs and how many of a thousand are of each. */
enum InputKind implements Share {
    /** A call of a documented method, right or nearly so. */
    DOCUMENTED(290),
    /** The same with a bent message: fields, wire types, lengths, cut, any bytes. */
    BENT_MESSAGE(200),
    /** A saga or message whose steps are bent JSON. */
    BENT_STEPS(80),
    /** Odd metadata: names, values, sizes, deadlines. */
    METADATA(110),
    /** What a gRPC client never says about a call: other content types, methods, paths, no TE. */
    HEAD(50),
    /** No message, several, prefixes that lie. */
    MESSAGES(60),
    /** Unknown methods and services, health, reflection. */
    SERVICE(40),
    /** Many calls at once, whole ones and others. */
    CONCURRENT(50),
    /** Calls that their client cancels, at once or a moment later, before or behind their last byte. */
    CANCELLED(40),
    /** A client that goes while it waits for a result. */
    ABANDONED(7),
    /** Frames that HTTP/2 forbids: the server must end the connection. */
    FORBIDDEN(30),
    /** Frames with bent bits among right ones. */
    BENT_FRAMES(20),
    /** Bytes that are no HTTP/2, and right ones that end somewhere. */
    GARBAGE(15),
    /** Many frames that cost the server more than the client. */
    FLOOD(5),
    /** Near the bounds: messages up to 4 MiB and over, thousands of steps. */
    LARGE(3);

    private final int share;

    InputKind(final int share) {
        this.share = share;
    }

    /** The kind for a number from 0 to 999. */
    static InputKind at(final int point) {
        return Share.at(values(), point);
    }

    @Override
    public int share() {
        return share;
    }
}
