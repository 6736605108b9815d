package io.assent.transport.out;

import static io.assent.transport.out.Caller.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import io.assent.transport.out.Caller.Ended;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Channels: when they open and close, who gets one, and what becomes of calls when participants come and go. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class GrpcChannelTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    Path directory;

    private static DispatcherConfig with(DispatcherConfig.Grpc grpc) {
        return DispatcherConfig.DEFAULT.withGrpc(grpc);
    }

    private static DispatcherConfig.Grpc bounds(int channels, int idleMs, int refreshMs) {
        return new DispatcherConfig.Grpc(channels, idleMs, refreshMs, 16, GrpcTls.NONE);
    }

    private static Caller.Call call(Caller caller, GrpcParticipant participant) {
        return caller.call(participant.url()).protocol("grpc");
    }

    @Test
    void shouldSendCallsOfOneTargetOverOneConnection() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            List<Long> calls = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                calls.add(call(caller, participant).start());
            }
            calls.forEach(number -> assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS));
            assertThat(participant.connections).hasValue(1);
            assertThat(caller.dispatcher.counters().connectionsOpened()).isEqualTo(1);
        }
    }

    @Test
    void shouldWorkOnNioToo() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller(DispatcherConfig.DEFAULT, NameResolver.SYSTEM, false)) {
            assertThat(call(caller, participant).end().outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    @Test
    void shouldCloseAnUnusedChannelAndOpenItAgainOnDemand() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller(with(bounds(8, 100, 10_000)))) {
            assertThat(call(caller, participant).end().outcome()).isEqualTo(Outcome.SUCCESS);
            eventually(() -> participant.connections.get() == 0, "the unused connection closes");
            assertThat(caller.dispatcher.counters().connections()).isZero();
            assertThat(call(caller, participant).end().outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(caller.dispatcher.counters().connectionsOpened()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotCloseAChannelUnderACall() throws IOException {
        CountDownLatch answer = new CountDownLatch(1);
        try (GrpcParticipant participant = new GrpcParticipant(any -> {
                    await(answer);
                    return Status.OK;
                });
                Caller caller = new Caller(with(bounds(8, 50, 10_000)))) {
            long number = call(caller, participant).timeoutMs(30_000).start();
            eventually(() -> !participant.received.isEmpty(), "the call arrives");
            // Another destination's channel lives its whole idle time meanwhile.
            try (GrpcParticipant other = new GrpcParticipant(any -> Status.OK)) {
                assertThat(call(caller, other).end().outcome()).isEqualTo(Outcome.SUCCESS);
                eventually(() -> other.connections.get() == 0, "the unused connection closes");
            }
            answer.countDown();
            assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("waited in vain");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldCloseTheLongestUnusedChannelWhenOneMoreIsNeeded() throws IOException {
        try (GrpcParticipant first = new GrpcParticipant(any -> Status.OK);
                GrpcParticipant second = new GrpcParticipant(any -> Status.OK);
                GrpcParticipant third = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller(with(bounds(2, 60_000, 10_000)))) {
            for (GrpcParticipant participant : List.of(first, second, first, third)) {
                assertThat(call(caller, participant).end().outcome()).isEqualTo(Outcome.SUCCESS);
            }
            eventually(() -> second.connections.get() == 0, "the longest unused channel closes");
            assertThat(first.connections).hasValue(1);
            assertThat(third.connections).hasValue(1);
            assertThat(caller.dispatcher.counters().connections()).isEqualTo(2);
        }
    }

    @Test
    void shouldLetACallWaitWhenEveryChannelIsInUse() throws IOException {
        try (GrpcParticipant hanging = new GrpcParticipant(GrpcParticipant.HANGS);
                GrpcParticipant healthy = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller(with(bounds(1, 60_000, 10_000)))) {
            long hangs = call(caller, hanging).timeoutMs(500).start();
            long waits = call(caller, healthy).timeoutMs(30_000).start();
            eventually(() -> !hanging.received.isEmpty(), "the first call arrives");
            assertThat(caller.hasEnded(waits)).isFalse();
            assertThat(caller.dispatcher.counters().waitingCalls()).isEqualTo(1);
            assertThat(caller.await(hangs).outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(caller.await(waits).outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(caller.dispatcher.counters().connections()).isEqualTo(1);
        }
    }

    @Test
    void shouldFailAtOnceWhereNobodyListensAndFindAParticipantThatComesBackAtOnce() throws IOException {
        GrpcParticipant before = new GrpcParticipant(any -> Status.OK);
        int port = before.port();
        try (Caller caller = new Caller()) {
            assertThat(call(caller, before).end().outcome()).isEqualTo(Outcome.SUCCESS);
            String url = before.url();
            before.close();
            for (int i = 0; i < 5; i++) {
                Ended ended =
                        caller.call(url).protocol("grpc").timeoutMs(20_000).end();
                assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(ended.latencyMs()).isLessThan(10_000);
            }
            try (GrpcParticipant after = new GrpcParticipant("127.0.0.1", port, any -> Status.OK, builder -> {})) {
                assertThat(caller.call(url).protocol("grpc").end().outcome()).isEqualTo(Outcome.SUCCESS);
                assertThat(after.received).hasSize(1);
            }
        }
    }

    @Test
    void shouldFindAParticipantThatWasAwayBetweenCalls() throws IOException {
        GrpcParticipant before = new GrpcParticipant(any -> Status.OK);
        int port = before.port();
        String url = before.url();
        try (Caller caller = new Caller()) {
            assertThat(succeeds(caller, url)).isTrue();
            before.close();
            // The channel tries to come back at once, is turned away, and pauses.
            try (ServerSocket turnsAway = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                turnsAway.accept().close();
            }
            try (GrpcParticipant after = new GrpcParticipant("127.0.0.1", port, any -> Status.OK, builder -> {})) {
                assertThat(succeeds(caller, url)).isTrue();
                assertThat(after.received).hasSize(1);
            }
        }
    }

    @Test
    void shouldTellNobodyOfCallsThatEndWithTheDispatcher() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(GrpcParticipant.HANGS)) {
            Caller caller = new Caller();
            call(caller, participant).timeoutMs(60_000).start();
            eventually(() -> !participant.received.isEmpty(), "the call arrives");
            caller.close();
            assertThat(caller.endedCalls()).isZero();
        }
    }

    @Test
    void shouldTurnNoCallUnknownWhenConnectionsAreAskedToLeaveUnderLoad() throws IOException {
        AtomicInteger opened = new AtomicInteger();
        try (GrpcParticipant participant = new GrpcParticipant(
                        "127.0.0.1",
                        0,
                        any -> Status.OK,
                        builder -> builder.maxConnectionAge(1, TimeUnit.SECONDS)
                                .maxConnectionAgeGrace(10, TimeUnit.SECONDS)
                                .addTransportFilter(new io.grpc.ServerTransportFilter() {
                                    @Override
                                    public io.grpc.Attributes transportReady(io.grpc.Attributes attributes) {
                                        opened.incrementAndGet();
                                        return attributes;
                                    }
                                }));
                Caller caller = new Caller()) {
            int calls = 0;
            while (opened.get() < 4) {
                List<Long> batch = new ArrayList<>();
                for (int i = 0; i < 64; i++) {
                    batch.add(call(caller, participant).timeoutMs(30_000).start());
                }
                for (long number : batch) {
                    Ended ended = caller.await(number);
                    assertThat(ended.outcome())
                            .as("call %s of %s: %s", number, calls, ended.text())
                            .isEqualTo(Outcome.SUCCESS);
                }
                calls += batch.size();
            }
            assertThat(participant.received).hasSize(calls);
        }
    }

    /** One name, two addresses; one of them dies, and the other is replaced by a third. */
    @Test
    void shouldFollowTheAddressesOfAName() throws IOException {
        AtomicReference<List<String>> addresses = new AtomicReference<>(List.of("127.0.0.1", "127.0.0.2"));
        NameResolver names = host -> resolve(addresses.get());
        DispatcherConfig.Names fresh = new DispatcherConfig.Names(50, 300_000, 50, 5_000, 100, 4, 2, 100);
        DispatcherConfig config = with(bounds(8, 60_000, 100)).withNames(fresh);
        GrpcParticipant first = new GrpcParticipant("127.0.0.1", 0, any -> Status.OK, builder -> {});
        int port = first.port();
        GrpcParticipant second = new GrpcParticipant("127.0.0.2", port, any -> Status.OK, builder -> {});
        try (Caller caller = new Caller(config, names, Epoll.isAvailable());
                GrpcParticipant third = new GrpcParticipant("127.0.0.3", port, any -> Status.OK, builder -> {})) {
            String url = "svc.example:" + port + "/busi.Busi/TransIn";
            eventually(
                    () -> succeeds(caller, url) && !first.received.isEmpty() && !second.received.isEmpty(),
                    "both addresses are called");
            first.close();
            int unknown = 0;
            for (int i = 0; i < 200; i++) {
                Ended ended = caller.call(url).protocol("grpc").timeoutMs(5_000).end();
                assertThat(ended.latencyMs()).isLessThan(5_000);
                unknown += ended.outcome() == Outcome.SUCCESS ? 0 : 1;
            }
            assertThat(unknown).as("calls that met the dead address").isLessThanOrEqualTo(1);
            addresses.set(List.of("127.0.0.1", "127.0.0.3"));
            eventually(() -> succeeds(caller, url) && !third.received.isEmpty(), "the new address is called");
            second.close();
            for (int i = 0; i < 50; i++) {
                assertThat(caller.call(url).protocol("grpc").end().outcome()).isEqualTo(Outcome.SUCCESS);
            }
        }
    }

    private static InetAddress[] resolve(List<String> addresses) throws UnknownHostException {
        InetAddress[] found = new InetAddress[addresses.size()];
        for (int i = 0; i < found.length; i++) {
            found[i] = InetAddress.getByName(addresses.get(i));
        }
        return found;
    }

    private static boolean succeeds(Caller caller, String url) {
        return caller.call(url).protocol("grpc").end().outcome() == Outcome.SUCCESS;
    }

    @Test
    void shouldConnectToABoundedNumberOfAddresses() throws IOException {
        List<String> many = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            many.add("127.0.0." + i);
        }
        DispatcherConfig.Grpc three = new DispatcherConfig.Grpc(8, 60_000, 10_000, 3, GrpcTls.NONE);
        try (GrpcParticipant participant = new GrpcParticipant("0.0.0.0", 0, any -> Status.OK, builder -> {});
                Caller caller = new Caller(with(three), host -> resolve(many), Epoll.isAvailable())) {
            String url = "svc.example:" + participant.port() + "/a.B/C";
            for (int i = 0; i < 20; i++) {
                assertThat(succeeds(caller, url)).isTrue();
            }
            eventually(() -> participant.connections.get() == 3, "three addresses are connected");
        }
    }

    @Test
    void shouldTellThatANameCanNotBeResolved() throws IOException {
        NameResolver nothing = host -> {
            throw new UnknownHostException(host);
        };
        try (Caller caller = new Caller(DispatcherConfig.DEFAULT, nothing, Epoll.isAvailable())) {
            Ended ended = caller.call("svc.example:1/a.B/C").protocol("grpc").end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("host name svc.example cannot be resolved");
        }
    }

    @Test
    void shouldDelayOnlyItsOwnCallsWhenAResolverHangs() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        NameResolver hangs = host -> {
            await(end);
            throw new UnknownHostException(host);
        };
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller(DispatcherConfig.DEFAULT, hangs, Epoll.isAvailable())) {
            long waits = caller.call("svc.example:1/a.B/C")
                    .protocol("grpc")
                    .timeoutMs(300)
                    .start();
            assertThat(call(caller, participant).end().outcome()).isEqualTo(Outcome.SUCCESS);
            Ended ended = caller.await(waits);
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).isEqualTo("no reply from svc.example:1 within 300 ms");
            end.countDown();
        }
    }

    @Test
    void shouldWithdrawWhatNoConnectionHasTaken() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        NameResolver hangs = host -> {
            await(end);
            throw new UnknownHostException(host);
        };
        try (GrpcParticipant participant = new GrpcParticipant(GrpcParticipant.HANGS);
                Caller caller = new Caller(DispatcherConfig.DEFAULT, hangs, Epoll.isAvailable())) {
            long unwritten = caller.call("svc.example:1/a.B/C")
                    .protocol("grpc")
                    .transaction(7)
                    .start();
            long written =
                    call(caller, participant).transaction(7).timeoutMs(2_000).start();
            eventually(() -> !participant.received.isEmpty(), "the second call arrives");
            caller.onLoop(() -> caller.dispatcher.withdraw(7));
            assertThat(caller.await(unwritten).outcome()).isEqualTo(Outcome.WITHDRAWN);
            assertThat(caller.hasEnded(written)).isFalse();
            assertThat(caller.await(written).outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(caller.endsOf(unwritten)).isEqualTo(1);
            end.countDown();
        }
    }

    @Test
    void shouldGiveAHangingTargetFewCalls() throws IOException {
        try (GrpcParticipant hanging = new GrpcParticipant(GrpcParticipant.HANGS);
                GrpcParticipant healthy = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller()) {
            List<Long> first = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                first.add(call(caller, hanging).timeoutMs(100).start());
            }
            first.forEach(caller::await);
            List<Long> next = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                next.add(call(caller, hanging).timeoutMs(500).start());
            }
            assertThat(caller.dispatcher.counters().openCalls(RouteClass.SUSPECT))
                    .isEqualTo(4);
            assertThat(call(caller, healthy).end().outcome()).isEqualTo(Outcome.SUCCESS);
            next.forEach(caller::await);
            assertThat(caller.dispatcher.counters().openCalls()).isZero();
        }
    }

    @Test
    void shouldEndACallWhoseConnectionBreaks() throws IOException {
        GrpcParticipant participant = new GrpcParticipant(GrpcParticipant.HANGS);
        try (Caller caller = new Caller()) {
            long number = call(caller, participant).timeoutMs(60_000).start();
            eventually(() -> !participant.received.isEmpty(), "the call arrives");
            participant.close();
            Ended ended = caller.await(number);
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).startsWith("rpc error: code = ");
        }
    }

    @Test
    void shouldTakeAReplyBeyondItsBoundAsUnknown() throws IOException {
        DispatcherConfig two = new DispatcherConfig(
                3_000,
                10_000,
                2,
                4 << 10,
                DispatcherConfig.Pool.DEFAULT,
                DispatcherConfig.Names.DEFAULT,
                null,
                ProxyRules.NONE,
                false,
                DispatcherConfig.Grpc.DEFAULT);
        try (GrpcParticipant participant = new GrpcParticipant(any -> Status.OK);
                Caller caller = new Caller(two)) {
            Ended ended = call(caller, participant).end();
            assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(ended.text()).contains("exceeds maximum size 2");
        }
    }

    @Test
    void shouldCallConfiguredTargetsOverTls() throws Exception {
        Path keys = directory.resolve("keys.p12");
        SslContext secure = GrpcSslContexts.configure(
                        SslContextBuilder.forServer(ServerCertificate.make(keys, PASSWORD)), SslProvider.JDK)
                .build();
        try (GrpcParticipant participant =
                new GrpcParticipant("127.0.0.1", 0, any -> Status.OK, builder -> builder.sslContext(secure))) {
            String url = "localhost:" + participant.port() + "/a.B/C";
            DispatcherConfig trusting =
                    DispatcherConfig.DEFAULT.withTrustStore(new DispatcherConfig.TrustStore(keys, PASSWORD));
            DispatcherConfig.Grpc tls =
                    DispatcherConfig.Grpc.DEFAULT.withTls(GrpcTls.parse("localhost:" + participant.port()));
            try (Caller caller = new Caller(trusting.withGrpc(tls))) {
                assertThat(succeeds(caller, url)).isTrue();
            }
            try (Caller caller = new Caller(trusting)) {
                assertThat(succeeds(caller, url))
                        .as("plain text to a secure port")
                        .isFalse();
            }
            try (Caller caller = new Caller(DispatcherConfig.DEFAULT.withGrpc(tls))) {
                Ended ended = caller.call(url).protocol("grpc").end();
                assertThat(ended.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(ended.text()).contains("TrustStore");
            }
            DispatcherConfig.Grpc all = DispatcherConfig.Grpc.DEFAULT.withTls(GrpcTls.parse("*"));
            try (Caller caller = new Caller(trusting.withGrpc(all))) {
                Ended ended = caller.call("127.0.0.1:" + participant.port() + "/a.B/C")
                        .protocol("grpc")
                        .end();
                assertThat(ended.outcome())
                        .as("a host that the certificate does not name")
                        .isEqualTo(Outcome.UNKNOWN);
            }
        }
    }

    @Test
    void shouldLoseNoBuffer() throws IOException {
        try (GrpcParticipant participant = new GrpcParticipant(GrpcParticipant.HANGS);
                Caller caller = new Caller()) {
            for (int i = 0; i < 50; i++) {
                call(caller, participant)
                        .timeoutMs(20)
                        .payload(new byte[40_000])
                        .end();
            }
        }
        assertThat(LeakWatch.leaks()).isEmpty();
    }
}
