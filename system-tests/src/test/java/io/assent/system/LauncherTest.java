package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        return run(Map.of(), jdk, arguments);
    }

    private Ended run(Map<String, String> environment, Path jdk, String... arguments) throws Exception {
        ProcessBuilder builder = new ProcessBuilder();
        builder.command().add(home.resolve("bin/assent").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().remove("ASSENT_HEAP");
        builder.environment().remove("ASSENT_JAVA_OPTS");
        builder.environment().putAll(environment);
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
                .containsPattern("\\[-Dassent.launched=heap \\d+m, direct memory \\d+m, of \\d+m")
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

    /** A machine of 16 GiB with a process in the cgroup, and the names and texts of the cgroup's files. */
    private Map<String, String> machine(String cgroup, String... files) throws IOException {
        Path proc = Files.createDirectories(temporary.resolve("proc/self")).getParent();
        Files.writeString(proc.resolve("meminfo"), "MemTotal:       16777216 kB\n");
        Files.writeString(proc.resolve("self/cgroup"), cgroup);
        Path cgroups = Files.createTempDirectory(temporary, "cgroup");
        for (int i = 0; i < files.length; i += 2) {
            Path file = cgroups.resolve(files[i]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, files[i + 1]);
        }
        return Map.of("ASSENT_PROC", proc.toString(), "ASSENT_CGROUPS", cgroups.toString());
    }

    private String memory(Map<String, String> machine) throws Exception {
        Ended ended = run(machine, fakeJdk("17"), "serve");
        assertThat(ended.code()).as(ended.said()).isZero();
        return ended.said().replaceAll("(?s).*launched=(heap [^;]*);.*", "$1");
    }

    @Test
    void shouldReadTheLimitOfItsOwnCgroupAndOfItsParents() throws Exception {
        assertThat(memory(machine("0::/\n"))).isEqualTo("heap 4096m, direct memory 2048m, of 16384m");
        assertThat(memory(machine("0::/a/b\n", "a/b/memory.max", "max\n", "a/memory.max", "1073741824\n")))
                .isEqualTo("heap 256m, direct memory 128m, of 1024m");
        assertThat(memory(machine("0::/a/b\n", "a/b/memory.max", "4294967296\n", "a/memory.max", "8589934592\n")))
                .isEqualTo("heap 1024m, direct memory 512m, of 4096m");
        assertThat(memory(machine("0::/of/the/host\n", "memory.max", "2147483648\n")))
                .isEqualTo("heap 512m, direct memory 256m, of 2048m");
        assertThat(memory(machine(
                        "5:cpu:/x\n4:memory:/a/b\n",
                        "memory/a/b/memory.limit_in_bytes",
                        "9223372036854771712\n",
                        "memory/a/memory.limit_in_bytes",
                        "2147483648\n")))
                .isEqualTo("heap 512m, direct memory 256m, of 2048m");
    }

    @Test
    void shouldCheckTheHeapThatIsAskedForAndLeaveRoomBesideIt() throws Exception {
        Map<String, String> machine = machine("0::/\n", "memory.max", "1073741824\n");
        Map<String, String> asked = new HashMap<>(machine);
        asked.put("ASSENT_HEAP", "900M");
        assertThat(memory(asked)).isEqualTo("heap 900m, direct memory 62m, of 1024m");
        asked.put("ASSENT_HEAP", "536870912");
        assertThat(memory(asked)).isEqualTo("heap 512m, direct memory 256m, of 1024m");
        for (String bad : new String[] {"2gb", "lots", "-1m", "1.5g", "g"}) {
            asked.put("ASSENT_HEAP", bad);
            Ended ended = run(asked, fakeJdk("17"), "serve");
            assertThat(ended.code()).isEqualTo(2);
            assertThat(ended.said())
                    .isEqualTo("assent: ASSENT_HEAP must be a size such as 512m or 2g, found '" + bad + "'\n");
        }
        asked.put("ASSENT_HEAP", "2g");
        Ended tooMuch = run(asked, fakeJdk("17"), "serve");
        assertThat(tooMuch.code()).isEqualTo(2);
        assertThat(tooMuch.said()).contains("ASSENT_HEAP is 2g, but there are only 1024m of memory for everything");
    }
}
