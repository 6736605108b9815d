package io.assent.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ChildProcessTest {

    @TempDir
    private Path directory;

    @Test
    void shouldKillTheChildrenTooWhenALauncherIsKilled() throws Exception {
        final Path pid = directory.resolve("pid");
        final ChildProcess launcher = ChildProcess.start(
                List.of("sh", "-c", "sleep 60 & echo $! > " + pid + "; wait"), 1, directory.resolve("log"));
        while (!Files.exists(pid) || Files.readString(pid).isBlank()) {
            Thread.onSpinWait();
        }
        final ProcessHandle child =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).trim())).orElseThrow();
        launcher.kill();
        assertThat(launcher.isAlive()).isFalse();
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void shouldShowTheOutputWhenTheProcessEndsBeforeItIsReady() throws Exception {
        try (ChildProcess process = ChildProcess.start(
                List.of("sh", "-c", "echo no such option; exit 3"),
                ChildProcess.freePort(),
                directory.resolve("log"))) {
            assertThatThrownBy(() -> process.awaitReady("/readyz", Duration.ofSeconds(20)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("exit code 3")
                    .hasMessageContaining("no such option");
        }
    }

    @Test
    void shouldDeleteEverythingWhenATemporaryDirectoryIsClosedAndNothingWhenItIsKept() throws Exception {
        final TemporaryDirectory closed = new TemporaryDirectory("assent-test");
        Files.createDirectories(closed.path().resolve("a/b"));
        Files.writeString(closed.path().resolve("a/b/c"), "x");
        closed.close();
        assertThat(closed.path()).doesNotExist();
        final TemporaryDirectory kept = new TemporaryDirectory("assent-test");
        kept.keep();
        assertThat(kept.path()).exists();
        Files.delete(kept.path());
    }
}
