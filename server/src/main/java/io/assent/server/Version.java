package io.assent.server;

/** Which build this is. */
public final class Version {

    private Version() {}

    /** The version in the jar's manifest, or a word for a build that has none. */
    public static String text() {
        String version = Version.class.getPackage().getImplementationVersion();
        return "v" + (version == null ? "0.1.0-dev" : version);
    }

    /** Of Netty. */
    public static String netty() {
        io.netty.util.Version common = io.netty.util.Version.identify().get("netty-common");
        return common == null ? "unknown" : common.artifactVersion();
    }

    /** Of the gRPC library; there is none as long as gRPC is not served. */
    public static String grpc() {
        return "none";
    }
}
