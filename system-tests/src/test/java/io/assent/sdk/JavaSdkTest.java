package io.assent.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.wire.ScriptedParticipant;
import io.assent.wire.WireServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import pub.dtm.client.DtmClient;
import pub.dtm.client.exception.FailureException;
import pub.dtm.client.interfaces.dtm.DtmConsumer;
import pub.dtm.client.saga.Saga;
import pub.dtm.client.tcc.Tcc;

/** {@code io.github.dtm-labs:dtmcli-java} against a whole server: saga and TCC, success and rollback. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class JavaSdkTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Integer> THIRTY = Map.of("amount", 30);
    private static final String BODY = " {\"amount\":30}";

    @TempDir
    Path data;

    private final ScriptedParticipant bank = new ScriptedParticipant();
    private final HttpClient http = HttpClient.newHttpClient();
    private WireServer server;
    private DtmClient sdk;

    @BeforeEach
    void start() {
        server = new WireServer(data);
        sdk = new DtmClient("127.0.0.1:" + server.port());
    }

    @AfterEach
    void stop() {
        server.close();
        bank.close();
    }

    private Saga transfer(Saga saga) {
        return saga.add(bank.url() + "/out", bank.url() + "/out-undo", THIRTY)
                .add(bank.url() + "/in", bank.url() + "/in-undo", THIRTY);
    }

    /** A try of each branch; the SDK submits when this returns and aborts when it throws. */
    private DtmConsumer<Tcc> transfer() {
        return tcc -> {
            for (String branch : List.of("out", "in")) {
                tcc.callBranch(
                                THIRTY,
                                bank.url() + "/" + branch + "-try",
                                bank.url() + "/" + branch + "-confirm",
                                bank.url() + "/" + branch + "-cancel")
                        .close();
            }
        };
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response =
                http.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }

    private void settle() throws Exception {
        send(HttpRequest.newBuilder(uri("/api/clock/advance?ms=0")).POST(BodyPublishers.noBody()));
    }

    /** Type and status of the transaction, then operation and status of each row. */
    private List<String> states(String gid) throws Exception {
        JsonNode reply = JSON.readTree(send(HttpRequest.newBuilder(uri("/api/dtmsvr/query?gid=" + gid))));
        List<String> states = new ArrayList<>();
        JsonNode transaction = reply.path("transaction");
        states.add(transaction.path("trans_type").asText() + " "
                + transaction.path("status").asText());
        for (JsonNode row : reply.path("branches")) {
            states.add(row.path("branch_id").asText() + " " + row.path("op").asText() + " "
                    + row.path("status").asText());
        }
        return states;
    }

    private static String call(String path, String gid, String branch, String op, String type) {
        return "POST /" + path + "?branch_id=" + branch + "&gid=" + gid + "&op=" + op + "&trans_type=" + type + BODY;
    }

    /** The SDK appends the parameters of a try in the order of a hash map. */
    private static String sorted(String call) {
        int from = call.indexOf('?') + 1;
        int to = call.indexOf(' ', from);
        String[] parameters = call.substring(from, to).split("&");
        Arrays.sort(parameters);
        return call.substring(0, from) + String.join("&", parameters) + call.substring(to);
    }

    private List<String> calls() {
        return bank.takeCalls().stream().map(JavaSdkTest::sorted).toList();
    }

    @Test
    void shouldRunASaga() throws Exception {
        String gid = transfer(sdk.newSaga()).submit();
        settle();
        assertThat(gid).isNotEmpty();
        assertThat(calls())
                .containsExactly(call("out", gid, "01", "action", "saga"), call("in", gid, "02", "action", "saga"));
        assertThat(states(gid))
                .containsExactly(
                        "saga succeed",
                        "01 compensate prepared",
                        "01 action succeed",
                        "02 compensate prepared",
                        "02 action succeed");
    }

    @Test
    void shouldUndoASagaWhenAParticipantRefuses() throws Exception {
        bank.script("/in", "409 {\"dtm_result\":\"FAILURE\"}");
        String gid = transfer(sdk.newSaga("refused")).submit();
        settle();
        assertThat(gid).isEqualTo("refused");
        assertThat(calls())
                .containsExactly(
                        call("out", gid, "01", "action", "saga"),
                        call("in", gid, "02", "action", "saga"),
                        call("in-undo", gid, "02", "compensate", "saga"),
                        call("out-undo", gid, "01", "compensate", "saga"));
        assertThat(states(gid))
                .containsExactly(
                        "saga failed",
                        "01 compensate succeed",
                        "01 action succeed",
                        "02 compensate succeed",
                        "02 action failed");
    }

    @Test
    void shouldTellAWaitingSagaItsResult() throws Exception {
        String gid = transfer(sdk.newSaga()).enableWaitResult().submit();
        assertThat(states(gid)).first().isEqualTo("saga succeed");
        bank.script("/in", "409 no money");
        Saga refused = transfer(sdk.newSaga("refused")).enableWaitResult();
        assertThatThrownBy(refused::submit)
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("[409")
                .hasMessageContaining("no money FAILURE");
        assertThat(states("refused")).first().isEqualTo("saga failed");
    }

    @Test
    void shouldRunAConcurrentSagaInItsOrder() throws Exception {
        String gid = transfer(sdk.newSaga())
                .enableConcurrent()
                .addBranchOrder(0, List.of(1))
                .submit();
        settle();
        assertThat(calls())
                .containsExactly(call("in", gid, "02", "action", "saga"), call("out", gid, "01", "action", "saga"));
        assertThat(states(gid)).first().isEqualTo("saga succeed");
    }

    @Test
    void shouldConfirmATcc() throws Exception {
        String gid = sdk.tccGlobalTransaction(transfer());
        settle();
        assertThat(calls())
                .containsExactly(
                        call("out-try", gid, "01", "try", "tcc"),
                        call("in-try", gid, "02", "try", "tcc"),
                        call("in-confirm", gid, "02", "confirm", "tcc"),
                        call("out-confirm", gid, "01", "confirm", "tcc"));
        assertThat(states(gid))
                .containsExactly(
                        "tcc succeed",
                        "01 cancel prepared",
                        "01 confirm succeed",
                        "02 cancel prepared",
                        "02 confirm succeed");
    }

    @Test
    void shouldCancelATccWhenATryIsRefused() throws Exception {
        bank.script("/in-try", "409 {\"dtm_result\":\"FAILURE\"}");
        assertThatThrownBy(() -> sdk.tccGlobalTransaction("refused", transfer()))
                .isInstanceOf(FailureException.class);
        settle();
        assertThat(calls())
                .containsExactly(
                        call("out-try", "refused", "01", "try", "tcc"),
                        call("in-try", "refused", "02", "try", "tcc"),
                        call("in-cancel", "refused", "02", "cancel", "tcc"),
                        call("out-cancel", "refused", "01", "cancel", "tcc"));
        assertThat(states("refused"))
                .containsExactly(
                        "tcc failed",
                        "01 cancel succeed",
                        "01 confirm prepared",
                        "02 cancel succeed",
                        "02 confirm prepared");
    }

    /** The SDK sees no dtm_result SUCCESS at prepare and must stop before any try. */
    @Test
    void shouldNotStartATccUnderAFinishedGid() throws Exception {
        sdk.tccGlobalTransaction("once", transfer());
        settle();
        bank.takeCalls();
        assertThatThrownBy(() -> sdk.tccGlobalTransaction("once", transfer())).isInstanceOf(Exception.class);
        settle();
        assertThat(calls()).isEmpty();
        assertThat(states("once")).first().isEqualTo("tcc succeed");
    }
}
