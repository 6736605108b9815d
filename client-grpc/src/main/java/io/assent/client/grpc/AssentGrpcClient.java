package io.assent.client.grpc;

import com.google.protobuf.Empty;
import io.assent.client.AssentClient;
import io.assent.client.AssentException;
import io.assent.client.StillOngoing;
import io.assent.client.TransactionFailed;
import io.assent.client.internal.TransactionRequest;
import io.assent.grpc.DtmGrpc;
import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The way to a coordinator over gRPC: makes gids and transactions.
 *
 * <p>Safe for many threads; one client per coordinator is enough, its connection is kept and shared. What only HTTP offers (the state of
 * a transaction, stopping one by force) is in {@link io.assent.client.AssentClient}.
 */
public final class AssentGrpcClient implements AutoCloseable {

    private static final long CLOSE_SECONDS = 5;

    private final DtmExchange exchange;
    private final GrpcCoordinator coordinator;
    private final ManagedChannel own;

    private AssentGrpcClient(final Builder settings) {
        this.own = settings.channel == null ? plaintext(settings.target) : null;
        this.exchange =
                new DtmExchange(own == null ? settings.channel : own, settings.requestTimeout, settings.queries);
        this.coordinator = new GrpcCoordinator(exchange, settings.participants);
    }

    /**
     * Makes a client with a connection of its own, without TLS, and the default time-out of 10 s for an answer.
     *
     * @param target where the coordinator is: {@code host:36790}.
     * @return the client; nothing is sent yet.
     */
    public static AssentGrpcClient connect(final String target) {
        return builder(target).build();
    }

    /**
     * Makes a client on a channel that stays its maker's: with TLS, interceptors, name resolution or a transport of his choice.
     *
     * @param channel the channel; {@link #close()} leaves it open.
     * @return the client; nothing is sent yet.
     */
    public static AssentGrpcClient of(final Channel channel) {
        return builder(channel).build();
    }

    /**
     * Begins a client with settings of its own and its own connection, without TLS.
     *
     * @param target where the coordinator is: {@code host:36790}.
     * @return the builder.
     */
    public static Builder builder(final String target) {
        return new Builder(checkedTarget(target), null);
    }

    /**
     * Begins a client with settings of its own on a channel that stays its maker's.
     *
     * @param channel the channel; {@link #close()} leaves it open.
     * @return the builder.
     */
    public static Builder builder(final Channel channel) {
        if (channel == null) {
            throw new IllegalArgumentException("the channel must not be null");
        }
        return new Builder("", channel);
    }

    /**
     * Asks the coordinator for a new global id.
     *
     * @return the gid.
     */
    public String newGid() {
        final String gid = exchange.call(
                        "newGid", DtmGrpc.getNewGidMethod(), Empty.getDefaultInstance(), exchange.timeout())
                .getGid();
        if (gid.isEmpty()) {
            throw new AssentException("newGid: expected a gid, found an empty one", 0, null);
        }
        return gid;
    }

    /**
     * Begins a saga.
     *
     * @param gid its global id; printable ASCII, since participants get it as metadata.
     * @return the builder; nothing is sent before its {@code submit()}.
     */
    public GrpcSaga saga(final String gid) {
        return new GrpcSaga(coordinator, gid);
    }

    /**
     * Begins a two-phase message.
     *
     * @param gid its global id; printable ASCII, since participants get it as metadata.
     * @return the builder.
     */
    public GrpcMsg msg(final String gid) {
        return new GrpcMsg(coordinator, gid);
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

    /** Closes the connection if it is the client's own; calls under way get 5 s to end. */
    @Override
    public void close() {
        if (own == null) {
            return;
        }
        own.shutdown();
        try {
            if (!own.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                own.shutdownNow();
            }
        } catch (final InterruptedException e) {
            own.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    static ManagedChannel plaintext(final String target) {
        return Grpc.newChannelBuilder(target, InsecureChannelCredentials.create())
                .build();
    }

    private static String checkedTarget(final String target) {
        if (target == null || !target.matches("([a-z]+:///)?[^/\\s]+:[0-9]{1,5}")) {
            throw new IllegalArgumentException("the target must look like host:36790, but is " + target);
        }
        return target;
    }

    /** The settings of a client. */
    public static final class Builder {

        private final String target;
        private final Channel channel;
        private Duration requestTimeout = Duration.ofSeconds(10);
        private Function<String, ManagedChannel> participants = AssentGrpcClient::plaintext;
        private AssentClient queries;

        private Builder(final String target, final Channel channel) {
            this.target = target;
            this.channel = channel;
        }

        /**
         * Bounds one call to the coordinator, the making of a connection included. A transaction with a longer {@code requestTimeout} of
         * its own extends it, since a waiting submit lasts that long.
         *
         * @param timeout the bound; 10 s unless set.
         * @return this.
         */
        public Builder requestTimeout(final Duration timeout) {
            if (timeout.isNegative() || timeout.isZero()) {
                throw new IllegalArgumentException("requestTimeout must be longer than zero, but is " + timeout);
            }
            this.requestTimeout = timeout;
            return this;
        }

        /**
         * Says how to reach a participant, which {@link GrpcMsg#doAndSubmit} asks when it does not know how the local transaction ended.
         *
         * @param channels makes a channel to {@code host:port}; it is shut down after the one call. Without TLS unless set.
         * @return this.
         */
        public Builder participantChannels(final Function<String, ManagedChannel> channels) {
            this.participants = channels;
            return this;
        }

        /**
         * Says how to ask about a transaction when an answer does not tell its status. Only DTM's own server needs it: it says FAILURE of
         * transactions that go on, and its gRPC has no query.
         *
         * @param http a client of the same coordinator over HTTP; without one such an answer is an {@link AssentException}.
         * @return this.
         */
        public Builder queries(final AssentClient http) {
            this.queries = http;
            return this;
        }

        /**
         * Makes the client.
         *
         * @return the client; nothing is sent yet.
         */
        public AssentGrpcClient build() {
            return new AssentGrpcClient(this);
        }
    }
}
