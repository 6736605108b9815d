package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SAFETY, Time, on a whole server: what is asked behind an idle time has its deadlines from then on. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EngineTimeOverHttpTest {
    private static final int LOOKS = 100;

    @TempDir
    Path data;

    private final Participant participant = new Participant();
    private final SkippedTime time = new SkippedTime();

    @AfterEach
    void stop() {
        participant.close();
    }

    private TestServer server(String drain) {
        return new TestServer(data, time, UnaryOperator.identity(), "Clock", "real", "Drain", drain, "EventLoops", "1");
    }

    private String saga(String gid, String action, int timeoutS) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"timeout_to_fail\":" + timeoutS
                + ",\"steps\":[{\"action\":\"" + participant.url(action) + "\"}],\"payloads\":[\"{}\"]}";
    }

    private static void awaitStatus(TestServer server, String gid, String status) {
        while (!server.status(gid).equals(status)) {
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "thread"})
    void shouldGiveASagaItsWholeTimeoutBehindAnIdleMinute(String drain) {
        Semaphore gate = participant.gate("slow");
        try (TestServer server = server(drain)) {
            time.skip(60_000);
            assertThat(server.submit(saga("a", "slow", 20)).status()).isEqualTo(200);
            Instant created = Instant.parse(
                    server.query("a").path("transaction").path("create_time").asText());
            assertThat(created.toEpochMilli()).isBetween(time.wallMs() - 15_000, time.wallMs());
            for (int i = 0; i < LOOKS; i++) {
                assertThat(server.status("a")).isEqualTo("submitted");
            }
            gate.release();
            awaitStatus(server, "a", "succeed");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "thread"})
    void shouldTakeARegistrationBehindAnIdleMinute(String drain) {
        try (TestServer server = server(drain)) {
            time.skip(65_000);
            server.post("/api/dtmsvr/prepare", "{\"gid\":\"t\",\"trans_type\":\"tcc\"}");
            for (int i = 0; i < LOOKS; i++) {
                assertThat(server.status("t")).isEqualTo("prepared");
            }
            TestServer.Reply reply = server.post(
                    "/api/dtmsvr/registerBranch",
                    "{\"gid\":\"t\",\"trans_type\":\"tcc\",\"branch_id\":\"01\",\"data\":\"{}\",\"confirm\":\""
                            + participant.url("confirm") + "\",\"cancel\":\"" + participant.url("cancel") + "\"}");
            assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"loop", "thread"})
    void shouldDecideAtThePresentBehindAPauseWithACallOpen(String drain) {
        Semaphore gate = participant.gate("slow");
        try (TestServer server = server(drain)) {
            server.submit(saga("open", "slow", 3_600));
            time.skip(600_000);
            server.submit(saga("a", "slow", 20));
            for (int i = 0; i < LOOKS; i++) {
                assertThat(server.status("a")).isEqualTo("submitted");
            }
            gate.release(2);
            awaitStatus(server, "a", "succeed");
            awaitStatus(server, "open", "succeed");
        }
    }
}
