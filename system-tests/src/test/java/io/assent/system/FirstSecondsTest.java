package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.journal.UnsyncedTail;
import io.assent.loadtest.process.ChildProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Power is lost within the first seconds of a new data directory, and once more within the start that follows: the process is killed, and of what was not
 * forced pages are taken at random, those of Chronicle Queue's metadata above all, which nobody forces. The directory starts, and holds everything that
 * was acknowledged. {@code -Dassent.power.rounds} makes it longer.
 */
@Timeout(value = 1_800, unit = TimeUnit.SECONDS)
class FirstSecondsTest {
    private static final int ROUNDS = Integer.getInteger("assent.power.rounds", 2);
    private static final long SEED = Long.getLong("assent.power.seed", 20_261_128L);
    private static final int PAGE = 4_096;
    private static final Duration START_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path work;

    @Test
    void shouldKeepWhatWasAcknowledgedWhenPowerIsLostInTheFirstSeconds() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            Path data = work.resolve("data" + round);
            int port = ChildProcess.freePort();
            RememberingClient client = new RememberingClient(port);
            try (ChildProcess first = start(data, port)) {
                first.awaitReady("/readyz", START_LIMIT);
                client.submitFor(random.nextInt(2_000));
            }
            losePower(data, random);
            try (ChildProcess early = start(data, port)) {
                Thread.sleep(random.nextInt(1_200));
                assertThat(early.isAlive()).as(early.logTail()).isTrue();
            }
            losePower(data, random);
            try (ChildProcess second = start(data, port)) {
                second.awaitReady("/readyz", START_LIMIT);
                client.shouldFindAll("seed " + (SEED + round));
            }
        }
    }

    private ChildProcess start(Path data, int port) throws IOException {
        return ChildProcess.start(
                ChildJvm.command(List.of("-Xmx256m"), WitnessedServer.class, data.toString(), "" + port, "sound"),
                port,
                work.resolve("server.log"));
    }

    private static void losePower(Path data, Random random) throws IOException {
        for (UnsyncedTail tail : UnsyncedTail.locate(data, WitnessedServer.witnessed(data))) {
            tail.dropPages(random);
        }
        List<Path> metadata;
        try (var files = Files.walk(data)) {
            metadata = files.filter(path -> path.endsWith("metadata.cq4t")).toList();
        }
        for (Path file : metadata) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (long page = 0; page < channel.size(); page += PAGE) {
                    if (random.nextBoolean()) {
                        channel.write(ByteBuffer.allocate(PAGE), page);
                    }
                }
            }
        }
    }
}
