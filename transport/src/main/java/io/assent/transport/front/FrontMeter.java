package io.assent.transport.front;

/** Counts what clients ask, and tells all metrics. Called by every event loop. */
public interface FrontMeter {
    /** Counts nothing and has nothing to tell. */
    FrontMeter NONE = new FrontMeter() {
        @Override
        public void called(String api, int status, long nanos) {}

        @Override
        public void calledGrpc(String api, boolean ok, long nanos) {}

        @Override
        public void refused(String code) {}

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

    /** A request was answered by a refusal with this code; the codes are few and fixed. */
    void refused(String code);

    /** Every metric in the text format of Prometheus, UTF-8. */
    byte[] exposition();
}
