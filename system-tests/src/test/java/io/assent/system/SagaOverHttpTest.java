package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is about HTTP alone in sagas and messages: bytes of their calls, the manual clock's replies, listings. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SagaOverHttpTest {
    @TempDir
    Path data;

    private TestServer server;
    private final Participant bank = new Participant();

    @BeforeEach
    void start() {
        server = new TestServer(data);
    }

    @AfterEach
    void stop() {
        server.close();
        bank.close();
    }

    private String saga(String gid, int steps, String more) {
        List<String> stepTexts = new ArrayList<>();
        List<String> payloads = new ArrayList<>();
        for (int i = 1; i <= steps; i++) {
            stepTexts.add("{\"action\":\"" + bank.url("a" + i) + "\",\"compensate\":\"" + bank.url("c" + i) + "\"}");
            payloads.add("\"{\\\"step\\\":" + i + "}\"");
        }
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"steps\":[" + String.join(",", stepTexts)
                + "],\"payloads\":[" + String.join(",", payloads) + "]" + more + "}";
    }

    @Test
    void shouldPostThePayloadOfABranchBehindItsFourParameters() {
        TestServer.Reply reply = server.submit(saga("g", 2, ",\"wait_result\":true"));
        assertThat(reply.body()).isEqualTo("{\"dtm_result\":\"SUCCESS\"}");
        assertThat(reply.response().headers().firstValue("X-Assent-Status")).hasValue("succeed");
        assertThat(bank.received()).hasSize(2);
        Participant.Received first = bank.received().get(0);
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.query()).isEqualTo("branch_id=01&gid=g&op=action&trans_type=saga");
        assertThat(first.body()).isEqualTo("{\"step\":1}");
        assertThat(first.header("Content-Type")).isEqualTo("application/json");
    }

    @Test
    void shouldAskTheSenderOfAMessageByGet() {
        String message = saga("g", 1, ",\"query_prepared\":\"" + bank.url("q?x=1") + "\"")
                .replace("\"trans_type\":\"saga\"", "\"trans_type\":\"msg\"");
        assertThat(server.post("/api/dtmsvr/prepare", message).body()).isEqualTo("{\"dtm_result\":\"SUCCESS\"}");
        server.advance("ms=35000");
        Participant.Received check = bank.received().get(0);
        assertThat(check.method()).isEqualTo("GET");
        assertThat(check.query()).isEqualTo("x=1&branch_id=00&gid=g&op=msg&trans_type=msg");
        assertThat(bank.calls()).containsExactly("q", "a1");
    }

    @Test
    void shouldSayWhoIsBusyWhenItDoesNotComeToRest() {
        var gate = bank.gate("a1");
        server.submit(saga("g", 1, ""));
        TestServer.Reply reply = server.post("/api/clock/advance?ms=1000&timeoutMs=50", "");
        assertThat(reply.status()).isEqualTo(504);
        assertThat(reply.json().path("busy").get(0).asText()).isEqualTo("g");
        gate.release(10);
        server.advance("ms=0");
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldListNewestFirst() {
        for (int i = 1; i <= 3; i++) {
            server.submit(saga("g" + i, 0, ""));
        }
        JsonNode first = server.get("/api/dtmsvr/all?limit=2").json();
        assertThat(first.path("transactions").findValuesAsText("gid")).containsExactly("g3", "g2");
        JsonNode second = server.get("/api/dtmsvr/all?limit=2&position="
                        + first.path("next_position").asText())
                .json();
        assertThat(second.path("transactions").findValuesAsText("gid")).containsExactly("g1");
        assertThat(second.path("next_position").asText()).isEmpty();
        assertThat(server.get("/api/dtmsvr/all?gid=g2").json().path("transactions"))
                .hasSize(1);
        assertThat(server.get("/api/dtmsvr/all?gid=none")
                        .json()
                        .path("transactions")
                        .isNull())
                .isTrue();
        assertThat(server.get("/api/dtmsvr/all?status=failed").json().path("transactions"))
                .isEmpty();
    }

    @Test
    void shouldListByTimeStatusAndType() {
        long first = server.advance("ms=0").path("now").asLong();
        server.submit(saga("old", 0, ""));
        server.advance("ms=10000");
        server.post("/api/dtmsvr/prepare", "{\"gid\":\"new\",\"trans_type\":\"tcc\"}");
        assertThat(gids("createTimeStart=" + (first + 5_000))).containsExactly("new");
        assertThat(gids("createTimeEnd=" + (first + 5_000))).containsExactly("old");
        assertThat(gids("createTimeStart=" + first + "&createTimeEnd=" + (first + 10_000)))
                .as("bounds belong to the range, to the second")
                .containsExactly("new", "old");
        assertThat(gids("createTimeEnd=" + Long.MAX_VALUE)).hasSize(2);
        assertThat(gids("createTimeEnd=" + (Long.MAX_VALUE - 1))).hasSize(2);
        assertThat(gids("createTimeStart=&createTimeEnd=")).hasSize(2);
        assertThat(gids("status=prepared")).containsExactly("new");
        assertThat(gids("transType=saga")).containsExactly("old");
        assertThat(gids("transType=saga&status=prepared")).isEmpty();
        assertThat(gids("status=none")).isEmpty();
    }

    private List<String> gids(String filter) {
        return server.get("/api/dtmsvr/all?" + filter)
                .json()
                .path("transactions")
                .findValuesAsText("gid");
    }
}
