package io.assent.server.sequencer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** SAFETY, Time. */
class EngineClockTest {
    private static final long HOUR_MS = 3_600_000;
    private static final long START_MS = 1_700_000_000_000L;

    private long nanos = 123;
    private long wall = START_MS;

    private EngineClock clock(long lastJournaledMs) {
        return EngineClock.real(() -> nanos, () -> wall, lastJournaledMs);
    }

    private void pass(long ms) {
        nanos += ms * 1_000_000;
        wall += ms;
    }

    @Test
    void shouldFollowTheMonotonicClock() {
        EngineClock clock = clock(0);
        assertThat(clock.nowMs()).isEqualTo(START_MS);
        pass(250);
        assertThat(clock.step()).isEqualTo(START_MS + 250);
        assertThat(clock.isBehind()).isFalse();
    }

    @Test
    void shouldNeverGoBackAndSlewAtMostATenthWhenTheWallClockGoesBackAnHour() {
        EngineClock clock = clock(0);
        wall -= HOUR_MS;
        long before = clock.nowMs();
        for (int i = 0; i < 100; i++) {
            pass(100);
            long now = clock.step();
            assertThat(now - before).isBetween(89L, 91L);
            before = now;
        }
        assertThat(clock.offsetMs()).isBetween(HOUR_MS - 1_100, HOUR_MS);
    }

    @Test
    void shouldRunAtMostATenthFasterWhenTheWallClockJumpsADayForward() {
        EngineClock clock = clock(0);
        wall += 24 * HOUR_MS;
        pass(500);
        assertThat(clock.step()).isBetween(START_MS + 500, START_MS + 550);
    }

    @Test
    void shouldTakeAPauseInStepsOfASecond() {
        EngineClock clock = clock(0);
        pass(30_000);
        int steps = 0;
        long before = clock.nowMs();
        do {
            long now = clock.step();
            assertThat(now - before).isLessThanOrEqualTo(EngineClock.STEP_MS_MAX);
            before = now;
            steps++;
        } while (clock.isBehind());
        assertThat(steps).isEqualTo(30);
        assertThat(before).isEqualTo(START_MS + 30_000);
    }

    @Test
    void shouldNotStartBeforeTheJournal() {
        EngineClock clock = clock(START_MS + HOUR_MS);
        assertThat(clock.nowMs()).isEqualTo(START_MS + HOUR_MS);
        pass(1_000);
        assertThat(clock.step()).isBetween(START_MS + HOUR_MS + 899, START_MS + HOUR_MS + 901);
    }

    @Test
    void shouldStandStillWhenManual() {
        EngineClock clock = EngineClock.manual(() -> wall, 0);
        pass(5_000);
        assertThat(clock.step()).isEqualTo(START_MS);
        clock.set(START_MS + 7);
        assertThat(clock.step()).isEqualTo(START_MS + 7);
        assertThatThrownBy(() -> clock.set(START_MS)).isInstanceOf(IllegalArgumentException.class);
    }
}
