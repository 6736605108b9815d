package io.assent.transport.out;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.concurrent.TimeUnit;

/** A destination of gRPC calls: one channel with a connection to each address of the host, opened on demand and closed when unused. */
final class GrpcDestination extends Destination {
    private static final long RECONNECT_NS_MIN = TimeUnit.MILLISECONDS.toNanos(250);

    private final Idle idle = new Idle();
    private ManagedChannel channel;
    /** Whether the channel has ever had a connection. */
    private boolean hadConnection;

    private long reconnectedNs;

    /** Whether it stands in the line for a channel. */
    boolean inLine;

    /** The time an unused channel is kept. */
    private final class Idle extends Deadlines.Timed {
        @Override
        void expired() {
            dispatcher.grpcChannels.idleTimedOut(GrpcDestination.this);
        }
    }

    GrpcDestination(Dispatcher dispatcher, Key key, String authority) {
        super(dispatcher, key, authority, dispatcher.config.pool().openCallsPerDestinationMax());
    }

    @Override
    boolean mayBegin(Route route) {
        return channel != null || dispatcher.grpcChannels.mayOpen(this);
    }

    @Override
    void begin(OutboundCall call) {
        if (channel == null) {
            channel = dispatcher.grpcChannels.open(this);
        }
        dispatcher.deadlines.cancel(idle);
        dispatcher.grpcChannels.noLongerIdle(this);
        ((GrpcCall) call).send(channel, isLost());
    }

    /** Whether the channel has no connection at the moment although there was one, or cannot get one. */
    private boolean isLost() {
        ConnectivityState state = channel.getState(false);
        return state == ConnectivityState.TRANSIENT_FAILURE || (hadConnection && state != ConnectivityState.READY);
    }

    /** A channel that has lost its participant does not wait out its pause but tries again now. */
    void reconnect() {
        long nowNs = System.nanoTime();
        if (nowNs - reconnectedNs >= RECONNECT_NS_MIN) {
            reconnectedNs = nowNs;
            channel.resetConnectBackoff();
        }
    }

    /** A call went out over a connection of the channel. */
    void connected() {
        hadConnection = true;
    }

    @Override
    boolean isConnected() {
        return channel != null;
    }

    @Override
    void restIfIdle() {
        if (channel != null && openCalls() == 0 && waiting() == 0 && !idle.timed()) {
            dispatcher.grpcChannels.idle(this);
        }
        super.restIfIdle();
    }

    void startIdling() {
        dispatcher.deadlines.start(idle, dispatcher.config.grpc().idleTimeoutMs(), System.nanoTime());
    }

    /** Closes the channel. Nobody may be using it. */
    void disconnect() {
        dispatcher.deadlines.cancel(idle);
        channel.shutdownNow();
        channel = null;
        hadConnection = false;
        super.restIfIdle();
    }
}
