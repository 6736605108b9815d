package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;

/**
 * One branch call from its arrival to the moment its end is taken over: waiting in the queue of its route, open, ended. It is its own
 * queue entry, deadline and entry in the list of ended calls, so nothing is allocated on the way. What it is while it is open, its protocol
 * knows: {@link HttpCall}, {@link GrpcCall}.
 *
 * <p>Owned by the event loop of its dispatcher.
 */
abstract class OutboundCall extends Deadlines.Timed {
    final Dispatcher dispatcher;
    final BranchCall branch;

    /** The route it waits for or is open at, and the destination of that. */
    Route route;

    Destination destination;
    /** What was known of the route when the call left its queue. */
    RouteClass routeClass;
    /** Whether bytes of this call may have reached a participant. */
    boolean written;
    /** Whether it has left its queue and counts as an open call of its destination. */
    boolean open;

    boolean ended;
    long openedNs;

    Outcome outcome;
    String text;
    int latencyMs;
    /** How long the participant asks to be left alone. */
    int retryAfterS;

    /** Neighbours in the queue of the route, or in the list of ended calls. */
    OutboundCall previous;

    OutboundCall next;
    CallQueue queue;

    /** Neighbours among the unwritten calls of one transaction. */
    OutboundCall olderSibling;

    OutboundCall newerSibling;
    boolean indexed;

    OutboundCall(Dispatcher dispatcher, BranchCall branch) {
        this.dispatcher = dispatcher;
        this.branch = branch;
    }

    /** What to tell when its time is over. */
    String late() {
        return "no reply" + inTime();
    }

    final String inTime() {
        return " from " + destination.origin + " within " + timeoutMs() + " ms";
    }

    final void leadTo(Route next) {
        route = next;
        destination = next.destination;
    }

    /** Nobody waits for it any more: stops what is under way for it. What still comes is nobody's reply. */
    abstract void drop();

    final long timeoutMs() {
        return branch.requestTimeoutMs() > 0 ? branch.requestTimeoutMs() : dispatcher.config.requestTimeoutMs();
    }

    @Override
    final void expired() {
        dispatcher.deadlinePassed(this);
    }
}
