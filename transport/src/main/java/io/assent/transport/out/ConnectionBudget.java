package io.assent.transport.out;

import java.util.ArrayDeque;
import java.util.List;
import java.util.stream.Stream;

/**
 * Shares the connections of a loop among its destinations. Idle ones give way to those that are needed. When many are in use, a destination
 * that does not answer gets fewer than one that does, so that thousands that hang leave room for those that are well.
 *
 * <p>HttpDestinations that must wait for a connection stand in a line, one line per rank: all in one line may open a connection or none may,
 * and so a head that may not holds up nobody who may.
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

    /** Whether the destination may open a further connection; closes idle ones of others for it. */
    boolean mayConnect(HttpDestination destination) {
        int allowed = allowed(rank(destination));
        while (connections >= allowed && longestIdle != null) {
            longestIdle.close();
        }
        return connections < allowed;
    }

    /** Has the destination served when a connection becomes free. */
    void standInLine(HttpDestination destination) {
        if (!destination.inLine) {
            destination.inLine = true;
            lines.get(rank(destination)).add(destination);
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
            if (head.waiting() > 0 && rank(head) == rank && !mayConnect(head)) {
                break;
            }
            line.poll();
            head.inLine = false;
            if (head.waiting() > 0 && rank(head) != rank) {
                standInLine(head);
            } else {
                head.pump();
            }
            moved = true;
        }
        return moved;
    }

    /** How many connections there may be in all when a destination of this rank opens one. */
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

    /** 0 for those that answer, 1 for those never called; of the others the lower the fewer connections they have. */
    private int rank(HttpDestination destination) {
        if (destination.proven()) {
            return 0;
        }
        if (destination.connections() == 0) {
            return destination.untried() ? 1 : 2;
        }
        return destination.connections() < fewConnections ? 3 : 4;
    }
}
