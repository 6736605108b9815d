package io.assent.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every file of {@code wire/} against a whole server. {@code -Dwire.only=NAME} runs the files whose name contains NAME. */
class WireVectorTest {
    @TempDir
    static Path data;

    private static WireServer server;

    @BeforeAll
    static void start() {
        server = new WireServer(data.resolve("shared"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    static List<WireVector> vectors() throws Exception {
        Path folder = Path.of(Objects.requireNonNull(WireVectorTest.class.getResource("/wire"), "wire/")
                .toURI());
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .map(WireVectorTest::vector)
                    .toList();
        }
    }

    private static WireVector vector(Path file) {
        String name = file.getFileName().toString();
        try {
            return WireVector.parse(name.substring(0, name.length() - ".txt".length()), Files.readString(file));
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    @TestFactory
    Stream<DynamicTest> shouldAnswerAsThePageSays() throws Exception {
        String only = System.getProperty("wire.only", "");
        return vectors().stream()
                .filter(vector -> vector.name().contains(only))
                .map(vector -> DynamicTest.dynamicTest(vector.name(), () -> run(vector)));
    }

    private void run(WireVector vector) {
        String difference;
        if (Conversation.needsFreshServer(vector)) {
            try (WireServer own = new WireServer(data.resolve(vector.name()))) {
                difference = Conversation.difference(vector, own.port());
            }
        } else {
            difference = Conversation.difference(vector, server.port());
        }
        if (difference != null) {
            throw new AssertionError(difference);
        }
    }

    /** Names are gids, so two files of one name would meet each other's transactions. */
    @Test
    void shouldHaveADifferentNameForEachVector() throws Exception {
        assertThat(vectors())
                .extracting(WireVector::name)
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(90);
    }

    /** An endpoint without a vector would be unproven. */
    @Test
    void shouldHaveAVectorForEveryEndpoint() throws Exception {
        List<String> targets = vectors().stream()
                .flatMap(vector -> vector.steps().stream())
                .filter(WireVector.Exchange.class::isInstance)
                .map(WireVector.Exchange.class::cast)
                .filter(exchange -> exchange.statuses().contains(200))
                .map(exchange -> exchange.method() + " " + exchange.target().split("\\?", 2)[0])
                .toList();
        String endpoints = "GET version, GET newGid, POST prepare, POST submit, POST abort, POST registerBranch, "
                + "POST registerXaBranch, POST registerTccBranch, POST prepareWorkflow, POST forceStop, "
                + "POST resetNextCronTime, GET resetCronTime, GET query, GET all, GET scanKV, GET queryKV, GET subscribe, "
                + "GET unsubscribe";
        for (String endpoint : Arrays.asList(endpoints.split(", "))) {
            String[] words = endpoint.split(" ");
            assertThat(targets).as(endpoint.toLowerCase(Locale.ROOT)).contains(words[0] + " /api/dtmsvr/" + words[1]);
        }
        assertThat(targets)
                .contains("GET /api/ping", "GET /api/metrics", "POST /api/json-rpc")
                .anyMatch(target -> target.startsWith("DELETE /api/dtmsvr/topic/"));
    }
}
