package io.assent.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.assent.engine.Answer;
import io.assent.engine.Rejection;
import io.assent.transport.front.FrontMeter;
import org.junit.jupiter.api.Test;

/** Refusals: a reached bound once a minute, everything else for those who debug. */
class FrontLogTest {
    private static final Answer FULL =
            Answer.refused(Rejection.unavailable("bound.ring", "no room in the command ring"), null);
    private static final Answer UNKNOWN = Answer.refused(Rejection.error("gid.unknown", "no such\tgid"), null);

    private long now = 7;
    private final FrontLog log = new FrontLog(FrontMeter.NONE, () -> now);

    @Test
    void shouldWriteAReachedBoundOnceAMinute() {
        try (Lines lines = new Lines(FrontLog.class, Level.INFO)) {
            log.refused("submit", "g", FULL);
            log.refused("submit", "h", FULL);
            log.refused("query", "i", UNKNOWN);
            log.connectionRefused(10_000);
            assertThat(lines.taken())
                    .containsExactly(
                            "WARN a bound is reached, bound.ring: no room in the command ring",
                            "WARN a bound is reached, bound.connections: one more connection than ConnectionsMax 10000 is closed");
            now += 60_000_000_000L;
            log.refused("submit", "i", FULL);
            assertThat(lines.taken())
                    .containsExactly("WARN a bound is reached, bound.ring: no room in the command ring"
                            + " (1 more of the kind were not written)");
        }
    }

    @Test
    void shouldWriteEveryRefusalWithLevelDebug() {
        try (Lines lines = new Lines(FrontLog.class, Level.DEBUG)) {
            log.refused("query", "g", UNKNOWN);
            log.refused("newgid", "", UNKNOWN);
            assertThat(lines.taken())
                    .containsExactly(
                            "DEBUG query of gid 'g' is answered ERROR (gid.unknown): no such gid",
                            "DEBUG newgid is answered ERROR (gid.unknown): no such gid");
        }
    }
}
