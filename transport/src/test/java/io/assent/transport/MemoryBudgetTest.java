package io.assent.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.transport.MemoryBudget.Share;
import io.assent.transport.MemoryBudget.Use;
import org.junit.jupiter.api.Test;

/** The bounds of the budget, each one over. */
class MemoryBudgetTest {
    private static final int MAX = 1 << 20;
    private static final int SHARE = MAX / 4;

    private final MemoryBudget budget = new MemoryBudget(MAX);

    @Test
    void shouldGiveOneShareAQuarterAndNotAByteMore() {
        Share share = budget.share(Use.ANSWERS);
        assertThat(share.hold(SHARE)).isTrue();
        assertThat(share.holdMore(1)).as("one over").isFalse();
        assertThat(share.bytes()).isEqualTo(SHARE);
        assertThat(budget.held()).isEqualTo(SHARE);
        assertThat(budget.refusals(Use.ANSWERS)).isEqualTo(1);
    }

    @Test
    void shouldKeepTheLastQuarterForThoseThatHoldLittle() {
        for (int i = 0; i < 3; i++) {
            assertThat(budget.share(Use.REQUESTS).hold(SHARE)).isTrue();
        }
        assertThat(budget.isTight()).isTrue();
        assertThat(budget.share(Use.REQUESTS).hold(MemoryBudget.LITTLE_BYTES + 1))
                .as("much")
                .isFalse();
        for (int i = 0; i < SHARE / MemoryBudget.LITTLE_BYTES; i++) {
            assertThat(budget.share(Use.GRPC).hold(MemoryBudget.LITTLE_BYTES)).isTrue();
        }
        assertThat(budget.held()).isEqualTo(MAX);
        assertThat(budget.share(Use.GRPC).hold(1)).as("one over").isFalse();
        assertThat(budget.held(Use.GRPC)).isEqualTo(SHARE);
    }

    @Test
    void shouldHoldNothingWhenEverybodyHasFreed() {
        Share large = budget.share(Use.CALLS);
        Share counted = budget.share(Use.REPLIES);
        assertThat(large.hold(SHARE)).isTrue();
        counted.holdAnyway(2L * MAX);
        assertThat(budget.held()).isEqualTo(SHARE + 2L * MAX);
        assertThat(budget.share(Use.ANSWERS).hold(1)).isFalse();
        assertThat(large.hold(1)).as("less is always granted").isTrue();
        large.free();
        counted.free();
        assertThat(budget.held()).isZero();
        for (Use use : Use.values()) {
            assertThat(budget.held(use)).isZero();
        }
        assertThat(budget.share(Use.ANSWERS).hold(1)).isTrue();
    }
}
