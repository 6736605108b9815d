package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections, their bounds, and the calls that wait for them (SAFETY "Calls"). */
class PoolTest {
    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    private static DispatcherConfig with(DispatcherConfig.Pool pool) {
        return DispatcherConfig.DEFAULT.withPool(pool);
    }

    private static DispatcherConfig.Pool pool(int perDestination, int openCalls, int all) {
        return new DispatcherConfig.Pool(perDestination, openCalls, 4, 16, all, 10, 256, 65_536, 4_000, 300_000);
    }

    /** Holds each request until it is let go. */
    private static final class Gate implements AutoCloseable {
        final CountDownLatch opened = new CountDownLatch(1);
        final Participant participant;

        Gate() throws IOException {
            participant = new Participant(exchange -> {
                while (exchange.read() != null) {
                    try {
                        opened.await();
                    } catch (InterruptedException stopped) {
                        return;
                    }
                    exchange.write(Participant.OK);
                }
            });
        }

        @Override
        public void close() throws IOException {
            opened.countDown();
            participant.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldLoseAndRepeatNothingWhenTheParticipantClosesAsTheNextRequestComes(boolean reset) throws IOException {
        AtomicInteger answered = new AtomicInteger();
        try (Caller caller = new Caller();
                Participant participant = new Participant(exchange -> {
                    exchange.read();
                    answered.incrementAndGet();
                    exchange.write(Participant.OK);
                    // The next request has come, at least its first byte; it is never answered.
                    int next = exchange.socket.getInputStream().read();
                    if (reset && next >= 0) {
                        exchange.reset();
                    }
                })) {
            int calls = 10_000;
            int width = 8;
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < calls; i += width) {
                List<Long> batch = caller.onLoop(() -> {
                    List<Long> started = new ArrayList<>();
                    for (int k = 0; k < width; k++) {
                        started.add(
                                caller.call(participant.url()).timeoutMs(20_000).hand());
                    }
                    caller.dispatcher.flush();
                    return started;
                });
                for (long number : batch) {
                    Caller.Ended end = caller.await(number);
                    assertThat(end.outcome()).as(end.text()).isEqualTo(Outcome.SUCCESS);
                }
                numbers.addAll(batch);
            }
            assertThat(numbers).hasSize(calls);
            assertThat(caller.endedCalls()).isEqualTo(calls);
            // Each call was answered once; a request that met the close was sent once more, and that was enough.
            assertThat(answered.get()).isEqualTo(calls);
            assertThat(caller.dispatcher.counters().resent()).isGreaterThan(calls / 4);
        }
    }

    @Test
    void shouldLoseAndRepeatNothingWhenTheParticipantClosesAtAnyMoment() throws IOException {
        AtomicInteger answered = new AtomicInteger();
        try (Caller caller = new Caller();
                Participant participant = new Participant(exchange -> {
                    for (int i = 0; i < 1 + exchange.number % 3 && exchange.read() != null; i++) {
                        answered.incrementAndGet();
                        exchange.write(Participant.OK);
                    }
                })) {
            for (int i = 0; i < 10_000; i++) {
                Caller.Ended end =
                        caller.call(participant.url()).timeoutMs(20_000).end();
                assertThat(end.outcome()).as(end.text()).isEqualTo(Outcome.SUCCESS);
            }
            assertThat(answered.get()).isEqualTo(10_000);
        }
    }

    @Test
    void shouldSendOnlyOnceMoreWhenTheNewConnectionDiesAsWell() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = new Participant(exchange -> {
                    exchange.read();
                    if (exchange.number == 0) {
                        exchange.write(Participant.OK);
                        exchange.read();
                    }
                })) {
            assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
            Caller.Ended end = caller.call(participant.url()).end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).contains("closed before a reply came");
            assertThat(participant.requests()).hasSize(3);
            assertThat(participant.accepted()).isEqualTo(2);
        }
    }

    @Test
    void shouldNotSendAgainWhenAFreshConnectionDies() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = new Participant(Participant.Exchange::read)) {
            assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(participant.requests()).hasSize(1);
        }
    }

    @Test
    void shouldNotSendAgainWhenTheReplyHasBegun() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = new Participant(exchange -> {
                    exchange.read();
                    exchange.write(Participant.OK);
                    exchange.read();
                    exchange.write("H");
                })) {
            caller.call(participant.url()).end();
            assertThat(caller.call(participant.url()).end().text()).contains("in the middle of the reply");
            assertThat(participant.requests()).hasSize(2);
        }
    }

    @Test
    void shouldSayWhyWhenNobodyListens() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        for (boolean epoll : new boolean[] {io.netty.channel.epoll.Epoll.isAvailable(), false}) {
            try (Caller caller = new Caller(DispatcherConfig.DEFAULT, NameResolver.SYSTEM, epoll)) {
                Caller.Ended end = caller.call("http://127.0.0.1:" + port + "/").end();
                assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(end.text())
                        .startsWith("connection to http://127.0.0.1:" + port + " failed")
                        .contains("refused");
                assertThat(caller.dispatcher.counters().connections()).isZero();
            }
        }
    }

    @Test
    void shouldWorkWithoutEpoll() throws IOException {
        try (Caller caller = new Caller(DispatcherConfig.DEFAULT, NameResolver.SYSTEM, false);
                Participant participant = Participant.answering(Participant.OK)) {
            for (int i = 0; i < 10; i++) {
                assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
            }
            assertThat(participant.accepted()).isEqualTo(1);
        }
    }

    @Test
    void shouldEndWhenTheDeadlinePassesAndIgnoreTheLateReply() throws IOException {
        try (Caller caller = new Caller(DispatcherConfig.DEFAULT.withRequestTimeoutMs(150));
                Gate gate = new Gate()) {
            long number = caller.call(gate.participant.url()).start();
            Caller.Ended end = caller.await(number);
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text())
                    .isEqualTo("no reply from http://127.0.0.1:" + gate.participant.port() + " within 150 ms");
            assertThat(end.latencyMs()).isGreaterThanOrEqualTo(150);
            gate.opened.countDown();
            assertThat(caller.call(gate.participant.url())
                            .timeoutMs(20_000)
                            .end()
                            .outcome())
                    .isEqualTo(Outcome.SUCCESS);
            assertThat(caller.endsOf(number)).isEqualTo(1);
            assertThat(gate.participant.accepted()).isEqualTo(2);
        }
    }

    @Test
    void shouldTakeAReplyThatCameInTimeWhenTheLoopStoodStill() throws IOException {
        CountDownLatch answered = new CountDownLatch(1);
        try (Caller caller = new Caller();
                Participant participant = new Participant(exchange -> {
                    exchange.read();
                    exchange.write(Participant.OK);
                    exchange.read();
                    exchange.write(Participant.OK);
                    answered.countDown();
                    exchange.read();
                })) {
            // On an open connection the request leaves at once, also when the loop does nothing more.
            caller.call(participant.url()).end();
            long number = caller.call(participant.url()).timeoutMs(300).start();
            caller.onLoop(() -> {
                long startNs = System.nanoTime();
                assertThat(answered.await(Caller.PATIENCE_S, java.util.concurrent.TimeUnit.SECONDS))
                        .isTrue();
                while (System.nanoTime() - startNs < 600_000_000L) {
                    Thread.onSpinWait();
                }
                return null;
            });
            assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    @Test
    void shouldKeepDeadlinesOfDifferentLengthApart() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = Participant.hanging()) {
            long slow = caller.call(participant.url()).timeoutMs(60_000).start();
            long middle = caller.call(participant.url()).timeoutMs(400).start();
            long quick = caller.call(participant.url()).timeoutMs(100).start();
            assertThat(caller.await(quick).latencyMs()).isBetween(100, 399);
            assertThat(caller.hasEnded(middle)).isFalse();
            assertThat(caller.await(middle).latencyMs()).isGreaterThanOrEqualTo(400);
            assertThat(caller.hasEnded(slow)).isFalse();
        }
    }

    @Test
    void shouldOpenAsManyCallsAsAllowedAndNotOneMore() throws IOException {
        try (Caller caller = new Caller(with(pool(5, 100, 100)));
                Gate gate = new Gate()) {
            waitingBehind(caller, gate, 5, true);
        }
        try (Caller caller = new Caller(with(pool(100, 5, 100)));
                Gate gate = new Gate()) {
            waitingBehind(caller, gate, 5, true);
        }
        // An unknown destination gets at most half of all connections when it has several.
        try (Caller caller = new Caller(with(pool(100, 100, 10)));
                Gate gate = new Gate()) {
            waitingBehind(caller, gate, 5, false);
        }
    }

    private static void waitingBehind(Caller caller, Gate gate, int open, boolean stays) {
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < open + 3; i++) {
            // Each to a path of its own: one alone does not get them all.
            String url = gate.participant.url() + "/" + i;
            numbers.add(caller.call(url).timeoutMs(60_000).start());
        }
        Caller.eventually(() -> gate.participant.requests().size() == open, "as many requests as allowed");
        assertThat(caller.dispatcher.counters().openCalls())
                .as("destination %s", gate.participant.port())
                .isEqualTo(open);
        assertThat(caller.dispatcher.counters().waitingCalls()).isEqualTo(3);
        gate.opened.countDown();
        for (long number : numbers) {
            assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
        }
        // A destination that answers gets all there is.
        assertThat(gate.participant.accepted()).isBetween(open, stays ? open : open + 3);
        Caller.eventually(() -> caller.dispatcher.counters().openCalls() == 0, "nothing is open");
        assertThat(caller.dispatcher.counters().waitingCalls()).isZero();
    }

    @Test
    void shouldNotCountWaitingAgainstTheDeadline() throws IOException {
        try (Caller caller = new Caller(with(pool(1, 1, 100)));
                Gate gate = new Gate();
                Participant silent = Participant.hanging()) {
            long first = caller.call(gate.participant.url()).timeoutMs(60_000).start();
            long waiting = caller.call(gate.participant.url()).timeoutMs(300).start();
            long other = caller.call(silent.url()).timeoutMs(600).start();
            caller.await(other);
            assertThat(caller.hasEnded(waiting)).isFalse();
            gate.opened.countDown();
            assertThat(caller.await(first).outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(caller.await(waiting).outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    @Test
    void shouldTakePriorityFirstAndThenOldAndNewByTurns() throws IOException {
        try (Caller caller = new Caller(with(pool(1, 1, 100)));
                Gate gate = new Gate()) {
            String base = "http://127.0.0.1:" + gate.participant.port() + "/?n=";
            List<Long> numbers = new ArrayList<>();
            numbers.add(caller.call(base + "busy").timeoutMs(60_000).start());
            numbers.addAll(caller.onLoop(() -> {
                List<Long> handed = new ArrayList<>();
                for (int i = 1; i <= 3; i++) {
                    handed.add(caller.call(base + "new" + i).hand());
                }
                for (int i = 1; i <= 5; i++) {
                    handed.add(caller.call(base + "old" + i).attempt(i).hand());
                }
                handed.add(caller.call(base + "urgent1").priority().attempt(1).hand());
                handed.add(caller.call(base + "urgent2").priority().hand());
                return handed;
            }));
            gate.opened.countDown();
            numbers.forEach(caller::await);
            assertThat(gate.participant.requests())
                    .extracting(request -> request.line().replaceAll("POST /\\?n=|&.*", ""))
                    .containsExactly(
                            "busy", "urgent1", "urgent2", "old1", "new1", "old2", "new2", "old3", "new3", "old4",
                            "old5");
        }
    }

    @Test
    void shouldWithdrawWhatWasNotWritten() throws IOException {
        try (Caller caller = new Caller(with(pool(1, 1, 100)));
                Gate gate = new Gate()) {
            long written = caller.call(gate.participant.url())
                    .transaction(7)
                    .timeoutMs(60_000)
                    .start();
            Caller.eventually(() -> gate.participant.requests().size() == 1, "it is written");
            List<Long> waiting = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                waiting.add(caller.call(gate.participant.url()).transaction(7).start());
            }
            long other = caller.call(gate.participant.url()).transaction(8).start();
            caller.onLoop(() -> caller.dispatcher.withdraw(7));
            caller.onLoop(() -> caller.dispatcher.withdraw(9));
            for (long number : waiting) {
                assertThat(caller.await(number))
                        .extracting("outcome", "text", "latencyMs")
                        .containsExactly(Outcome.WITHDRAWN, "", 0);
            }
            assertThat(caller.hasEnded(written)).isFalse();
            gate.opened.countDown();
            assertThat(caller.await(written).outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(caller.await(other).outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(gate.participant.requests()).hasSize(2);
            caller.onLoop(() -> caller.dispatcher.withdraw(7));
            caller.onLoop(() -> caller.dispatcher.withdraw(8));
            assertThat(waiting).allMatch(number -> caller.endsOf(number) == 1);
        }
    }

    @Test
    void shouldTellWithdrawnCallsOutsideOfTheCommand() throws IOException {
        try (Caller caller = new Caller(with(pool(1, 1, 100)));
                Gate gate = new Gate()) {
            caller.call(gate.participant.url()).timeoutMs(60_000).start();
            caller.onLoop(() -> {
                long waiting =
                        caller.call(gate.participant.url()).transaction(7).hand();
                long impossible = caller.call("nowhere").hand();
                caller.dispatcher.withdraw(7);
                assertThat(caller.hasEnded(waiting)).isFalse();
                assertThat(caller.hasEnded(impossible)).isFalse();
                assertThat(caller.dispatcher.hasBacklog()).isFalse();
            });
            Caller.eventually(() -> caller.endedCalls() == 2, "both are told");
        }
    }

    @Test
    void shouldGiveASuspectDestinationFourCallsUntilItAnswers() throws IOException {
        CountDownLatch healed = new CountDownLatch(1);
        try (Caller caller = new Caller();
                Participant participant = new Participant(exchange -> {
                    while (exchange.read() != null) {
                        if (healed.getCount() == 0) {
                            exchange.write(Participant.OK);
                        }
                    }
                })) {
            for (int i = 0; i < 15; i++) {
                caller.call(participant.url()).timeoutMs(30).end();
            }
            assertThat(openOf(caller, participant, 6)).isEqualTo(6);
            // More than 16 in a row have ended unknown now.
            assertThat(openOf(caller, participant, 6)).isEqualTo(4);
            healed.countDown();
            assertThat(caller.call(participant.url()).timeoutMs(20_000).end().outcome())
                    .isEqualTo(Outcome.SUCCESS);
            assertThat(openOf(caller, participant, 1)).isLessThanOrEqualTo(1);
        }
    }

    /** How many of some calls are open at once; waits for their end. */
    private static long openOf(Caller caller, Participant participant, int calls) {
        long[] open = new long[1];
        List<Long> numbers = caller.onLoop(() -> {
            List<Long> handed = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                handed.add(caller.call(participant.url()).timeoutMs(200).hand());
            }
            caller.dispatcher.flush();
            open[0] = caller.dispatcher.counters().openCalls();
            return handed;
        });
        numbers.forEach(caller::await);
        return open[0];
    }

    @Test
    void shouldUseTheLatestConnectionFirstAndCloseIdleOnes() throws IOException {
        DispatcherConfig.Pool quick = new DispatcherConfig.Pool(64, 64, 4, 16, 100, 10, 256, 65_536, 200, 300_000);
        try (Caller caller = new Caller(with(quick));
                Gate gate = new Gate()) {
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                numbers.add(
                        caller.call(gate.participant.url()).timeoutMs(60_000).start());
            }
            Caller.eventually(() -> gate.participant.requests().size() == 4, "four connections");
            gate.opened.countDown();
            numbers.forEach(caller::await);
            Caller.eventually(() -> caller.dispatcher.counters().idleConnections() == 4, "all four are idle");
            Caller.eventually(
                    () -> {
                        caller.call(gate.participant.url()).timeoutMs(20_000).end();
                        return gate.participant.open() == 1;
                    },
                    "those that are not used close, the one that is used stays");
            Caller.eventually(() -> gate.participant.open() == 0, "the last one closes as well");
            assertThat(gate.participant.accepted()).isEqualTo(4);
            assertThat(caller.dispatcher.counters().connections()).isZero();
        }
    }

    @Test
    void shouldCloseBeforeThePeerDoes() throws IOException {
        String keep = "HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=100\r\nContent-Length: 2\r\n\r\nOK";
        try (Caller caller = new Caller();
                Participant participant = Participant.answering(keep)) {
            caller.call(participant.url()).end();
            Caller.eventually(() -> participant.open() == 0, "one second less one is none");
            caller.call(participant.url()).end();
            assertThat(participant.accepted()).isEqualTo(2);
        }
        String longer = keep.replace("timeout=1", "timeout=3600");
        DispatcherConfig.Pool quick = new DispatcherConfig.Pool(64, 64, 4, 16, 100, 10, 256, 65_536, 1, 300_000);
        try (Caller caller = new Caller(with(quick));
                Participant participant = Participant.answering(longer);
                Participant silent = Participant.answering(Participant.OK)) {
            caller.call(participant.url()).end();
            caller.call(silent.url()).end();
            Caller.eventually(() -> silent.open() == 0, "the default holds for the other");
            assertThat(participant.open()).isEqualTo(1);
        }
    }

    @Test
    void shouldNotUseAConnectionBeyondItsLife() throws IOException {
        DispatcherConfig.Pool brief = new DispatcherConfig.Pool(64, 64, 4, 16, 100, 10, 256, 65_536, 4_000, 100);
        try (Caller caller = new Caller(with(brief));
                Participant participant = Participant.answering(Participant.OK)) {
            Caller.eventually(
                    () -> {
                        caller.call(participant.url()).end();
                        return participant.accepted() >= 3;
                    },
                    "busy connections are replaced");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Connection: close", "connection: Keep-Alive, CLOSE"})
    void shouldNotUseAConnectionThatThePeerWillClose(String header) throws IOException {
        try (Caller caller = new Caller();
                Participant participant =
                        Participant.answering("HTTP/1.1 200 OK\r\n" + header + "\r\nContent-Length: 0\r\n\r\n")) {
            caller.call(participant.url()).end();
            caller.call(participant.url()).end();
            assertThat(participant.accepted()).isEqualTo(2);
        }
    }

    @Test
    void shouldKeepAConnectionOfAnOlderPeerOnlyWhenItSaysSo() throws IOException {
        try (Caller caller = new Caller();
                Participant closing = Participant.answering("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n");
                Participant keeping = Participant.answering(
                        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")) {
            for (int i = 0; i < 2; i++) {
                caller.call(closing.url()).end();
                caller.call(keeping.url()).end();
            }
            assertThat(closing.accepted()).isEqualTo(2);
            assertThat(keeping.accepted()).isEqualTo(1);
        }
    }

    @Test
    void shouldRemoveAConnectionWhenBytesOrACloseComeWhileItIsIdle() throws IOException {
        for (String late : new String[] {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""}) {
            CountDownLatch idle = new CountDownLatch(1);
            try (Caller caller = new Caller();
                    Participant participant = new Participant(exchange -> {
                        exchange.read();
                        exchange.write(Participant.OK);
                        try {
                            idle.await();
                        } catch (InterruptedException stopped) {
                            return;
                        }
                        exchange.write(late);
                        if (!late.isEmpty()) {
                            exchange.read();
                        }
                    })) {
                caller.call(participant.url()).end();
                assertThat(caller.dispatcher.counters().idleConnections()).isEqualTo(1);
                idle.countDown();
                Caller.eventually(() -> caller.dispatcher.counters().connections() == 0, "it is removed");
                assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
                assertThat(caller.dispatcher.counters().resent()).isZero();
            }
        }
    }

    @Test
    void shouldCloseIdleConnectionsOfOthersWhenAllAreTaken() throws IOException {
        try (Caller caller = new Caller(with(pool(10, 10, 8)))) {
            List<Participant> participants = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Participant participant = Participant.answering(Participant.OK);
                participants.add(participant);
                assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
                assertThat(caller.dispatcher.counters().connections()).isLessThanOrEqualTo(8);
            }
            Caller.eventually(
                    () -> participants.get(0).open() == 0
                            && participants.get(19).open() == 1,
                    "the one that is idle longest has gone");
            for (Participant participant : participants) {
                participant.close();
            }
        }
    }

    @Test
    void shouldServeAllInTurnWhenThereAreFewConnections() throws IOException {
        for (int all : new int[] {1, 2, 5}) {
            try (Caller caller = new Caller(with(pool(10, 10, all)))) {
                List<Participant> participants = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    participants.add(Participant.answering(Participant.OK));
                }
                List<Long> numbers = new ArrayList<>();
                for (int i = 0; i < 500; i++) {
                    numbers.add(caller.call(participants.get(i % 10).url())
                            .timeoutMs(20_000)
                            .start());
                }
                for (long number : numbers) {
                    assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
                }
                for (Participant participant : participants) {
                    participant.close();
                }
            }
        }
    }

    @Test
    void shouldForgetIdleDestinationsBeyondTheBound() throws IOException {
        try (Caller caller = new Caller(with(pool(10, 10, 100)))) {
            for (int i = 1; i <= 30; i++) {
                caller.call("http://127.0.0.1:" + i + "/").timeoutMs(20_000).end();
            }
            Caller.eventually(() -> caller.dispatcher.counters().destinations() == 10, "the bound holds");
            caller.call("http://127.0.0.1:1/").timeoutMs(20_000).end();
            caller.call("http://127.0.0.1:1/").timeoutMs(20_000).end();
            assertThat(caller.dispatcher.counters().destinations()).isEqualTo(10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldServeAHealthyDestinationBesideAThousandThatHang(boolean healthyIsKnown) throws IOException {
        // Each address of the loopback network is a destination of its own; all of them hang.
        ServerSocket everywhere = new ServerSocket(0, 4096, InetAddress.getByName("0.0.0.0"));
        List<java.net.Socket> held = new java.util.concurrent.CopyOnWriteArrayList<>();
        Thread acceptor = new Thread(() -> {
            try {
                while (true) {
                    held.add(everywhere.accept());
                }
            } catch (IOException closed) {
                // The test is over.
            }
        });
        acceptor.start();
        try (everywhere;
                Caller caller = new Caller(with(pool(64, 64, 3_000)));
                Participant healthy = Participant.answering(Participant.OK)) {
            int hanging = 1_000;
            if (healthyIsKnown) {
                caller.call(healthy.url()).timeoutMs(10_000).end();
            } else {
                callHanging(caller, everywhere.getLocalPort(), hanging, 1, 300);
                Caller.eventually(() -> caller.count(Outcome.UNKNOWN) == hanging, "they are known to hang");
            }
            long timedOut = caller.count(Outcome.UNKNOWN);
            callHanging(caller, everywhere.getLocalPort(), hanging, 5, 60_000);
            Caller.eventually(() -> caller.dispatcher.counters().connections() >= 2_000, "the hanging ones are open");
            for (int i = 0; i < 200; i++) {
                Caller.Ended end = caller.call(healthy.url()).timeoutMs(10_000).end();
                assertThat(end.outcome()).isEqualTo(Outcome.SUCCESS);
            }
            assertThat(caller.count(Outcome.UNKNOWN)).isEqualTo(timedOut);
            assertThat(caller.dispatcher.counters().connections()).isLessThanOrEqualTo(3_000);
            assertThat(caller.dispatcher.counters().waitingCalls()).isPositive();
        } finally {
            for (java.net.Socket socket : held) {
                socket.close();
            }
        }
    }

    private static void callHanging(Caller caller, int port, int destinations, int callsEach, int timeoutMs) {
        caller.onLoop(() -> {
            for (int i = 0; i < destinations; i++) {
                String url = "http://127.1." + i / 250 + "." + (i % 250 + 1) + ":" + port + "/";
                for (int k = 0; k < callsEach; k++) {
                    caller.call(url).timeoutMs(timeoutMs).hand();
                }
            }
            caller.dispatcher.flush();
        });
    }

    @Test
    void shouldKeepEndedCallsUntilThereIsRoom() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = Participant.answering(Participant.OK)) {
            caller.room.set(0);
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                numbers.add(caller.call(participant.url()).start());
            }
            Caller.eventually(() -> caller.dispatcher.counters().undeliveredEnds() == 10, "all have ended");
            assertThat(caller.onLoop(caller.dispatcher::hasBacklog)).isTrue();
            assertThat(caller.endedCalls()).isZero();
            caller.room.set(4);
            Caller.eventually(() -> caller.endedCalls() == 4, "four find room");
            assertThat(caller.onLoop(caller.dispatcher::hasBacklog)).isTrue();
            caller.onLoop(() -> {
                caller.room.set(-1);
                caller.dispatcher.retryEnded();
                assertThat(caller.dispatcher.hasBacklog()).isFalse();
            });
            for (long number : numbers) {
                assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
                assertThat(caller.endsOf(number)).isEqualTo(1);
            }
        }
    }

    @Test
    void shouldGroupTheRequestsOfABatch() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = Participant.answering(Participant.OK)) {
            caller.call(participant.url()).end();
            long number = caller.onLoop(() -> caller.call(participant.url()).hand());
            caller.onLoop(() -> assertThat(participant.requests()).hasSize(1));
            caller.onLoop(caller.dispatcher::flush);
            assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    @Test
    void shouldDropEverythingWhenClosed() throws IOException {
        try (Caller caller = new Caller(with(pool(2, 2, 100)));
                Participant participant = Participant.hanging()) {
            for (int i = 0; i < 5; i++) {
                caller.call(participant.url() + "/" + i).timeoutMs(60_000).start();
            }
            Caller.eventually(() -> participant.open() == 2, "two are open");
            caller.onLoop(caller.dispatcher::close);
            Caller.eventually(() -> participant.open() == 0, "the connections close");
            assertThat(caller.endedCalls()).isZero();
        }
    }
}
