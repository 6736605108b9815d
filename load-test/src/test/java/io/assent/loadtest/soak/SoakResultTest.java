package io.assent.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SoakResultTest {

    private static final long CALLS = 1_000;
    private static final Reading EARLY = new Reading(100, 0, 10_000, 2_000, 20, 50);

    private static Reading late(final long heap, final long direct, final long threads) {
        return new Reading(CALLS, 0, heap, direct, threads, 50);
    }

    private static List<String> violations(final Reading late, final long errors) {
        return new SoakResult(Protocol.GRPC, "fsync", "a machine", 0, CALLS, EARLY, late, errors).violations();
    }

    private static void assertOnly(final List<String> violations, final String... words) {
        assertThat(violations).singleElement().asString().contains(words);
    }

    @Test
    void shouldPassWhatGrewByFivePercentAndNotWhatGrewByMore() {
        assertThat(violations(late(10_500, 2_100, 21), 0)).isEmpty();
        assertOnly(violations(late(10_501, 2_000, 20), 0), "heap");
        assertOnly(violations(late(10_000, 2_101, 20), 0), "direct");
        assertOnly(violations(late(10_000, 2_000, 22), 0), "threads", "10.0 %");
    }

    @Test
    void shouldPassWhatShrank() {
        assertThat(violations(late(5_000, 0, 10), 0)).isEmpty();
    }

    @Test
    void shouldFailWhenSomethingGrewFromNothing() {
        final Reading none = new Reading(100, 0, 10_000, 0, 20, 50);
        assertOnly(
                new SoakResult(Protocol.GRPC, "fsync", "m", 0, CALLS, none, late(10_000, 1, 20), 0).violations(),
                "direct");
    }

    @Test
    void shouldFailWhenCallsAreMissingOrEndedOtherwise() {
        assertOnly(violations(new Reading(CALLS - 1, 0, 10_000, 2_000, 20, 50), 0), "1,000", "999");
        assertOnly(violations(new Reading(CALLS, 1, 10_000, 2_000, 20, 50), 0), "1 others");
    }

    @Test
    void shouldNotCountTheCallsOfTheWarmUp() {
        final Reading early = new Reading(600, 0, 10_000, 2_000, 20, 50);
        final Reading late = new Reading(1_500, 0, 10_000, 2_000, 20, 50);
        final SoakResult result = new SoakResult(Protocol.GRPC, "fsync", "m", 500, CALLS, early, late, 0);
        assertThat(result.violations()).isEmpty();
        assertThat(result.toString()).contains("after 500 calls to warm up", "| | at 100 calls | at 1,000 calls |");
        assertOnly(
                new SoakResult(Protocol.GRPC, "fsync", "m", 499, CALLS, early, late, 0).violations(), "1,000", "1,001");
    }

    @Test
    void shouldFailWhenTheReadingsDoNotCompareOrASubmitFailed() {
        assertOnly(violations(new Reading(CALLS, 0, 10_000, 2_000, 20, 51), 0), "finished");
        assertOnly(violations(late(10_000, 2_000, 20), 1), "submit");
    }

    @Test
    void shouldPrintTheReadingsAndWhatIsBroken() {
        final String table = new SoakResult(
                        Protocol.GRPC, "fsync", "a machine", 0, CALLS, EARLY, late(11_000, 2_000, 20), 0)
                .toString();
        assertThat(table)
                .contains("over grpc", "a machine", "| | at 100 calls | at 1,000 calls | growth |")
                .contains("| heap used, bytes | 10,000 | 11,000 | +10.0 % |")
                .contains("FAILED: heap");
    }

    @Test
    void shouldReadWhatTheServerHolds() {
        final String page = "assent_calls_ended_total{outcome=\"success\"} 7\n"
                + "assent_calls_ended_total{outcome=\"unknown\"} 2\n"
                + "assent_calls_ended_total{outcome=\"failure\"} 1\n"
                + "jvm_memory_used_bytes{area=\"heap\"} 3.0E7\n"
                + "assent_direct_memory_bytes 4096\n"
                + "jvm_threads_current 23\n"
                + "assent_transactions_finished_kept 5\n";
        assertThat(Reading.of(new MetricsPage(page))).isEqualTo(new Reading(7, 3, 30_000_000, 4_096, 23, 5));
    }

    @Test
    void shouldRefuseTheSettingsWhenABoundIsPassed() {
        assertThat(config(20, 1)).isNotNull();
        assertThat(config(SoakConfig.CALLS_MAX, 0)).isNotNull();
        assertThat(config(2_000, 0).sagasBeforeFirstReading()).isEqualTo(100);
        assertThat(config(2_000, 0).sagasAfterFirstReading()).isEqualTo(900);
        assertThatThrownBy(() -> config(0, 0)).hasMessageContaining("calls");
        assertThatThrownBy(() -> config(21, 0)).hasMessageContaining("calls");
        assertThatThrownBy(() -> config(SoakConfig.CALLS_MAX + 20, 0)).hasMessageContaining("calls");
        assertThat(config(SoakConfig.CALLS_MAX, 20, 1).warmUpSagas()).isEqualTo(SoakConfig.CALLS_MAX / 2);
        assertThatThrownBy(() -> config(SoakConfig.CALLS_MAX + 2, 20, 1)).hasMessageContaining("warmUpCalls");
        assertThatThrownBy(() -> config(-2, 20, 1)).hasMessageContaining("warmUpCalls");
        assertThatThrownBy(() -> config(3, 20, 1)).hasMessageContaining("warmUpCalls");
        assertThatThrownBy(() -> config(20, -1)).hasMessageContaining("finishedKept");
        assertThatThrownBy(() -> config(20, 2)).hasMessageContaining("finishedKept");
    }

    private static SoakConfig config(final long calls, final int finishedKept) {
        return config(0, calls, finishedKept);
    }

    private static SoakConfig config(final long warmUpCalls, final long calls, final int finishedKept) {
        return new SoakConfig(
                new ServerCommand(List.of("server")),
                "fsync",
                Path.of("."),
                Protocol.GRPC,
                warmUpCalls,
                calls,
                1,
                finishedKept,
                Duration.ofSeconds(1));
    }
}
