package io.assent.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.fuzz.FuzzResult.Failure;
import io.assent.loadtest.fuzz.FuzzResult.Remains;
import io.assent.loadtest.fuzz.Measurement.Quantity;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MeasurementTest {

    private static final long MIB = 1 << 20;
    private static final Set<Quantity> EVERYTHING = EnumSet.allOf(Quantity.class);
    private static final Set<Quantity> DESCRIPTORS = EnumSet.of(Quantity.DESCRIPTORS);

    @TempDir
    private Path directory;

    private static FuzzResult result(
            final Measurement early, final Measurement late, final Set<Quantity> judged, final Failure failure) {
        return new FuzzResult(
                "HTTP",
                42,
                1_000,
                1.5,
                new Tally(),
                new Remains(3, 0, 0, 0, 0),
                Optional.of(early),
                Optional.of(late),
                judged,
                Optional.ofNullable(failure));
    }

    private static Measurement held(final long descriptors, final long heapMib, final long directMib) {
        return new Measurement(100, descriptors, "{}", heapMib * MIB, directMib * MIB);
    }

    @Test
    void shouldPassWhatGrewByFivePercentAndNotWhatGrewByMore() {
        final Measurement early = held(200, 100, 100);
        assertThat(result(early, held(210, 105, 105), EVERYTHING, null).passed())
                .isTrue();
        assertThat(result(early, held(211, 105, 105), EVERYTHING, null).grown()).containsExactly(Quantity.DESCRIPTORS);
        assertThat(result(early, held(200, 106, 100), EVERYTHING, null).grown()).containsExactly(Quantity.HEAP);
        assertThat(result(early, held(200, 100, 106), EVERYTHING, null).grown()).containsExactly(Quantity.DIRECT);
        assertThat(result(early, held(100, 50, 50), EVERYTHING, null).passed())
                .as("less")
                .isTrue();
    }

    @Test
    void shouldAllowALittleMoreOfWhatIsFew() {
        final Measurement early = held(18, 4, 3);
        assertThat(result(early, held(22, 5, 5), EVERYTHING, null).passed()).isTrue();
        assertThat(result(early, held(23, 6, 6), EVERYTHING, null).grown()).hasSize(3);
    }

    @Test
    void shouldJudgeOnlyWhatItIsToldTo() {
        final Measurement early = held(18, 50, 3);
        assertThat(result(early, held(18, 500, 300), DESCRIPTORS, null).passed())
                .isTrue();
        final FuzzResult leaky = result(early, held(30, 50, 3), DESCRIPTORS, null);
        assertThat(leaky.passed()).isFalse();
        assertThat(leaky.table()).contains("GROWN", "NOT PASSED", "descriptors after");
    }

    @Test
    void shouldTellHowToSendTheInputThatBrokeARuleAgain() {
        final FuzzResult broken =
                result(held(1, 1, 1), held(1, 1, 1), EVERYTHING, new Failure(77, "the rule", "the bytes"));
        assertThat(broken.passed()).isFalse();
        assertThat(broken.table()).contains("BROKEN RULE at input 77: the rule", "the bytes", "--seed 42 --only 77");
    }

    @Test
    void shouldCountTheDescriptorsOfAProcess() throws IOException {
        final long pid = ProcessHandle.current().pid();
        final Path file = Files.writeString(directory.resolve("held"), "x");
        final int before = Measurement.descriptors(pid).getOrDefault("held", 0);
        final List<InputStream> open = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            open.add(Files.newInputStream(file));
        }
        assertThat(before).isZero();
        assertThat(Measurement.descriptors(pid)).containsEntry("held", 7);
        for (final InputStream stream : open) {
            stream.close();
        }
        assertThat(Measurement.descriptors(pid)).doesNotContainKey("held");
    }
}
