package io.assent.client;

import io.assent.client.internal.TransactionRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * The way to a coordinator: makes gids and transactions, and asks about them.
 *
 * <p>Safe for many threads; one client per coordinator is enough, its connections are kept and shared.
 */
public final class AssentClient {

    private final Exchange exchange;
    private final HttpCoordinator coordinator;

    private AssentClient(final Exchange exchange) {
        this.exchange = exchange;
        this.coordinator = new HttpCoordinator(exchange);
    }

    /**
     * Makes a client with the default time-outs: 3 s to connect, 10 s for an answer.
     *
     * @param baseUrl where the coordinator is, with its path: {@code http://host:36789/api/dtmsvr}.
     * @return the client; nothing is sent yet.
     */
    public static AssentClient connect(final String baseUrl) {
        return builder(baseUrl).build();
    }

    /**
     * Begins a client with settings of its own.
     *
     * @param baseUrl where the coordinator is, with its path: {@code http://host:36789/api/dtmsvr}.
     * @return the builder.
     */
    public static Builder builder(final String baseUrl) {
        return new Builder(baseUrl);
    }

    /**
     * Asks the coordinator for a new global id.
     *
     * @return the gid.
     */
    public String newGid() {
        final Map<String, Object> answer = Exchange.json(exchange.get("newGid", ""), "newGid");
        if ("SUCCESS".equals(answer.get("dtm_result")) && answer.get("gid") instanceof String gid && !gid.isEmpty()) {
            return gid;
        }
        throw new AssentException("newGid: expected dtm_result SUCCESS and a gid, found " + answer, 200, null);
    }

    /**
     * Asks for the version of the coordinator.
     *
     * @return its version text.
     */
    public String version() {
        final Map<String, Object> answer = Exchange.json(exchange.get("version", ""), "version");
        if (answer.get("version") instanceof String version) {
            return version;
        }
        throw new AssentException("version: expected a version text, found " + answer, 200, null);
    }

    /**
     * Asks for the state of a transaction.
     *
     * @param gid its global id.
     * @return the transaction and its branches, empty if the coordinator does not know it.
     */
    public Optional<TransactionView> query(final String gid) {
        return exchange.query(TransactionRequest.checkedGid(gid));
    }

    /**
     * Begins a saga.
     *
     * @param gid its global id.
     * @return the builder; nothing is sent before its {@code submit()}.
     */
    public Saga saga(final String gid) {
        return new Saga(coordinator, gid);
    }

    /**
     * Begins a two-phase message.
     *
     * @param gid its global id.
     * @return the builder.
     */
    public Msg msg(final String gid) {
        return new Msg(coordinator, gid);
    }

    /**
     * Aborts a prepared transaction.
     *
     * @param gid its global id.
     * @param transType its type, {@code msg}, {@code tcc} or {@code xa}.
     * @param reason why, shown as the rollback reason; empty for none.
     * @throws TransactionFailed if it has failed already.
     * @throws StillOngoing if its status or its type does not allow it.
     */
    public void abort(final String gid, final String transType, final String reason) {
        coordinator.abort(TransactionRequest.abort(gid, transType, reason));
    }

    /**
     * Ends an unfinished transaction as failed without calling any branch: an operator's last resort.
     *
     * @param gid its global id.
     * @throws TransactionFailed if it has failed already.
     */
    public void forceStop(final String gid) {
        exchange.post("forceStop", gid, Map.of("gid", TransactionRequest.checkedGid(gid)), exchange.timeout());
    }

    /** The settings of a client. */
    public static final class Builder {

        private final String baseUrl;
        private Duration connectTimeout = Duration.ofSeconds(3);
        private Duration requestTimeout = Duration.ofSeconds(10);
        private HttpClient http;

        private Builder(final String baseUrl) {
            final URI uri = URI.create(baseUrl);
            if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                throw new IllegalArgumentException(
                        "the base URL must look like http://host:36789/api/dtmsvr, but is " + baseUrl);
            }
            this.baseUrl = baseUrl.endsWith("/") ? baseUrl.substring(0, baseUrl.length() - 1) : baseUrl;
        }

        /**
         * Bounds the making of a connection.
         *
         * @param timeout the bound; 3 s unless set.
         * @return this.
         */
        public Builder connectTimeout(final Duration timeout) {
            this.connectTimeout = positive(timeout, "connectTimeout");
            return this;
        }

        /**
         * Bounds one call to the coordinator. A transaction with a longer {@code requestTimeout} of its own extends it, since a
         * waiting submit lasts that long.
         *
         * @param timeout the bound; 10 s unless set.
         * @return this.
         */
        public Builder requestTimeout(final Duration timeout) {
            this.requestTimeout = positive(timeout, "requestTimeout");
            return this;
        }

        /**
         * Uses the connections of another HTTP client, which also brings its own connect time-out, proxy and trust settings.
         *
         * @param shared the client to share.
         * @return this.
         */
        public Builder httpClient(final HttpClient shared) {
            this.http = shared;
            return this;
        }

        /**
         * Makes the client.
         *
         * @return the client; nothing is sent yet.
         */
        public AssentClient build() {
            final HttpClient client = http != null
                    ? http
                    : HttpClient.newBuilder()
                            .version(HttpClient.Version.HTTP_1_1)
                            .connectTimeout(connectTimeout)
                            .build();
            return new AssentClient(new Exchange(client, baseUrl, requestTimeout));
        }

        private static Duration positive(final Duration timeout, final String name) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException(name + " must be longer than zero, but is " + timeout);
            }
            return timeout;
        }
    }
}
