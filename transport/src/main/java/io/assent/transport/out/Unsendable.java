package io.assent.transport.out;

/** A URL, a header or a payload with which no call can be made. The message becomes the text of the unknown outcome. */
final class Unsendable extends Exception {
    Unsendable(String message) {
        super(message, null, false, false);
    }
}
