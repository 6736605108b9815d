package io.assent.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.codec.CommandSink;
import io.assent.engine.codec.CommandSink.Source;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;

/** Bounds of the ring, each one over. */
class CommandRingTest {
    private final CommandRing ring = new CommandRing(8, 32 << 10);
    private final CommandSink sink = ring.newSink();

    private boolean publish(Source source, int number, int length) {
        MutableDirectBuffer buffer = sink.claim(length, source);
        if (buffer == null) {
            return false;
        }
        buffer.putInt(0, number);
        sink.publish(length);
        return true;
    }

    private List<Integer> drain(int max) {
        List<Integer> numbers = new ArrayList<>();
        ring.drain(max, (command, length) -> {
            numbers.add(command.getInt(0));
            return true;
        });
        return numbers;
    }

    @Test
    void shouldKeepAQuarterFromClients() {
        for (int i = 0; i < 6; i++) {
            assertThat(publish(Source.CLIENT, i, 8)).as("client command " + i).isTrue();
        }
        assertThat(publish(Source.CLIENT, 6, 8)).isFalse();
        assertThat(publish(Source.INTERNAL, 6, 8)).isTrue();
        assertThat(publish(Source.INTERNAL, 7, 8)).isTrue();
        assertThat(publish(Source.INTERNAL, 8, 8)).isFalse();
        assertThat(drain(100)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(publish(Source.CLIENT, 9, 8)).isTrue();
    }

    @Test
    void shouldTakeLargeCommandsUpToTheBudgetOfThePool() {
        int large = Slot.INLINE_BYTES + 1;
        for (int i = 0; i < 4; i++) {
            assertThat(publish(Source.INTERNAL, i, large)).isTrue();
        }
        assertThat(publish(Source.INTERNAL, 4, large)).as("one over the budget").isFalse();
        assertThat(publish(Source.INTERNAL, 4, Slot.INLINE_BYTES))
                .as("inline needs no budget")
                .isTrue();
        assertThat(drain(100)).containsExactly(0, 1, 2, 3, 4);
        assertThat(publish(Source.INTERNAL, 5, large))
                .as("the budget came back")
                .isTrue();
    }

    @Test
    void shouldLeaveACommandThatIsNotTakenAndThoseBehindIt() {
        for (int i = 0; i < 3; i++) {
            publish(Source.INTERNAL, i, 8);
        }
        List<Integer> taken = new ArrayList<>();
        ring.drain(100, (command, length) -> {
            if (command.getInt(0) == 1) {
                return false;
            }
            taken.add(command.getInt(0));
            return true;
        });
        assertThat(taken).containsExactly(0);
        assertThat(ring.isEmpty()).isFalse();
        assertThat(drain(1)).containsExactly(1);
        assertThat(drain(100)).containsExactly(2);
        assertThat(ring.isEmpty()).isTrue();
    }
}
