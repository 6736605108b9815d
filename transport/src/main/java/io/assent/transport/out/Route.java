package io.assent.transport.out;

import io.assent.engine.Outcome;

/**
 * One path of an HTTP address, without its query, or one method of a gRPC or JSON-RPC one: the calls that wait for it, and what its calls
 * have shown so far.
 *
 * <p>Calls with priority go first; of the others, first and repeated ones take turns. A route whose last calls all ended unknown is suspect
 * until one ends otherwise. {@link Destination} decides which of its routes has the next turn. Owned by the event loop of its dispatcher.
 */
final class Route {
    final Destination destination;
    /** The path or method; null for the route that stands for all beyond the bound. */
    final String name;

    private final CallQueue priority = new CallQueue();
    private final CallQueue first = new CallQueue();
    private final CallQueue repeated = new CallQueue();
    private boolean repeatedNext;
    private int waiting;
    private int openCalls;
    private int unknownInARow;
    private boolean answered;
    private boolean calledAgain;

    /** Whether its destination has forgotten it; another object stands for it then. */
    boolean forgotten;
    /** Since when it has had neither a waiting nor an open call. */
    long idleSinceNs;

    /** Neighbours in the line it stands in. */
    Route previous;

    Route next;
    /** The line it stands in, or null. */
    RouteLine line;

    Route(Destination destination, String name) {
        this.destination = destination;
        this.name = name;
    }

    /** Whether it stands for one path or method only. */
    boolean keptApart() {
        return name != null;
    }

    int waiting() {
        return waiting;
    }

    int openCalls() {
        return openCalls;
    }

    boolean isIdle() {
        return waiting == 0 && openCalls == 0;
    }

    /** Whether the next call is a compensation or belongs to a second phase. */
    boolean urgent() {
        return !priority.isEmpty();
    }

    /** What its calls have shown so far. */
    RouteClass known() {
        if (unknownInARow >= destination.bounds.suspectAfter()) {
            return RouteClass.SUSPECT;
        }
        return answered && unknownInARow == 0 ? RouteClass.ANSWERING : RouteClass.UNPROVEN;
    }

    /** Whether a call came after another had ended. */
    boolean calledAgain() {
        return calledAgain;
    }

    void enqueue(OutboundCall call) {
        calledAgain |= answered || unknownInARow > 0;
        queueOf(call).add(call);
        waiting++;
    }

    void leaveQueue(OutboundCall call) {
        call.queue.remove(call);
        waiting--;
    }

    /** Takes the call whose turn it is out of its queue; there is one. */
    OutboundCall openNext() {
        OutboundCall call = nextCall();
        leaveQueue(call);
        call.open = true;
        openCalls++;
        return call;
    }

    /** An open call has ended, one way or the other. */
    void callEnded(Outcome outcome) {
        openCalls--;
        if (outcome == Outcome.UNKNOWN) {
            unknownInARow++;
        } else if (outcome != Outcome.WITHDRAWN) {
            unknownInARow = 0;
            answered = true;
        }
    }

    /** An open call goes on elsewhere; this route has answered. */
    void callMoved() {
        openCalls--;
        unknownInARow = 0;
        answered = true;
    }

    private CallQueue queueOf(OutboundCall call) {
        return call.branch.priority() ? priority : call.branch.attempt() == 0 ? first : repeated;
    }

    private OutboundCall nextCall() {
        if (!priority.isEmpty()) {
            return priority.first;
        }
        boolean takeRepeated = first.isEmpty() || repeatedNext && !repeated.isEmpty();
        repeatedNext = !takeRepeated;
        return takeRepeated ? repeated.first : first.first;
    }
}
