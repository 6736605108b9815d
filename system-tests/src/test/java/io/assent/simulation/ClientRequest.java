package io.assent.simulation;

import io.assent.engine.TransactionRecord;
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
        QUERY,
        REGISTER,
        PREPARE_WORKFLOW,
        FINISH
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
    /** What is registered, or how a workflow ends; null for other requests. */
    final Progress progress;
    /** The status that its client got in the end, 0 for none. */
    int status;
    /** What a query or prepareWorkflow was shown. */
    TransactionRecord shown;
    /** The server said that it waits although it did not say so itself. */
    boolean toldToWait;

    long id;
    Standing standing = Standing.WAITING;
    boolean expiryAsked;

    /** What the client does with the end of its request. */
    @FunctionalInterface
    interface Reply {
        void on(int httpStatus);
    }

    /**
     * One registration, or the end of a workflow.
     *
     * @param branch of a registration, -1 for an end
     * @param operation "" for a branch of TCC or XA
     */
    record Progress(int branch, String operation, boolean succeeds, String data) {}

    ClientRequest(Verb verb, Wish wish, Progress progress, Reply reply) {
        this.progress = progress;
        this.verb = verb;
        this.wish = wish;
        this.reply = reply;
    }

    boolean waits() {
        return toldToWait || (verb == Verb.SUBMIT && wish.waitResult);
    }

    @Override
    public String toString() {
        return verb + " " + wish.gid + (progress == null ? "" : " " + progress) + " #" + id;
    }
}
