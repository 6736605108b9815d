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
import org.junit.jupiter.params.provider.ValueSource;

/** What DTM gets wrong and we do not: lines of PROTOCOL 13 about HTTP that no other test looks at. */
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

    @ParameterizedTest
    @ValueSource(strings = {"x' or '1'='1", "x\\\"; drop table trans_global", "x%27"})
    void line4ShouldTakeAGidAsATextAndNothingElse(String gid) {
        String cleaned = gid.replace(";", "");
        server.post("/api/dtmsvr/submit", "{\"gid\":\"other\",\"trans_type\":\"msg\",\"steps\":[]}");
        TestServer.Reply reply = server.post("/api/dtmsvr/resetNextCronTime", "{\"gid\":\"" + gid + "\"}");
        assertThat(reply.status()).isEqualTo(500);
        assertThat(reply.message()).isEqualTo("no TransGlobal with gid: " + cleaned.replace("\\\"", "\"") + " found");
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
}
