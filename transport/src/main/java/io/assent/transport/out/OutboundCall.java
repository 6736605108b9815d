package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;

/**
 * One branch call from its arrival to the moment its end is taken over: waiting in the queue of its destination, open (connecting,
 * written, redirected), ended. It is its own queue entry, deadline and entry in the list of ended calls, so nothing is allocated on the way.
 *
 * <p>Owned by the event loop of its dispatcher.
 */
final class OutboundCall extends Deadlines.Timed {
    final Dispatcher dispatcher;
    final BranchCall branch;

    /** Whether its payload is a JSON-RPC envelope and its reply is to be read as one. */
    final boolean jsonRpc;

    /** Where the next request goes; a redirect changes it. */
    Target target;

    Destination destination;
    /** What was known of the destination when the call left its queue. */
    DestinationClass destinationClass;
    /** Whether the next request is a POST; a redirect may change that. */
    boolean posts;
    /** Whether a Host among the branch headers still holds; it ends with a redirect to an absolute location. */
    boolean hostKept = true;

    boolean contentTypeDropped;
    boolean credentialsDropped;
    /** Requests of this call, without the one that a dead connection may cost. */
    int requests = 1;
    /** Whether this request was sent again because its kept connection turned out to be dead. */
    boolean resent;
    /** Whether bytes of this call may have reached a participant. */
    boolean written;
    /** Whether it has left its queue and counts as an open call of its destination. */
    boolean open;

    boolean ended;
    long openedNs;
    Dial dial;
    Connection connection;

    Outcome outcome;
    String text;
    int latencyMs;

    /** Neighbours in the queue of the destination, or in the list of ended calls. */
    OutboundCall previous;

    OutboundCall next;
    CallQueue queue;

    /** Neighbours among the unwritten calls of one transaction. */
    OutboundCall olderSibling;

    OutboundCall newerSibling;
    boolean indexed;

    OutboundCall(Dispatcher dispatcher, BranchCall branch, boolean jsonRpc) {
        this.jsonRpc = jsonRpc;
        this.dispatcher = dispatcher;
        this.branch = branch;
        this.posts = RequestWriter.posts(branch);
    }

    @Override
    void expired() {
        dispatcher.deadlinePassed(this);
    }
}
