package io.assent.loadtest.addresses;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NameFileTest {

    @TempDir
    private Path directory;

    @Test
    void shouldReplaceTheAddressesOfTheName() throws Exception {
        final NameFile names = new NameFile(directory, "a.test");
        names.write(List.of("127.0.0.1", "127.0.0.2"));
        names.write(List.of("127.0.0.1", "127.0.0.3"));
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(directory.resolve("hosts"));
        }
        assertThat(Files.readAllLines(directory.resolve("hosts")))
                .containsExactly("127.0.0.1 localhost", "127.0.0.1 a.test", "127.0.0.3 a.test");
    }

    @Test
    void shouldTellAProcessWhereToLookWhateverTheDirectoryIsCalled() throws Exception {
        final Path blank = Files.createDirectory(directory.resolve("a b"));
        assertThat(new NameFile(blank, "a.test").environment())
                .containsExactly(java.util.Map.entry(
                        "JDK_JAVA_OPTIONS", "\"-Djdk.net.hosts.file=" + blank.toAbsolutePath() + "/hosts\""));
    }
}
