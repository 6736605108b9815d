package io.assent.transport.out;

import io.assent.engine.Outcome;
import java.util.concurrent.atomic.AtomicLongArray;

/** What a dispatcher is doing, in numbers. Written by its event loop, read by any thread. */
public final class DispatcherCounters {
    private static final int OPEN_CALLS = 0;
    private static final int WAITING_CALLS = 1;
    private static final int UNDELIVERED_ENDS = 2;
    private static final int CONNECTIONS = 3;
    private static final int IDLE_CONNECTIONS = 4;
    private static final int DESTINATIONS = 5;
    private static final int CONNECTIONS_OPENED = 6;
    private static final int RESENT = 7;
    private static final int REDIRECTED = 8;
    private static final int ENDED = 9;
    private static final int OPEN_BY_CLASS = ENDED + 16;
    private static final int ROUTES_BY_CLASS = OPEN_BY_CLASS + RouteClass.values().length;

    private final AtomicLongArray values = new AtomicLongArray(ROUTES_BY_CLASS + RouteClass.values().length);

    /** Calls that left their queue and have not ended. */
    public long openCalls() {
        return values.get(OPEN_CALLS);
    }

    /** The same by what was known of the route when they left. */
    public long openCalls(RouteClass known) {
        return values.get(OPEN_BY_CLASS + known.code());
    }

    /** Calls that wait in the queue of their route. */
    public long waitingCalls() {
        return values.get(WAITING_CALLS);
    }

    /** Ended calls for which there was no room yet. */
    public long undeliveredEnds() {
        return values.get(UNDELIVERED_ENDS);
    }

    /** Connections, those being opened included. */
    public long connections() {
        return values.get(CONNECTIONS);
    }

    public long idleConnections() {
        return values.get(IDLE_CONNECTIONS);
    }

    public long destinations() {
        return values.get(DESTINATIONS);
    }

    /** Routes that are remembered: paths of HTTP addresses, methods of gRPC ones. */
    public long routes() {
        long sum = 0;
        for (RouteClass known : RouteClass.values()) {
            sum += routes(known);
        }
        return sum;
    }

    /** Routes that are remembered, by what is known of them. */
    public long routes(RouteClass known) {
        return values.get(ROUTES_BY_CLASS + known.code());
    }

    /** Connections that were opened, ever. */
    public long connectionsOpened() {
        return values.get(CONNECTIONS_OPENED);
    }

    /** Requests sent a second time because a kept connection was dead, ever. */
    public long resent() {
        return values.get(RESENT);
    }

    /** Redirects followed, ever. */
    public long redirected() {
        return values.get(REDIRECTED);
    }

    /** Calls ended this way, ever. */
    public long ended(Outcome outcome) {
        return values.get(ENDED + outcome.code());
    }

    void openCalls(RouteClass known, int change) {
        add(OPEN_CALLS, change);
        add(OPEN_BY_CLASS + known.code(), change);
    }

    void waitingCalls(int change) {
        add(WAITING_CALLS, change);
    }

    void undeliveredEnds(int change) {
        add(UNDELIVERED_ENDS, change);
    }

    void connections(int change) {
        add(CONNECTIONS, change);
    }

    void idleConnections(int change) {
        add(IDLE_CONNECTIONS, change);
    }

    void destinations(int change) {
        add(DESTINATIONS, change);
    }

    void routes(RouteClass known, int change) {
        add(ROUTES_BY_CLASS + known.code(), change);
    }

    void connectionOpened() {
        add(CONNECTIONS_OPENED, 1);
    }

    void resentOne() {
        add(RESENT, 1);
    }

    void redirectedOne() {
        add(REDIRECTED, 1);
    }

    void endedOne(Outcome outcome) {
        add(ENDED + outcome.code(), 1);
    }

    /** One writer: no atomic addition is needed, only that readers see whole values in time. */
    private void add(int index, int change) {
        values.lazySet(index, values.getPlain(index) + change);
    }
}
