package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Processes that die, or find no space, or an error, at some operation of their start or stop, two and three in a row: the next sound one starts, and
 * holds everything that was acknowledged. The journal's own tests try every operation; these try the whole server. {@code -Dassent.dying.rounds} makes
 * it longer.
 */
@Timeout(value = 1_800, unit = TimeUnit.SECONDS)
class DyingProcessTest {
    private static final int ROUNDS = Integer.getInteger("assent.dying.rounds", 2);
    private static final long SEED = Long.getLong("assent.dying.seed", 20_261_128L);
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    /** About what a start and a stop take. */
    private static final int OPERATIONS = 80;

    private static final String[] FAULTS = {"death", "space", "error"};

    @TempDir
    Path work;

    @Test
    void shouldKeepWhatWasAcknowledgedWhenStartsEndAtAnyOperation() throws Exception {
        Path data = work.resolve("data");
        int port = ChildProcess.freePort();
        RememberingClient client = new RememberingClient(port);
        for (int round = 0; round < ROUNDS; round++) {
            Random random = new Random(SEED + round);
            StringBuilder row = new StringBuilder("seed " + (SEED + round) + ":");
            try (ChildProcess sound = start(WitnessedServer.class, data, port, "sound")) {
                sound.awaitReady("/readyz", START_LIMIT);
                client.shouldFindAll(row.toString());
                client.submitFor(300);
            }
            for (int i = 0; i < 2 + random.nextInt(2); i++) {
                String fault = FAULTS[random.nextInt(FAULTS.length)];
                int at = 1 + random.nextInt(OPERATIONS);
                row.append(' ').append(fault).append(" at ").append(at);
                endsEarly(start(FaultyServer.class, data, port, fault, "" + at), row.toString());
            }
            try (ChildProcess sound = start(WitnessedServer.class, data, port, "sound")) {
                sound.awaitReady("/readyz", START_LIMIT);
                client.shouldFindAll(row.toString());
            }
        }
    }

    /** By itself, or by a signal once it serves; never in a way that nobody planned. */
    private void endsEarly(ChildProcess faulty, String row) throws Exception {
        try {
            faulty.awaitReady("/readyz", START_LIMIT);
        } catch (IOException ended) {
            // As planned.
        }
        assertThat(faulty.stop(START_LIMIT)).as(row + "\n" + faulty.logTail()).isTrue();
        assertThat(faulty.logTail()).as(row).doesNotContain("SIGBUS", "hs_err");
    }

    private ChildProcess start(Class<?> main, Path data, int port, String... fault) throws IOException {
        List<String> command = ChildJvm.command(
                List.of("-Xmx256m"), main, data.toString(), "" + port, fault[0], fault.length > 1 ? fault[1] : "");
        Path log = work.resolve("server.log");
        Files.deleteIfExists(log);
        return ChildProcess.start(command, port, log);
    }
}
