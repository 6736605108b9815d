package io.assent.loadtest.addresses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.addresses.AddressResult.Phase;
import io.assent.loadtest.addresses.AddressResult.Rule;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressResultTest {

    private static final double WAIT_MAX = AddressResult.DEADLINE_MS + AddressResult.SLACK_MS;

    private static Phase phase(
            final Rule rule, final long notSucceeded, final long unknown, final double longestMs, final double afterS) {
        return new Phase("a phase", rule, 100, notSucceeded, unknown, longestMs, afterS);
    }

    private static List<String> violations(final Phase phase) {
        return new AddressResult("fsync", "a machine", List.of(phase)).violations();
    }

    private static void assertOnly(final Phase phase, final String words) {
        assertThat(violations(phase))
                .singleElement()
                .asString()
                .startsWith("a phase: ")
                .contains(words);
    }

    @Test
    void shouldPassWhatStaysWithinEveryBound() {
        assertThat(violations(phase(Rule.NONE, 5, 5, WAIT_MAX, 0))).isEmpty();
        assertThat(violations(phase(Rule.NO_UNKNOWN, 0, 0, WAIT_MAX, 0))).isEmpty();
        assertThat(violations(phase(Rule.FOUND, 0, 0, WAIT_MAX, AddressResult.FOUND_S_MAX)))
                .isEmpty();
        assertThat(violations(phase(Rule.CLOSED, 0, 0, 0, AddressResult.CLOSED_S_MAX)))
                .isEmpty();
    }

    @Test
    void shouldFailWhenAClientWaitedLongerThanTheDeadline() {
        for (final Rule rule : Rule.values()) {
            assertOnly(phase(rule, 0, 0, WAIT_MAX + 1, 0), "a client waited 4001 ms");
        }
    }

    @Test
    void shouldFailWhenACallEndedUnknownOrASagaWithout() {
        assertOnly(phase(Rule.NO_UNKNOWN, 0, 1, 1, 0), "1 did");
        assertOnly(phase(Rule.NO_UNKNOWN, 1, 0, 1, 0), "1 sagas");
        assertOnly(phase(Rule.FOUND, 0, 1, 1, 1), "1 did");
    }

    @Test
    void shouldFailWhenWhatWasWaitedForCameTooLate() {
        assertOnly(
                phase(Rule.FOUND, 0, 0, 1, AddressResult.FOUND_S_MAX + 0.1), "must be called within 30 s, took 30.1");
        assertOnly(phase(Rule.CLOSED, 0, 0, 1, AddressResult.CLOSED_S_MAX + 0.1), "must close within 65 s, took 65.1");
    }

    @Test
    void shouldPrintThePhasesAndWhatIsBroken() {
        final AddressResult result = new AddressResult(
                "fsync", "a machine", List.of(phase(Rule.NO_UNKNOWN, 0, 0, 12, 0), phase(Rule.FOUND, 0, 3, 13, 2.25)));
        assertThat(result.toString())
                .contains("durability fsync", "a machine")
                .contains("| a phase | 100 | 0 | 0 | 12 |  |", "| a phase | 100 | 0 | 3 | 13 | 2.3 |")
                .contains("FAILED: a phase: no call may end unknown");
    }

    @Test
    void shouldRefuseTheSettingsWhenABoundIsPassed() {
        final Duration second = Duration.ofSeconds(1);
        final Duration less = Duration.ofMillis(999);
        assertThat(config(AddressConfig.PER_SECOND_MAX, AddressConfig.REPLACEMENTS_MAX, second, second, less))
                .isNotNull();
        assertThat(config(1, 0, Duration.ZERO, Duration.ZERO, second)).isNotNull();
        assertThatThrownBy(() -> config(0, 1, second, second, less)).hasMessageContaining("perSecond");
        assertThatThrownBy(() -> config(AddressConfig.PER_SECOND_MAX + 1, 1, second, second, less))
                .hasMessageContaining("perSecond");
        assertThatThrownBy(() -> config(1, -1, second, second, less)).hasMessageContaining("replacements");
        assertThatThrownBy(() -> config(1, AddressConfig.REPLACEMENTS_MAX + 1, second, second, less))
                .hasMessageContaining("replacements");
        assertThatThrownBy(() -> config(1, 1, second.negated(), second, less)).hasMessageContaining("deadAddress");
        assertThatThrownBy(() -> config(1, 1, second, second, second)).hasMessageContaining("connectionAge");
    }

    private static AddressConfig config(
            final int perSecond,
            final int replacements,
            final Duration dead,
            final Duration goAway,
            final Duration connectionAge) {
        return new AddressConfig(
                new ServerCommand(List.of("server")),
                "fsync",
                Path.of("."),
                perSecond,
                replacements,
                dead,
                goAway,
                connectionAge,
                true);
    }
}
