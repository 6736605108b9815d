package io.assent.loadtest.hang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.generator.PacedPlan;
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
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static Window window(
            final boolean hanging, final double latencyMs, final double calls, final Map<String, Long> errors) {
        final Histogram latencies = new Histogram(3);
        latencies.recordValue((long) (latencyMs * 1e6));
        return new Window(hanging, new LoadReport(1, 1, 1, latencies, errors), calls, 0);
    }

    private static Window baseline(final double latencyMs) {
        return window(false, latencyMs, 0, Map.of());
    }

    private static Window hanging(final double latencyMs) {
        return window(true, latencyMs, TARGETS, Map.of());
    }

    private static HangResult result(final Window... windows) {
        return new HangResult(Protocol.GRPC, "fsync", "a machine", TARGETS, null, 500, List.of(windows));
    }

    @Test
    void shouldCompareMediansOfTheWindowsSoThatOneOutlierDecidesNothing() {
        final HangResult result = result(
                baseline(10), hanging(10.5), baseline(11), hanging(99), baseline(10), hanging(10.5), baseline(200));
        assertThat(result.p99Ratio()).isCloseTo(1.0, within(0.01));
        assertThat(result.violations()).isEmpty();
        assertThat(result.toString())
                .contains("over grpc", "durability fsync", "10 targets", "a machine", "p99 hanging / baseline: 1.00")
                .doesNotContain("FAILED");
    }

    @Test
    void shouldFailWhenHangingTargetsSlowHealthySagas() {
        assertThat(result(baseline(10), hanging(10.98), baseline(10)).violations())
                .isEmpty();
        assertThat(result(baseline(10), hanging(11.05), baseline(10)).violations())
                .singleElement()
                .asString()
                .contains("p99", "1.10");
        assertThat(result(baseline(10), hanging(11.05), baseline(10)).toString())
                .contains("FAILED: p99");
    }

    @Test
    void shouldFailWhenNothingWasMeasured() {
        assertThat(result(baseline(0), hanging(0)).violations())
                .singleElement()
                .asString()
                .contains("p99");
    }

    @Test
    void shouldFailWhenAHealthySagaDidNotSucceed() {
        assertThat(result(window(false, 10, 0, Map.of("left out", 1L)), hanging(10))
                        .violations())
                .singleElement()
                .asString()
                .contains("left out");
    }

    @Test
    void shouldFailWhenTooFewCallsHang() {
        assertThat(result(baseline(10), window(true, 10, TARGETS - 1, Map.of())).violations())
                .singleElement()
                .asString()
                .contains("each of 10 targets", "9 calls");
    }

    @Test
    void shouldAllowARouteOfTheSamePortTwiceTheP99AndATenthOfTheThroughput() {
        assertThat(beside(Misbehaviour.HANG, baseline(10), near(19.9, 0.91, 1, 1)))
                .isEmpty();
        assertThat(beside(Misbehaviour.HANG, baseline(10), near(20.5, 0.91, 1, 1)))
                .singleElement()
                .asString()
                .contains("p99", "2.00");
        assertThat(beside(Misbehaviour.HANG, baseline(10), near(10, 0.89, 1, 1)))
                .singleElement()
                .asString()
                .contains("a second", "0.89");
        assertThat(beside(Misbehaviour.HANG, baseline(10), near(10, 1, 0, 1)))
                .singleElement()
                .asString()
                .contains("each of 1 targets");
        assertThat(beside(Misbehaviour.RESET, baseline(10), near(10, 1, 0, 1))).isEmpty();
        assertThat(beside(Misbehaviour.RESET, baseline(10), near(10, 1, 0, 0)))
                .singleElement()
                .asString()
                .contains("no call came");
    }

    private static Window near(final double latencyMs, final double seconds, final double calls, final long badCalls) {
        final Histogram latencies = new Histogram(3);
        latencies.recordValue((long) (latencyMs * 1e6));
        return new Window(
                true, new LoadReport(1_000, (long) (1_000 * seconds), 1_000, latencies, Map.of()), calls, badCalls);
    }

    private static List<String> beside(final Misbehaviour how, final Window... windows) {
        final Neighbour neighbour = new Neighbour(how, true, false, false, 0);
        return new HangResult(Protocol.HTTP, "fsync", "a machine", 1, neighbour, 500, List.of(windows)).violations();
    }

    @Test
    void shouldRefuseTheSettingsWhenABoundIsPassed() {
        assertThat(config(HangConfig.TARGETS_MAX, PacedPlan.PER_SECOND_MAX, 100, HangConfig.WINDOW_MIN, 1_000))
                .isNotNull();
        final Duration window = HangConfig.WINDOW_MIN;
        assertThatThrownBy(() -> config(HangConfig.TARGETS_MAX + 1, 1, 1, window, 1))
                .hasMessageContaining("targets");
        assertThatThrownBy(() -> config(1, 1, 1, window, 1)).hasMessageContaining("targets");
        assertThatThrownBy(() -> config(2, 0, 1, window, 1)).hasMessageContaining("perSecond");
        assertThatThrownBy(() -> config(2, PacedPlan.PER_SECOND_MAX + 1, 1, window, 1))
                .hasMessageContaining("perSecond");
        assertThatThrownBy(() -> config(2, 1, 0, window, 1)).hasMessageContaining("hangingWindows");
        assertThatThrownBy(() -> config(2, 1, 101, window, 1)).hasMessageContaining("hangingWindows");
        assertThatThrownBy(() -> config(2, 1, 1, window.minusMillis(1), 1)).hasMessageContaining("window");
        assertThatThrownBy(() -> config(2, 1, 1, window, 0)).hasMessageContaining("sagasPerTarget");
        assertThatThrownBy(() -> config(2, 1, 1, window, 1_001)).hasMessageContaining("sagasPerTarget");
    }

    private static HangConfig config(
            final int targets, final int perSecond, final int windows, final Duration window, final int perTarget) {
        return new HangConfig(
                new ServerCommand(List.of("server")),
                "fsync",
                Path.of("."),
                Protocol.GRPC,
                targets,
                perSecond,
                windows,
                SECOND,
                window,
                perTarget,
                SECOND,
                null);
    }
}
