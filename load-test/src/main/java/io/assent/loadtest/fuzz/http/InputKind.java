package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.Share;

/** The kinds of inputs and how many of a thousand are of each. */
enum InputKind implements Share {
    /** A request of a documented route, right or nearly so. */
    DOCUMENTED(277),
    /** The same with a body that was changed: other types, other keys, cut, bent, broken text. */
    MUTATED(230),
    /** Any method on any route. */
    METHOD(50),
    /** Odd targets: escapes, traversal, absolute and very long ones, raw bytes. */
    TARGET(110),
    /** Odd header fields and versions. */
    HEADERS(110),
    /** A right request in chunks, with extensions and trailers. */
    CHUNKED(40),
    /** Requests whose end is in doubt: lengths, encodings, chunks that lie. */
    FRAMING(60),
    /** Many requests without waiting, good ones and others. */
    PIPELINE(60),
    /** Bytes that are no HTTP. */
    GARBAGE(25),
    /** A right request that ends somewhere. */
    HALF_SENT(25),
    /** A client that goes while it waits for a result. */
    ABANDONED(10),
    /** Near the bounds: bodies up to and over 4 MiB, thousands of steps. */
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
