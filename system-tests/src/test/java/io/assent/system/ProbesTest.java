package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.journal.Journal;
import io.assent.server.CoordinatorServer;
import io.assent.server.Halts;
import io.assent.server.ServerConfig;
import io.assent.server.config.Settings;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The port of probes answers whatever the disk does, and says of the server what the other port says. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ProbesTest {
    @TempDir
    Path data;

    private ServerConfig config(String... settings) {
        Map<String, String> given = new LinkedHashMap<>();
        given.put("DataDir", data.toString());
        given.put("HttpPort", "0");
        given.put("GrpcPort", "0");
        given.put("FreeDiskMin", "0");
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        return ServerConfig.of(Settings.of(Map.of(), null, given));
    }

    /** A request for a message that stays prepared. */
    private static String prepare(String gid) {
        String body =
                "{\"gid\":\"" + gid + "\",\"trans_type\":\"msg\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\"\"],"
                        + "\"query_prepared\":\"http://127.0.0.1:1/q\"}";
        return "POST /api/dtmsvr/prepare HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    private static String get(int port, String path) {
        return RawClient.exchange(port, "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }

    private static Socket send(int port, String request) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return socket;
    }

    private static String received(Socket socket) throws Exception {
        try (socket) {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static double metric(String exposition, String name) {
        return exposition
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name));
    }

    private static void shouldAnswerAll(int port) {
        assertThat(get(port, "/healthz")).startsWith("HTTP/1.1 200 ").endsWith("alive");
        assertThat(get(port, "/readyz")).startsWith("HTTP/1.1 200 ").endsWith("serving");
        assertThat(get(port, "/api/ping")).startsWith("HTTP/1.1 200 ").contains("pong");
        assertThat(get(port, "/api/dtmsvr/version")).startsWith("HTTP/1.1 200 ").contains("\"version\"");
        assertThat(get(port, "/api/metrics")).startsWith("HTTP/1.1 200 ").contains("assent_journal_position ");
    }

    @ParameterizedTest
    @CsvSource({"loop,inline", "loop,thread", "thread,inline", "thread,thread"})
    void shouldAnswerEveryProbeWhileAForceOfTheJournalDoesNotComeBack(String drain, String sync) throws Exception {
        HeldDisk disk = new HeldDisk();
        CoordinatorServer server = new CoordinatorServer(
                config("Drain", drain, "Sync", sync, "EventLoops", "1"), Halts.HALT, UnaryOperator.identity(), disk);
        try {
            server.start();
            // Then the start's own records are durable, and what syncs next is the next request.
            assertThat(RawClient.exchange(server.httpPort(), prepare("first"))).startsWith("HTTP/1.1 200 ");
            disk.hold();
            Socket submit = send(server.httpPort(), prepare("g"));
            disk.awaitSync();
            // More than one look of whatever looks at the journal or the disk at its own times.
            for (int i = 0; i < 20; i++) {
                shouldAnswerAll(server.adminPort());
            }
            String metrics = get(server.adminPort(), "/api/metrics");
            assertThat(metric(metrics, "assent_journal_position"))
                    .as("what the client waits for is not durable")
                    .isGreaterThan(metric(metrics, "assent_journal_durable_position"));
            // There, a loop that syncs itself reads nothing meanwhile; what it is asked waits.
            List<Socket> asked = new ArrayList<>();
            for (String path :
                    new String[] {"/healthz", "/readyz", "/api/ping", "/api/dtmsvr/version", "/api/metrics"}) {
                asked.add(send(server.httpPort(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            }
            boolean loopSyncs = drain.equals("loop") && sync.equals("inline");
            if (loopSyncs) {
                disk.release();
            }
            for (Socket socket : asked) {
                assertThat(received(socket)).startsWith("HTTP/1.1 200 ");
            }
            disk.release();
            assertThat(received(submit)).startsWith("HTTP/1.1 200 ");
            shouldAnswerAll(server.adminPort());
        } finally {
            disk.release();
            server.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"loop,inline", "thread,inline", "thread,thread"})
    void shouldSayThatItStopsWhileAForceOfTheJournalDoesNotComeBack(String drain, String sync) throws Exception {
        HeldDisk disk = new HeldDisk();
        CoordinatorServer server = new CoordinatorServer(
                config("Drain", drain, "Sync", sync, "EventLoops", "1"), Halts.HALT, UnaryOperator.identity(), disk);
        Thread stop = new Thread(server::close, "stop");
        try {
            server.start();
            // Then the start's own records are durable, and what syncs next is the next request.
            assertThat(RawClient.exchange(server.httpPort(), prepare("first"))).startsWith("HTTP/1.1 200 ");
            disk.hold();
            Socket submit = send(server.httpPort(), prepare("g"));
            disk.awaitSync();
            stop.start();
            String ready = "";
            do {
                assertThat(Thread.interrupted()).as(ready).isFalse();
                ready = get(server.adminPort(), "/readyz");
            } while (ready.endsWith("serving"));
            assertThat(ready)
                    .startsWith("HTTP/1.1 503 ")
                    .contains("retry-after: 1")
                    .endsWith("{\"message\":\"stopping\"}");
            assertThat(get(server.adminPort(), "/healthz")).startsWith("HTTP/1.1 200 ");
            assertThat(get(server.adminPort(), "/api/ping")).startsWith("HTTP/1.1 200 ");
            disk.release();
            assertThat(received(submit)).as("what was under way").startsWith("HTTP/1.1 200 ");
            stop.join();
        } finally {
            disk.release();
            server.close();
        }
    }

    /** Status, Retry-After and body, which both ports have to give alike. */
    private static String told(String answer) {
        String retryAfter = answer.lines()
                .filter(line -> line.regionMatches(true, 0, "Retry-After:", 0, 12))
                .map(line -> "retry-after:" + line.substring(12))
                .findFirst()
                .orElse("");
        return answer.substring(9, 12) + " " + retryAfter + " " + answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private static void shouldTellTheSame(int port, int adminPort, String why) {
        String told = "";
        do {
            assertThat(Thread.interrupted()).as(told).isFalse();
            told = told(get(adminPort, "/readyz"));
        } while (!told.contains(why));
        assertThat(told).startsWith("503 retry-after: 1 ");
        assertThat(told(get(port, "/readyz"))).isEqualTo(told);
        assertThat(told(get(adminPort, "/api/ping"))).isEqualTo(told(get(port, "/api/ping")));
    }

    @Test
    void shouldTellOnBothPortsThatItStarts() {
        CoordinatorServer[] server = new CoordinatorServer[1];
        List<Integer> asked = new ArrayList<>();
        UnaryOperator<Journal> whileItStarts = journal -> {
            shouldTellTheSame(server[0].httpPort(), server[0].adminPort(), "starting");
            assertThat(get(server[0].adminPort(), "/api/metrics")).startsWith("HTTP/1.1 200 ");
            asked.add(server[0].adminPort());
            return journal;
        };
        server[0] = new CoordinatorServer(config(), Halts.HALT, whileItStarts);
        try {
            server[0].start();
            assertThat(asked).hasSize(1);
            shouldAnswerAll(server[0].adminPort());
        } finally {
            server[0].close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LiveTransactionsMax,1,1 unfinished transactions are the bound LiveTransactionsMax,loop",
        "LiveTransactionsMax,1,1 unfinished transactions are the bound LiveTransactionsMax,thread",
        "LiveBytesMax,500,500 bytes of unfinished transactions are the bound LiveBytesMax,loop",
        "LiveBytesMax,500,500 bytes of unfinished transactions are the bound LiveBytesMax,thread",
        "FreeDiskMin,1000000000000000000,is below FreeDiskMin 1000000000000000000,loop",
        "FreeDiskMin,1000000000000000000,is below FreeDiskMin 1000000000000000000,thread"
    })
    void shouldTellOnBothPortsWhyNewTransactionsAreRefused(String setting, String value, String why, String drain) {
        CoordinatorServer server = new CoordinatorServer(config("Drain", drain, setting, value), Halts.HALT);
        try {
            server.start();
            String answer = RawClient.exchange(server.httpPort(), prepare("g"));
            assertThat(answer).startsWith(setting.equals("LiveTransactionsMax") ? "HTTP/1.1 200 " : "HTTP/1.1 ");
            shouldTellTheSame(server.httpPort(), server.adminPort(), why);
            assertThat(get(server.adminPort(), "/healthz")).startsWith("HTTP/1.1 200 ");
            assertThat(told(get(server.adminPort(), "/api/ping"))).startsWith("200 ");
        } finally {
            server.close();
        }
    }
}
