package io.assent.transport.out;

import io.assent.engine.Outcome;

/** Where ended calls go: into the ring, as a command. Called on the event loop of the dispatcher. */
public interface CallEnds {

    /**
     * Takes the end of one call. It must not block.
     *
     * @param callNumber the number of the call, {@link io.assent.engine.BranchCall#number()}
     * @param text error text; empty for a success and for a withdrawn call
     * @param latencyMs from the moment the call left its queue to its end; 0 when it never left
     * @param retryAfterS how long the participant asks to be left alone; 0 when it does not
     * @return false when there is no room now; the dispatcher keeps the ended call and offers it again
     */
    boolean ended(long callNumber, Outcome outcome, String text, int latencyMs, int retryAfterS);
}
