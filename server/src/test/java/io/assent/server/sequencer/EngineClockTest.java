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
        assertThat(clock.toPresent()).isEqualTo(START_MS + 250);
        assertThat(clock.dueMs()).as("deadlines come on their own").isEqualTo(START_MS);
        clock.letDeadlinesCome(false);
        assertThat(clock.dueMs()).isEqualTo(START_MS + 250);
        assertThat(clock.isBehind()).isFalse();
    }

    @Test
    void shouldNeverGoBackAndSlewAtMostATenthWhenTheWallClockGoesBackAnHour() {
        EngineClock clock = clock(0);
        wall -= HOUR_MS;
        long before = clock.nowMs();
        for (int i = 0; i < 100; i++) {
            pass(100);
            long now = clock.toPresent();
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
        assertThat(clock.toPresent()).isBetween(START_MS + 500, START_MS + 550);
    }

    @Test
    void shouldBeAtThePresentAtOnceBehindAPauseAndLetDeadlinesFollowInStepsOfASecond() {
        EngineClock clock = clock(0);
        pass(30_000);
        assertThat(clock.toPresent()).isEqualTo(START_MS + 30_000);
        clock.letDeadlinesCome(false);
        assertThat(clock.dueMs()).as("no step before sockets are read").isEqualTo(START_MS);
        int steps = 0;
        long before = clock.dueMs();
        while (clock.isBehind()) {
            pass(1);
            clock.toPresent();
            clock.letDeadlinesCome(false);
            assertThat(clock.dueMs() - before).isBetween(1L, EngineClock.STEP_MS_MAX);
            before = clock.dueMs();
            steps++;
        }
        assertThat(steps).isEqualTo(31);
        assertThat(before).isEqualTo(clock.nowMs()).isEqualTo(START_MS + 30_031);
    }

    @Test
    void shouldLetDeadlinesComeAtOnceBehindAnIdleHour() {
        EngineClock clock = clock(0);
        pass(HOUR_MS);
        assertThat(clock.toPresent()).isEqualTo(START_MS + HOUR_MS);
        clock.letDeadlinesCome(true);
        assertThat(clock.dueMs()).isEqualTo(START_MS + HOUR_MS);
        assertThat(clock.isBehind()).isFalse();
    }

    @Test
    void shouldTellItsOffsetOfThePresentAlsoWhenNobodyHasLookedForLong() {
        EngineClock clock = clock(0);
        pass(HOUR_MS);
        assertThat(clock.offsetMs()).isZero();
        wall -= 5_000;
        assertThat(clock.offsetMs()).isEqualTo(5_000);
    }

    @Test
    void shouldNotStartBeforeTheJournal() {
        EngineClock clock = clock(START_MS + HOUR_MS);
        assertThat(clock.nowMs()).isEqualTo(START_MS + HOUR_MS);
        pass(1_000);
        assertThat(clock.toPresent()).isBetween(START_MS + HOUR_MS + 899, START_MS + HOUR_MS + 901);
    }

    @Test
    void shouldStandStillWhenManual() {
        EngineClock clock = EngineClock.manual(() -> nanos, () -> wall, 0);
        pass(5_000);
        assertThat(clock.toPresent()).isEqualTo(START_MS);
        clock.set(START_MS + 7);
        assertThat(clock.toPresent()).isEqualTo(START_MS + 7);
        assertThatThrownBy(() -> clock.set(START_MS)).isInstanceOf(IllegalArgumentException.class);
    }
}
