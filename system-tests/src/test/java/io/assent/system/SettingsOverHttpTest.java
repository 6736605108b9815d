package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PROTOCOL 6.10 and 10: settings that clients and operators see from outside. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SettingsOverHttpTest {
    @TempDir
    Path data;

    private TestServer server;
    private final Participant busi = new Participant();

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
        busi.close();
    }

    private void submitMessage(String gid, String more) {
        server.submit("{\"gid\":\"" + gid + "\",\"trans_type\":\"msg\",\"steps\":[{\"action\":\"" + busi.url("a")
                + "\"}],\"payloads\":[\"{}\"]" + more + "}");
    }

    @ParameterizedTest
    @CsvSource({"+8, +08:00", "-3.5, -03:30", "0, Z", "'', Z"})
    void shouldShowTimesInTheZoneThatIsSetAndCountThemWithoutOne(String hours, String offset) {
        server = new TestServer(data, "TimeZoneOffset", hours);
        submitMessage("g", ",\"custom_data\":\"{\\\"delay\\\":5}\"");
        JsonNode transaction = server.query("g").path("transaction");
        assertThat(transaction.path("create_time").asText()).endsWith(offset);
        assertThat(transaction.path("next_cron_time").asText()).endsWith(offset);
        server.advance("ms=4999");
        assertThat(busi.calls()).isEmpty();
        server.advance("ms=1");
        assertThat(busi.calls()).containsExactly("a");
    }

    @Test
    void shouldNotBeReadyWhileABoundRefusesEveryNewGid() {
        server = new TestServer(data, "LiveTransactionsMax", "1");
        assertThat(server.get("/readyz").status()).isEqualTo(200);
        submitMessage("g", ",\"custom_data\":\"{\\\"delay\\\":5}\"");
        TestServer.Reply full = server.get("/readyz");
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.message())
                .isEqualTo("no new transactions now: 1 unfinished transactions are the bound LiveTransactionsMax");
        assertThat(server.get("/api/ping").status()).as("it serves").isEqualTo(200);
        server.advance("ms=5000");
        assertThat(server.get("/readyz").status()).isEqualTo(200);
    }

    @Test
    void shouldNotBeReadyWithoutRoomOnTheDisk() {
        server = new TestServer(data, "FreeDiskMin", Long.toString(Long.MAX_VALUE));
        TestServer.Reply full = server.get("/readyz");
        assertThat(full.status()).isEqualTo(503);
        assertThat(full.message())
                .startsWith("no new transactions now: the journal's free disk space is below FreeDiskMin");
    }

    @Test
    void shouldReserveThePagesOfAConsoleBelowItsPathAndLeaveTheApiWhereItIs() {
        server = new TestServer(data, "AdminBasePath", "/dtm/console");
        for (String page : new String[] {"", "/", "/admin", "/admin/global"}) {
            TestServer.Reply reply = server.get("/dtm/console" + page);
            assertThat(reply.status()).isEqualTo(404);
            assertThat(reply.body()).as(page).contains("the API is at /api/dtmsvr/");
        }
        for (String path : new String[] {"/", "/admin", "/dtm", "/dtm/consoles", "/dtm/console/api/dtmsvr/version"}) {
            assertThat(server.get(path).body()).as(path).isEqualTo("404 page not found");
        }
        assertThat(server.get("/api/dtmsvr/version").status()).isEqualTo(200);
    }

    @Test
    void shouldPostAnAlertFromTheLimitOnAndGoOnWhateverTheHookAnswers() throws IOException {
        server = new TestServer(data, "AlertWebHook", busi.url("hook"), "AlertRetryLimit", "2");
        busi.script("hook", "500", "200");
        busi.script("a", "500 one", "425", "500 two", "500 three", "200");
        submitMessage("g", "");
        server.advance("ms=0");
        for (int i = 0; i < 4; i++) {
            server.advance("until=next");
        }
        assertThat(server.status("g")).isEqualTo("succeed");
        while (busi.calls().stream().filter(call -> call.equals("hook")).count() < 2) {
            Thread.onSpinWait();
        }
        Participant.Received second = busi.received().stream()
                .filter(received ->
                        received.call().equals("hook") && received.body().contains("three"))
                .findFirst()
                .orElseThrow();
        assertThat(second.method()).isEqualTo("POST");
        assertThat(second.header("Content-Type")).isEqualTo("application/json");
        assertThat(second.header("Upgrade")).as("plain HTTP/1.1").isNull();
        JsonNode alert = new ObjectMapper().readTree(second.body());
        assertThat(alert.fieldNames()).toIterable().containsExactly("branch", "error", "gid", "retry_count", "status");
        assertThat(alert.path("branch").asText()).isEqualTo(busi.url("a"));
        assertThat(alert.path("error").asText()).endsWith("unkown result will be retried: status 500: three");
        assertThat(alert.path("gid").asText()).isEqualTo("g");
        assertThat(alert.path("retry_count").asInt()).isEqualTo(3);
        assertThat(alert.path("status").asText()).isEqualTo("submitted");
    }
}
