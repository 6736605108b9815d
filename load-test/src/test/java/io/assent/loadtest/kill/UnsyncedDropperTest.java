package io.assent.loadtest.kill;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnsyncedDropperTest {

    @TempDir
    private Path directory;

    @Test
    void shouldZeroPagesAndTailOnlyWhereNothingIsDurableWhenDropping() throws Exception {
        final Path file = directory.resolve("journal");
        final int durable = 5_000;
        final int written = 100_000;
        int tails = 0;
        for (int seed = 0; seed < 20; seed++) {
            final byte[] before = new byte[written + 1_000];
            Arrays.fill(before, (byte) 7);
            Files.write(file, before);
            UnsyncedDropper.zeroing(data -> List.of(new UnsyncedDropper.UnsyncedRange(file, durable, written)))
                    .drop(directory, new SplittableRandom(seed));
            final byte[] after = Files.readAllBytes(file);
            assertThat(after).hasSize(before.length);
            assertThat(Arrays.copyOf(after, durable)).as("seed %d", seed).containsOnly((byte) 7);
            assertThat(Arrays.copyOfRange(after, written, after.length))
                    .as("seed %d", seed)
                    .containsOnly((byte) 7);
            assertThat(Arrays.copyOfRange(after, durable, written))
                    .as("seed %d", seed)
                    .contains((byte) 0);
            tails += after[written - 1] == 0 ? 1 : 0;
        }
        assertThat(tails).isGreaterThan(10);
    }

    @Test
    void shouldTouchNothingWhenEverythingIsDurable() throws Exception {
        final Path file = Files.write(directory.resolve("journal"), new byte[] {1, 2, 3});
        UnsyncedDropper.zeroing(data -> List.of(new UnsyncedDropper.UnsyncedRange(file, 3, 3)))
                .drop(directory, new SplittableRandom(1));
        assertThat(Files.readAllBytes(file)).containsExactly(1, 2, 3);
    }
}
