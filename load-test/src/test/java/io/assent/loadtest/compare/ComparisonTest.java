package io.assent.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ComparisonTest {

    private static LoadReport report(final long completed, final long errors) {
        final Histogram latencies = new Histogram(3);
        latencies.recordValue(1_000_000);
        return new LoadReport(
                completed, completed, 2, latencies, errors == 0 ? Map.of() : Map.of("status 500", errors));
    }

    @Test
    void shouldDivideTheMediansWhenPrintingTheRatio() {
        final ComparisonTable.Row row = new ComparisonTable.Row(
                64,
                List.of(report(100, 0), report(60, 2), report(80, 0)),
                List.of(report(100, 0), report(200, 0), report(300, 0), report(120, 0)));
        final ComparisonTable table = new ComparisonTable(true, "fsync", "a machine", List.of(row));
        assertThat(row.ratio()).isCloseTo(0.5, within(1e-9));
        assertThat(table.serverErrors()).isEqualTo(2);
        assertThat(table.toString())
                .contains("wait_result, durability fsync", "a machine")
                .contains("| 64 | server | 40 | 30-50 (50 %) | 1.00 | 1.00 | 1.00 | 2 | **0.500** |")
                .contains("| 64 | forwarder | 80 | 50-150 (125 %) |");
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void shouldLoadBothInAlternationAndLeaveNoProcessWhenRun() throws Exception {
        final List<String> lines = new ArrayList<>();
        final ServerCommand server = new ServerCommand(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.assent.loadtest.kill.FakeCoordinator",
                "{data}",
                "{port}",
                "none"));
        final ComparisonTable table = new Comparison(
                        new Comparison.Settings(
                                Optional.empty(),
                                server,
                                "os",
                                true,
                                List.of(2),
                                2,
                                100,
                                Duration.ofMillis(200),
                                Duration.ofMillis(300)),
                        lines::add)
                .run();
        assertThat(table.rows()).singleElement().satisfies(row -> {
            assertThat(row.ratio()).isPositive();
            assertThat(row.server())
                    .hasSize(2)
                    .allSatisfy(run -> assertThat(run.errors()).isEmpty());
            assertThat(row.forwarder()).hasSize(2);
        });
        assertThat(lines)
                .extracting(line -> line.substring(0, 18).trim())
                .containsExactly(
                        "warm-up server",
                        "warm-up forwarder",
                        "round 1 server",
                        "round 1 forwarder",
                        "round 2 server",
                        "round 2 forwarder");
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }
}
