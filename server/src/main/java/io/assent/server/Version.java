package io.assent.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

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

    /** Of the gRPC library, which does not tell its own; the build writes it down. */
    public static String grpc() {
        Properties versions = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/versions.properties")) {
            versions.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException("versions.properties of this build", e);
        }
        return versions.getProperty("grpc");
    }
}
