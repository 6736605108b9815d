package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** bin/assent in an unpacked distribution, with a java that only tells how it was called. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LauncherTest {
    @TempDir
    Path temporary;

    private Path home;

    private record Ended(int code, String said) {}

    @BeforeEach
    void unpack() throws IOException {
        home = temporary.resolve("a home with blanks");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        Files.createFile(home.resolve("lib/assent.jar"));
        Files.copy(Path.of("../bin/assent"), home.resolve("bin/assent"));
        executable(home.resolve("bin/assent"));
    }

    private static void executable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path fakeJdk(String version) throws IOException {
        Path jdk = temporary.resolve("jdk " + version);
        Files.createDirectories(jdk.resolve("bin"));
        Path java = jdk.resolve("bin/java");
        Files.writeString(java, """
                #!/bin/sh
                case "$*" in
                    *XshowSettings*) echo "    java.specification.version = VERSION" >&2 ;;
                    *) for argument in "$@"; do echo "[$argument]"; done ;;
                esac
                """.replace("VERSION", version));
        executable(java);
        return jdk;
    }

    private Ended run(Path jdk, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(home.resolve("bin/assent").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().remove("ASSENT_HEAP");
        builder.environment().remove("ASSENT_JAVA_OPTS");
        Process process =
                builder.directory(temporary.toFile()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), said);
    }

    @Test
    void shouldPassTheFlagsTheStackNeeds() throws Exception {
        Ended ended = run(fakeJdk("17"), "serve", "--data", "a dir");
        assertThat(ended.code()).isZero();
        assertThat(ended.said())
                .contains("[--add-opens=java.base/java.lang.reflect=ALL-UNNAMED]")
                .contains("[--add-opens=java.base/sun.nio.ch=ALL-UNNAMED]")
                .contains("[--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED]")
                .contains("[-XX:+ExitOnOutOfMemoryError]")
                .contains("[-jar]\n[" + home.toRealPath().resolve("lib/assent.jar") + "]\n[serve]\n[--data]\n[a dir]")
                .containsPattern("assent: heap \\d+m, direct memory \\d+m, of \\d+m")
                .containsPattern("\\[-Xms(\\d+)m]\\n\\[-Xmx\\1m]")
                .doesNotContain("sun-misc-unsafe");
    }

    @Test
    void shouldSilenceTheWarningsOfNewerJdks() throws Exception {
        assertThat(run(fakeJdk("25"), "version").said())
                .contains("[--sun-misc-unsafe-memory-access=allow]")
                .contains("[-XX:TieredStopAtLevel=1]");
    }

    @Test
    void shouldRefuseAnOldOrMissingJdk() throws Exception {
        Ended old = run(fakeJdk("1.8"), "version");
        assertThat(old.code()).isEqualTo(3);
        assertThat(old.said()).contains("is version 1.8; Assent needs 17 or later");
        Ended missing = run(temporary.resolve("nowhere"), "version");
        assertThat(missing.code()).isEqualTo(3);
        assertThat(missing.said()).contains("there is no");
    }

    @Test
    void shouldWorkThroughALink() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link"), home.resolve("bin/assent"));
        ProcessBuilder builder = new ProcessBuilder(link.toString(), "version").redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", fakeJdk("17").toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("lib/assent.jar");
    }
}
