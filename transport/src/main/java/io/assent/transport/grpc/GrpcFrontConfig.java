package io.assent.transport.grpc;

/**
 * Bounds of the gRPC front. Times in milliseconds.
 *
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
        String bindAddress,
        int port,
        int connectionsMax,
        int callsPerConnectionMax,
        int messageBytesMax,
        int metadataBytesMax,
        long idleMs,
        long wholeRequestMs,
        long stalledWriteMs) {

    public static GrpcFrontConfig of(String bindAddress, int port) {
        return new GrpcFrontConfig(bindAddress, port, 10_000, 10_000, 4 << 20, 16 << 10, 75_000, 30_000, 30_000);
    }
}
