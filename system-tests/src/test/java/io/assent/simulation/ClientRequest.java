package io.assent.simulation;

import io.assent.simulation.Scenario.Wish;

/** One request as a client sent it; a repetition is another one. */
final class ClientRequest {
    /** What is asked. */
    enum Verb {
        PREPARE,
        SUBMIT,
        ABORT,
        FORCE_STOP,
        RESET,
        QUERY
    }

    /** Where the request stands in the process that took it. */
    enum Standing {
        WAITING,
        ANSWERED,
        /** Its connection died. */
        GONE
    }

    final Verb verb;
    final Wish wish;
    /** Hears the answer's class as an HTTP client does; 0 when none came. */
    final Reply reply;

    long id;
    Standing standing = Standing.WAITING;
    boolean expiryAsked;

    /** What the client does with the end of its request. */
    @FunctionalInterface
    interface Reply {
        void on(int httpStatus);
    }

    ClientRequest(Verb verb, Wish wish, Reply reply) {
        this.verb = verb;
        this.wish = wish;
        this.reply = reply;
    }

    boolean waits() {
        return verb == Verb.SUBMIT && wish.waitResult;
    }

    @Override
    public String toString() {
        return verb + " " + wish.gid + " #" + id;
    }
}
