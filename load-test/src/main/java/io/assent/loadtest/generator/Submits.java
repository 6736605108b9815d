package io.assent.loadtest.generator;

import io.netty.channel.EventLoop;

/** Submits sagas over one protocol. Everything happens on one event loop; who submits bounds how many are unanswered. */
interface Submits extends AutoCloseable {

    /**
     * Opens what there is to open.
     *
     * @param sagas what is going to be submitted.
     * @param connections how many submits may be unanswered at a time.
     * @param loop the event loop that does everything.
     * @param answers who is told of ends.
     * @return the open connections.
     */
    static Submits open(final Sagas sagas, final int connections, final EventLoop loop, final Answers answers) {
        return switch (sagas.protocol()) {
            case HTTP -> new HttpSubmits(sagas, connections, loop, answers);
            case GRPC -> new GrpcSubmits(sagas, connections, loop, answers);
        };
    }

    /**
     * Submits the next saga, at once or as soon as there is a connection for it. Its end is told later.
     *
     * @param sinceNs the time its latency counts from; names it to who is told.
     */
    void submit(long sinceNs);

    /**
     * Forgets what waits for a connection, and tells nothing of it.
     *
     * @return how many submits those were.
     */
    int forgetUnsent();

    @Override
    void close();
}
