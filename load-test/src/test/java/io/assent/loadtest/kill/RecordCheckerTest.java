package io.assent.loadtest.kill;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.kill.Evidence.Kill;
import io.assent.loadtest.kill.Evidence.ServerView;
import io.assent.loadtest.kill.Evidence.Sighting;
import io.assent.loadtest.kill.Evidence.Told;
import io.assent.loadtest.kill.Violation.Rule;
import io.assent.loadtest.participant.LedgerEntry;
import io.assent.loadtest.participant.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Each kind of damage to the records is found by its rule. The records of a sound run are written down by hand and pass; every test doctors
 * one thing in them.
 */
class RecordCheckerTest {

    private static final long START_MS = 1_000_000;

    private final Map<String, Plan> plans = new HashMap<>();
    private final Map<String, List<Told>> told = new HashMap<>();
    private final List<LedgerEntry> ledger = new ArrayList<>();
    private final Map<String, Long> balances = new HashMap<>();
    private final Map<String, ServerView> views = new HashMap<>();
    private final Map<String, Sighting> sightings = new HashMap<>();
    private final List<Kill> kills = new ArrayList<>();
    private long sequence;
    private long nowMs = START_MS;

    private List<Rule> check() {
        return RecordChecker.check(new Evidence(
                        List.copyOf(plans.values()), told, ledger, balances, views, sightings, kills, 3_000, 100))
                .stream()
                .map(Violation::rule)
                .distinct()
                .toList();
    }

    private void plan(final Kind kind, final boolean succeeds, final String... required) {
        plan(kind, succeeds, 0, 0, required);
    }

    private void plan(
            final Kind kind,
            final boolean succeeds,
            final long delayMs,
            final long timeoutMs,
            final String... required) {
        final Map<String, Script.Kind> answers = new HashMap<>();
        for (final String operation : required) {
            answers.put(operation, Script.Kind.OK);
        }
        final Set<String> allowed = new HashSet<>(answers.keySet());
        allowed.addAll(Set.of("01/action", "02/action"));
        plans.put(
                "g",
                new Plan(
                        "g",
                        kind,
                        List.of(),
                        List.of(new Plan.Step("01", "a", -30), new Plan.Step("02", "b", 30)),
                        true,
                        succeeds,
                        answers,
                        allowed,
                        delayMs,
                        timeoutMs));
        told.put("g", new ArrayList<>());
        tell(200);
    }

    private void tell(final int status) {
        told.get("g").add(new Told("submit", false, false, nowMs, ++sequence, status, ""));
    }

    /** A call that is answered 10 ms later. */
    private void call(final String operation, final String outcome, final long delta) {
        open(operation, outcome, delta);
        answer();
    }

    private void open(final String operation, final String outcome, final long delta) {
        final String[] parts = operation.split("/");
        final String account = parts[0].equals("01") ? "a" : "b";
        ledger.add(new LedgerEntry(++sequence, nowMs, 0, 0, "g", parts[0], parts[1], 1, outcome, account, delta));
        balances.merge(account, delta, Long::sum);
    }

    private void answer() {
        answer(ledger.size() - 1);
    }

    private void answer(final int index) {
        nowMs += 10;
        final LedgerEntry call = ledger.get(index);
        ledger.set(
                index,
                new LedgerEntry(
                        call.received(),
                        call.receivedMs(),
                        ++sequence,
                        nowMs,
                        call.gid(),
                        call.branchId(),
                        call.op(),
                        call.attempt(),
                        call.outcome(),
                        call.account(),
                        call.delta()));
    }

    private void kill() {
        kills.add(new Kill(kills.size() + 1, ++sequence, ++sequence, 200, Map.of(), 1_000, ""));
    }

    private void end(final String status, final String... rows) {
        final Map<String, String> byOperation = new HashMap<>();
        for (final String row : rows) {
            byOperation.put(row.substring(0, row.indexOf('=')), row.substring(row.indexOf('=') + 1));
        }
        views.put("g", new ServerView(status, nowMs, byOperation, ""));
        sightings.put("g", new Sighting(status, ++sequence));
    }

    private void soundSuccess() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("01/action", "ok", -30);
        call("02/action", "ok", 30);
        end("succeed", "01/action=succeed", "02/action=succeed");
    }

    private void soundRollback() {
        plan(Kind.SAGA_ROLLBACK, false, "01/compensate", "02/compensate");
        call("01/action", "ok", -30);
        call("02/action", "fail", 0);
        call("02/compensate", "ok", 0);
        call("01/compensate", "ok", 30);
        end("failed", "01/action=succeed", "02/action=failed", "02/compensate=succeed", "01/compensate=succeed");
    }

    @Test
    void shouldFindNothingWhenTheRecordsAreSound() {
        soundSuccess();
        assertThat(check()).isEmpty();
        plans.clear();
        ledger.clear();
        balances.clear();
        soundRollback();
        assertThat(check()).isEmpty();
    }

    @Test
    void shouldFindTheLossWhenAnAcknowledgedTransactionIsGone() {
        soundSuccess();
        ledger.clear();
        balances.clear();
        views.clear();
        assertThat(check()).containsExactly(Rule.ACKNOWLEDGED_IS_KEPT);
    }

    @Test
    void shouldAcceptAbsenceWhenTheClientWasToldNothing() {
        soundSuccess();
        ledger.clear();
        balances.clear();
        views.clear();
        told.get("g").clear();
        tell(0);
        assertThat(check()).isEmpty();
    }

    @Test
    void shouldFindTheCallsWhenTheServerDoesNotKnowTheTransaction() {
        soundSuccess();
        views.clear();
        told.get("g").clear();
        tell(0);
        assertThat(check()).contains(Rule.NO_CALL_WITHOUT_TRANSACTION).doesNotContain(Rule.ACKNOWLEDGED_IS_KEPT);
    }

    @Test
    void shouldFindTheCallsWhenNobodySentTheTransaction() {
        soundSuccess();
        plans.clear();
        assertThat(check()).contains(Rule.NO_CALL_WITHOUT_TRANSACTION);
    }

    @Test
    void shouldFindItWhenARefusedTransactionIsThere() {
        soundSuccess();
        told.get("g").clear();
        tell(503);
        assertThat(check()).containsExactly(Rule.REFUSED_IS_ABSENT);
    }

    @Test
    void shouldFindTheAnswerWhenItHasNoCause() {
        soundSuccess();
        tell(500);
        assertThat(check()).containsExactly(Rule.ANSWERS_FIT);
        told.get("g").clear();
        tell(409);
        assertThat(check()).containsExactly(Rule.ANSWERS_FIT);
    }

    @Test
    void shouldFindTheLieWhenAWaitingClientWasToldOfSuccess() {
        soundRollback();
        told.get("g").add(new Told("submit", true, false, nowMs, ++sequence, 200, ""));
        assertThat(check()).containsExactly(Rule.TOLD_IS_TRUE);
    }

    @Test
    void shouldFindItWhenATransactionDoesNotEnd() {
        soundSuccess();
        views.put("g", new ServerView("submitted", 0, Map.of(), ""));
        sightings.clear();
        assertThat(check()).contains(Rule.ENDS);
    }

    @Test
    void shouldFindItWhenTheStatusIsWrong() {
        soundSuccess();
        end("failed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).contains(Rule.ENDS_RIGHT, Rule.MOVED_EXACTLY);
    }

    @Test
    void shouldFindItWhenAFinalStatusChanges() {
        soundSuccess();
        sightings.put("g", new Sighting("failed", sequence));
        assertThat(check()).containsExactly(Rule.FINAL_STAYS);
    }

    @Test
    void shouldFindTheCallWhenItCameAfterTheEndWasSeen() {
        soundRollback();
        kill();
        call("01/compensate", "ok", 0);
        assertThat(check()).containsExactly(Rule.NO_CALL_AFTER_END);
    }

    @Test
    void shouldFindTheCallWhenItCameAfterTheStatedEnd() {
        soundRollback();
        kill();
        nowMs += 101;
        call("01/compensate", "ok", 0);
        sightings.clear();
        assertThat(check()).containsExactly(Rule.NO_CALL_AFTER_END);
    }

    @Test
    void shouldFindItWhenARequiredOperationWasNeverAnswered() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("01/action", "ok", -30);
        call("02/action", "lost", 30);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).containsExactlyInAnyOrder(Rule.REQUIRED_WAS_DONE, Rule.ROWS_ARE_TRUE);
    }

    @Test
    void shouldFindTheCallWhenTheCourseHasNoSuchCall() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("01/action", "ok", -30);
        call("02/action", "ok", 30);
        call("02/compensate", "err", 0);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).containsExactly(Rule.ONLY_ALLOWED_CALLS);
    }

    @Test
    void shouldFindTheRowWhenItsParticipantSaidOtherwise() {
        soundRollback();
        end("failed", "01/action=failed", "02/action=failed", "02/compensate=succeed", "01/compensate=succeed");
        assertThat(check()).containsExactly(Rule.ROWS_ARE_TRUE);
        plans.clear();
        ledger.clear();
        balances.clear();
        soundSuccess();
        end("succeed", "01/action=succeed", "02/action=prepared");
        assertThat(check()).containsExactly(Rule.ROWS_ARE_TRUE);
    }

    @Test
    void shouldFindTheActionWhenItCameAfterItsCompensation() {
        plan(Kind.SAGA_ROLLBACK, false, "01/compensate", "02/compensate");
        call("01/action", "ok", -30);
        call("02/action", "fail", 0);
        call("02/compensate", "ok", 0);
        kill();
        call("02/action", "fail", 0);
        call("01/compensate", "ok", 30);
        end("failed", "01/action=succeed", "02/action=failed", "02/compensate=succeed", "01/compensate=succeed");
        assertThat(check()).containsExactly(Rule.NO_ACTION_AFTER_COMPENSATION);
    }

    @Test
    void shouldFindTheOrderWhenASecondStepOvertakesTheFirst() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("02/action", "ok", 30);
        call("01/action", "ok", -30);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).containsExactly(Rule.ORDER);
    }

    @Test
    void shouldFindTheOrderWhenCompensationsGoForward() {
        plan(Kind.SAGA_ROLLBACK, false, "01/compensate", "02/compensate");
        call("01/action", "ok", -30);
        call("02/action", "fail", 0);
        call("01/compensate", "ok", 30);
        call("02/compensate", "ok", 0);
        end("failed", "01/action=succeed", "02/action=failed", "02/compensate=succeed", "01/compensate=succeed");
        assertThat(check()).containsExactly(Rule.ORDER);
    }

    @Test
    void shouldFindTheRollbackWhenNobodyHadSaidNo() {
        plan(Kind.SAGA_ROLLBACK, false, "01/compensate");
        call("01/action", "ok", -30);
        call("01/compensate", "ok", 30);
        end("failed", "01/action=succeed", "01/compensate=succeed");
        assertThat(check()).containsExactly(Rule.ROLLBACK_HAS_CAUSE);
    }

    @Test
    void shouldFindTheOverlapWhenACompensationStartsBesideItsAction() {
        plan(Kind.SAGA_TIMEOUT, false, "01/compensate");
        open("01/action", "ongoing-500", 0);
        call("01/compensate", "ok", 0);
        answer(0);
        end("failed", "01/compensate=succeed");
        assertThat(check()).containsExactly(Rule.ONE_OPEN_CALL);
    }

    @Test
    void shouldAcceptTheOverlapWhenTheServerWasKilledOrTheCallTimedOut() {
        plan(Kind.SAGA_TIMEOUT, false, "01/compensate");
        open("01/action", "hang", 0);
        kill();
        open("01/action", "hang", 0);
        nowMs += 3_000;
        call("01/compensate", "ok", 0);
        end("failed", "01/compensate=succeed");
        assertThat(check()).isEmpty();
    }

    @Test
    void shouldFindTheRepeatWhenThereWasNoKillBetween() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("01/action", "ok", -30);
        call("01/action", "ok", 0);
        call("02/action", "ok", 30);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).containsExactly(Rule.NO_NEEDLESS_REPEAT);
    }

    @Test
    void shouldAcceptTheRepeatWhenThereWasAKillBetween() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("01/action", "ok", -30);
        kill();
        call("01/action", "ok", 0);
        call("02/action", "ok", 30);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).isEmpty();
    }

    @Test
    void shouldFindTheActionWhenItsDelayWasNotOver() {
        plan(Kind.MSG_DELAY, true, 1_000, 0, "01/action", "02/action");
        nowMs += 899;
        call("01/action", "ok", -30);
        call("02/action", "ok", 30);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).containsExactly(Rule.NOT_EARLY);
    }

    @Test
    void shouldFindTheCompensationWhenTheTimeWasNotUp() {
        plan(Kind.SAGA_TIMEOUT, false, 0, 2_000, "01/compensate");
        call("01/action", "ongoing", 0);
        nowMs += 1_880;
        call("01/compensate", "ok", 0);
        end("failed", "01/compensate=succeed");
        assertThat(check()).containsExactly(Rule.NOT_EARLY);
    }

    @Test
    void shouldFindTheSumWhenAnEffectHappenedTwice() {
        plan(Kind.SAGA_SUCCESS, true, "01/action", "02/action");
        call("01/action", "ok", -30);
        kill();
        call("01/action", "ok", -30);
        call("02/action", "ok", 30);
        end("succeed", "01/action=succeed", "02/action=succeed");
        assertThat(check()).containsExactlyInAnyOrder(Rule.MOVED_EXACTLY, Rule.SUMS_ARE_CONSERVED);
    }

    @Test
    void shouldFindTheSumWhenOnlyTheAccountsAreOff() {
        soundSuccess();
        balances.merge("c", 1L, Long::sum);
        assertThat(check()).containsExactly(Rule.SUMS_ARE_CONSERVED);
    }
}
