package io.assent.transport.out;

import io.assent.engine.Outcome;

/**
 * One (protocol, host, port): its bounds and the calls that wait for one of them to make room.
 *
 * <p>Waiting is no attempt and has no deadline. Calls with priority go first; of the others, first and repeated ones take turns. A
 * destination whose last calls all ended unknown is suspect and gets few calls at a time until one ends otherwise, so that what hangs there
 * does not hold what others need. Owned by the event loop of its dispatcher; as a deadline it is the time after which an idle destination is forgotten.
 */
abstract class Destination extends Deadlines.Timed {
    final Dispatcher dispatcher;
    final Key key;
    /** For messages. */
    final String origin;

    final DispatcherConfig.Pool bounds;
    private final CallQueue priority = new CallQueue();
    private final CallQueue first = new CallQueue();
    private final CallQueue repeated = new CallQueue();
    private boolean repeatedNext;
    private int waiting;
    private int openCalls;
    private int unknownInARow;
    private boolean answered;
    private boolean pumping;

    /** Whether the dispatcher has forgotten it; another object stands for it then. */
    boolean forgotten;

    /** How calls get there. */
    enum Protocol {
        HTTP,
        HTTPS,
        GRPC
    }

    record Key(Protocol protocol, String host, int port) {
        boolean secure() {
            return protocol == Protocol.HTTPS;
        }
    }

    Destination(Dispatcher dispatcher, Key key, String origin) {
        this.dispatcher = dispatcher;
        this.key = key;
        this.origin = origin;
        this.bounds = dispatcher.config.pool();
    }

    /** Whether there is, or may be opened, what carries one more call; when not, it stands in line for it. */
    abstract boolean mayBegin();

    /** Sends a call that has just left the queue. */
    abstract void begin(OutboundCall call);

    /** Whether it still holds connections, with or without calls. */
    abstract boolean isConnected();

    int waiting() {
        return waiting;
    }

    int openCalls() {
        return openCalls;
    }

    /** Whether its latest call ended with an answer. */
    boolean proven() {
        return answered && unknownInARow == 0;
    }

    /** What its calls have shown so far. */
    DestinationClass known() {
        if (unknownInARow >= bounds.suspectAfter()) {
            return DestinationClass.SUSPECT;
        }
        return proven() ? DestinationClass.ANSWERING : DestinationClass.UNPROVEN;
    }

    /** Whether no call has ended here yet. */
    boolean untried() {
        return !answered && unknownInARow == 0;
    }

    void enqueue(OutboundCall call) {
        used();
        queueOf(call).add(call);
        waiting++;
        dispatcher.counters.waitingCalls(1);
    }

    void leaveQueue(OutboundCall call) {
        call.queue.remove(call);
        waiting--;
        dispatcher.counters.waitingCalls(-1);
    }

    /** Starts what may start. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            while (waiting > 0 && openCalls < openCallsMax() && mayBegin()) {
                OutboundCall call = nextCall();
                leaveQueue(call);
                call.open = true;
                openCalls++;
                dispatcher.opened(call);
                begin(call);
            }
        } finally {
            pumping = false;
        }
        restIfIdle();
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

    /** An open call goes on at another destination; this one has answered. */
    void callMoved() {
        openCalls--;
        unknownInARow = 0;
        answered = true;
    }

    @Override
    void expired() {
        dispatcher.forget(this);
    }

    /** Something happens here again. */
    void used() {
        if (timed()) {
            dispatcher.deadlines.cancel(this);
            dispatcher.awake(this);
        }
    }

    void restIfIdle() {
        if (waiting == 0 && openCalls == 0 && !isConnected() && !timed() && !forgotten) {
            dispatcher.rest(this);
        }
    }

    private int openCallsMax() {
        return unknownInARow >= bounds.suspectAfter()
                ? Math.min(bounds.suspectOpenCallsMax(), bounds.openCallsPerDestinationMax())
                : bounds.openCallsPerDestinationMax();
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
