package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad input gets a clear error that names the field and the rule; nothing is stored and the server is unharmed. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BadInputTest {
    @TempDir
    static Path data;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                                                        | body is empty",
                "{\"gid\":                                                 | no valid JSON",
                "{} {}                                                     | more behind its JSON object",
                "[1]                                                       | must be a JSON object",
                "{}                                                        | gid must not be empty",
                "null                                                      | gid must not be empty",
                "{\"gid\":\"\",\"trans_type\":\"saga\"}                    | gid must not be empty",
                "{\"gid\":\";\\n\",\"trans_type\":\"saga\"}                | gid must not be empty",
                "{\"gid\":\"x\"}                                           | trans_type is missing",
                "{\"gid\":\"x\",\"trans_type\":\"FAILURE\"}                | trans_type is unknown: 'Failure'",
                "{\"gid\":5,\"trans_type\":\"saga\"}                       | gid must be a string, found an integer",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"steps\":{}}      | steps must be an array",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"steps\":[1]}     | steps[0] must be an object",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"steps\":[{}]}    | every step needs a payload",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"timeout_to_fail\":1.5} | timeout_to_fail must be an integer",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"timeout_to_fail\":5.0} | timeout_to_fail must be an integer",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"timeout_to_fail\":99999999999999999999} | out of range",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"timeout_to_fail\":-1} | timeout_to_fail must be between",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"wait_result\":\"yes\"} | wait_result must be true or false",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"custom_data\":\"{\"} | custom_data is no valid JSON",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"custom_data\":\"{\\\"orders\\\":{\\\"1\\\":[0]}}\"} | names step 1",
                "{\"gid\":\"x\",\"trans_type\":\"saga\",\"custom_data\":\"{\\\"orders\\\":{\\\"a\\\":[0]}}\"} | no step number",
                "{\"gid\":\"x\",\"trans_type\":\"msg\",\"custom_data\":\"{\\\"delay\\\":-1}\"} | custom_data.delay",
                "{\"gid\":\"x\",\"trans_type\":\"msg\",\"steps\":[{\"action\":\"topic://t\"}],\"payloads\":[\"\"]} | topic not found",
                "{\"gid\":\"x\",\"trans_type\":\"workflow\",\"req_extra\":{\"status\":1}} | must be a string, found an integer",
            })
    void shouldNameTheFieldAndTheRule(String body, String words) {
        for (String endpoint : new String[] {"submit", "prepare"}) {
            TestServer.Reply reply = server.post("/api/dtmsvr/" + endpoint, body);
            assertThat(reply.status()).as(endpoint + " " + body).isEqualTo(500);
            assertThat(reply.message())
                    .contains(words)
                    .doesNotContain("FAILURE")
                    .doesNotContain("ONGOING");
            assertThat(reply.json().has("dtm_result")).isFalse();
        }
        assertThat(server.get("/api/dtmsvr/all").json().path("transactions")).isEmpty();
        assertThat(server.get("/readyz").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/dtmsvr/query              | 500 | no gid specified",
                "/api/dtmsvr/all?limit=x        | 500 | convert to int error: x",
                "/api/dtmsvr/all?position=x     | 500 | convert to int error: x",
                "/api/dtmsvr/all?createTimeStart=x | 500 | convert to int error: x",
                "/api/dtmsvr/Query?gid=1        | 404 | 404 page not found",
                "/api/dtmsvr/submit             | 404 | 404 page not found",
                "/                              | 404 | the API is at /api/dtmsvr/",
                "/api/dtmsvr/query?gid=%zz      | 500 | no gid specified",
                "/api/dtmsvr/query?gid=a%00b    | 200 | \"transaction\":null",
            })
    void shouldAnswerReadsAsDtmDoes(String path, int status, String words) {
        if (path.contains("%zz")) {
            // The JDK's client refuses to send it.
            assertThat(RawClient.exchange(
                            server.port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                    .contains(" " + status + " ")
                    .contains(words);
            return;
        }
        TestServer.Reply reply = server.get(path);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.body()).contains(words);
    }
}
