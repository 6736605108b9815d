package io.assent.transport.out;

import io.assent.transport.SteadyTasks;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Tells a channel the addresses of its host, and tells it anew while it is open: at a fixed interval, and sooner when a connection is lost.
 * Addresses come from {@link Names}, like those of HTTP. Its event loop.
 */
final class GrpcNames extends NameResolver {
    /** A host that can not be reached is not looked up more often than this. */
    private static final int REFRESH_MS_MIN = 1_000;

    private final Dispatcher dispatcher;
    private final GrpcDestination destination;
    private final String host;
    private Listener2 listener;
    private Names.Waiter waiter;
    private Future<?> nextLook;
    private boolean literal;
    private boolean stopped;

    GrpcNames(Dispatcher dispatcher, GrpcDestination destination) {
        this.dispatcher = dispatcher;
        this.destination = destination;
        this.host = destination.key.host();
    }

    @Override
    public String getServiceAuthority() {
        return destination.origin;
    }

    @Override
    public void start(Listener2 told) {
        listener = told;
        byte[] address = NetUtil.createByteArrayFromIpAddressString(host);
        literal = address != null;
        if (literal) {
            try {
                tell(new InetAddress[] {InetAddress.getByAddress(host, address)});
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("an address of " + address.length + " bytes", impossible);
            }
        } else {
            look(dispatcher.config.names().ttlMs());
        }
    }

    @Override
    public void refresh() {
        if (dispatcher.loop.inEventLoop()) {
            look(REFRESH_MS_MIN);
        } else {
            dispatcher.loop.execute(() -> look(REFRESH_MS_MIN));
        }
    }

    private void look(int ageMsMax) {
        if (literal || stopped || waiter != null) {
            return;
        }
        waiter = new Names.Waiter(dispatcher.loop) {
            @Override
            void resolved(InetAddress[] found, String failure) {
                if (waiter == this) {
                    waiter = null;
                    GrpcNames.this.resolved(found, failure);
                }
            }
        };
        InetAddress[] known = dispatcher.names.lookUp(host, ageMsMax, waiter);
        if (known != null) {
            waiter = null;
            resolved(known, null);
        }
    }

    private void resolved(InetAddress[] found, String failure) {
        if (stopped) {
            return;
        }
        int refreshMs = dispatcher.config.grpc().refreshMs();
        if (nextLook != null) {
            nextLook.cancel(false);
        }
        // Planned first: telling may throw.
        nextLook = dispatcher.loop.schedule(
                dispatcher.tasks.steady(SteadyTasks.Kind.NAMES, () -> look(refreshMs / 2)),
                refreshMs,
                TimeUnit.MILLISECONDS);
        if (failure == null) {
            tell(found);
        } else {
            listener.onError(Status.UNAVAILABLE.withDescription(failure));
        }
    }

    private void tell(InetAddress[] found) {
        int count = Math.min(found.length, dispatcher.config.grpc().addressesMax());
        List<EquivalentAddressGroup> groups = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            groups.add(new EquivalentAddressGroup(new InetSocketAddress(found[i], destination.key.port())));
        }
        listener.onResult(ResolutionResult.newBuilder()
                .setAddressesOrError(StatusOr.fromValue(groups))
                .build());
    }

    @Override
    public void shutdown() {
        stopped = true;
        if (waiter != null) {
            dispatcher.names.forget(host, waiter);
            waiter = null;
        }
        if (nextLook != null) {
            nextLook.cancel(false);
        }
    }
}
