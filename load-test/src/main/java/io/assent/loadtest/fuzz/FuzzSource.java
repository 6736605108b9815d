package io.assent.loadtest.fuzz;

import java.io.IOException;
import java.time.Duration;

/** The inputs of one protocol. Input number N follows from the seed, N and the addresses alone. Safe for many threads. */
public interface FuzzSource {

    /**
     * What an input is made from and where it goes.
     *
     * @param seed the seed of the run.
     * @param port the server's port of HTTP, on the loopback address.
     * @param grpcPort its port of gRPC.
     * @param branches the URLs that an input may name.
     * @param answerLimit how long the server may take for an answer.
     */
    record Surroundings(long seed, int port, int grpcPort, BranchUrls branches, Duration answerLimit) {}

    /** Makes a source. */
    @FunctionalInterface
    interface Factory {

        /**
         * Makes the source of one run.
         *
         * @param surroundings what its inputs are made from.
         * @return the source.
         */
        FuzzSource in(Surroundings surroundings);
    }

    /**
     * Names the protocol.
     *
     * @return its name.
     */
    String protocol();

    /**
     * Makes a sender.
     *
     * @param tally where it counts.
     * @return a sender for one thread.
     */
    FuzzSender sender(Tally tally);

    /**
     * Sends plain requests of this protocol that must succeed; beside the control saga, which goes over HTTP whatever the protocol.
     *
     * @throws BrokenRule if they do not.
     * @throws IOException if the server takes no connection.
     */
    default void mustServe() throws BrokenRule, IOException {}

    /**
     * Shows an input.
     *
     * @param number its number.
     * @return its kind and its bytes, escaped and bounded.
     */
    String show(long number);
}
