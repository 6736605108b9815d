package io.assent.loadtest.participant;

import io.assent.loadtest.net.Protocol;
import java.io.IOException;

/** The branch side of a load: takes calls at once and counts them. */
public interface LoadParticipant extends AutoCloseable {

    /**
     * Starts one on any free port of the loopback address.
     *
     * @param protocol what it speaks.
     * @return the running participant.
     * @throws IOException if it cannot listen.
     */
    static LoadParticipant start(final Protocol protocol) throws IOException {
        return switch (protocol) {
            case HTTP -> Participant.start(0);
            case GRPC -> GrpcParticipant.start("127.0.0.1", 0);
        };
    }

    /**
     * Tells its address.
     *
     * @return the URL without a path or method.
     */
    String url();

    /**
     * Counts the calls of TransIn, the last branch of the sagas that generators submit.
     *
     * @return how many of those came.
     */
    long lastBranches();

    @Override
    void close();
}
