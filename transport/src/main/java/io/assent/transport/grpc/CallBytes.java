package io.assent.transport.grpc;

import io.assent.transport.MemoryBudget;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;

/**
 * Counts what one call of a client makes the library hold: the call itself, and the part of its message that has arrived. When the budget has no room
 * for it the call is refused; one that is none of ours costs its client the connection. Its connection's event loop.
 */
final class CallBytes extends ServerStreamTracer {
    /** Of a call, whatever it sends: its stream, its metadata and its place with us. */
    static final int CALL_BYTES = 8 << 10;

    private static final int PART_BYTES = 256;

    static final Context.Key<CallBytes> CURRENT = Context.key("assent-call-bytes");

    private final MemoryBudget.Share share;
    private GrpcConnection connection;
    private GrpcExchange exchange;
    private boolean refused;

    static ServerStreamTracer.Factory factory(MemoryBudget budget) {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata metadata) {
                return new CallBytes(budget.share(MemoryBudget.Use.GRPC));
            }
        };
    }

    private CallBytes(MemoryBudget.Share share) {
        this.share = share;
        this.refused = !share.hold(CALL_BYTES);
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(CURRENT, this);
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
        connection = call.getAttributes().get(GrpcConnections.CONNECTION);
    }

    /** It is a call of this service. Answers false when it can not be taken. */
    boolean belongsTo(GrpcExchange ours) {
        exchange = ours;
        return !refused;
    }

    /** Each part of a message is kept as it came, a small one at the price of its objects. */
    @Override
    public void inboundWireSize(long bytes) {
        if (refused || !share.holdMore(bytes + PART_BYTES)) {
            refused = true;
            refuse();
        }
    }

    /** The message is whole. Answers false when it can not be kept. */
    boolean keeps(int messageBytes) {
        return !refused && share.hold(CALL_BYTES + messageBytes);
    }

    /** The message is taken: what it has become, others count. */
    void messageTaken() {
        if (!refused) {
            share.hold(CALL_BYTES);
        }
    }

    private void refuse() {
        if (exchange != null) {
            exchange.noRoom();
        } else if (connection != null) {
            connection.close();
        }
    }

    @Override
    public void streamClosed(Status status) {
        share.free();
    }
}
