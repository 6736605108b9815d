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
 * A journal as the first version wrote it, with a saga that succeeded, one that was undone, one that waits for a retry, and a message that waits for its
 * check-back. Later versions must read the same from it: formats are never edited, only added to.
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
}
