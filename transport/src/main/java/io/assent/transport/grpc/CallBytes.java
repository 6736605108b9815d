package io.assent.transport.grpc;

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
    /** Parts lie in the buffers that they were read into, which are larger. */
    private static final int BUFFERS_PER_BYTE = 2;

    static final Context.Key<CallBytes> CURRENT = Context.key("assent-call-bytes");

    private GrpcConnection connection;
    /** Its part of the share of its connection. */
    private long held;

    private GrpcExchange exchange;
    private boolean refused;

    static ServerStreamTracer.Factory factory() {
        return new ServerStreamTracer.Factory() {
            @Override
            public ServerStreamTracer newServerStreamTracer(String method, Metadata metadata) {
                return new CallBytes();
            }
        };
    }

    private boolean hold(long bytes) {
        if (connection.share().holdMore(bytes - held)) {
            held = bytes;
            return true;
        }
        return false;
    }

    @Override
    public Context filterContext(Context context) {
        return context.withValue(CURRENT, this);
    }

    @Override
    public void serverCallStarted(ServerCallInfo<?, ?> call) {
        connection = call.getAttributes().get(GrpcConnections.CONNECTION);
        refused = !hold(CALL_BYTES);
    }

    /** It is a call of this service. Answers false when it can not be taken. */
    boolean belongsTo(GrpcExchange ours) {
        exchange = ours;
        return !refused;
    }

    /** Each part of a message is kept as it came, a small one at the price of its objects. */
    @Override
    public void inboundWireSize(long bytes) {
        if (connection == null) {
            // A method that is none: its call ends where it begins.
            return;
        }
        if (refused || !hold(held + BUFFERS_PER_BYTE * bytes + PART_BYTES)) {
            refused = true;
            refuse();
        }
    }

    /** The message is whole. Answers false when it can not be kept. */
    boolean keeps(int messageBytes) {
        return !refused && hold(CALL_BYTES + messageBytes);
    }

    /** The message is taken: what it has become, others count. */
    void messageTaken() {
        if (!refused) {
            hold(CALL_BYTES);
        }
    }

    /** Its reply is so large, until it is taken. Answers false when there is no room for it. */
    boolean replies(long bytes) {
        return !refused && hold(CALL_BYTES + bytes);
    }

    private void refuse() {
        if (exchange != null) {
            exchange.noRoom();
        } else {
            connection.close();
        }
    }

    @Override
    public void streamClosed(Status status) {
        if (connection != null) {
            hold(0);
        }
    }
}
