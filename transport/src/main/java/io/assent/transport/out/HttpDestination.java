package io.assent.transport.out;

import java.net.InetAddress;
import java.util.ArrayList;

/** A destination of HTTP calls: its connections, each of which carries one call at a time. */
final class HttpDestination extends Destination {
    /** Through which its connections go, or null. */
    final ProxyRules.Proxy proxy;

    private final ArrayList<Connection> idle = new ArrayList<>();
    private int connections;

    /** In which of the lines for a connection it stands, a bit each. */
    int inLines;
    /** Which of the addresses of the host answered last. */
    InetAddress goodAddress;

    HttpDestination(Dispatcher dispatcher, Key key, String origin, ProxyRules.Proxy proxy) {
        super(
                dispatcher,
                key,
                origin,
                Math.min(
                        dispatcher.config.pool().openCallsPerDestinationMax(),
                        dispatcher.config.pool().connectionsPerDestinationMax()));
        this.proxy = proxy;
    }

    int connections() {
        return connections;
    }

    @Override
    boolean mayBegin(Route route) {
        if (!idle.isEmpty()) {
            return true;
        }
        if (connections >= bounds.connectionsPerDestinationMax()) {
            return false;
        }
        if (!dispatcher.budget.mayConnect(route)) {
            dispatcher.budget.standInLine(route);
            return false;
        }
        return true;
    }

    @Override
    void begin(OutboundCall call) {
        HttpCall begun = (HttpCall) call;
        if (idle.isEmpty()) {
            new Dial(begun).begin();
        } else {
            Connection connection = idle.get(idle.size() - 1);
            removeIdle(connection);
            connection.send(begun);
        }
    }

    @Override
    boolean isConnected() {
        return connections > 0;
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
}
