package io.assent.transport.out;

/** The reply cannot be understood, so nobody knows what the participant did. The message becomes the text of the unknown outcome. */
final class BrokenReply extends Exception {
    BrokenReply(String message) {
        super(message, null, false, false);
    }
}
