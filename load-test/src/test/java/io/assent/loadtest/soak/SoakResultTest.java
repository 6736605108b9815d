package io.assent.loadtest.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.MetricsPage;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SoakResultTest {

    private static final Reading EARLY = new Reading(100, 0, 1_000, 2_000, 20, 10);

    private static SoakResult result(final Reading late, final long errors) {
        return new SoakResult(Protocol.GRPC, "fsync", "a machine", 1_000, EARLY, late, errors);
    }

    @Test
    void shouldPassWhenNothingGrewByMoreThanFivePercent() {
        final SoakResult result = result(new Reading(1_000, 0, 1_050, 2_100, 21, 10), 0);
        assertThat(result.violations()).isEmpty();
        assertThat(result.toString())
                .contains("| | at 100 calls | at 1,000 calls | growth |")
                .contains("| threads | 20 | 21 | +5.0 % |")
                .doesNotContain("FAILED");
    }

    @Test
    void shouldSayWhatGrewTooMuch() {
        assertThat(result(new Reading(1_000, 0, 1_051, 2_101, 22, 10), 0).violations())
                .containsExactly(
                        "heap used, bytes must grow by at most 5 %, but grew by 5.1 %",
                        "direct memory, bytes must grow by at most 5 %, but grew by 5.1 %",
                        "threads must grow by at most 5 %, but grew by 10.0 %");
    }

    @Test
    void shouldSayWhenTheRunDidNotShowWhatItShould() {
        assertThat(result(new Reading(999, 1, 1_000, 2_000, 20, 10), 0).violations())
                .containsExactly(
                        "1,000 branch calls must have succeeded and no other ended, but 999 have and 1 others ended");
        assertThat(result(new Reading(1_000, 0, 1_000, 2_000, 20, 11), 0).violations())
                .singleElement()
                .asString()
                .contains("equally many finished transactions kept", "10 and 11");
        assertThat(result(new Reading(1_000, 0, 1_000, 2_000, 20, 10), 4).toString())
                .contains("FAILED: every submit must be answered with success, 4 were not");
    }

    @Test
    void shouldReadThePageOfAServer() {
        final Reading reading = Reading.of(new MetricsPage("""
                assent_calls_ended_total{outcome="success"} 7
                assent_calls_ended_total{outcome="unknown"} 2
                assent_calls_ended_total{outcome="failure"} 1
                jvm_memory_used_bytes{area="heap"} 1.5E7
                assent_direct_memory_bytes 4096
                jvm_threads_current 17
                assent_transactions_finished_kept 5
                """));
        assertThat(reading).isEqualTo(new Reading(7, 3, 15_000_000, 4_096, 17, 5));
    }

    @Test
    void shouldRefuseSettingsWhenABoundIsPassed() {
        assertThat(config(SoakConfig.CALLS_MAX, 1_000)).isNotNull();
        assertThatThrownBy(() -> config(SoakConfig.CALLS_MAX + 20, 0)).hasMessageContaining("calls must be");
        assertThatThrownBy(() -> config(0, 0)).hasMessageContaining("calls must be");
        assertThatThrownBy(() -> config(1_010, 0)).hasMessageContaining("multiple of 20");
        assertThat(config(1_000, 50).sagasBeforeFirstReading()).isEqualTo(50);
        assertThat(config(1_000, 50).sagasAfterFirstReading()).isEqualTo(450);
        assertThatThrownBy(() -> config(1_000, 51)).hasMessageContaining("finishedKept must be 0 to 50");
    }

    private static SoakConfig config(final long calls, final int finishedKept) {
        return new SoakConfig(
                ServerCommand.parse("s"),
                "fsync",
                Path.of("."),
                Protocol.GRPC,
                calls,
                1,
                finishedKept,
                Duration.ofSeconds(1));
    }
}
