package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.journal.Journal;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A journal without room, of which nobody says when there is some again: reads, refusals and probes answer, and work goes on by itself. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NoRoomTest {
    @TempDir
    Path data;

    private final Participant participant = new Participant();
    private volatile boolean full;

    @AfterEach
    void stop() {
        participant.close();
    }

    private Journal fillable(Journal journal) {
        return new WitnessedServer.PassingJournal(journal) {
            @Override
            public boolean tryReserve(int bytes) {
                return !full && super.tryReserve(bytes);
            }
        };
    }

    private String saga(String gid, String action) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"" + participant.url(action)
                + "\"}],\"payloads\":[\"{}\"]}";
    }

    private static void awaitReady(TestServer server, int status) {
        while (server.get("/readyz").status() != status) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "thread"})
    void shouldAnswerReadsRefusalsAndProbesWithoutRoomAndGoOnByItselfWhenThereIsRoomAgain(String drain) {
        Semaphore gate = participant.gate("slow");
        try (TestServer server = new TestServer(
                data,
                new SkippedTime(),
                this::fillable,
                "Clock",
                "real",
                "Drain",
                drain,
                "EventLoops",
                "1",
                "RingSlots",
                "8")) {
            assertThat(server.submit(saga("a", "slow")).status()).isEqualTo(200);
            full = true;
            // One reply for the engine to record, and clients that would have the ring full.
            gate.release();
            for (int i = 0; i < 20; i++) {
                TestServer.Reply refused = server.submit(saga("b" + i, "ok"));
                assertThat(refused.status()).isEqualTo(503);
                assertThat(refused.message()).contains("the journal's disk is full");
                assertThat(refused.response().headers().firstValue("Retry-After"))
                        .isPresent();
            }
            assertThat(server.status("a")).isEqualTo("submitted");
            assertThat(server.get("/api/dtmsvr/all?limit=10").status()).isEqualTo(200);
            TestServer.Reply ready = server.get("/readyz");
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.body()).contains("the journal's disk is full");
            assertThat(server.probe("/readyz")).startsWith("HTTP/1.1 503 ").endsWith(ready.body());
            assertThat(server.probe("/healthz")).startsWith("HTTP/1.1 200 ");
            assertThat(server.probe("/api/ping")).startsWith("HTTP/1.1 200 ");
            assertThat(server.probe("/api/metrics")).startsWith("HTTP/1.1 200 ");
            assertThat(server.get("/healthz").status()).isEqualTo(200);
            assertThat(server.get("/api/ping").status()).isEqualTo(200);
            assertThat(server.get("/api/dtmsvr/version").status()).isEqualTo(200);
            assertThat(server.get("/api/metrics").status()).isEqualTo(200);
            full = false;
            awaitReady(server, 200);
            assertThat(server.submit(saga("c", "ok")).status()).isEqualTo(200);
            while (!server.status("a").equals("succeed")) {
                Thread.onSpinWait();
            }
            assertThat(server.query("b0").path("transaction").isNull()).isTrue();
        }
    }
}
