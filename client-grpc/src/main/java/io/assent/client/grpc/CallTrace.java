package io.assent.client.grpc;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;

/** How far one call came. Written by the transport, read by the caller when the call is over. */
final class CallTrace extends ClientStreamTracer.Factory {

    private volatile boolean sent;
    private volatile boolean answered;

    /** Whether anything of it went over a connection, in any attempt. */
    boolean sent() {
        return sent;
    }

    /** Whether the status is the other side's own. */
    boolean answered() {
        return answered;
    }

    @Override
    public ClientStreamTracer newClientStreamTracer(final ClientStreamTracer.StreamInfo info, final Metadata headers) {
        return new ClientStreamTracer() {
            @Override
            public void outboundHeaders() {
                sent = true;
            }

            @Override
            public void inboundTrailers(final Metadata trailers) {
                answered = true;
            }
        };
    }
}
