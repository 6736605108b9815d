package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The manual clock never goes back over a restart, and an advance is answered when everything has come to rest. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ManualClockTest {
    private static final long HOUR_MS = 3_600_000;

    @TempDir
    Path directory;

    private final Participant participant = new Participant();

    @AfterEach
    void stop() {
        participant.close();
    }

    private Path data() {
        return directory.resolve("data");
    }

    /** The data directory as a loss of the process leaves it now. */
    private Path killed() {
        Path copy = directory.resolve("killed");
        try (Stream<Path> files = Files.walk(data())) {
            for (Path file : files.sorted().toList()) {
                Files.copy(file, copy.resolve(data().relativize(file).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    private static long now(TestServer server) {
        return server.advance("ms=0").path("now").asLong();
    }

    private String saga(String gid, String action) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"" + participant.url(action)
                + "\"}],\"payloads\":[\"{}\"]}";
    }

    @ParameterizedTest
    @CsvSource({"loop,inline", "loop,thread", "thread,inline", "thread,thread"})
    void shouldGoOnFromTheAdvancedTimeBehindAKillAndBehindAStop(String drain, String sync) {
        long advanced;
        Path killed;
        try (TestServer server = new TestServer(data(), "Drain", drain, "EventLoops", "1", "Sync", sync)) {
            advanced = server.advance("ms=" + HOUR_MS).path("now").asLong();
            killed = killed();
        }
        try (TestServer server = new TestServer(data())) {
            assertThat(now(server)).isEqualTo(advanced);
        }
        try (TestServer server = new TestServer(killed)) {
            assertThat(now(server)).isEqualTo(advanced);
            server.advance("ms=" + HOUR_MS);
            server.submit(saga("a", "action"));
        }
    }

    @Test
    void shouldGoOnFromTheTimeOfAnAdvanceThatWasCutShort() {
        participant.script("action", "500", "500");
        long told;
        Path killed;
        try (TestServer server = new TestServer(data())) {
            server.submit(saga("a", "action"));
            server.advance("ms=0");
            Semaphore gate = participant.gate("action");
            TestServer.Reply reply = server.post("/api/clock/advance?ms=60000&timeoutMs=300", "");
            assertThat(reply.status()).isEqualTo(504);
            told = reply.json().path("now").asLong();
            killed = killed();
            gate.release(1_000);
        }
        try (TestServer server = new TestServer(killed)) {
            assertThat(now(server)).isGreaterThanOrEqualTo(told);
        }
    }

    @ParameterizedTest
    @CsvSource({"loop,1", "thread,2"})
    void shouldAnswerAnAdvanceWhenAlertsAreDelivered(String drain, String loops) {
        participant.script("action", "500", "500", "500");
        Semaphore gate = participant.gate("hook");
        try (TestServer server = new TestServer(
                data(),
                "Drain",
                drain,
                "EventLoops",
                loops,
                "AlertWebHook",
                participant.url("hook"),
                "AlertRetryLimit",
                "1")) {
            server.submit(saga("a", "action"));
            TestServer.Reply busy = server.post("/api/clock/advance?ms=0&timeoutMs=300", "");
            assertThat(busy.status()).as(busy.body()).isEqualTo(504);
            gate.release(1_000);
            server.advance("ms=100000");
            List<String> hooks = participant.calls().stream()
                    .filter(call -> call.equals("hook"))
                    .toList();
            assertThat(hooks).hasSize(3);
            assertThat(server.get("/api/metrics").body()).contains("assent_alerts_total{result=\"sent\"} 3.0");
        }
    }
}
