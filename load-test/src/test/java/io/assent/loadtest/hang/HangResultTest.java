package io.assent.loadtest.hang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.hang.HangResult.Window;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class HangResultTest {

    private static final int TARGETS = 10;

    private static LoadReport report(final double ms, final long errors) {
        final Histogram latencies = new Histogram(4);
        latencies.recordValue((long) (ms * 1e6));
        return new LoadReport(100, 100, 1, latencies, errors == 0 ? Map.of() : Map.of("status 409", errors));
    }

    private static Window baseline(final double ms) {
        return new Window(false, report(ms, 0), 0);
    }

    private static Window hanging(final double ms) {
        return new Window(true, report(ms, 0), TARGETS);
    }

    private static HangResult result(final Window... windows) {
        return new HangResult(Protocol.GRPC, "fsync", "a machine", TARGETS, 500, List.of(windows));
    }

    @Test
    void shouldCompareTheMediansOfTheWindows() {
        final HangResult result =
                result(baseline(2), hanging(2.1), baseline(1), hanging(50), baseline(2), hanging(2.19));
        assertThat(result.p99Ratio()).isCloseTo(2.19 / 2, within(0.001));
        assertThat(result.violations()).isEmpty();
        assertThat(result.toString())
                .contains("two-branch saga over grpc", "durability fsync", "10 targets hang", "a machine")
                .contains("p99 hanging / baseline: 1.09")
                .doesNotContain("FAILED");
    }

    @Test
    void shouldSayWhichRuleIsBroken() {
        assertThat(result(baseline(2), hanging(2.25)).violations())
                .containsExactly(
                        "p99 of healthy sagas with hanging targets must be at most 1.10 of that without, but is 1.13");
        assertThat(result(baseline(2), new Window(true, report(2, 3), TARGETS)).violations())
                .containsExactly("every healthy saga must succeed, but there are errors: {status 409=3}");
        final HangResult idle = result(baseline(2), new Window(true, report(2, 0), TARGETS - 1));
        assertThat(idle.violations())
                .containsExactly(
                        "a window measures something only while each of 10 targets holds a call, but 9 calls were open");
        assertThat(idle.toString()).contains("FAILED: a window measures");
    }

    @Test
    void shouldRefuseSettingsWhenABoundIsPassed() {
        assertThat(config(HangConfig.TARGETS_MAX, 100, 1_000)).isNotNull();
        assertThatThrownBy(() -> config(HangConfig.TARGETS_MAX + 1, 1, 1)).hasMessageContaining("targets must be 2 to");
        assertThatThrownBy(() -> config(1, 1, 1)).hasMessageContaining("targets must be 2 to");
        assertThatThrownBy(() -> config(2, 101, 1)).hasMessageContaining("hangingWindows must be 1 to 100");
        assertThatThrownBy(() -> config(2, 0, 1)).hasMessageContaining("hangingWindows must be 1 to 100");
        assertThatThrownBy(() -> config(2, 1, 1_001)).hasMessageContaining("sagasPerTarget must be 1 to 1000");
        assertThatThrownBy(() -> config(2, 1, 0)).hasMessageContaining("sagasPerTarget must be 1 to 1000");
    }

    private static HangConfig config(final int targets, final int windows, final int sagasPerTarget) {
        return new HangConfig(
                ServerCommand.parse("s"),
                "fsync",
                Path.of("."),
                Protocol.GRPC,
                targets,
                1,
                windows,
                Duration.ZERO,
                Duration.ofSeconds(1),
                sagasPerTarget,
                Duration.ZERO);
    }
}
