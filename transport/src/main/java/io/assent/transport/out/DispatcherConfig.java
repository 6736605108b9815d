package io.assent.transport.out;

import java.nio.file.Path;
import java.util.Map;

/**
 * How branch calls go out. Bounds count per event loop, because connections belong to the loop that uses them.
 *
 * @param requestTimeoutMs time-out of the whole exchange for calls that bring none (RequestTimeout)
 * @param connectTimeoutMs for one address; the call's own deadline ends it earlier
 * @param bodyBytesMax longest body of a reply, before and after decompression
 * @param textBytesMax kept of a body for the error text
 * @param pool bounds of connections and calls
 * @param names bounds of name resolution, for all loops together
 * @param trustStore certificates that https trusts; null for those of the system
 * @param proxies which calls go through a proxy
 * @param inDocker whether {@code localhost} in URLs means the host of the container (IS_DOCKER)
 * @param grpc bounds of channels of gRPC calls
 */
public record DispatcherConfig(
        int requestTimeoutMs,
        int connectTimeoutMs,
        int bodyBytesMax,
        int textBytesMax,
        Pool pool,
        Names names,
        TrustStore trustStore,
        ProxyRules proxies,
        boolean inDocker,
        Grpc grpc) {

    /** What holds without any setting. */
    public static final DispatcherConfig DEFAULT = new DispatcherConfig(
            3_000, 10_000, 8 << 20, 4 << 10, Pool.DEFAULT, Names.DEFAULT, null, ProxyRules.NONE, false, Grpc.DEFAULT);

    public DispatcherConfig {
        Check.positive(requestTimeoutMs, "requestTimeoutMs");
        Check.positive(connectTimeoutMs, "connectTimeoutMs");
        Check.positive(bodyBytesMax, "bodyBytesMax");
        Check.positive(textBytesMax, "textBytesMax");
    }

    /** The defaults, with the proxies and the IS_DOCKER of an environment. */
    public static DispatcherConfig fromEnvironment(Map<String, String> environment) {
        String docker = environment.get("IS_DOCKER");
        return DEFAULT.withProxies(ProxyRules.fromEnvironment(environment))
                .withInDocker(docker != null && !docker.isEmpty());
    }

    /**
     * @param connectionsPerDestinationMax connections to one (scheme, host, port), those being opened included
     * @param openCallsPerDestinationMax calls to one destination that have left their queue
     * @param suspectOpenCallsMax the same for a route whose last calls all ended unknown
     * @param suspectAfter how many calls those are
     * @param connectionsMax connections to all destinations together; idle ones give way
     * @param destinationsIdleMax destinations remembered without a call or a connection
     * @param routesPerDestinationMax paths or methods of one destination that are kept apart; those beyond share one queue
     * @param routesMax the same for all destinations together
     * @param idleTimeoutMs how long a connection stays open without a call, unless the peer says how long it keeps it
     * @param connectionLifeMs how long a connection is used at all, so that changed addresses are noticed
     */
    public record Pool(
            int connectionsPerDestinationMax,
            int openCallsPerDestinationMax,
            int suspectOpenCallsMax,
            int suspectAfter,
            int connectionsMax,
            int destinationsIdleMax,
            int routesPerDestinationMax,
            int routesMax,
            int idleTimeoutMs,
            int connectionLifeMs) {
        public static final Pool DEFAULT = new Pool(128, 128, 4, 16, 8_192, 10_000, 256, 65_536, 4_000, 300_000);

        public Pool {
            Check.positive(connectionsPerDestinationMax, "connectionsPerDestinationMax");
            Check.positive(openCallsPerDestinationMax, "openCallsPerDestinationMax");
            Check.positive(suspectOpenCallsMax, "suspectOpenCallsMax");
            Check.positive(suspectAfter, "suspectAfter");
            Check.positive(connectionsMax, "connectionsMax");
            Check.positive(destinationsIdleMax, "destinationsIdleMax");
            Check.positive(routesPerDestinationMax, "routesPerDestinationMax");
            Check.positive(routesMax, "routesMax");
            Check.positive(idleTimeoutMs, "idleTimeoutMs");
            Check.positive(connectionLifeMs, "connectionLifeMs");
        }
    }

    /**
     * @param ttlMs how long an answer counts as fresh; an older one is used while a new one is fetched
     * @param staleMs how long an old answer is used at most when no new one comes
     * @param failureTtlMs how long a failure is remembered
     * @param timeoutMs how long a call waits for an answer; the lookup itself cannot be stopped
     * @param cachedMax names remembered
     * @param threadsMax lookups at a time
     * @param slowThreadsMax lookups at a time of names whose last lookup took longer than the time-out
     * @param queueMax lookups that wait for a thread
     */
    public record Names(
            int ttlMs,
            int staleMs,
            int failureTtlMs,
            int timeoutMs,
            int cachedMax,
            int threadsMax,
            int slowThreadsMax,
            int queueMax) {
        public static final Names DEFAULT = new Names(30_000, 300_000, 1_000, 5_000, 10_000, 64, 8, 10_000);

        public Names {
            Check.positive(ttlMs, "ttlMs");
            Check.positive(staleMs, "staleMs");
            Check.positive(failureTtlMs, "failureTtlMs");
            Check.positive(timeoutMs, "timeoutMs");
            Check.positive(cachedMax, "cachedMax");
            Check.positive(threadsMax, "threadsMax");
            Check.positive(slowThreadsMax, "slowThreadsMax");
            Check.positive(queueMax, "queueMax");
        }
    }

    /**
     * @param channelsMax channels, one for each gRPC target in use; unused ones give way
     * @param idleTimeoutMs how long a channel stays open without a call
     * @param refreshMs how often the addresses of a target in use are looked up
     * @param addressesMax addresses of one target that are connected to
     * @param tls which targets are called over TLS
     */
    public record Grpc(int channelsMax, int idleTimeoutMs, int refreshMs, int addressesMax, GrpcTls tls) {
        public static final Grpc DEFAULT = new Grpc(1_024, 60_000, 10_000, 16, GrpcTls.NONE);

        public Grpc {
            Check.positive(channelsMax, "channelsMax");
            Check.positive(idleTimeoutMs, "idleTimeoutMs");
            Check.positive(refreshMs, "refreshMs");
            Check.positive(addressesMax, "addressesMax");
        }

        public Grpc withTls(GrpcTls rules) {
            return new Grpc(channelsMax, idleTimeoutMs, refreshMs, addressesMax, rules);
        }
    }

    /** @param password null when the store has none */
    public record TrustStore(Path path, String password) {
        @Override
        public String toString() {
            return path.toString();
        }
    }

    public DispatcherConfig withRequestTimeoutMs(int timeoutMs) {
        return new DispatcherConfig(
                timeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                pool,
                names,
                trustStore,
                proxies,
                inDocker,
                grpc);
    }

    public DispatcherConfig withPool(Pool bounds) {
        return new DispatcherConfig(
                requestTimeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                bounds,
                names,
                trustStore,
                proxies,
                inDocker,
                grpc);
    }

    public DispatcherConfig withNames(Names bounds) {
        return new DispatcherConfig(
                requestTimeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                pool,
                bounds,
                trustStore,
                proxies,
                inDocker,
                grpc);
    }

    public DispatcherConfig withTrustStore(TrustStore store) {
        return new DispatcherConfig(
                requestTimeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                pool,
                names,
                store,
                proxies,
                inDocker,
                grpc);
    }

    public DispatcherConfig withProxies(ProxyRules rules) {
        return new DispatcherConfig(
                requestTimeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                pool,
                names,
                trustStore,
                rules,
                inDocker,
                grpc);
    }

    public DispatcherConfig withInDocker(boolean inside) {
        return new DispatcherConfig(
                requestTimeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                pool,
                names,
                trustStore,
                proxies,
                inside,
                grpc);
    }

    public DispatcherConfig withGrpc(Grpc bounds) {
        return new DispatcherConfig(
                requestTimeoutMs,
                connectTimeoutMs,
                bodyBytesMax,
                textBytesMax,
                pool,
                names,
                trustStore,
                proxies,
                inDocker,
                bounds);
    }

    /** Apart from the outer class, whose constants need those of the inner ones. */
    private static final class Check {
        static void positive(int value, String name) {
            if (value <= 0) {
                throw new IllegalArgumentException(name + " must be above 0, is " + value);
            }
        }
    }
}
