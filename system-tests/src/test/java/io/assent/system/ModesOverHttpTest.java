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

/** What is about HTTP alone in the other modes: bytes and methods of calls and replies, old names, query strings. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ModesOverHttpTest {
    private static final String SUCCESS = "{\"dtm_result\":\"SUCCESS\"}";

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

    private TestServer.Reply call(String endpoint, String body) {
        return server.post("/api/dtmsvr/" + endpoint, body);
    }

    private void succeed(String endpoint, String body) {
        TestServer.Reply reply = call(endpoint, body);
        assertThat(reply.body()).isEqualTo(SUCCESS);
        assertThat(reply.status()).isEqualTo(200);
    }

    private static String global(String gid, String type) {
        return global(gid, type, "");
    }

    private static String global(String gid, String type, String more) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"" + type + "\"" + more + "}";
    }

    private String tccBranch(String gid, String id) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"tcc\",\"branch_id\":\"" + id + "\",\"data\":\"{\\\"n\\\":"
                + id
                + "}\",\"confirm\":\"" + busi.url("confirm" + id) + "\",\"cancel\":\"" + busi.url("cancel" + id)
                + "\",\"status\":\"prepared\"}";
    }

    private String xaBranch(String gid, String id) {
        return "{\"gid\":\"" + gid + "\",\"trans_type\":\"xa\",\"branch_id\":\"" + id + "\",\"url\":\""
                + busi.url("xa" + id) + "\"}";
    }

    @Test
    void shouldPostThePayloadOfATccBranchThatWasRegisteredByItsOldName() {
        succeed("prepare", global("g", "tcc"));
        succeed("registerTccBranch", tccBranch("g", "1"));
        succeed("submit", global("g", "tcc", ",\"wait_result\":true"));
        Participant.Received confirm = busi.received().get(0);
        assertThat(confirm.method()).isEqualTo("POST");
        assertThat(confirm.query()).isEqualTo("branch_id=1&gid=g&op=confirm&trans_type=tcc");
        assertThat(confirm.body()).isEqualTo("{\"n\":1}");
    }

    @Test
    void shouldAnswerEachClassInItsOwnBytes() {
        succeed("prepare", global("g", "tcc", ",\"wait_result\":true"));
        succeed("registerBranch", tccBranch("g", "1"));
        busi.script("cancel1", "425", "500 broken", "409 will not");
        TestServer.Reply ongoing = call("abort", global("g", "tcc"));
        assertThat(ongoing.status()).isEqualTo(425);
        assertThat(ongoing.body()).isEqualTo("{\"dtm_result\":\"ONGOING\",\"message\":\"ONGOING\"}");
        TestServer.Reply unknown = call("abort", global("g", "tcc"));
        assertThat(unknown.status()).isEqualTo(500);
        assertThat(unknown.body())
                .startsWith("{\"message\":\"your http/grpc result")
                .endsWith("unkown result will be retried: status 500: broken\"}");
        TestServer.Reply refused = call("abort", global("g", "tcc"));
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body())
                .startsWith("{\"dtm_result\":\"FAILURE\",\"message\":\"your http/grpc result")
                .endsWith("unkown result will be retried: will not FAILURE\"}");
    }

    @Test
    void shouldCommitTheBranchesOfAnXaByAnEmptyPost() {
        succeed("prepare", global("g", "xa"));
        succeed("registerXaBranch", xaBranch("g", "1"));
        succeed("registerBranch", xaBranch("g", "2"));
        succeed("submit", global("g", "xa", ",\"wait_result\":true"));
        assertThat(busi.calls()).containsExactly("xa1", "xa2");
        Participant.Received first = busi.received().get(0);
        assertThat(first.method()).isEqualTo("POST");
        assertThat(first.body()).isEmpty();
        assertThat(first.query()).isEqualTo("branch_id=1&gid=g&op=commit&trans_type=xa");
        assertThat(server.rows("g")).isEqualTo("prepared succeed prepared succeed");
    }

    @Test
    void shouldCallAWorkflowWithoutInputBackByPostToo() {
        call(
                "prepareWorkflow",
                global(
                        "g",
                        "workflow",
                        ",\"query_prepared\":\"" + busi.url("cb")
                                + "\",\"custom_data\":\"{\\\"name\\\":\\\"w1\\\",\\\"data\\\":null}\""));
        server.advance("until=next");
        assertThat(busi.received().get(0).method()).isEqualTo("POST");
        assertThat(busi.received().get(0).query()).isEqualTo("branch_id=00&gid=g&op=w1&trans_type=workflow");
    }

    @Test
    void shouldShowTopicsAsKeyValues() {
        assertThat(server.get("/api/dtmsvr/subscribe?topic=t&url=" + busi.url("a") + "&remark=first")
                        .body())
                .isEqualTo(SUCCESS);
        JsonNode page = server.get("/api/dtmsvr/scanKV?cat=topics").json();
        assertThat(page.path("next_position").asText()).isEmpty();
        assertThat(page.path("kv").get(0).path("v").asText())
                .isEqualTo("[{\"url\":\"" + busi.url("a") + "\",\"remark\":\"first\"}]");
    }

    @Test
    void shouldSayWhatIsNoNumber() {
        TestServer.Reply bad = server.get("/api/dtmsvr/resetCronTime?limit=x");
        assertThat(bad.status()).isEqualTo(500);
        assertThat(bad.message()).isEqualTo("convert to int error: x");
    }
}
