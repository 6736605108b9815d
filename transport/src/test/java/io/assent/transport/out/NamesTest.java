package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class NamesTest {
    private static final DispatcherConfig.Names NAMES = DispatcherConfig.Names.DEFAULT;

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    /** A name server in the hands of the test. */
    private static final class Server implements NameResolver {
        final Map<String, InetAddress[]> known = new ConcurrentHashMap<>();
        final CountDownLatch awake = new CountDownLatch(1);
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public InetAddress[] resolve(String host) throws UnknownHostException {
            asked.incrementAndGet();
            if (host.startsWith("hangs")) {
                try {
                    awake.await();
                } catch (InterruptedException stopped) {
                    throw new UnknownHostException(host);
                }
            }
            InetAddress[] addresses = known.get(host);
            if (addresses == null) {
                throw new UnknownHostException(host);
            }
            return addresses;
        }

        void set(String host, String... addresses) {
            InetAddress[] parsed = new InetAddress[addresses.length];
            for (int i = 0; i < addresses.length; i++) {
                try {
                    parsed[i] = InetAddress.getByName(addresses[i]);
                } catch (UnknownHostException impossible) {
                    throw new AssertionError(impossible);
                }
            }
            known.put(host, parsed);
        }
    }

    private static Caller caller(Server server, DispatcherConfig.Names names) throws IOException {
        return new Caller(DispatcherConfig.DEFAULT.withNames(names), server, false);
    }

    private static DispatcherConfig.Names with(int ttlMs, int timeoutMs, int cachedMax, int threads, int queue) {
        return new DispatcherConfig.Names(ttlMs, 300_000, 1_000, timeoutMs, cachedMax, threads, 1, queue);
    }

    @Test
    void shouldAskOnceWhileTheAnswerIsFresh() throws IOException {
        Server server = new Server();
        server.set("svc", "127.0.0.1");
        try (Caller caller = caller(server, NAMES);
                Participant participant =
                        Participant.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
            for (int i = 0; i < 5; i++) {
                assertThat(caller.call("http://SVC:" + participant.port() + "/")
                                .end()
                                .outcome())
                        .isEqualTo(Outcome.SUCCESS);
            }
            assertThat(server.asked.get()).isEqualTo(1);
            assertThat(participant.requests().get(0).header("Host")).isEqualTo("SVC:" + participant.port());
        }
    }

    @Test
    void shouldAskAnewWhenTheAnswerHasGrownOldAndUseTheOldOneMeanwhile() throws IOException {
        Server server = new Server();
        server.set("svc", "127.0.0.1");
        try (Caller caller = caller(server, with(1, 5_000, 100, 4, 100));
                Participant participant =
                        Participant.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
            Caller.eventually(
                    () -> caller.call("http://svc:" + participant.port() + "/")
                                            .end()
                                            .outcome()
                                    == Outcome.SUCCESS
                            && server.asked.get() >= 3,
                    "the name is asked for again");
            server.known.clear();
            int before = server.asked.get();
            Caller.eventually(
                    () -> caller.call("http://svc:" + participant.port() + "/")
                                            .end()
                                            .outcome()
                                    == Outcome.SUCCESS
                            && server.asked.get() >= before + 2,
                    "the old answer holds while the name server fails");
        }
    }

    @Test
    void shouldSayWhichNameIsUnknown() throws IOException {
        Server server = new Server();
        try (Caller caller = caller(server, NAMES)) {
            for (int i = 0; i < 3; i++) {
                assertThat(caller.call("http://nobody/").end())
                        .extracting("outcome", "text")
                        .containsExactly(Outcome.UNKNOWN, "host name nobody cannot be resolved");
            }
            assertThat(server.asked.get()).isLessThan(3);
            server.known.put("empty", new InetAddress[0]);
            assertThat(caller.call("http://empty/").end().text()).isEqualTo("host name empty has no address");
        }
    }

    @Test
    void shouldDelayOnlyTheNamesThatHang() throws IOException {
        Server server = new Server();
        server.set("svc", "127.0.0.1");
        server.set("hangs0", "127.0.0.1");
        try (Caller caller = caller(server, with(30_000, 5_000, 1_000, 8, 1_000));
                Participant participant = Participant.answering(Participant.OK)) {
            List<Long> hanging = new ArrayList<>();
            for (int i = 0; i < 21; i++) {
                hanging.add(caller.call("http://hangs" + i % 7 + ":" + participant.port() + "/")
                        .timeoutMs(60_000)
                        .start());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(caller.call("http://svc:" + participant.port() + "/")
                                .end()
                                .outcome())
                        .isEqualTo(Outcome.SUCCESS);
            }
            assertThat(hanging).noneMatch(caller::hasEnded);
            long withdrawn = caller.call("http://hangs0:" + participant.port() + "/")
                    .transaction(77)
                    .start();
            caller.onLoop(() -> caller.dispatcher.withdraw(77));
            assertThat(caller.await(withdrawn).outcome()).isEqualTo(Outcome.WITHDRAWN);
            server.awake.countDown();
            for (int i = 0; i < 21; i++) {
                assertThat(caller.await(hanging.get(i)).outcome())
                        .isEqualTo(i % 7 == 0 ? Outcome.SUCCESS : Outcome.UNKNOWN);
            }
            Caller.eventually(() -> caller.dispatcher.counters().openCalls() == 0, "nothing is left");
        }
    }

    @Test
    void shouldNotWaitForANameLongerThanAllowed() throws IOException {
        Server server = new Server();
        try (Caller caller = caller(server, with(30_000, 100, 1_000, 8, 1_000))) {
            Caller.Ended end = caller.call("http://hangs/").timeoutMs(60_000).end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).isEqualTo("host name hangs was not resolved within 100 ms");
            Caller.Ended quick = caller.call("http://hangs/").timeoutMs(20).end();
            assertThat(quick.text()).isEqualTo("no reply from http://hangs within 20 ms");
            server.awake.countDown();
        }
    }

    @Test
    void shouldRefuseNamesBeyondTheBoundOfTheQueue() throws IOException {
        Server server = new Server();
        try (Caller caller = caller(server, with(30_000, 60_000, 1_000, 1, 2))) {
            for (int i = 0; i < 3; i++) {
                caller.call("http://hangs" + i + "/").timeoutMs(60_000).start();
            }
            assertThat(caller.endedCalls()).isZero();
            assertThat(caller.call("http://hangs3/").timeoutMs(60_000).end().text())
                    .isEqualTo("too many host names wait to be looked up");
            assertThat(caller.endedCalls()).isEqualTo(1);
            server.awake.countDown();
        }
    }

    @Test
    void shouldForgetTheNameUsedLeastWhenThereAreTooMany() throws IOException {
        Server server = new Server();
        for (int i = 0; i < 4; i++) {
            server.set("svc" + i, "127.0.0.1");
        }
        try (Caller caller = caller(server, with(30_000, 5_000, 3, 4, 100));
                Participant participant =
                        Participant.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
            int[] order = {0, 1, 2, 0, 1, 2, 3, 1, 2, 3, 0};
            int[] asked = {1, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5};
            for (int i = 0; i < order.length; i++) {
                caller.call("http://svc" + order[i] + ":" + participant.port() + "/")
                        .end();
                assertThat(server.asked.get()).as("call %d", i).isEqualTo(asked[i]);
            }
        }
    }

    @Test
    void shouldTryTheNextAddressWhenOneDoesNotAnswer() throws IOException {
        Server server = new Server();
        // Nobody listens at the first two; the last one is right.
        server.set("svc", "::1", "127.0.0.9", "127.0.0.1");
        try (Caller caller = caller(server, NAMES);
                Participant participant =
                        Participant.answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")) {
            for (int i = 0; i < 3; i++) {
                assertThat(caller.call("http://svc:" + participant.port() + "/")
                                .end()
                                .outcome())
                        .isEqualTo(Outcome.SUCCESS);
            }
        }
    }

    @Test
    void shouldAskAnewWhenNoAddressAnswers() throws IOException {
        Server server = new Server();
        server.set("svc", "127.0.0.9", "127.0.0.8");
        try (Caller caller = caller(server, NAMES);
                Participant participant = Participant.answering(Participant.OK)) {
            assertThat(caller.call("http://svc:" + participant.port() + "/")
                            .end()
                            .text())
                    .startsWith("connection to http://svc:" + participant.port() + " failed");
            server.set("svc", "127.0.0.1");
            assertThat(caller.call("http://svc:" + participant.port() + "/")
                            .end()
                            .outcome())
                    .isEqualTo(Outcome.SUCCESS);
        }
    }
}
