package io.assent.transport.front;

import io.assent.engine.Answer;

/** Hears what clients ask, to count it and to write it down, and tells all metrics. Called by every event loop. */
public interface FrontMeter {
    /** Counts nothing and has nothing to tell. */
    FrontMeter NONE = new FrontMeter() {
        @Override
        public void called(String api, int status, long nanos) {}

        @Override
        public void calledGrpc(String api, boolean ok, long nanos) {}

        @Override
        public void refused(String api, String gid, Answer answer) {}

        @Override
        public byte[] exposition() {
            return new byte[0];
        }
    };

    /**
     * A request was answered.
     *
     * @param api the route's name in lower case, from a fixed set; {@code unknown} for everything that is no route
     * @param status HTTP status
     * @param nanos from the whole request to the whole response
     */
    void called(String api, int status, long nanos);

    /**
     * A gRPC call was answered.
     *
     * @param api the method's name in lower case
     * @param nanos from the whole request to the reply
     */
    void calledGrpc(String api, boolean ok, long nanos);

    /**
     * A request is answered, and not by success. The codes of such answers are few and fixed.
     *
     * @param api as of {@link #called}, without the name of the protocol
     * @param gid "" when it is about no transaction, or not read yet
     */
    void refused(String api, String gid, Answer answer);

    /** A connection was closed because there are as many as there may be. */
    default void connectionRefused(int connectionsMax) {}

    /** Every metric in the text format of Prometheus, UTF-8. */
    byte[] exposition();
}
