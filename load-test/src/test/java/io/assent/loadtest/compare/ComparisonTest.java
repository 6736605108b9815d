package io.assent.loadtest.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assent.loadtest.generator.LoadReport;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
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

    private static ComparisonTable.Side side(
            final String name, final boolean reference, final OptionalDouble cpu, final LoadReport... runs) {
        return new ComparisonTable.Side(name, reference, !name.equals("forwarder"), List.of(runs), cpu);
    }

    @Test
    void shouldDivideTheMediansWhenPrintingTheRatio() {
        final ComparisonTable.Side server =
                side("server", false, OptionalDouble.empty(), report(100, 0), report(60, 2), report(80, 0));
        final ComparisonTable.Side forwarder = side(
                "forwarder",
                true,
                OptionalDouble.empty(),
                report(100, 0),
                report(200, 7),
                report(300, 0),
                report(120, 0));
        final ComparisonTable.Row row = new ComparisonTable.Row(64, List.of(server, forwarder));
        final ComparisonTable table = new ComparisonTable(true, "fsync", "a machine", List.of(row));
        assertThat(row.ratio(server)).isCloseTo(0.5, within(1e-9));
        assertThat(table.serverErrors()).isEqualTo(2);
        assertThat(table.toString())
                .contains("wait_result, durability fsync", "a machine")
                .contains("| 64 | server | 40 | 30-50 (50 %) | 1.00 | 1.00 | 1.00 | 2 | **0.500** |")
                .contains("| 64 | forwarder | 80 | 50-150 (125 %) | 1.00 | 1.00 | 1.00 | 7 | 1 |")
                .doesNotContain("CPU");
    }

    @Test
    void shouldTellTheCpuTimeAndCountTheErrorsOfBothWhenProtocolsAreCompared() {
        final ComparisonTable.Row row = new ComparisonTable.Row(
                8,
                List.of(
                        side("http", true, OptionalDouble.of(80), report(100, 1)),
                        side("grpc", false, OptionalDouble.empty(), report(70, 2))));
        final ComparisonTable table = new ComparisonTable(true, "fsync", "a machine", List.of(row));
        assertThat(table.serverErrors()).isEqualTo(3);
        assertThat(row.ratio(row.side("grpc"))).isCloseTo(0.7, within(1e-9));
        assertThat(table.toString()).contains("server CPU us/txn", "| 1 | 80 | 1 |", "| 2 | | **0.700** |");
    }

    @Test
    void shouldRefuseProtocolsThatCannotBeCompared() {
        assertThat(settings(List.of(Protocol.HTTP, Protocol.GRPC), 100)).isNotNull();
        assertThatThrownBy(() -> settings(List.of(Protocol.GRPC), 1)).hasMessageContaining("protocols");
        assertThatThrownBy(() -> settings(List.of(Protocol.GRPC, Protocol.HTTP), 1))
                .hasMessageContaining("protocols");
        assertThatThrownBy(() -> settings(List.of(Protocol.HTTP), 101)).hasMessageContaining("rounds");
        assertThatThrownBy(() -> settings(List.of(Protocol.HTTP), 0)).hasMessageContaining("rounds");
    }

    private static Comparison.Settings settings(final List<Protocol> protocols, final int rounds) {
        return new Comparison.Settings(
                protocols,
                Optional.empty(),
                1,
                new ServerCommand(List.of("server")),
                "os",
                true,
                List.of(1),
                rounds,
                1,
                Duration.ZERO,
                Duration.ofSeconds(1));
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
                                List.of(Protocol.HTTP),
                                Optional.empty(),
                                0,
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
            assertThat(row.ratio(row.side("server"))).isPositive();
            assertThat(row.side("server").runs())
                    .hasSize(2)
                    .allSatisfy(run -> assertThat(run.errors()).isEmpty());
            assertThat(row.side("forwarder").runs()).hasSize(2);
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
