package io.assent.transport.out;

import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shares the connections of a loop among its destinations. Idle ones give way to those that are needed. When many are in use, a route
 * that does not answer gets fewer than one that does, so that thousands that hang leave room for those that are well.
 *
 * <p>Destinations with routes that must wait for a connection stand in lines, one line per rank: all in one line may open a connection or none
 * may, and so a head that may not holds up nobody who may.
 */
final class ConnectionBudget {
    private static final int RANKS = 5;

    private final int connectionsMax;
    private final int fewConnections;
    private final DispatcherCounters counters;
    private final List<ArrayDeque<HttpDestination>> lines = Stream.generate(() -> new ArrayDeque<HttpDestination>())
            .limit(RANKS)
            .toList();
    private Connection longestIdle;
    private Connection latestIdle;
    private int connections;
    private boolean serving;

    ConnectionBudget(DispatcherConfig.Pool bounds, DispatcherCounters counters) {
        this.connectionsMax = bounds.connectionsMax();
        this.fewConnections = bounds.suspectOpenCallsMax();
        this.counters = counters;
    }

    /** Whether a further connection may be opened for the route; closes idle ones of others for it. */
    boolean mayConnect(Route route) {
        return mayConnect(rank(route));
    }

    private boolean mayConnect(int rank) {
        int allowed = allowed(rank);
        while (connections >= allowed && longestIdle != null) {
            longestIdle.close();
        }
        return connections < allowed;
    }

    /** Has the destination of the route served when a connection becomes free for such a route. */
    void standInLine(Route route) {
        HttpDestination destination = (HttpDestination) route.destination;
        int rank = rank(route);
        if ((destination.inLines & 1 << rank) == 0) {
            destination.inLines |= 1 << rank;
            lines.get(rank).add(destination);
        }
    }

    /** Serves those in line, rank by rank, until nobody moves any more. */
    void serveLines() {
        if (serving) {
            return;
        }
        serving = true;
        try {
            boolean moved = true;
            while (moved) {
                moved = false;
                for (int rank = 0; rank < RANKS; rank++) {
                    moved |= serve(lines.get(rank), rank);
                }
            }
        } finally {
            serving = false;
        }
    }

    void connectionAdded() {
        connections++;
        counters.connections(1);
    }

    void connectionRemoved() {
        connections--;
        counters.connections(-1);
    }

    void idleAdded(Connection connection) {
        connection.idleBefore = latestIdle;
        if (latestIdle == null) {
            longestIdle = connection;
        } else {
            latestIdle.idleAfter = connection;
        }
        latestIdle = connection;
        counters.idleConnections(1);
    }

    void idleRemoved(Connection connection) {
        if (connection.idleBefore == null) {
            longestIdle = connection.idleAfter;
        } else {
            connection.idleBefore.idleAfter = connection.idleAfter;
        }
        if (connection.idleAfter == null) {
            latestIdle = connection.idleBefore;
        } else {
            connection.idleAfter.idleBefore = connection.idleBefore;
        }
        connection.idleBefore = null;
        connection.idleAfter = null;
        counters.idleConnections(-1);
    }

    boolean isIdle(Connection connection) {
        return connection.idleBefore != null || longestIdle == connection;
    }

    private boolean serve(ArrayDeque<HttpDestination> line, int rank) {
        boolean moved = false;
        for (HttpDestination head = line.peek(); head != null; head = line.peek()) {
            if (head.waiting() > 0 && !mayConnect(rank)) {
                break;
            }
            line.poll();
            head.inLines &= ~(1 << rank);
            head.pump();
            moved = true;
        }
        return moved;
    }

    /** How many connections there may be in all when one is opened for a route of this rank. */
    private int allowed(int rank) {
        int kept = switch (rank) {
            case 0 -> 0;
            case 1 -> connectionsMax / 8;
            case 2 -> connectionsMax / 4;
            case 3 -> connectionsMax / 4 + connectionsMax / 8;
            default -> connectionsMax / 2;
        };
        return Math.max(1, connectionsMax - kept);
    }

    /** 0 for routes that answer, 1 for destinations never called; of the others the lower the fewer connections they have. */
    private int rank(Route route) {
        if (route.known() == RouteClass.ANSWERING) {
            return 0;
        }
        HttpDestination destination = (HttpDestination) route.destination;
        if (destination.connections() == 0) {
            return destination.untried() ? 1 : 2;
        }
        return destination.connections() < fewConnections ? 3 : 4;
    }
}
