package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.addresses.AddressConfig;
import io.assent.loadtest.addresses.AddressResult;
import io.assent.loadtest.addresses.AddressResult.Phase;
import io.assent.loadtest.addresses.AddressRig;
import io.assent.loadtest.compare.Comparison;
import io.assent.loadtest.compare.ComparisonTable;
import io.assent.loadtest.hang.HangConfig;
import io.assent.loadtest.hang.HangResult;
import io.assent.loadtest.hang.HangRig;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerCommand;
import io.assent.loadtest.soak.SoakConfig;
import io.assent.loadtest.soak.SoakResult;
import io.assent.loadtest.soak.SoakRig;
import io.assent.server.cli.Main;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The measuring rigs of {@code bin/load-test} against a real server process, in short: they run, and count what they should. Times are for the
 * long form.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RigsTest {
    @TempDir
    Path work;

    private static ServerCommand server() {
        return ChildJvm.server(List.of("-Xmx256m"), Main.class);
    }

    @Test
    void shouldLoadTheServerOverHttpAndGrpcByTurns() throws Exception {
        ComparisonTable table = new Comparison(
                        new Comparison.Settings(
                                List.of(Protocol.HTTP, Protocol.GRPC),
                                Optional.empty(),
                                0,
                                server(),
                                "fsync",
                                true,
                                List.of(8),
                                1,
                                100,
                                Duration.ofMillis(500),
                                Duration.ofMillis(500)),
                        System.out::println)
                .run();
        assertThat(table.serverErrors()).isZero();
        assertThat(table.rows().get(0).sides())
                .extracting(ComparisonTable.Side::name)
                .containsExactly("http", "grpc");
        assertThat(table.rows().get(0).sides()).allSatisfy(side -> {
            assertThat(side.runs().get(0).answered()).isPositive();
            assertThat(side.serverMicros()).isPresent();
        });
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldCountEveryCallOfASoak(Protocol protocol) throws Exception {
        SoakResult result = new SoakRig(
                        new SoakConfig(server(), "fsync", work, protocol, 100, 2_000, 16, 50, Duration.ofMinutes(2)),
                        System.out::println)
                .run();
        System.out.println(result);
        assertThat(result.errors()).isZero();
        assertThat(result.early().calls()).isEqualTo(300);
        assertThat(result.late().calls()).isEqualTo(2_100);
        assertThat(result.late().otherCalls()).isZero();
        assertThat(result.early().finishedKept())
                .isEqualTo(50)
                .isEqualTo(result.late().finishedKept());
        assertThat(result.late().heapBytes()).isPositive();
        assertThat(result.late().directBytes()).isPositive();
        assertThat(result.late().threads()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void shouldKeepTargetsHangingWhileHealthySagasSucceed(Protocol protocol) throws Exception {
        HangResult result = new HangRig(
                        new HangConfig(
                                server(),
                                "fsync",
                                work,
                                protocol,
                                4,
                                100,
                                1,
                                Duration.ZERO,
                                Duration.ofSeconds(2),
                                2,
                                Duration.ofSeconds(1),
                                null),
                        System.out::println)
                .run();
        assertThat(result.windows()).extracting(HangResult.Window::hanging).containsExactly(false, true, false);
        assertThat(result.windows()).allSatisfy(window -> {
            assertThat(window.healthy().errors()).isEmpty();
            assertThat(window.healthy().answered()).isPositive();
        });
        // Two sagas for each target have called; a call lasts 3 s.
        assertThat(result.windows().get(1).hangingCalls()).isGreaterThanOrEqualTo(4);
        assertThat(result.windows().get(0).hangingCalls()).isZero();
    }

    @Test
    void shouldReplaceAnAddressAndAskConnectionsToLeave() throws Exception {
        AddressResult result = new AddressRig(
                        new AddressConfig(
                                server(),
                                "fsync",
                                work,
                                50,
                                1,
                                Duration.ofSeconds(1),
                                Duration.ofSeconds(2),
                                Duration.ofMillis(300),
                                false),
                        System.out::println)
                .run();
        assertThat(result.violations()).isEmpty();
        assertThat(result.phases())
                .extracting(Phase::rule)
                .containsExactly(
                        AddressResult.Rule.NO_UNKNOWN,
                        AddressResult.Rule.NONE,
                        AddressResult.Rule.NO_UNKNOWN,
                        AddressResult.Rule.FOUND,
                        AddressResult.Rule.NO_UNKNOWN);
        assertThat(result.phases().get(1).sagas()).isPositive();
        assertThat(result.phases().get(3).sagas()).isPositive();
        assertThat(result.phases().get(4).sagas()).isPositive();
    }
}
