package io.assent.transport.grpc;

import java.net.InetAddress;
import java.util.List;

/**
 * Bounds of the gRPC front. Times in milliseconds.
 *
 * @param bindAddresses to listen on, all at the same port
 * @param port 0 for any free one
 * @param connectionsMax connections at most; one more is closed
 * @param callsPerConnectionMax calls that one connection may have open; the client holds back what is more
 * @param messageBytesMax of a request, after decompression
 * @param metadataBytesMax of a request
 * @param idleMs how long a connection without a call stays open
 * @param wholeRequestMs in which a request has to arrive
 * @param stalledWriteMs in which a client has to take a reply
 */
public record GrpcFrontConfig(
        List<InetAddress> bindAddresses,
        int port,
        int connectionsMax,
        int callsPerConnectionMax,
        int messageBytesMax,
        int metadataBytesMax,
        long idleMs,
        long wholeRequestMs,
        long stalledWriteMs) {

    public static GrpcFrontConfig of(List<InetAddress> bindAddresses, int port) {
        return new GrpcFrontConfig(bindAddresses, port, 10_000, 10_000, 4 << 20, 16 << 10, 75_000, 30_000, 30_000);
    }
}
