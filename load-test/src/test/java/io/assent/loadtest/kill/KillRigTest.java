package io.assent.loadtest.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.kill.Violation.Rule;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole rig against a real process that is killed for real, sound and with faults. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class KillRigTest {

    private static final long SEED = 20_261_123;

    @TempDir
    private Path work;

    private KillResult run(final String fault, final int kills) throws Exception {
        final ServerCommand command = new ServerCommand(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FakeCoordinator.class.getName(),
                "{data}",
                "{port}",
                fault));
        return new KillRig(
                        KillConfig.shortRun(command, work, SEED)
                                .sized(kills, 40, 150 * kills)
                                .limited(Duration.ofSeconds(30), Duration.ofSeconds(40), Duration.ofSeconds(40))
                                .dropping((data, random) -> Files.size(data.resolve("journal.txt")) + " bytes kept"),
                        line -> {})
                .run();
    }

    private static List<Rule> rules(final KillResult result) {
        return result.violations().stream().map(Violation::rule).distinct().collect(Collectors.toList());
    }

    @Test
    void shouldFindNothingWhenTheServerIsSound() throws Exception {
        final KillResult result = run("none", 3);
        assertThat(result.violations()).as(result.summary()).isEmpty();
        assertThat(result.evidence().kills()).hasSize(3).allSatisfy(kill -> {
            assertThat(kill.open()).isGreaterThanOrEqualTo(40);
            assertThat(kill.dropped()).endsWith("bytes kept");
        });
        assertThat(result.acknowledged()).isGreaterThanOrEqualTo(450);
        assertThat(result.evidence().plans().stream().map(Plan::kind).distinct())
                .hasSize(Kind.values().length);
    }

    @Test
    void shouldFindTheLossWhenTheServerForgetsItsLastEvents() throws Exception {
        final KillResult result = run("lose-tail", 2);
        assertThat(rules(result))
                .as(result.summary())
                .containsAnyOf(Rule.ACKNOWLEDGED_IS_KEPT, Rule.NO_CALL_WITHOUT_TRANSACTION);
        final Violation first = result.violations().stream()
                .filter(v -> !v.gid().isEmpty())
                .findFirst()
                .orElseThrow();
        assertThat(Files.readString(work.resolve("failures").resolve(first.gid() + ".txt")))
                .contains(first.toString(), "KILL 1", "client: ");
    }

    @Test
    void shouldFindTheMissingCompensationWhenTheServerSkipsIt() throws Exception {
        final KillResult result = run("skip-compensation", 1);
        assertThat(rules(result))
                .as(result.summary())
                .contains(Rule.REQUIRED_WAS_DONE, Rule.MOVED_EXACTLY, Rule.SUMS_ARE_CONSERVED);
    }

    @Test
    void shouldFindTheLateCallWhenTheServerCallsAfterTheEnd() throws Exception {
        final KillResult result = run("call-after-end", 1);
        assertThat(rules(result)).as(result.summary()).contains(Rule.NO_CALL_AFTER_END);
    }
}
