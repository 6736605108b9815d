package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PROTOCOL 11 and our own metrics, as Prometheus reads them. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class MetricsTest {
    @TempDir
    Path data;

    private TestServer server;
    private final Participant busi = new Participant();

    @BeforeEach
    void start() {
        server = new TestServer(data);
    }

    @AfterEach
    void stop() {
        server.close();
        busi.close();
    }

    private String text() {
        TestServer.Reply reply = server.get("/api/metrics");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.response().headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        return reply.body();
    }

    private double value(String series) {
        for (String line : text().split("\n")) {
            if (line.startsWith(series + " ")) {
                return Double.parseDouble(line.substring(series.length() + 1));
            }
        }
        return Double.NaN;
    }

    private void submit(String gid, String more) {
        server.submit("{\"gid\":\"" + gid + "\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"" + busi.url("a")
                + "\",\"compensate\":\"" + busi.url("c") + "\"}],\"payloads\":[\"{}\"]" + more + "}");
    }

    @Test
    void shouldCountRequestsRoundsAndBranches() {
        submit("ok", ",\"wait_result\":true");
        busi.script("a", "409", "500");
        submit("undone", ",\"wait_result\":true");
        submit("waiting", "");
        server.advance("ms=0");
        server.get("/api/dtmsvr/query");
        assertThat(value("dtm_server_process_total{api=\"submit\",status=\"ok\",type=\"http\"}"))
                .isEqualTo(2);
        assertThat(value("dtm_server_process_total{api=\"submit\",status=\"fail\",type=\"http\"}"))
                .isEqualTo(1);
        assertThat(value("dtm_server_process_total{api=\"query\",status=\"fail\",type=\"http\"}"))
                .isEqualTo(1);
        assertThat(value("dtm_server_response_duration_count{api=\"submit\",type=\"http\"}"))
                .isEqualTo(3);
        assertThat(value("dtm_transaction_process_total{model=\"saga\",status=\"ok\"}"))
                .as("the one that succeeded and the one that nobody waits for")
                .isEqualTo(2);
        assertThat(value("dtm_transaction_process_total{model=\"saga\",status=\"fail\"}"))
                .isEqualTo(1);
        assertThat(value("dtm_transaction_handled_duration_count{model=\"saga\"}"))
                .isEqualTo(3);
        assertThat(value(
                        "dtm_branch_process_total{branchid=\"01\",branchtype=\"action\",model=\"saga\",status=\"ok\"}"))
                .isEqualTo(1);
        assertThat(
                        value(
                                "dtm_branch_process_total{branchid=\"01\",branchtype=\"action\",model=\"saga\",status=\"fail\"}"))
                .isEqualTo(2);
        assertThat(
                        value(
                                "dtm_branch_process_total{branchid=\"01\",branchtype=\"compensate\",model=\"saga\",status=\"ok\"}"))
                .isEqualTo(1);
        assertThat(value("assent_transactions_live{model=\"saga\",status=\"submitted\"}"))
                .isEqualTo(1);
        assertThat(value("assent_transactions_finished_kept")).isEqualTo(2);
        assertThat(value("assent_refusals_total{reason=\"gid.missing\"}")).isEqualTo(1);
        assertThat(value("assent_refusals_total{reason=\"round.rolled_back\"}")).isEqualTo(1);
        assertThat(value("assent_calls_ended_total{outcome=\"unknown\"}")).isEqualTo(1);
        assertThat(value("assent_journal_durable_position")).isGreaterThan(5);
        assertThat(value("assent_journal_batch_records_count")).isGreaterThan(0);
        server.advance("until=next");
        assertThat(value("dtm_transaction_process_total{model=\"saga\",status=\"ok\"}"))
                .as("the retry is a round that time began")
                .isEqualTo(3);
    }

    @Test
    void shouldNotCountPings() {
        server.get("/api/ping");
        assertThat(text()).doesNotContain("ping");
    }

    @Test
    void shouldBoundItsLabelsWhateverClientsSend() {
        for (int i = 0; i < 200; i++) {
            server.get("/api/dtmsvr/query?gid=g" + i);
        }
        text();
        long before = text().lines().count();
        for (int i = 0; i < 10_000; i++) {
            switch (i % 5) {
                case 0 -> server.get("/api/dtmsvr/query?gid=other" + i);
                case 1 -> server.get("/some/path/" + i);
                case 2 -> server.get("/api/dtmsvr/nothing" + i);
                case 3 -> server.delete("/api/dtmsvr/topic/t" + i);
                default ->
                    server.post(
                            "/api/dtmsvr/registerBranch", "{\"gid\":\"g\",\"trans_type\":\"tcc\",\"k" + i + "\":1}");
            }
        }
        // One family of buckets for each of: unknown, topic, registerbranch; their two results; their refusals.
        assertThat(text().lines().count()).isLessThan(before + 60);
    }

    @Test
    void shouldTakeTheReasonOfARefusalFromTheRuleAndNeverFromWhatAClientSent() {
        for (int i = 0; i < 200; i++) {
            String filler = "null,".repeat(i);
            server.submit("{\"gid\":\"g\",\"branch_headers\":{\"theirs" + i + "\":1}}");
            server.submit("{\"gid\":\"g\",\"req_extra\":{\"theirs" + i + "\":1}}");
            server.submit("{\"gid\":\"g\",\"steps\":[" + filler + "1]}");
            server.submit("{\"gid\":\"g\",\"steps\":[" + filler + "{\"theirs\":1}]}");
            server.submit("{\"gid\":\"g\",\"payloads\":[" + filler + "1]}");
            server.submit("{\"gid\":\"g\",\"trans_type\":\"saga\",\"custom_data\":\"{\\\"orders\\\":{\\\"" + i
                    + "\\\":1}}\"}");
        }
        assertThat(text()).doesNotContain("theirs", "[", "orders.0");
        assertThat(value("assent_refusals_total{reason=\"branch_headers.type\"}"))
                .isEqualTo(200);
        assertThat(value("assent_refusals_total{reason=\"req_extra.type\"}")).isEqualTo(200);
        assertThat(value("assent_refusals_total{reason=\"steps.type\"}")).isEqualTo(400);
        assertThat(value("assent_refusals_total{reason=\"payloads.type\"}")).isEqualTo(200);
        assertThat(value("assent_refusals_total{reason=\"custom_data.orders.type\"}"))
                .isEqualTo(200);
    }

    @Test
    void shouldDescribeEveryMetricInTheOperatorsManual() throws IOException {
        submit("g", "");
        server.advance("ms=0");
        String manual = Files.readString(Path.of("..", "docs", "operating.md"));
        Set<String> missing = new TreeSet<>();
        for (String line : text().split("\n")) {
            if (line.startsWith("# TYPE ")) {
                String name = line.split(" ")[2];
                boolean standard = name.startsWith("jvm_") || name.startsWith("process_");
                if (!standard && !manual.contains("`" + name + "`")) {
                    missing.add(name);
                }
            }
        }
        assertThat(missing)
                .as("metrics that docs/operating.md does not describe")
                .isEmpty();
        assertThat(manual).contains("`jvm_*`").contains("`process_*`");
    }
}
