package io.assent.transport.grpc;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * What the library logs. It prints a stack trace for every frame, header and message that a client gets wrong; the client is told by a status, a reset or
 * GOAWAY, and whoever reads the log can do nothing about it. So a client could fill the log of its server.
 */
final class LibraryLog {
    /** Kept here, because a logger that nobody holds forgets its level. */
    private static final List<Logger> OF_CLIENT_FAULTS = List.of(
            Logger.getLogger("io.grpc.netty.NettyServerHandler"),
            Logger.getLogger("io.grpc.netty.NettyServerStream"),
            Logger.getLogger("io.grpc.netty.NettyServerTransport.connections"));

    private LibraryLog() {}

    /** Leaves those warnings out. What the library takes for a fault of ours is logged elsewhere, and stays. */
    static void leaveOutClientFaults() {
        OF_CLIENT_FAULTS.forEach(logger -> logger.setLevel(Level.SEVERE));
    }
}
