package io.assent.transport.out;

import io.assent.engine.Outcome;
import java.net.InetAddress;
import java.util.ArrayList;

/**
 * One (scheme, host, port): its connections, its bounds and the calls that wait for one of them to make room.
 *
 * <p>Waiting is no attempt and has no deadline. Calls with priority go first; of the others, first and repeated ones take turns. A
 * destination whose last calls all ended unknown is suspect and gets few calls at a time until one ends otherwise, so that what hangs there
 * does not hold what others need. Owned by the event loop of its dispatcher; as a deadline it is the time after which an idle destination is forgotten.
 */
final class Destination extends Deadlines.Timed {
    final Dispatcher dispatcher;
    final Key key;
    /** Through which its connections go, or null. */
    final ProxyRules.Proxy proxy;
    /** For messages. */
    final String origin;

    private final DispatcherConfig.Pool bounds;
    private final CallQueue priority = new CallQueue();
    private final CallQueue first = new CallQueue();
    private final CallQueue repeated = new CallQueue();
    private final ArrayList<Connection> idle = new ArrayList<>();
    private boolean repeatedNext;
    private int waiting;
    private int openCalls;
    private int connections;
    private int unknownInARow;
    private boolean answered;
    private boolean pumping;

    /** Whether it stands in the dispatcher's line for a connection. */
    boolean inLine;
    /** Whether the dispatcher has forgotten it; another object stands for it then. */
    boolean forgotten;
    /** Which of the addresses of the host answered last. */
    InetAddress goodAddress;

    record Key(boolean secure, String host, int port) {}

    Destination(Dispatcher dispatcher, Target target, ProxyRules.Proxy proxy) {
        this.dispatcher = dispatcher;
        this.key = new Key(target.secure, target.host, target.port);
        this.proxy = proxy;
        this.origin = target.origin;
        this.bounds = dispatcher.config.pool();
    }

    int connections() {
        return connections;
    }

    int waiting() {
        return waiting;
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
            startWaiting();
        } finally {
            pumping = false;
        }
        restIfIdle();
    }

    private void startWaiting() {
        while (waiting > 0 && openCalls < openCallsMax()) {
            if (idle.isEmpty()) {
                if (connections >= bounds.connectionsPerDestinationMax()) {
                    return;
                }
                if (!dispatcher.budget.mayConnect(this)) {
                    dispatcher.budget.standInLine(this);
                    return;
                }
            }
            OutboundCall call = nextCall();
            leaveQueue(call);
            call.open = true;
            openCalls++;
            dispatcher.opened(call);
            if (idle.isEmpty()) {
                new Dial(call).begin();
            } else {
                Connection connection = idle.get(idle.size() - 1);
                removeIdle(connection);
                connection.send(call);
            }
        }
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

    void addIdle(Connection connection) {
        idle.add(connection);
        dispatcher.budget.idleAdded(connection);
    }

    void removeIdle(Connection connection) {
        idle.remove(idle.lastIndexOf(connection));
        dispatcher.budget.idleRemoved(connection);
    }

    void connectionAdded() {
        connections++;
        dispatcher.budget.connectionAdded();
    }

    void connectionRemoved() {
        connections--;
        dispatcher.budget.connectionRemoved();
        restIfIdle();
    }

    @Override
    void expired() {
        dispatcher.forget(this);
    }

    /** Something happens here again. */
    void used() {
        if (timed()) {
            dispatcher.deadlines.cancel(this);
            dispatcher.awake();
        }
    }

    private void restIfIdle() {
        if (waiting == 0 && openCalls == 0 && connections == 0 && !timed() && !forgotten) {
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
