package io.assent.loadtest.fuzz;

import java.io.IOException;

/** Sends inputs and judges what comes back. Used by one thread, except {@link #abort}. */
public interface FuzzSender extends AutoCloseable {

    /**
     * Sends one input and waits for what must come.
     *
     * @param number the number of the input.
     * @throws BrokenRule if what came back, or did not come, breaks a rule.
     * @throws IOException if the server takes no connection.
     */
    void send(long number) throws BrokenRule, IOException;

    /** Ends a send under way that takes too long. Any thread. */
    void abort();

    /** Lets go of its connections; more can be sent afterwards. */
    @Override
    void close();
}
