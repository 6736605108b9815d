package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import io.grpc.Status;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Paths and methods of one address beside each other: who has the next turn, and what a hanging one can not take (SAFETY "Calls"). */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RouteTest {
    private static final int FOR_EVER_MS = 100_000;

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    /** Answers, but what its path begins with may tell it not to: hang, or close. */
    private static final class Town implements AutoCloseable {
        final CountDownLatch gate = new CountDownLatch(1);
        /** Whether paths that begin with sick hang; else they answer. */
        final AtomicBoolean sick = new AtomicBoolean();

        final Participant participant = new Participant(this::serve);

        Town() throws IOException {}

        private void serve(Participant.Exchange exchange) throws IOException {
            for (Participant.Request request = exchange.read(); request != null; request = exchange.read()) {
                String path = request.line().split(" ")[1].substring(1);
                if (path.startsWith("close")) {
                    return;
                }
                boolean hangs = path.startsWith("hang") || path.startsWith("sick") && sick.get();
                try {
                    if (path.startsWith("gate")) {
                        gate.await();
                    } else if (hangs) {
                        new CountDownLatch(1).await();
                    }
                } catch (InterruptedException stopped) {
                    return;
                }
                exchange.write(Participant.OK);
            }
        }

        String url(String path) {
            return "http://127.0.0.1:" + participant.port() + "/" + path;
        }

        /** What came, by path and query without what we append. */
        List<String> order() {
            return participant.requests().stream()
                    .map(request -> request.line().replaceAll("POST /|[?&]branch_id.*", ""))
                    .toList();
        }

        @Override
        public void close() throws IOException {
            gate.countDown();
            participant.close();
        }
    }

    private static DispatcherConfig open(int calls) {
        return DispatcherConfig.DEFAULT.withPool(
                new DispatcherConfig.Pool(calls, calls, 4, 16, 1_000, 10, 256, 65_536, 4_000, 300_000));
    }

    private static DispatcherConfig routes(int perDestination, int all) {
        return DispatcherConfig.DEFAULT.withPool(
                new DispatcherConfig.Pool(128, 128, 4, 16, 1_000, 10, perDestination, all, 4_000, 300_000));
    }

    private static void hang(Caller caller, String url, int calls) {
        caller.onLoop(() -> {
            for (int i = 0; i < calls; i++) {
                caller.call(url).timeoutMs(FOR_EVER_MS).hand();
            }
            caller.dispatcher.flush();
        });
    }

    private static void succeeds(Caller caller, String url, int calls) {
        List<Long> numbers = caller.onLoop(() -> {
            List<Long> handed = new ArrayList<>();
            for (int i = 0; i < calls; i++) {
                handed.add(caller.call(url).timeoutMs(FOR_EVER_MS).hand());
            }
            caller.dispatcher.flush();
            return handed;
        });
        for (long number : numbers) {
            assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS);
        }
    }

    private static long open(Caller caller) {
        return caller.dispatcher.counters().openCalls();
    }

    @Test
    void shouldServeARouteWhenAnotherOfItsAddressHangsFromTheFirstCallOn() throws IOException {
        try (Caller caller = new Caller();
                Town town = new Town()) {
            hang(caller, town.url("hang"), 1_000);
            assertThat(open(caller)).isEqualTo(56);
            succeeds(caller, town.url("ok"), 1);
            succeeds(caller, town.url("ok"), 500);
            // Nor does any further one that is new here, nor does one that can not be told from it by its query.
            succeeds(caller, town.url("new?path=hang"), 100);
            assertThat(open(caller)).isEqualTo(56);
        }
    }

    @Test
    void shouldServeARouteWhenOthersOfItsAddressHangThatHadAnswered() throws IOException {
        try (Caller caller = new Caller();
                Town town = new Town()) {
            for (int i = 0; i < 4; i++) {
                succeeds(caller, town.url("sick" + i), 1);
            }
            succeeds(caller, town.url("ok"), 1);
            town.sick.set(true);
            hang(caller, town.url("sick0"), 1_000);
            assertThat(open(caller)).isEqualTo(96);
            for (int i = 1; i < 4; i++) {
                hang(caller, town.url("sick" + i), 1_000);
            }
            succeeds(caller, town.url("ok"), 500);
        }
    }

    @Test
    void shouldServeNewRoutesWhenMoreHangThanHavePlaces() throws IOException {
        try (Caller caller = new Caller();
                Town town = new Town()) {
            succeeds(caller, town.url("ok"), 1);
            succeeds(caller, town.url("ok"), 1);
            for (int i = 0; i < 500; i++) {
                hang(caller, town.url("hang" + i), 1);
            }
            assertThat(open(caller))
                    .as("an eighth is left for those that answer")
                    .isEqualTo(112);
            succeeds(caller, town.url("ok"), 500);
        }
    }

    @Test
    void shouldSuspectARouteAndNotItsNeighbours() throws IOException {
        try (Caller caller = new Caller();
                Town town = new Town()) {
            for (int i = 0; i < 16; i++) {
                assertThat(suspects(caller)).isZero();
                assertThat(caller.call(town.url("close?" + i)).end().outcome()).isEqualTo(Outcome.UNKNOWN);
            }
            assertThat(suspects(caller)).isEqualTo(1);
            hang(caller, town.url("gate"), 20);
            assertThat(open(caller)).isEqualTo(20);
            succeeds(caller, town.url("ok"), 100);
        }
    }

    @Test
    void shouldGiveASuspectRouteFewCallsUntilItAnswers() throws IOException {
        try (Caller caller = new Caller();
                Town town = new Town()) {
            town.sick.set(true);
            List<Long> numbers = caller.onLoop(() -> {
                List<Long> handed = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    handed.add(caller.call(town.url("sick")).timeoutMs(50).hand());
                }
                caller.dispatcher.flush();
                return handed;
            });
            numbers.forEach(caller::await);
            hang(caller, town.url("sick"), 20);
            assertThat(caller.dispatcher.counters().openCalls(RouteClass.SUSPECT))
                    .isEqualTo(4);
            assertThat(open(caller)).isEqualTo(4);
            assertThat(suspects(caller)).isEqualTo(1);
            succeeds(caller, town.url("ok"), 100);
            assertThat(suspects(caller)).isEqualTo(1);
        }
    }

    private static long suspects(Caller caller) {
        return caller.dispatcher.counters().routes(RouteClass.SUSPECT);
    }

    @Test
    void shouldTakeUrgentCallsOfAnyRouteFirstAndThenOneOfEachRouteInTurn() throws IOException {
        try (Caller caller = new Caller(open(1));
                Town town = new Town()) {
            List<Long> numbers = caller.onLoop(() -> {
                List<Long> handed = new ArrayList<>();
                handed.add(caller.call(town.url("gate")).timeoutMs(FOR_EVER_MS).hand());
                for (int i = 1; i <= 4; i++) {
                    handed.add(caller.call(town.url("a?" + i)).hand());
                }
                handed.add(caller.call(town.url("a?old")).attempt(1).hand());
                for (int i = 1; i <= 2; i++) {
                    handed.add(caller.call(town.url("b?" + i)).hand());
                }
                handed.add(caller.call(town.url("a?undo")).priority().hand());
                handed.add(caller.call(town.url("c?undo")).priority().attempt(1).hand());
                caller.dispatcher.flush();
                return handed;
            });
            town.gate.countDown();
            numbers.forEach(caller::await);
            // Routes that answer and others take turns; within a route old and new calls do.
            assertThat(town.order())
                    .containsExactly("gate", "a?undo", "c?undo", "a?1", "b?1", "a?old", "b?2", "a?2", "a?3", "a?4");
        }
    }

    @Test
    void shouldServeRoutesThatAnswerInTurn() throws IOException {
        try (Caller caller = new Caller(open(1));
                Town town = new Town()) {
            succeeds(caller, town.url("a"), 1);
            succeeds(caller, town.url("b"), 1);
            List<Long> numbers = caller.onLoop(() -> {
                List<Long> handed = new ArrayList<>();
                handed.add(caller.call(town.url("gate")).timeoutMs(FOR_EVER_MS).hand());
                for (int i = 1; i <= 4; i++) {
                    handed.add(caller.call(town.url("a?" + i)).hand());
                }
                for (int i = 1; i <= 2; i++) {
                    handed.add(caller.call(town.url("b?" + i)).hand());
                }
                caller.dispatcher.flush();
                return handed;
            });
            town.gate.countDown();
            numbers.forEach(caller::await);
            assertThat(town.order()).containsExactly("a", "b", "gate", "a?1", "b?1", "a?2", "b?2", "a?3", "a?4");
        }
    }

    @Test
    void shouldShareOneQueueAmongRoutesBeyondTheBound() throws IOException {
        try (Caller caller = new Caller(routes(3, 100));
                Town town = new Town()) {
            for (int i = 0; i < 3; i++) {
                hang(caller, town.url("hang" + i), 1);
            }
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(3);
            // One over: together they hold no more than one route may, and they know nothing of each other.
            for (int i = 3; i < 103; i++) {
                hang(caller, town.url("hang" + i), 1);
            }
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(4);
            assertThat(open(caller)).isEqualTo(3 + 55);
        }
    }

    @Test
    void shouldForgetWhatWasCalledOnceAndThenWhatIsIdleLongestWhenOneMoreIsCalled() throws IOException {
        try (Caller caller = new Caller(routes(3, 100));
                Town town = new Town()) {
            for (int i = 0; i < 17; i++) {
                caller.call(town.url("close")).end();
            }
            assertThat(suspects(caller)).isEqualTo(1);
            hang(caller, town.url("hang"), 1);
            succeeds(caller, town.url("a"), 1);
            assertThat(suspects(caller)).isEqualTo(1);
            succeeds(caller, town.url("b"), 1);
            assertThat(suspects(caller)).as("a was called once").isEqualTo(1);
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(3);
            succeeds(caller, town.url("b"), 1);
            succeeds(caller, town.url("a"), 1);
            assertThat(suspects(caller)).as("it was idle longest").isZero();
            assertThat(caller.dispatcher.counters().routes(RouteClass.ANSWERING))
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldForgetDestinationsWhenThereAreTooManyRoutesInAll() throws IOException {
        try (Caller caller = new Caller(routes(100, 5));
                Town town = new Town()) {
            for (int port = 1; port <= 2; port++) {
                for (int i = 0; i < 2; i++) {
                    caller.call("http://127.0.0.1:" + port + "/" + i)
                            .timeoutMs(20_000)
                            .end();
                }
            }
            Caller.eventually(() -> caller.dispatcher.counters().destinations() == 2, "both are known");
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(4);
            hang(caller, town.url("hang1"), 1);
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(5);
            hang(caller, town.url("hang2"), 1);
            assertThat(caller.dispatcher.counters().destinations()).isEqualTo(2);
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(4);
            for (int i = 3; i < 10; i++) {
                hang(caller, town.url("hang" + i), 1);
            }
            // Five, and what stands for all others.
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(6);
            assertThat(caller.dispatcher.counters().destinations()).isEqualTo(1);
        }
    }

    @Test
    void shouldServeAMethodWhenAnotherOfItsGrpcServiceHangs() throws IOException {
        try (GrpcParticipant participant =
                        new GrpcParticipant(received -> received.method().endsWith("Hang") ? null : Status.OK);
                Caller caller = new Caller()) {
            caller.onLoop(() -> {
                for (int i = 0; i < 1_000; i++) {
                    caller.call(participant.url("busi.Busi/Hang"))
                            .protocol("grpc")
                            .timeoutMs(FOR_EVER_MS)
                            .hand();
                }
            });
            assertThat(open(caller)).isEqualTo(56);
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                numbers.add(caller.call(participant.url("busi.Busi/TransIn"))
                        .protocol("grpc")
                        .timeoutMs(FOR_EVER_MS)
                        .start());
            }
            numbers.forEach(number -> assertThat(caller.await(number).outcome()).isEqualTo(Outcome.SUCCESS));
        }
    }

    @Test
    void shouldReadLongRepliesInTurnSoThatTheLoopHasTimeForOthers() throws IOException {
        int bytes = 8_000_000;
        String head = "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n";
        try (Participant participant = Participant.answering(head + "x".repeat(bytes));
                Caller caller = new Caller()) {
            for (int i = 0; i < 2; i++) {
                Caller.Ended end =
                        caller.call(participant.url()).timeoutMs(FOR_EVER_MS).end();
                assertThat(end.outcome()).isEqualTo(Outcome.SUCCESS);
                // One buffer of at most 64 KiB each millisecond.
                assertThat(end.latencyMs()).isGreaterThan((bytes - 2 * LongReplies.LONG_BYTES) / (64 << 10));
            }
            assertThat(participant.accepted())
                    .as("the connection is used again")
                    .isEqualTo(1);
        }
    }

    @Test
    void shouldServeOthersWhileRepliesComeWithoutEnd() throws IOException {
        byte[] chunk = ("4000\r\n" + "x".repeat(16 << 10) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        try (Participant endless = new Participant(exchange -> {
                    exchange.read();
                    exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    for (int i = 0; i < 10_000; i++) {
                        exchange.write(chunk);
                    }
                });
                Town town = new Town();
                Caller caller = new Caller()) {
            List<Long> numbers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                numbers.add(caller.call(endless.url()).timeoutMs(FOR_EVER_MS).start());
            }
            succeeds(caller, town.url("ok"), 500);
            for (long number : numbers) {
                assertThat(caller.await(number).text()).contains("8388608 bytes");
            }
        }
    }

    @Test
    void shouldKeepTheMethodsOfAJsonRpcServiceApart() throws IOException {
        try (Participant participant = new Participant(exchange -> {
                    for (Participant.Request request = exchange.read(); request != null; request = exchange.read()) {
                        if (request.line().contains("method=Hang")) {
                            exchange.read();
                        }
                        exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull");
                    }
                });
                Caller caller = new Caller()) {
            String service = "http://127.0.0.1:" + participant.port() + "/rpc?method=";
            caller.onLoop(() -> {
                for (int i = 0; i < 1_000; i++) {
                    caller.call(service + "Hang")
                            .protocol("json-rpc")
                            .timeoutMs(FOR_EVER_MS)
                            .hand();
                }
            });
            for (int i = 0; i < 100; i++) {
                assertThat(caller.call(service + "Work&n=" + i)
                                .protocol("json-rpc")
                                .timeoutMs(FOR_EVER_MS)
                                .end()
                                .outcome())
                        .isEqualTo(Outcome.SUCCESS);
            }
            assertThat(caller.dispatcher.counters().routes()).isEqualTo(2);
        }
    }
}
