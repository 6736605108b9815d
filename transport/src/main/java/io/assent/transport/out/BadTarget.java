package io.assent.transport.out;

/** A URL or a header with which no request can be written. The message becomes the text of the unknown outcome. */
final class BadTarget extends Exception {
    BadTarget(String message) {
        super(message, null, false, false);
    }
}
