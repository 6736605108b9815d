package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL 6.2, 6.3, 6.7 to 6.9 over real HTTP, on the manual clock. */
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

    private String msg(String gid, int steps, String more) {
        return saga(gid, steps, more)
                .replace(
                        "\"trans_type\":\"saga\"",
                        "\"trans_type\":\"msg\",\"query_prepared\":\"" + bank.url("q") + "\"");
    }

    @Test
    void shouldCallTheBranchesAsTheContractSays() {
        assertThat(server.submit(saga("g", 2, ",\"wait_result\":true")).body())
                .isEqualTo("{\"dtm_result\":\"SUCCESS\"}");
        List<Participant.Received> received = bank.received();
        assertThat(received).hasSize(2);
        assertThat(received.get(0).method()).isEqualTo("POST");
        assertThat(received.get(0).query()).isEqualTo("branch_id=01&gid=g&op=action&trans_type=saga");
        assertThat(received.get(0).body()).isEqualTo("{\"step\":1}");
        assertThat(server.status("g")).isEqualTo("succeed");
        assertThat(server.rows("g")).isEqualTo("prepared succeed prepared succeed");
    }

    @Test
    void shouldUndoAndTellAWaitingClientWhy() {
        bank.script("a2", "409 no money");
        TestServer.Reply reply = server.submit(saga("g", 2, ",\"wait_result\":true"));
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.message()).isEqualTo("url:" + bank.url("a2") + " return failed: no money FAILURE");
        assertThat(bank.calls()).containsExactly("a1", "a2", "c2", "c1");
        assertThat(server.rows("g")).isEqualTo("succeed succeed succeed failed");
        JsonNode transaction = server.query("g").path("transaction");
        assertThat(transaction.has("rollback_time")).isTrue();
        assertThat(transaction.has("finish_time")).isFalse();
    }

    @Test
    void shouldRetryWithBackOffAndAfterOngoingWithTheSameInterval() {
        bank.script("a1", "500", "500", "425", "200");
        server.submit(saga("g", 1, ""));
        assertThat(server.advance("ms=0").path("now").asLong()).isPositive();
        long start = server.advance("ms=0").path("now").asLong();
        assertThat(server.advance("until=next").path("now").asLong() - start).isEqualTo(20_000);
        assertThat(server.advance("until=next").path("now").asLong() - start).isEqualTo(60_000);
        JsonNode last = server.advance("until=next");
        assertThat(last.path("now").asLong() - start).isEqualTo(100_000);
        assertThat(last.path("touched").get(0).asText()).isEqualTo("g");
        assertThat(last.path("next_deadline").isNull()).isTrue();
        assertThat(bank.calls()).containsExactly("a1", "a1", "a1", "a1");
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldFireRetriesThatAnAdvanceItselfSchedules() {
        bank.script("a1", "500", "500", "500", "200");
        server.submit(saga("g", 1, ",\"retry_interval\":1"));
        JsonNode advanced = server.advance("ms=15000");
        assertThat(bank.calls()).hasSize(4);
        assertThat(advanced.path("touched")).hasSize(1);
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldTimeOutAndCompensateWhatMayHaveRun() {
        bank.script("a1", "425");
        server.submit(saga("g", 2, ",\"timeout_to_fail\":5"));
        server.advance("ms=4999");
        assertThat(server.status("g")).isEqualTo("submitted");
        server.advance("ms=1");
        assertThat(server.status("g")).isEqualTo("failed");
        assertThat(server.query("g").path("transaction").path("rollback_reason").asText())
                .isEqualTo("Timeout after 5 seconds");
        assertThat(bank.calls()).containsExactly("a1", "c1");
    }

    @Test
    void shouldAnswerAWaitingClientWhenNothingMoreHappensByItself() {
        bank.script("a1", "425");
        TestServer.Reply reply = server.submit(saga("g", 1, ",\"wait_result\":true"));
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.message()).isEqualTo("wait result not return success: FAILURE");
        assertThat(reply.response().headers().firstValue("X-Assent-Status")).hasValue("submitted");
    }

    @Test
    void shouldFollowAConcurrentGraph() {
        bank.script("a4", "409 stop");
        server.submit(saga(
                "g",
                4,
                ",\"custom_data\":\"{\\\"concurrent\\\":true,\\\"orders\\\":{\\\"2\\\":[0,1],\\\"3\\\":[2]}}\""));
        server.advance("ms=0");
        List<String> calls = bank.calls();
        assertThat(calls).containsExactlyInAnyOrder("a1", "a2", "a3", "a4", "c4", "c3", "c2", "c1");
        assertThat(calls.indexOf("a3")).isGreaterThan(Math.max(calls.indexOf("a1"), calls.indexOf("a2")));
        assertThat(calls.subList(3, 6)).containsExactly("a4", "c4", "c3");
        assertThat(server.status("g")).isEqualTo("failed");
    }

    @Test
    void shouldDeliverAMessageOnceItsSenderIsAsked() {
        assertThat(server.post("/api/dtmsvr/prepare", msg("g", 1, "")).body()).contains("SUCCESS");
        bank.script("q", "425", "500", "200");
        server.advance("ms=35000");
        assertThat(bank.calls()).containsExactly("q");
        assertThat(bank.received().get(0).method()).isEqualTo("GET");
        assertThat(bank.received().get(0).query()).isEqualTo("branch_id=00&gid=g&op=msg&trans_type=msg");
        server.advance("until=next");
        server.advance("until=next");
        assertThat(bank.calls()).containsExactly("q", "q", "q", "a1");
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldHoldADelayedMessageBack() {
        server.submit(msg("g", 1, ",\"custom_data\":\"{\\\"delay\\\":7}\""));
        server.advance("ms=6999");
        assertThat(bank.calls()).isEmpty();
        server.advance("ms=1");
        assertThat(bank.calls()).containsExactly("a1");
    }

    @Test
    void shouldRefuseTheAbortOfASubmittedSaga() {
        bank.script("a1", "425");
        server.submit(saga("g", 1, ""));
        TestServer.Reply reply = server.post("/api/dtmsvr/abort", "{\"gid\":\"g\",\"trans_type\":\"saga\"}");
        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.message()).isEqualTo("trans type: 'saga' current status 'submitted', cannot abort. FAILURE");
    }

    @Test
    void shouldMakeAResetRetryDueAtOnce() {
        bank.script("a1", "500", "200");
        server.submit(saga("g", 1, ""));
        server.advance("ms=0");
        server.post("/api/dtmsvr/resetNextCronTime", "{\"gid\":\"g\"}");
        server.advance("ms=0");
        assertThat(server.status("g")).isEqualTo("succeed");
    }

    @Test
    void shouldGoOnAfterARestartAndCallWhatWasInDoubtAgain() throws Exception {
        var gate = bank.gate("a2");
        server.submit(saga("g", 2, ""));
        while (bank.calls().size() < 2) {
            Thread.onSpinWait();
        }
        CompletableFuture<Void> stopping = CompletableFuture.runAsync(server::close);
        gate.release(1);
        stopping.get(30, TimeUnit.SECONDS);
        gate.release(100);
        server = new TestServer(data);
        server.advance("ms=0");
        assertThat(server.status("g")).isEqualTo("succeed");
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

    @Test
    void shouldNotConfuseGidsThatArePrefixesOfOneAnother() {
        bank.script("a1", "425", "425");
        server.submit(saga("a", 1, ""));
        server.submit(saga("a0", 2, ""));
        server.submit(saga("a001", 1, ""));
        server.advance("ms=0");
        assertThat(server.query("a").path("branches")).hasSize(2);
        assertThat(server.query("a0").path("branches")).hasSize(4);
        assertThat(server.status("a001")).isEqualTo("succeed");
        assertThat(server.status("a")).isEqualTo("submitted");
    }
}
