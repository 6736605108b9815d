package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Journals as earlier versions wrote them. Later versions must read the same from them: formats are never edited, only added to. {@link
 * GoldenJournalWriter} writes the one of the current version.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GoldenJournalTest {
    @TempDir
    Path data;

    private void unpack(String resource, Path target) throws IOException {
        Files.createDirectories(target.getParent());
        try (InputStream in = new GZIPInputStream(GoldenJournalTest.class.getResourceAsStream(resource))) {
            Files.copy(in, target);
        }
        // Every version wrote these first.
        Files.writeString(data.resolve("assent.properties"), "clock=manual\njournal.cycle=0\n");
    }

    @Test
    void shouldReadTheJournalOfTheFirstVersion() throws IOException {
        unpack("/golden/v1/19700101-00F.cq4.gz", data.resolve("journal/19700101-00F.cq4"));
        try (TestServer server = new TestServer(data)) {
            assertThat(server.status("ok")).isEqualTo("succeed");
            assertThat(server.rows("ok")).isEqualTo("prepared succeed prepared succeed");
            assertThat(server.status("undone")).isEqualTo("failed");
            assertThat(server.rows("undone")).isEqualTo("succeed succeed succeed failed");
            // The wall clock is past every deadline of that day: what waited is called once more, at once.
            server.advance("ms=0");
            JsonNode waiting = server.query("waiting").path("transaction");
            assertThat(waiting.path("status").asText()).isEqualTo("submitted");
            assertThat(waiting.path("next_cron_interval").asInt()).isEqualTo(40);
            assertThat(waiting.path("pending")
                            .path("operations")
                            .get(0)
                            .path("attempts")
                            .asInt())
                    .isEqualTo(2);
            JsonNode message = server.query("message").path("transaction");
            assertThat(message.path("status").asText()).isEqualTo("prepared");
            assertThat(message.path("query_prepared").asText()).isEqualTo("http://127.0.0.1:1/query");
            assertThat(server.get("/api/dtmsvr/all").json().path("transactions"))
                    .hasSize(4);
        }
    }

    @Test
    void shouldReadTheJournalOfTheSecondVersion() throws IOException {
        unpack("/golden/v2/19700101-00F.cq4.gz", data.resolve("journal/19700101-00F.cq4"));
        try (TestServer server = new TestServer(data)) {
            assertThat(server.status("confirmed")).isEqualTo("succeed");
            assertThat(server.rows("confirmed")).isEqualTo("prepared succeed prepared succeed");
            assertThat(server.status("cancelled")).isEqualTo("failed");
            assertThat(server.status("stuck")).isEqualTo("aborting");
            assertThat(server.query("stuck")
                            .path("transaction")
                            .path("rollback_reason")
                            .asText())
                    .isEqualTo("second reason");
            JsonNode workflow = server.query("workflow");
            assertThat(workflow.path("transaction").path("result").asText()).isEqualTo("cmVz");
            assertThat(workflow.path("branches").get(0).path("bin_data").asText())
                    .isEqualTo("cjE=");
            assertThat(workflow.path("branches").get(1).path("status").asText()).isEqualTo("failed");
            assertThat(server.status("registering")).isEqualTo("prepared");
            assertThat(server.rows("registering")).isEqualTo("prepared prepared");
            JsonNode message = server.query("topics");
            assertThat(message.path("branches")).hasSize(3);
            assertThat(message.path("branches").get(1).path("branch_id").asText())
                    .isEqualTo("01-02");
            JsonNode topic = server.get("/api/dtmsvr/queryKV?cat=topics&key=t")
                    .json()
                    .path("kv")
                    .get(0);
            assertThat(topic.path("version").asInt()).isEqualTo(3);
            assertThat(topic.path("v").asText()).isEqualTo("[{\"url\":\"http://127.0.0.1:1/b\",\"remark\":\"\"}]");
            assertThat(server.get("/api/dtmsvr/queryKV?cat=topics&key=gone")
                            .json()
                            .path("kv"))
                    .isEmpty();
        }
    }
}
