package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The budget of what clients and participants make the server hold (SAFETY, Bounds), each bound one over, and back to nothing. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HeldBytesTest {
    private static final int BUDGET = 64 << 20;
    private static final int LARGE = 3_900_000;
    /** The payload stands in the rows of the action and of the compensation. */
    private static final long LARGE_ANSWER = 2 * (LARGE * 4L / 3);

    private static final int BODY_MAX = 4 << 20;
    private static final String QUERY = "GET /api/dtmsvr/query?gid=large HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    Path data;

    private TestServer server;
    private final List<Socket> sockets = new ArrayList<>();

    @BeforeEach
    void start() {
        server = new TestServer(data, "HeldBytesMax", Integer.toString(BUDGET));
    }

    @AfterEach
    void stop() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    /** A client whose system keeps little of what it does not read. */
    private Socket connect() throws IOException {
        Socket socket = new Socket();
        sockets.add(socket);
        socket.setReceiveBufferSize(4 << 10);
        socket.setSoTimeout(30_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private long metric(String series) {
        for (String line : server.get("/api/metrics").body().split("\n")) {
            if (line.startsWith(series + " ")) {
                return (long) Double.parseDouble(line.substring(series.length() + 1));
            }
        }
        throw new AssertionError("no metric " + series);
    }

    private long held(String use) {
        return metric("assent_held_bytes{use=\"" + use + "\"}");
    }

    private long allHeld() {
        return held("requests") + held("answers") + held("grpc") + held("calls") + held("replies");
    }

    private void submitLarge(String gid, String protocol, String action) {
        String payload = "{\\\"a\\\":\\\"" + "x".repeat(LARGE) + "\\\"}";
        assertThat(server.submit("{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"protocol\":\"" + protocol
                                + "\",\"steps\":[{\"action\":\"" + action + "\"}],\"payloads\":[\"" + payload + "\"]}")
                        .status())
                .isEqualTo(200);
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) {
        while (!condition.holds()) {
            if (Thread.interrupted()) {
                throw new AssertionError("waited in vain");
            }
        }
    }

    @Test
    void shouldRenderOneLargeAnswerOfAConnectionThatDoesNotRead() throws IOException {
        submitLarge("large", "http", "");
        Socket socket = connect();
        send(socket, QUERY.repeat(8));
        await(() -> held("answers") > LARGE_ANSWER / 2);
        assertThat(server.get("/api/ping").status()).isEqualTo(200);
        assertThat(held("answers")).isLessThan(LARGE_ANSWER + (1 << 20));
        // It reads, and has all of them, one behind the other.
        socket.setReceiveBufferSize(1 << 20);
        InputStream in = socket.getInputStream();
        byte[] piece = new byte[1 << 20];
        long bytes = 0;
        while (bytes < 8 * LARGE_ANSWER) {
            int count = in.read(piece);
            assertThat(count).as("read after " + bytes).isPositive();
            bytes += count;
        }
        socket.close();
        await(() -> allHeld() == 0);
    }

    @Test
    void shouldRefuseAnAnswerForWhichThereIsNoRoom() throws IOException {
        submitLarge("large", "http", "");
        for (int i = 0; i < 16; i++) {
            send(connect(), QUERY);
        }
        // Three quarters of the budget are less than five of them; of each the system takes some megabytes.
        await(() -> metric("assent_held_refusals_total{use=\"answers\"}") >= 2);
        assertThat(held("answers")).isBetween(2 * LARGE_ANSWER, (long) BUDGET * 3 / 4);
        TestServer.Reply refused = server.get("/api/dtmsvr/query?gid=large");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.response().headers().firstValue("Retry-After")).hasValue("1");
        assertThat(refused.message()).contains("heldBytesMax");
        assertThat(server.get("/api/dtmsvr/query?gid=small").status()).isEqualTo(200);
        for (Socket socket : sockets) {
            socket.close();
        }
        await(() -> allHeld() == 0);
        assertThat(server.get("/api/dtmsvr/query?gid=large").status()).isEqualTo(200);
    }

    @Test
    void shouldRefuseBodiesUnderWayForWhichThereIsNoRoom() throws IOException {
        String head = "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nContent-Length: " + BODY_MAX + "\r\n\r\n";
        String body = "x".repeat(BODY_MAX - 1);
        List<Socket> taken = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Socket socket = connect();
            send(socket, head + body);
            taken.add(socket);
        }
        await(() -> held("requests") >= 11L * (BODY_MAX - 1));
        Socket over = connect();
        send(over, head + body);
        String refused = new String(over.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(refused).startsWith("HTTP/1.1 503 ").contains("Retry-After: 1", "heldBytesMax");
        assertThat(server.submit(
                                "{\"gid\":\"small\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\"\"]}")
                        .status())
                .isEqualTo(200);
        // Its last byte makes it whole, which costs nothing more.
        send(taken.get(0), "x");
        assertThat(taken.get(0).getInputStream().read()).isEqualTo('H');
        for (Socket socket : taken) {
            socket.close();
        }
        await(() -> allHeld() == 0);
    }

    @Test
    void shouldHoldLittleOfARequestThatAParticipantDoesNotRead() throws IOException {
        for (String protocol : List.of("http", "json-rpc")) {
            try (ServerSocket unread = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
                submitLarge(protocol, protocol, "http://127.0.0.1:" + unread.getLocalPort() + "/?method=take");
                try (Socket call = unread.accept()) {
                    assertThat(call.getInputStream().read()).isEqualTo('P');
                    long envelope = protocol.equals("http") ? 0 : LARGE + 1_000L;
                    assertThat(held("calls")).isLessThan(envelope + (256 << 10));
                }
                server.post("/api/dtmsvr/forceStop", "{\"gid\":\"" + protocol + "\"}");
            }
            await(() -> allHeld() == 0);
        }
    }

    @Test
    void shouldTellTheSameOfItselfOnThePortOfProbes() throws IOException {
        assertThat(server.probe("/healthz")).contains("alive");
        assertThat(server.probe("/readyz")).contains("serving");
        assertThat(server.probe("/api/ping")).contains("pong");
        assertThat(server.probe("/api/dtmsvr/version")).contains("\"version\":\"v");
        assertThat(server.probe("/api/metrics")).contains("assent_live_bytes ");
        assertThat(server.probe("/api/dtmsvr/query?gid=g")).contains(" 404 ");
    }
}
