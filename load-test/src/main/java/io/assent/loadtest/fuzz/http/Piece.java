package io.assent.loadtest.fuzz.http;

/**
 * A part of an input: the bytes of one request, or of something else.
 *
 * @param bytes what is sent.
 * @param must what must become of it.
 * @param shape what its answers look like.
 * @param head whether it asks by HEAD, so that its answer has no body.
 * @param closes whether it asks that the connection be closed behind its answer.
 * @param waitsForContinue whether an interim answer may come first.
 * @param tells what its answer holds when it is a success: by it an answer is known to be the one to this request.
 */
record Piece(
        byte[] bytes, Must must, Shape shape, boolean head, boolean closes, boolean waitsForContinue, String tells) {

    /** What must become of a piece. */
    enum Must {
        /** It is a whole request: it gets its one answer. */
        ANSWER,
        /** Its framing is broken: a 4xx, and the connection is closed. */
        REFUSE,
        /** Nobody can say how many requests it is: any number of well-formed answers, and an end once ours has ended. */
        WHATEVER
    }

    /** What answers look like. */
    enum Shape {
        /** By the rules of PROTOCOL 2.0. */
        PLAIN,
        /** An envelope of JSON-RPC. */
        JSON_RPC
    }

    static Piece answered(final byte[] bytes) {
        return new Piece(bytes, Must.ANSWER, Shape.PLAIN, false, false, false, "");
    }

    static Piece refused(final byte[] bytes) {
        return new Piece(bytes, Must.REFUSE, Shape.PLAIN, false, false, false, "");
    }

    static Piece whatever(final byte[] bytes) {
        return new Piece(bytes, Must.WHATEVER, Shape.PLAIN, false, false, false, "");
    }

    Piece shaped(final Shape newShape) {
        return new Piece(bytes, must, newShape, head, closes, waitsForContinue, tells);
    }

    Piece byHead() {
        return new Piece(bytes, must, shape, true, closes, waitsForContinue, tells);
    }

    Piece closing() {
        return new Piece(bytes, must, shape, head, true, waitsForContinue, tells);
    }

    Piece continued() {
        return new Piece(bytes, must, shape, head, closes, true, tells);
    }

    Piece telling(final String newTells) {
        return new Piece(bytes, must, shape, head, closes, waitsForContinue, newTells);
    }
}
