package io.assent.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * How the file descriptors of the process are shared out, so that no number of connections takes those that the journal needs.
 *
 * @param limit that the process may have open
 * @param clients connections of clients, of HTTP and of gRPC each
 * @param calls connections of HTTP calls to participants
 * @param channels connections of gRPC calls to participants
 */
record Descriptors(long limit, int clients, int calls, int channels) {
    /** For the journal, the libraries' jars, listeners, event loops and probes. */
    static final int OWN_FILES = 256;

    static final int LIMIT_MIN = 1_024;

    private static final int CALLS_MAX = 8_192;
    private static final int CHANNELS_MAX = 1_024;
    private static final int SHARES = 8;

    /** @param connectionsMax that the operator allows clients, of HTTP and of gRPC each */
    static Descriptors of(long limit, int connectionsMax) {
        long share = Math.max(1, (limit - OWN_FILES) / SHARES);
        return new Descriptors(limit, (int) Math.min(connectionsMax, 3 * share), (int) Math.min(CALLS_MAX, share), (int)
                Math.min(CHANNELS_MAX, share));
    }

    /** What the system allows this process; without a bound where it does not say. */
    static long systemLimit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Integer.MAX_VALUE;
    }
}
