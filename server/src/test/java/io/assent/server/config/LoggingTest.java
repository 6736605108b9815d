package io.assent.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** PROTOCOL 10: LogLevel and Log. */
class LoggingTest {
    @TempDir
    Path directory;

    private static LogConfig config(String... settings) {
        Map<String, String> given = new java.util.HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            given.put(settings[i], settings[i + 1]);
        }
        return LogConfig.of(Settings.of(Map.of(), null, given), ZoneOffset.ofHours(8));
    }

    @AfterEach
    void backToStandardError() {
        Logging.apply(config());
    }

    @Test
    void shouldWriteToFilesAtTheLevelAndInTheZoneThatWereGiven() throws IOException {
        Path first = directory.resolve("a.log");
        Path second = directory.resolve("b.log");
        Logging.apply(config("Log.Outputs", first + ", " + second, "LogLevel", "warn"));
        LoggerFactory.getLogger("test").info("not this");
        LoggerFactory.getLogger("test").warn("but this");
        Logging.apply(config());
        for (Path file : List.of(first, second)) {
            assertThat(Files.readString(file))
                    .matches("(?s)\\d{4}-\\d\\d-\\d\\dT[0-9:.]+\\+08:00 WARN  test but this\n");
        }
    }

    @Test
    void shouldPutFilesAsideWhenTheyAreFull() throws IOException {
        Path file = directory.resolve("r.log");
        Logging.apply(config(
                "Log.Outputs",
                file.toString(),
                "Log.RotationEnable",
                "1",
                "Log.RotationConfigJSON",
                "{\"maxsize\":1,\"maxbackups\":2,\"compress\":true}"));
        String line = "x".repeat(10_000);
        for (int i = 0; i < 1_000; i++) {
            LoggerFactory.getLogger("test").warn(line);
        }
        Logging.apply(config());
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString()).sorted().toList())
                    .containsExactly("r.log", "r.log.1.gz", "r.log.2.gz");
        }
        assertThat(Files.size(file)).isLessThan(2 << 20);
    }

    @Test
    void shouldNameTheSettingAndTheRule() {
        assertThatThrownBy(() -> config("Log.Outputs", " , ")).hasMessageContaining("Log.Outputs must name");
        assertThatThrownBy(() -> config("LogLevel", "loud")).hasMessageContaining("LogLevel must be one of");
        assertThatThrownBy(() -> config("Log.RotationEnable", "2")).hasMessageContaining("between 0 and 1");
        rotation("{", "no valid JSON");
        rotation("[]", "must be a JSON object");
        rotation("{\"maxsize\":\"1\"}", "maxsize must be an integer");
        rotation("{\"maxbackups\":21}", "between 0 and 20");
        rotation("{\"compress\":1}", "compress must be true or false");
        rotation("{\"size\":1}", "found size");
        assertThatThrownBy(() -> Logging.apply(config("Log.Outputs", directory.toString())))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("can not be written");
    }

    private static void rotation(String json, String words) {
        assertThatThrownBy(() -> config("Log.RotationEnable", "1", "Log.RotationConfigJSON", json))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining(words);
    }

    @Test
    void shouldWriteAnObjectALineWhenToldSo() throws IOException {
        Path file = directory.resolve("j.log");
        Logging.apply(config("Log.Outputs", file.toString(), "Log.Format", "json"));
        LoggerFactory.getLogger("test").atWarn().addKeyValue("gid", "g\"1").log("first\nline");
        LoggerFactory.getLogger("test").error("second", new IllegalStateException("why"));
        Logging.apply(config());
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0))
                .matches("\\{\"time\":\"[^\"]+\\+08:00\",\"level\":\"WARN\",\"logger\":\"test\","
                        + "\"message\":\"first\\\\nline\",\"gid\":\"g\\\\\"1\"}");
        assertThat(lines.get(1)).contains("\"message\":\"second\"", "\"stack\":\"java.lang.IllegalStateException: why");
        assertThatThrownBy(() -> config("Log.Format", "xml")).hasMessageContaining("Log.Format must be one of");
    }

    /** Libraries that log by way of the JDK must not write to standard error in a form of their own. */
    @Test
    void shouldTakeTheRecordsOfLibrariesAndLeaveOutWhatPeersCause() throws IOException {
        Path file = directory.resolve("l.log");
        Logging.apply(config("Log.Outputs", file.toString()));
        java.util.logging.Logger library = java.util.logging.Logger.getLogger("io.grpc.some");
        library.log(java.util.logging.Level.WARNING, "a broken frame", new IOException("peer"));
        library.log(java.util.logging.Level.SEVERE, "a fault of ours", new IllegalStateException("own"));
        LoggerFactory.getLogger("io.netty.some").warn("a lost connection", new IOException("peer"));
        Logging.writeLast(LoggerFactory.getLogger("test"), "the last word", new IllegalStateException("end"));
        Logging.apply(config());
        assertThat(Files.readString(file))
                .contains(
                        "ERROR io.grpc.some a fault of ours", "IllegalStateException: own", "ERROR test the last word")
                .doesNotContain("broken", "lost", "peer");
    }
}
