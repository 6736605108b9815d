package io.assent.loadtest.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private final Ledger ledger = new Ledger(() -> 5);

    private LedgerEntry call(final String op, final String script) {
        return ledger.received("g", "01", op, Script.parse(script), "alice", -30);
    }

    @Test
    void shouldMoveTheAccountOnceWhenAnActionIsRepeated() {
        assertThat(call("action", "ok").delta()).isEqualTo(-30);
        assertThat(call("action", "ok").delta()).isZero();
        assertThat(ledger.balances()).isEqualTo(Map.of("alice", -30L));
    }

    @Test
    void shouldMoveTheAccountBackOnceWhenACompensationIsRepeated() {
        call("action", "ok");
        assertThat(call("compensate", "ok").delta()).isEqualTo(30);
        assertThat(call("compensate", "ok").delta()).isZero();
        assertThat(ledger.balances()).isEqualTo(Map.of("alice", 0L));
    }

    @Test
    void shouldMoveNothingWhenTheActionNeverTookEffectOrComesLate() {
        assertThat(call("action", "fail").delta()).isZero();
        assertThat(call("compensate", "ok").delta()).isZero();
        assertThat(call("action", "ok").delta()).isZero();
        assertThat(ledger.balances()).isEmpty();
    }

    @Test
    void shouldTakeEffectWhenOnlyTheAnswerIsLost() {
        assertThat(call("action", "lost.ok").delta()).isEqualTo(-30);
        assertThat(call("action", "lost.ok").delta()).isZero();
    }

    @Test
    void shouldKeepBranchesAndTransactionsApartWhenTheyShareAnAccount() {
        call("action", "ok");
        ledger.received("g", "02", "action", Script.parse("ok"), "alice", 5);
        ledger.received("h", "01", "action", Script.parse("ok"), "alice", 7);
        assertThat(ledger.balances()).isEqualTo(Map.of("alice", -18L));
        assertThat(ledger.entriesOf("h")).hasSize(1);
    }

    @Test
    void shouldNumberCallsAnswersAndMarksInOneOrderWhenTheyAlternate() {
        final LedgerEntry first = call("action", "err.ok");
        final long mark = ledger.mark();
        final LedgerEntry second = call("action", "err.ok");
        ledger.answered(second.received());
        ledger.answered(first.received());
        assertThat(ledger.entries()).extracting(LedgerEntry::received).containsExactly(1L, 3L);
        assertThat(mark).isEqualTo(2);
        assertThat(ledger.entries()).extracting(LedgerEntry::answered).containsExactly(5L, 4L);
        assertThat(ledger.entries()).extracting(LedgerEntry::answeredOk).containsExactly(false, true);
        assertThat(ledger.entries()).extracting(LedgerEntry::attempt).containsExactly(1, 2);
    }

    @Test
    void shouldRefuseTheAnswerWhenTheCallIsUnknownOrAnswered() {
        final LedgerEntry call = call("action", "ok");
        ledger.answered(call.received());
        assertThatThrownBy(() -> ledger.answered(call.received())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> ledger.answered(99)).isInstanceOf(IllegalStateException.class);
    }
}
