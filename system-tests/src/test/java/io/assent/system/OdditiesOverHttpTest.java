package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What DTM gets wrong and we do not: lines of PROTOCOL 13 that no other test looks at. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OdditiesOverHttpTest {
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

    private TestServer.Reply post(String endpoint, String body) {
        return server.post("/api/dtmsvr/" + endpoint, body.replace('\'', '"'));
    }

    @Test
    void line3ShouldKeepGidsThatExtendOneAnotherApart() {
        for (String gid : new String[] {"a", "a0", "a00", "a000001"}) {
            post("prepare", "{'gid':'" + gid + "','trans_type':'tcc'}");
            for (int i = 0; i < gid.length(); i++) {
                post("registerBranch", "{'gid':'" + gid + "','trans_type':'tcc','branch_id':'0" + i + "'}");
            }
        }
        for (String gid : new String[] {"a", "a0", "a00", "a000001"}) {
            assertThat(server.query(gid).path("branches")).hasSize(2 * gid.length());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x' or '1'='1", "x\\\"; drop table trans_global", "x%27"})
    void line4ShouldTakeAGidAsATextAndNothingElse(String gid) {
        String cleaned = gid.replace(";", "");
        server.post("/api/dtmsvr/submit", "{\"gid\":\"other\",\"trans_type\":\"msg\",\"steps\":[]}");
        TestServer.Reply reply = server.post("/api/dtmsvr/resetNextCronTime", "{\"gid\":\"" + gid + "\"}");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.message()).isEqualTo("no TransGlobal with gid: " + cleaned.replace("\\\"", "\"") + " found");
    }

    @Test
    void line6ShouldChangeNothingButTheEndWhenAWorkflowIsSubmitted() {
        post(
                "prepareWorkflow",
                "{'gid':'w','trans_type':'workflow','query_prepared':'http://127.0.0.1:1/cb','retry_interval':77,"
                        + "'custom_data':'{\\'name\\':\\'n\\'}'}");
        JsonNode before = server.query("w").path("transaction");
        server.advance("ms=1000");
        post("submit", "{'gid':'w','trans_type':'workflow','req_extra':{'status':'succeed','result':'cg=='}}");
        JsonNode after = server.query("w").path("transaction");
        for (String kept : new String[] {
            "create_time", "custom_data", "query_prepared", "options", "next_cron_time", "retry_interval"
        }) {
            assertThat(after.get(kept)).as(kept).isNotNull().isEqualTo(before.get(kept));
        }
        assertThat(after.path("status").asText()).isEqualTo("succeed");
        assertThat(after.path("result").asText()).isEqualTo("cg==");
        assertThat(after.path("finish_time").asText())
                .isGreaterThan(before.path("create_time").asText());
    }

    @Test
    void line6ShouldKeepWhatPrepareSaidAndTheRequestDidNot() {
        post(
                "prepare",
                "{'gid':'m','trans_type':'msg','retry_interval':7,'branch_headers':{'a':'1'},'query_prepared':'http://127.0.0.1:1/q',"
                        + "'steps':[{'action':'" + busi.url("a") + "'}],'payloads':['{}']}");
        JsonNode before = server.query("m").path("transaction");
        post(
                "submit",
                "{'gid':'m','trans_type':'msg','request_timeout':9,'steps':[{'action':'" + busi.url("a")
                        + "'}],'payloads':['{}']}");
        server.advance("ms=0");
        JsonNode after = server.query("m").path("transaction");
        assertThat(after.get("create_time")).isEqualTo(before.get("create_time"));
        assertThat(after.path("retry_interval").asInt()).isEqualTo(7);
        assertThat(after.path("request_timeout").asInt()).isEqualTo(9);
        assertThat(busi.received().get(0).header("a")).isEqualTo("1");
    }

    @Test
    void line14ShouldKeepTheStartOfAReasonThatIsTooLong() {
        post("prepare", "{'gid':'t','trans_type':'tcc'}");
        String reason = "\u00e9".repeat(5_000);
        assertThat(post("abort", "{'gid':'t','trans_type':'tcc','rollback_reason':'" + reason + "'}")
                        .status())
                .isEqualTo(200);
        assertThat(server.query("t").path("transaction").path("rollback_reason").asText())
                .isEqualTo("\u00e9".repeat(2_048));
        post("prepareWorkflow", "{'gid':'w','trans_type':'workflow','custom_data':'{\\'name\\':\\'n\\'}'}");
        post(
                "submit",
                "{'gid':'w','trans_type':'workflow','req_extra':{'status':'failed','rollback_reason':'" + reason
                        + "'}}");
        assertThat(server.query("w").path("transaction").path("rollback_reason").asText())
                .hasSize(2_048);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'gid':'x','trans_type':'workflow'}                                                    | custom_data",
                "{'gid':'x','trans_type':'workflow','custom_data':'{}'}                                 | name",
                "{'gid':'x','trans_type':'workflow','custom_data':'nonsense'}                           | custom_data",
                "{'gid':'x','trans_type':'workflow','custom_data':'{\\'name\\':1}'}                     | custom_data.name",
                "{'gid':'x','trans_type':'workflow','custom_data':'{\\'name\\':\\'w\\',\\'data\\':\\'*\\'}'} | base64",
                "{'gid':'','trans_type':'workflow','custom_data':'{\\'name\\':\\'w\\'}'}                | gid",
                "{'gid':'x','trans_type':'tcc'}                                                         | trans_type must be workflow",
            })
    void line15ShouldRefuseAWorkflowThatCouldNeverBeCalledBack(String body, String words) {
        TestServer.Reply reply = post("prepareWorkflow", body);
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.message()).contains(words);
        assertThat(reply.body()).doesNotContain("FAILURE").doesNotContain("ONGOING");
        assertThat(server.query("x").path("transaction").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5"})
    void line25ShouldTakeALimitBelowOneAsTheDefault(String limit) {
        for (int i = 0; i < 101; i++) {
            post("prepare", "{'gid':'g" + i + "','trans_type':'tcc'}");
        }
        assertThat(server.get("/api/dtmsvr/all?limit=" + limit).json().path("transactions"))
                .hasSize(100);
        for (int i = 0; i < 101; i++) {
            server.get("/api/dtmsvr/subscribe?topic=t" + i + "&url=http://127.0.0.1:1/");
        }
        JsonNode page =
                server.get("/api/dtmsvr/scanKV?cat=topics&limit=" + limit).json();
        assertThat(page.path("kv")).hasSize(100);
        JsonNode rest = server.get("/api/dtmsvr/scanKV?cat=topics&position="
                        + page.path("next_position").asText())
                .json();
        assertThat(rest.path("kv")).hasSize(1);
        assertThat(rest.path("next_position").asText()).isEmpty();
    }

    @Test
    void line42ShouldPairEachStepWithItsOwnPayload() {
        post(
                "submit",
                "{'gid':'s','trans_type':'msg','wait_result':true,'payloads':['p0'],'steps':[{'action':'"
                        + busi.url("a")
                        + "','data':'unused'},{'action':'" + busi.url("b") + "','data':'d1'},{'action':'"
                        + busi.url("c") + "','data':''}]}");
        assertThat(busi.received()).extracting(Participant.Received::body).containsExactly("p0", "d1", "");
    }

    @Test
    void line43ShouldIgnoreWhatOnlyTheServerKnows() {
        post(
                "prepare",
                "{'gid':'t','trans_type':'tcc','id':77,'owner':'me','status':'succeed','create_time':'2001-01-01T00:00:00Z',"
                        + "'next_cron_time':'2001-01-01T00:00:00Z','finish_time':'2001-01-01T00:00:00Z','options':'{}','ext_data':'x'}");
        JsonNode transaction = server.query("t").path("transaction");
        assertThat(transaction.path("status").asText()).isEqualTo("prepared");
        assertThat(transaction.path("id").asInt()).isEqualTo(1);
        assertThat(transaction.toString())
                .doesNotContain("2001")
                .doesNotContain("ext_data")
                .doesNotContain("owner");
    }

    @Test
    void line18ShouldUseTheStoredRowsWhenTheTopicIsGoneAtTheSubmit() {
        server.get("/api/dtmsvr/subscribe?topic=t&url=" + busi.url("s"));
        String body =
                "{'gid':'m','trans_type':'msg','query_prepared':'http://127.0.0.1:1/q','steps':[{'action':'topic://t'}],"
                        + "'payloads':['{}'],'wait_result':true}";
        assertThat(post("prepare", body).status()).isEqualTo(200);
        server.delete("/api/dtmsvr/topic/t");
        assertThat(post("submit", body).status()).isEqualTo(200);
        assertThat(busi.calls()).containsExactly("s");
    }
}
