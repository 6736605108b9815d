package io.assent.transport.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.NoHistory;
import io.assent.engine.codec.CommandFrame;
import io.assent.engine.codec.CommandPublisher;
import io.assent.engine.codec.CommandSink;
import io.assent.transport.EventLoops;
import io.assent.transport.SteadyTasks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The bounds of a connection in time and number, with small values; what the front says when nobody behind it listens. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FrontBoundsTest {
    private static final String PING = "GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n";
    private static final int SMALL_MS = 150;
    private static final int GENEROUS_MS = 30_000;

    /** A ring that takes commands and never answers, or has no room. */
    private static final class Silent implements CommandSink {
        final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer();
        final AtomicInteger published = new AtomicInteger();
        volatile boolean full;

        @Override
        public MutableDirectBuffer claim(int length, Source source) {
            return full ? null : buffer;
        }

        @Override
        public void publish(int length) {
            published.incrementAndGet();
        }
    }

    private final EventLoops loops = EventLoops.create(1);
    private final Silent ring = new Silent();
    private volatile ServerState state = ServerState.SERVING;
    private HttpFront front;

    private void start(long idleMs, long wholeRequestMs, int connectionsMax) throws IOException {
        FrontConfig config = FrontConfig.of(List.of(InetAddress.getLoopbackAddress()), 0, "v1")
                .connectionsMax(connectionsMax)
                .idleMs(idleMs)
                .wholeRequestMs(wholeRequestMs)
                .stalledWriteMs(GENEROUS_MS);
        front = new HttpFront(
                loops,
                config,
                number -> new CommandPublisher(ring),
                new NoHistory(),
                () -> state,
                (advance, whenDone) -> {
                    throw new AssertionError("there is no manual clock");
                },
                FrontMeter.NONE);
        front.start();
    }

    @AfterEach
    void stop() {
        front.close();
        loops.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), front.port());
        socket.setSoTimeout(GENEROUS_MS);
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
    }

    private static String untilClosed(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            send(socket, request.replace("Host: x\r\n", "Host: x\r\nConnection: close\r\n"));
            return untilClosed(socket);
        }
    }

    @Test
    void shouldCloseAnIdleConnection() throws IOException {
        start(SMALL_MS, GENEROUS_MS, 10);
        try (Socket socket = connect()) {
            send(socket, PING);
            assertThat(untilClosed(socket)).contains("pong");
        }
    }

    @Test
    void shouldLookAfterTheOtherConnectionsWhenLookingAtOneFails() throws IOException {
        start(SMALL_MS, GENEROUS_MS, 10);
        ClientConnection broken = new ClientConnection() {
            @Override
            public void pauseReads(boolean paused) {}

            @Override
            public void sweep(long nowNanos) {
                throw new IllegalStateException("planted");
            }

            @Override
            public void close() {}
        };
        loops.loops().get(0).submit(() -> front.loop(0).add(broken)).syncUninterruptibly();
        for (int i = 0; i < 2; i++) {
            try (Socket socket = connect()) {
                send(socket, PING);
                assertThat(untilClosed(socket)).contains("pong");
            }
        }
        assertThat(loops.tasks().failures(SteadyTasks.Kind.CLIENTS)).isGreaterThan(1);
    }

    @Test
    void shouldNotLingerForAClientThatNeverEndsItsSide() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, 10);
        try (Socket socket = connect()) {
            send(socket, PING.replace("Host: x\r\n", "Host: x\r\nConnection: close\r\n"));
            assertThat(untilClosed(socket)).contains("pong");
            while (front.connections() > 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void shouldCloseARequestThatDoesNotArriveInTime() throws IOException {
        start(GENEROUS_MS, SMALL_MS, 10);
        try (Socket socket = connect()) {
            send(socket, "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{");
            assertThat(untilClosed(socket)).startsWith("HTTP/1.1 408 ").contains("within 150 ms");
        }
        try (Socket socket = connect()) {
            send(socket, "GET /api/pi");
            assertThat(untilClosed(socket)).startsWith("HTTP/1.1 408 ");
        }
    }

    @Test
    void shouldTakeNoMoreConnectionsThanItsBound() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, 2);
        try (Socket first = connect();
                Socket second = connect()) {
            send(first, PING);
            send(second, PING);
            assertThat(first.getInputStream().read()).isEqualTo('H');
            assertThat(second.getInputStream().read()).isEqualTo('H');
            try (Socket third = connect()) {
                assertThat(third.getInputStream().read()).as("one over").isEqualTo(-1);
            }
        }
    }

    @Test
    void shouldReadNoMoreThan64UnansweredRequestsOfOneConnection() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, 10);
        try (Socket socket = connect()) {
            String query = "GET /api/dtmsvr/query?gid=g HTTP/1.1\r\nHost: x\r\n\r\n";
            for (int i = 0; i < 64; i++) {
                send(socket, query);
            }
            while (ring.published.get() < 64) {
                Thread.onSpinWait();
            }
            send(socket, query);
            // A second connection is served after the 65th request was sent, and the 65th still waits.
            for (int i = 0; i < 3; i++) {
                assertThat(exchange(PING)).contains("pong");
            }
            assertThat(ring.published.get()).isEqualTo(64);
        }
    }

    @Test
    void shouldSay503WithRetryAfterWhenTheRingIsFull() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, 10);
        ring.full = true;
        String body = "{\"gid\":\"g\",\"trans_type\":\"saga\"}";
        assertThat(exchange("POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body))
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: ")
                .contains("command ring");
    }

    @Test
    void shouldFreeThePlaceOfAWaitingClientThatIsGone() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, 10);
        String body = "{\"gid\":\"g\",\"trans_type\":\"saga\",\"wait_result\":true}";
        try (Socket socket = connect()) {
            send(
                    socket,
                    "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body);
            while (ring.published.get() < 1) {
                Thread.onSpinWait();
            }
        }
        while (ring.published.get() < 2) {
            Thread.onSpinWait();
        }
        assertThat(CommandFrame.name(ring.buffer, 0)).isEqualTo("waiterGone");
        assertThat(CommandFrame.gid(ring.buffer, 0)).isEqualTo("g");
    }

    @Test
    void shouldSayWhatStateItIsIn() throws IOException {
        start(GENEROUS_MS, GENEROUS_MS, 10);
        String ready = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n";
        String query = "GET /api/dtmsvr/query?gid=g HTTP/1.1\r\nHost: x\r\n\r\n";
        assertThat(exchange(ready)).startsWith("HTTP/1.1 200 ");
        state = ServerState.STARTING;
        assertThat(exchange(ready)).startsWith("HTTP/1.1 503 ");
        assertThat(exchange(query))
                .startsWith("HTTP/1.1 503 ")
                .contains("Retry-After: 1")
                .contains("starting");
        assertThat(exchange("POST /api/dtmsvr/prepareWorkflow HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"))
                .startsWith("HTTP/1.1 503 ")
                .contains("\"transaction\":{\"gid\":\"\",\"status\":\"\"");
        assertThat(exchange("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 200 ");
        assertThat(exchange("GET /api/dtmsvr/version HTTP/1.1\r\nHost: x\r\n\r\n"))
                .contains("\"v1\"");
        assertThat(exchange(PING))
                .as("charts of DTM probe it")
                .startsWith("HTTP/1.1 503 ")
                .contains("starting");
        state = ServerState.DRAINING;
        assertThat(exchange(PING)).contains("pong");
        assertThat(exchange(ready)).startsWith("HTTP/1.1 503 ").contains("stopping");
        assertThat(exchange("POST /api/clock/advance?ms=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
    }
}
