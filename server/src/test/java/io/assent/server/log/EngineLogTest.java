package io.assent.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.assent.engine.EngineObserver;
import io.assent.engine.Request;
import io.assent.engine.TransactionStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an operator reads of failing branches and of administrators' acts, and how much of it there can be. */
class EngineLogTest {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    private final Lines lines = new Lines(EngineLog.class, Level.INFO);
    private long now = 5;
    private final EngineLog log = new EngineLog(EngineObserver.NONE, () -> now);

    @AfterEach
    void close() {
        lines.close();
    }

    private void fails(String gid, String url, int attempts) {
        log.branchFails(gid, "01", "action", url, attempts, "status 500: it\nburns");
    }

    @Test
    void shouldWriteOneLineWhenAnOperationBeginsToFailAndOneWhenItIsOver() {
        fails("g", "http://ann:secret@pay:81/a?token=t", 1);
        fails("g", "http://ann:secret@pay:81/a?token=t", 2);
        assertThat(lines.taken())
                .containsExactly(
                        "WARN branch 01 action of gid 'g' begins to fail at http://pay:81, call 1: status 500: it burns");
        log.branchSettled("g", "02", "action", 2, true);
        log.branchSettled("other", "01", "action", 2, true);
        assertThat(lines.taken()).isEmpty();
        log.branchSettled("g", "01", "action", 3, true);
        assertThat(lines.taken())
                .containsExactly(
                        "INFO branch 01 action of gid 'g', which failed at http://pay:81, has succeeded with call 3");
        log.finished("g", TransactionStatus.SUCCEED);
        assertThat(lines.taken()).isEmpty();
    }

    @Test
    void shouldTellThatAnOperationIsGivenUp() {
        fails("g", "pay:81/a/B", 1);
        log.rollbackDecided("g", "Timeout after 20 seconds");
        fails("h", "pay:81/a/B", 1);
        log.finished("h", TransactionStatus.FAILED);
        assertThat(lines.taken())
                .containsExactly(
                        "WARN branch 01 action of gid 'g' begins to fail at pay:81, call 1: status 500: it burns",
                        "INFO branch 01 action of gid 'g', which failed at pay:81, is not called any more: the transaction is undone",
                        "WARN branch 01 action of gid 'h' begins to fail at pay:81, call 1: status 500: it burns",
                        "INFO branch 01 action of gid 'h', which failed at pay:81, is not called any more: the transaction ended as"
                                + " failed");
    }

    @Test
    void shouldBoundTheLinesOfADestinationByTheMinuteAndSayHowManyAreMissing() {
        for (int i = 0; i < 100; i++) {
            fails("a" + i, "http://one/x", 1);
        }
        fails("b", "http://two/x", 1);
        assertThat(lines.taken()).hasSize(EngineLog.BEGINNINGS_PER_MINUTE + 1);
        now += MINUTE_NANOS;
        fails("c", "http://one/x", 1);
        assertThat(lines.taken()).singleElement().asString().endsWith("(95 more of the kind were not written)");
    }

    @Test
    void shouldBoundTheLinesOfManyDestinations() {
        for (int i = 0; i < 2 * EngineLog.DESTINATIONS_MAX; i++) {
            fails("g" + i, "http://host-" + i + "/x", 1);
        }
        assertThat(lines.taken()).hasSize(EngineLog.DESTINATIONS_MAX + EngineLog.BEGINNINGS_PER_MINUTE);
    }

    @Test
    void shouldNameActorAndReasonOfAnAct() {
        log.administered("forceStop", "g", new Request(1, "ann", "order\n17"));
        log.administered("resetCronTime (3 due at once)", "", Request.of(1));
        assertThat(lines.taken())
                .containsExactly(
                        "INFO forceStop of gid 'g' by 'ann', reason: 'order 17'",
                        "INFO resetCronTime (3 due at once) by somebody unnamed, reason: none given");
    }
}
