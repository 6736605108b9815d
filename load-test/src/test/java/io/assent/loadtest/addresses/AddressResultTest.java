package io.assent.loadtest.addresses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.addresses.AddressResult.Phase;
import io.assent.loadtest.addresses.AddressResult.Rule;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AddressResultTest {

    private static AddressResult result(final Phase phase) {
        return new AddressResult("fsync", "a machine", List.of(phase));
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldPassWhenEveryBoundIsJustKept(final Rule rule) {
        final AddressResult result = result(new Phase("replaced", rule, 100, 0, 0, 4_000, 30));
        assertThat(result.violations()).isEmpty();
        assertThat(result.toString()).contains("| replaced | 100 | 0 | 0 | 4000 | 30.0 |");
    }

    @ParameterizedTest
    @EnumSource(Rule.class)
    void shouldLetNoCallWaitLongerThanItsDeadline(final Rule rule) {
        assertThat(result(new Phase("died", rule, 100, 0, 0, 4_001, 0)).violations())
                .containsExactly(
                        "died: no call may wait longer than its deadline of 3000 ms, but a client waited 4001 ms");
    }

    @Test
    void shouldAllowUnknownCallsOnlyWhereAnAddressDies() {
        assertThat(result(new Phase("died", Rule.NONE, 100, 2, 2, 10, 0)).violations())
                .isEmpty();
        for (final Rule rule : List.of(Rule.NO_UNKNOWN, Rule.FOUND)) {
            assertThat(result(new Phase("x", rule, 100, 0, 1, 10, 0)).violations())
                    .containsExactly("x: no call may end unknown, but 1 did and 0 sagas did not succeed");
            assertThat(result(new Phase("x", rule, 100, 1, 0, 10, 0)).violations())
                    .hasSize(1);
        }
    }

    @Test
    void shouldWantNewAddressesFoundAndUnusedConnectionsClosedInTime() {
        assertThat(result(new Phase("x", Rule.FOUND, 100, 0, 0, 10, 30.1)).violations())
                .containsExactly("x: the new address must be called within 30 s, took 30.1 s");
        final AddressResult open = result(new Phase("x", Rule.CLOSED, 0, 0, 0, 0, 65.1));
        assertThat(open.violations()).containsExactly("x: unused connections must close within 65 s, took 65.1 s");
        assertThat(open.toString()).contains("FAILED: x: unused");
    }

    @Test
    void shouldRefuseSettingsWhenABoundIsPassed() {
        assertThat(config(AddressConfig.REPLACEMENTS_MAX, 999)).isNotNull();
        assertThatThrownBy(() -> config(AddressConfig.REPLACEMENTS_MAX + 1, 1))
                .hasMessageContaining("replacements must be 0 to");
        assertThatThrownBy(() -> config(-1, 1)).hasMessageContaining("replacements must be 0 to");
        assertThatThrownBy(() -> config(1, 1_000)).hasMessageContaining("connectionAge must be below goAway");
    }

    private static AddressConfig config(final int replacements, final int connectionAgeMs) {
        return new AddressConfig(
                ServerCommand.parse("s"),
                "fsync",
                Path.of("."),
                1,
                replacements,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofMillis(connectionAgeMs),
                false);
    }

    @Test
    void shouldWriteTheAddressesOfANameAsAWholeFile(@TempDir final Path directory) throws Exception {
        final NameFile names = new NameFile(directory, "a.test");
        names.write(List.of("127.0.0.1", "127.0.0.2"));
        assertThat(Files.readString(directory.resolve("hosts")))
                .isEqualTo("127.0.0.1 localhost\n127.0.0.1 a.test\n127.0.0.2 a.test\n");
        names.write(List.of("127.0.0.3"));
        assertThat(directory.toFile().list()).containsExactly("hosts");
        assertThat(names.environment().get("JDK_JAVA_OPTIONS"))
                .isEqualTo(
                        "\"-Djdk.net.hosts.file=" + directory.resolve("hosts").toAbsolutePath() + '"');
    }
}
