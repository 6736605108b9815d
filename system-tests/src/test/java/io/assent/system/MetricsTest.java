package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** Everything that is counted has happened once, so that every family is exposed. */
    @Test
    void shouldDescribeEveryMetricInTheOperatorsManualAndNoneBesides() throws IOException {
        server.close();
        server = new TestServer(data, "AlertWebHook", busi.url("hook"));
        submit("g", "");
        server.advance("ms=0");
        server.get("/api/dtmsvr/query");
        server.get("/api/metrics");
        Set<String> exposed = new TreeSet<>();
        for (String line : text().split("\n")) {
            if (line.startsWith("# TYPE ")) {
                String name = line.split(" ")[2];
                exposed.add(name.startsWith("jvm_") ? "jvm_*" : name.startsWith("process_") ? "process_*" : name);
            }
        }
        assertThat(described()).isEqualTo(exposed);
    }

    /** The names in the first column of the manual's table. */
    private static Set<String> described() throws IOException {
        String manual = Files.readString(Path.of("..", "docs", "operating.md"));
        Set<String> names = new TreeSet<>();
        for (String line : manual.substring(manual.indexOf("## Metrics")).split("\n")) {
            if (line.startsWith("| `")) {
                Matcher name = Pattern.compile("`([^`]+)`").matcher(line.split("\\|")[1]);
                while (name.find()) {
                    names.add(name.group(1));
                }
            } else if (line.startsWith("## ") && !line.equals("## Metrics")) {
                return names;
            }
        }
        return names;
    }

    @Test
    void shouldHaveTheLabelsAndBucketsOfDtm() {
        submit("g", "");
        server.advance("ms=0");
        Map<String, String> labels = new TreeMap<>();
        Set<String> buckets = new TreeSet<>();
        Matcher series = Pattern.compile("(?m)^(dtm_\\w+?)(?:_bucket|_count|_sum)?\\{(.*)} .*$")
                .matcher(text());
        while (series.find()) {
            Set<String> names = new TreeSet<>();
            for (String label : series.group(2).split(",")) {
                names.add(label.replaceAll("=.*", ""));
                if (label.startsWith("le=")) {
                    buckets.add(series.group(1) + " " + label);
                }
            }
            names.remove("le");
            labels.put(series.group(1), String.join(" ", names));
        }
        assertThat(labels)
                .isEqualTo(Map.of(
                        "dtm_server_info", "gin_version grpc_version",
                        "dtm_server_process_total", "api status type",
                        "dtm_server_response_duration", "api type",
                        "dtm_transaction_process_total", "model status",
                        "dtm_transaction_handled_duration", "model",
                        "dtm_branch_process_total", "branchid branchtype model status"));
        for (String family : new String[] {"dtm_server_response_duration", "dtm_transaction_handled_duration"}) {
            for (String bound : ".005 .01 .025 .05 .1 .25 .5 1 2.5 5 10 +Inf".split(" ")) {
                String shown = bound.startsWith(".") ? "0" + bound : bound.length() < 3 ? bound + ".0" : bound;
                assertThat(buckets).contains(family + " le=\"" + shown + "\"");
            }
        }
        assertThat(buckets).hasSize(24);
    }

    @Test
    void shouldCountOperationsThatHaveNobodyToCall() {
        server.submit("{\"gid\":\"g\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\"{}\"]}");
        server.advance("ms=0");
        assertThat(value(
                        "dtm_branch_process_total{branchid=\"01\",branchtype=\"action\",model=\"saga\",status=\"ok\"}"))
                .isEqualTo(1);
    }

    @Test
    void shouldCountRoundsOfTimeButNoBranchForCheckBacks() {
        busi.script("q", "500", "200");
        server.post(
                "/api/dtmsvr/prepare",
                "{\"gid\":\"m\",\"trans_type\":\"msg\",\"query_prepared\":\"" + busi.url("q") + "\"}");
        server.post(
                "/api/dtmsvr/prepareWorkflow",
                "{\"gid\":\"w\",\"trans_type\":\"workflow\",\"query_prepared\":\"" + busi.url("cb")
                        + "\",\"custom_data\":\"{\\\"name\\\":\\\"n\\\"}\"}");
        server.advance("ms=10000");
        assertThat(value("dtm_transaction_process_total{model=\"workflow\",status=\"ok\"}"))
                .isEqualTo(1);
        server.advance("ms=25000");
        assertThat(value("dtm_transaction_process_total{model=\"msg\",status=\"ok\"}"))
                .as("the message is still prepared, as after any poll")
                .isEqualTo(1);
        assertThat(text()).doesNotContain("dtm_branch_process_total{");
    }
}
