package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.TimeUnit;

/**
 * A branch call over gRPC: open means handed to the channel of its destination, which may still be connecting.
 *
 * <p>The dispatcher keeps its deadline, as for every call, so that a pause of this process ends no call whose reply has arrived. The library
 * is not told of it; only the header is written that tells the participant.
 */
final class GrpcCall extends OutboundCall {
    /** How long a call waits for a channel that had lost its participant to find it again. */
    private static final int RECONNECT_MS = 1_000;
    /** How often it asks the channel meanwhile not to pause. */
    private static final int RECONNECT_STEP_MS = 250;

    private static final Metadata.Key<String> TIMEOUT = GrpcMetadata.key("grpc-timeout");
    private static final long TIMEOUT_MILLIS_MAX = 99_999_999;
    private static final long MILLIS_PER_HOUR = 3_600_000;

    private final GrpcTarget target;
    private final Metadata metadata;
    private final Reconnecting reconnecting = new Reconnecting();
    private ClientCall<BranchCall, Boolean> call;
    /** What the library still tells of it is of no interest. */
    private boolean dropped;

    GrpcCall(Dispatcher dispatcher, BranchCall branch, GrpcTarget target, Metadata metadata) {
        super(dispatcher, branch);
        this.target = target;
        this.metadata = metadata;
    }

    /** @param lost whether the channel has no connection at the moment and is trying to get one */
    void send(Channel channel, boolean lost) {
        long nowNs = System.nanoTime();
        metadata.put(TIMEOUT, timeout(remainingMs(nowNs)));
        CallOptions options = CallOptions.DEFAULT.withStreamTracerFactory(new Tracing());
        if (lost) {
            options = options.withWaitForReady();
            reconnecting.start(nowNs);
        }
        call = channel.newCall(target.method, options);
        call.start(new Reply(), metadata);
        call.request(2);
        call.sendMessage(branch);
        call.halfClose();
    }

    /** At most eight digits and a unit. */
    private static String timeout(long ms) {
        return ms <= TIMEOUT_MILLIS_MAX ? ms + "m" : ms / MILLIS_PER_HOUR + "H";
    }

    @Override
    void drop() {
        dropped = true;
        dispatcher.deadlines.cancel(reconnecting);
        if (call != null) {
            call.cancel("nobody waits for it any more", null);
        }
    }

    private void closed(Status status) {
        if (!dropped) {
            dispatcher.deadlines.cancel(reconnecting);
            Outcome outcome = GrpcVerdict.outcome(status);
            dispatcher.end(this, outcome, dispatcher.boundedText(GrpcVerdict.text(outcome, status)));
            dispatcher.flush();
        }
    }

    private void onTheWire() {
        if (!dropped) {
            dispatcher.deadlines.cancel(reconnecting);
            ((GrpcDestination) destination).connected();
            dispatcher.written(this);
        }
    }

    private final class Reconnecting extends Deadlines.Timed {
        private long startedNs;

        void start(long nowNs) {
            startedNs = nowNs;
            again(nowNs);
        }

        private void again(long nowNs) {
            ((GrpcDestination) destination).reconnect();
            dispatcher.deadlines.start(this, RECONNECT_STEP_MS, nowNs);
        }

        @Override
        void expired() {
            long nowNs = System.nanoTime();
            if (nowNs - startedNs < TimeUnit.MILLISECONDS.toNanos(RECONNECT_MS)) {
                again(nowNs);
                return;
            }
            drop();
            dispatcher.unknown(GrpcCall.this, "no connection to " + destination.origin);
            dispatcher.flush();
        }
    }

    private final class Reply extends ClientCall.Listener<Boolean> {
        private int messages;

        @Override
        public void onMessage(Boolean message) {
            messages++;
        }

        @Override
        public void onClose(Status told, Metadata trailers) {
            Status status = told.isOk() && messages != 1
                    ? Status.INTERNAL.withDescription("the reply has " + messages + " messages in place of one")
                    : told;
            if (dispatcher.loop.inEventLoop()) {
                closed(status);
            } else {
                dispatcher.loop.execute(() -> closed(status));
            }
        }
    }

    /** Hears that a connection has taken the call. */
    private final class Tracing extends ClientStreamTracer.Factory {
        @Override
        public ClientStreamTracer newClientStreamTracer(ClientStreamTracer.StreamInfo info, Metadata headers) {
            return new ClientStreamTracer() {
                @Override
                public void streamCreated(Attributes transport, Metadata sent) {
                    onTheWire();
                }
            };
        }
    }
}
