package io.assent.transport.out;

import io.assent.engine.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One (protocol, host, port): its bounds, and how they are shared among its routes.
 *
 * <p>Waiting is no attempt and has no deadline. Routes with urgent calls go first; of the others those that answer, those of which nothing
 * is known and suspect ones take turns, and so do the routes of each class. No route may fill the address: it may open one more call
 * only while it holds few compared with the places that are free, and so whoever comes next finds one. Nothing needs to be known of a route
 * for that: it holds for a thousand calls to a route that hangs from the first one on. Some places are only for routes that answer, so that
 * many that hang, each on a path of its own, do not take all.
 *
 * <p>The number of routes is bounded; those beyond it share one. One that was called once makes room for a new one before one that is
 * called again and again. Owned by the event loop of its dispatcher; as a deadline it is the time
 * after which an idle destination is forgotten.
 */
abstract class Destination extends Deadlines.Timed {
    /** How many times the free places a route that answers may hold: three quarters of the address when it is alone. */
    private static final int ANSWERING_SHARE = 3;
    /** One of so many places is only for routes that answer, and as many more are not for suspect ones. */
    private static final int KEPT_PART = 8;

    private static final int CLASSES = RouteClass.values().length;
    private static final long ROUTE_KEPT_NS = TimeUnit.MILLISECONDS.toNanos(Dispatcher.KEPT_MS);

    final Dispatcher dispatcher;
    final Key key;
    /** For messages. */
    final String origin;

    final DispatcherConfig.Pool bounds;
    private final int openCallsMax;
    private final Map<String, Route> routes = new HashMap<>();
    /** Routes with waiting calls: urgent ones by class, then the others by class. */
    private final RouteLine[] lines = new RouteLine[2 * CLASSES];
    /** Routes without calls that were called once, the one that has been idle longest first. */
    private final RouteLine idleOnce = new RouteLine();
    /** The same for routes that were called again. */
    private final RouteLine idleAgain = new RouteLine();
    /** Stands for all routes beyond the bound; or null. */
    private Route overflow;

    private int waiting;
    private int openCalls;
    /** Those of them that were opened while their route was not known to answer. */
    private int openUnproven;
    /** Whose turn is next, by code. */
    private int classNext;

    private boolean tried;
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

    /** @param openCallsMax calls that have left their queue */
    Destination(Dispatcher dispatcher, Key key, String origin, int openCallsMax) {
        this.dispatcher = dispatcher;
        this.key = key;
        this.origin = origin;
        this.bounds = dispatcher.config.pool();
        this.openCallsMax = openCallsMax;
        for (int i = 0; i < lines.length; i++) {
            lines[i] = new RouteLine();
        }
    }

    /** Whether there is, or may be opened, what carries one more call of the route; when not, it stands in line for it. */
    abstract boolean mayBegin(Route route);

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

    /** Whether no call has ended here yet. */
    boolean untried() {
        return !tried;
    }

    /** The route of this name, or the one that stands for all beyond the bound. A call is about to be enqueued there. */
    Route route(String name) {
        Route known = routes.get(name);
        if (known != null) {
            return known;
        }
        used();
        if (routes.size() >= bounds.routesPerDestinationMax() || !dispatcher.mayRememberRoute()) {
            Route spare = spareRoute();
            if (spare == null) {
                return overflow();
            }
            forget(spare);
        }
        Route fresh = new Route(this, name);
        routes.put(name, fresh);
        place(fresh);
        dispatcher.counters.routes(fresh.known(), 1);
        return fresh;
    }

    void enqueue(OutboundCall call) {
        used();
        call.route.enqueue(call);
        waiting++;
        dispatcher.counters.waitingCalls(1);
        place(call.route);
    }

    /** A call that waits will not be made. */
    void leaveQueue(OutboundCall call) {
        call.route.leaveQueue(call);
        left();
        place(call.route);
    }

    /** Starts what may start. */
    void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            Route route = nextRoute();
            while (route != null) {
                OutboundCall call = route.openNext();
                left();
                openCalls++;
                call.routeClass = route.known();
                openUnproven += call.routeClass == RouteClass.ANSWERING ? 0 : 1;
                classNext = (call.routeClass.code() + 1) % CLASSES;
                // To the end of its line, so that the others have their turn.
                route.line.remove(route);
                place(route);
                dispatcher.opened(call);
                begin(call);
                route = nextRoute();
            }
        } finally {
            pumping = false;
        }
        restIfIdle();
    }

    /** An open call has ended, one way or the other. */
    void callEnded(OutboundCall call, Outcome outcome) {
        RouteClass before = call.route.known();
        call.route.callEnded(outcome);
        closed(call, before);
    }

    /** An open call goes on at another route; this one has answered. */
    void callMoved(OutboundCall call) {
        RouteClass before = call.route.known();
        call.route.callMoved();
        closed(call, before);
    }

    @Override
    void expired() {
        dispatcher.forget(this);
    }

    /** Nobody may find it or its routes any more. */
    void forgetAll() {
        forgotten = true;
        for (Route route : List.copyOf(routes.values())) {
            forget(route);
        }
        if (overflow != null) {
            dispatcher.counters.routes(overflow.known(), -1);
            overflow.forgotten = true;
            overflow = null;
        }
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

    // ---- turns

    /**
     * The route that may begin a call now, or null. Routes that have had their share are passed over; there are few of them, because each
     * holds about as many places as are free.
     */
    private Route nextRoute() {
        if (waiting == 0 || openCalls >= openCallsMax) {
            return null;
        }
        for (int i = 0; i < lines.length; i++) {
            Route route = lines[i / CLASSES * CLASSES + (classNext + i) % CLASSES].first;
            while (route != null && !hasShareLeft(route)) {
                route = route.next;
            }
            if (route != null && mayBegin(route)) {
                return route;
            }
        }
        return null;
    }

    private boolean hasShareLeft(Route route) {
        int open = route.openCalls();
        int free = openCallsMax - openCalls;
        int kept = openCallsMax / KEPT_PART;
        int freeUnproven = Math.min(free, openCallsMax - kept - openUnproven);
        return switch (route.known()) {
            case ANSWERING -> open == 0 || open < ANSWERING_SHARE * (free - 1);
            case UNPROVEN -> open < freeUnproven;
            case SUSPECT -> open < Math.min(bounds.suspectOpenCallsMax(), freeUnproven - kept);
        };
    }

    private void left() {
        waiting--;
        dispatcher.counters.waitingCalls(-1);
    }

    private void closed(OutboundCall call, RouteClass before) {
        openCalls--;
        openUnproven -= call.routeClass == RouteClass.ANSWERING ? 0 : 1;
        tried = true;
        Route route = call.route;
        RouteClass after = route.known();
        if (after != before) {
            dispatcher.counters.routes(before, -1);
            dispatcher.counters.routes(after, 1);
        }
        place(route);
    }

    /** Puts the route into the line where it belongs now. */
    private void place(Route route) {
        RouteLine line = null;
        if (route.waiting() > 0) {
            line = lines[(route.urgent() ? 0 : CLASSES) + route.known().code()];
        } else if (route.isIdle() && route.keptApart()) {
            line = route.calledAgain() ? idleAgain : idleOnce;
        }
        if (route.line == line) {
            return;
        }
        if (route.line != null) {
            route.line.remove(route);
        }
        if (line != null) {
            line.add(route);
        }
        if (line == idleOnce || line == idleAgain) {
            route.idleSinceNs = System.nanoTime();
            forgetIdle(idleOnce, route.idleSinceNs - ROUTE_KEPT_NS);
            forgetIdle(idleAgain, route.idleSinceNs - ROUTE_KEPT_NS);
        }
    }

    private void forgetIdle(RouteLine idle, long sinceNs) {
        while (idle.first != null && idle.first.idleSinceNs - sinceNs < 0) {
            forget(idle.first);
        }
    }

    /** The route to forget for a new one, or null. Those called again may fill half of the bound in peace. */
    private Route spareRoute() {
        if (idleOnce.first != null) {
            return idleOnce.first;
        }
        return idleAgain.size() > bounds.routesPerDestinationMax() / 2 ? idleAgain.first : null;
    }

    private Route overflow() {
        if (overflow == null) {
            overflow = new Route(this, null);
            dispatcher.counters.routes(overflow.known(), 1);
        }
        return overflow;
    }

    private void forget(Route route) {
        route.line.remove(route);
        route.forgotten = true;
        routes.remove(route.name);
        dispatcher.counters.routes(route.known(), -1);
    }
}
