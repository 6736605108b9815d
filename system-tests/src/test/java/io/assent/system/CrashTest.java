package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.journal.UnsyncedTail;
import io.assent.loadtest.kill.KillConfig;
import io.assent.loadtest.kill.KillResult;
import io.assent.loadtest.kill.KillRig;
import io.assent.loadtest.kill.UnsyncedDropper;
import io.assent.loadtest.kill.UnsyncedDropper.UnsyncedRange;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server process under load, killed with SIGKILL again and again, with and without the loss of what was not synced. What must hold is
 * checked by the kill rig from three independent records. {@code -Dassent.crash.kills} and {@code -Dassent.crash.acknowledged} make it longer.
 */
@Timeout(value = 900, unit = TimeUnit.SECONDS)
class CrashTest {
    private static final int KILLS = Integer.getInteger("assent.crash.kills", 3);
    private static final int ACKNOWLEDGED = Integer.getInteger("assent.crash.acknowledged", 1_500);
    private static final int OPEN = 200;
    private static final long SEED = Long.getLong("assent.crash.seed", 20_261_123L);

    @TempDir
    Path work;

    private static ServerCommand server(String variant) {
        return new ServerCommand(
                ChildJvm.command(List.of("-Xmx512m"), WitnessedServer.class, "{data}", "{port}", variant));
    }

    /** What a loss of power might take: pages and the tail above the position that the witness saw durable. */
    private static UnsyncedDropper powerLoss() {
        return UnsyncedDropper.zeroing(data -> {
            List<UnsyncedRange> ranges = new ArrayList<>();
            for (UnsyncedTail tail : UnsyncedTail.locate(data, WitnessedServer.witnessed(data))) {
                ranges.add(new UnsyncedRange(tail.file(), tail.offset(), Files.size(tail.file())));
            }
            return ranges;
        });
    }

    private KillResult run(String variant, UnsyncedDropper dropper, int kills, int acknowledged) throws Exception {
        KillConfig config = KillConfig.shortRun(server(variant), work, SEED)
                .sized(kills, OPEN, acknowledged)
                .durable("fsync")
                .limited(Duration.ofSeconds(60), Duration.ofSeconds(120), Duration.ofSeconds(120));
        return new KillRig(dropper == null ? config : config.dropping(dropper), System.out::println).run();
    }

    @Test
    void shouldKeepEveryPromiseWhenKilled() throws Exception {
        KillResult result = run("sound", null, KILLS, ACKNOWLEDGED);
        assertThat(result.violations()).as(result.summary()).isEmpty();
        assertThat(result.evidence().kills())
                .hasSize(KILLS)
                .allSatisfy(kill -> assertThat(kill.open()).isGreaterThanOrEqualTo(OPEN));
        assertThat(result.acknowledged()).isGreaterThanOrEqualTo(ACKNOWLEDGED);
    }

    @Test
    void shouldKeepEveryPromiseWhenPowerIsLost() throws Exception {
        KillResult result = run("sound", powerLoss(), KILLS, ACKNOWLEDGED);
        assertThat(result.violations()).as(result.summary()).isEmpty();
        assertThat(result.evidence().kills()).hasSize(KILLS);
    }

    @Test
    void shouldFindTheBuildThatReleasesBeforeItSyncs() throws Exception {
        KillResult result = run("release-before-sync", powerLoss(), 2, 600);
        assertThat(result.violations()).as(result.summary()).isNotEmpty();
    }
}
