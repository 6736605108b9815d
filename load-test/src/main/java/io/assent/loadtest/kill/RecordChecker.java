package io.assent.loadtest.kill;

import io.assent.loadtest.kill.Evidence.Kill;
import io.assent.loadtest.kill.Evidence.ServerView;
import io.assent.loadtest.kill.Evidence.Sighting;
import io.assent.loadtest.kill.Evidence.Told;
import io.assent.loadtest.kill.Violation.Rule;
import io.assent.loadtest.participant.LedgerEntry;
import io.assent.loadtest.participant.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Compares the three records of a run and names every rule of {@link Violation.Rule} that they break.
 *
 * <p>It believes none of the records: the plan says what the participants were going to answer, and each record must fit it and the
 * others. Order is judged by the ledger's counter. Clocks are used only for delays, time-outs and the server's own end times, with the tolerance of the evidence.
 */
public final class RecordChecker {

    private static final String ACTION = "/action";
    private static final String COMPENSATE = "/compensate";
    /** Shortest remaining time of a call's bound for which a second call counts as overlapping. */
    private static final long SLACK_MS = 150;

    private final Evidence evidence;
    private final Map<String, List<LedgerEntry>> calls;
    private final List<Violation> violations = new ArrayList<>();

    private RecordChecker(final Evidence evidence) {
        this.evidence = evidence;
        this.calls = evidence.ledger().stream().collect(Collectors.groupingBy(LedgerEntry::gid));
    }

    /**
     * Checks the evidence of a run.
     *
     * @param evidence the three records.
     * @return what is wrong, empty if nothing is.
     */
    public static List<Violation> check(final Evidence evidence) {
        final RecordChecker checker = new RecordChecker(evidence);
        checker.checkAll();
        return List.copyOf(checker.violations);
    }

    private void checkAll() {
        final Map<String, Long> expectedBalances = new TreeMap<>();
        final Map<String, Plan> known = new HashMap<>();
        for (final Plan plan : evidence.plans()) {
            known.put(plan.gid(), plan);
            checkTransaction(plan, expectedBalances);
        }
        for (final String gid : calls.keySet()) {
            if (!known.containsKey(gid)) {
                broken(Rule.NO_CALL_WITHOUT_TRANSACTION, gid, "called, but no client ever sent it");
            }
        }
        checkSums(expectedBalances);
    }

    private void checkTransaction(final Plan plan, final Map<String, Long> expectedBalances) {
        final List<Told> told = evidence.told().getOrDefault(plan.gid(), List.of());
        final List<LedgerEntry> own = calls.getOrDefault(plan.gid(), List.of());
        final ServerView view = evidence.views().get(plan.gid());
        checkAnswers(plan, told, view);
        if (view == null) {
            checkAbsent(plan, told, own);
            return;
        }
        if (!view.terminal()) {
            broken(Rule.ENDS, plan.gid(), "its status is still " + view.status());
        } else if (!view.status().equals(plan.finalStatus())) {
            broken(
                    Rule.ENDS_RIGHT,
                    plan.gid(),
                    "its status is " + view.status() + ", it must be " + plan.finalStatus());
        }
        checkSightings(plan, view, own);
        checkRequired(plan, view, own);
        checkRows(plan, view, own);
        checkCourse(plan, told, own);
        checkOverlaps(plan, own);
        checkMoved(plan, view, own, expectedBalances);
    }

    private void checkAnswers(final Plan plan, final List<Told> told, final ServerView view) {
        boolean stored = false;
        for (final Told answer : told) {
            switch (answer.status()) {
                case 0, 200, 503 -> {}
                case 409 -> {
                    if (!answer.waiting() && !answer.repeated() && !stored) {
                        broken(
                                Rule.ANSWERS_FIT,
                                plan.gid(),
                                answer.endpoint() + " of a new gid was refused: " + answer.body());
                    }
                }
                default -> {
                    if (answer.status() != 425 || !answer.waiting()) {
                        broken(
                                Rule.ANSWERS_FIT,
                                plan.gid(),
                                answer.endpoint() + " was answered " + answer.status() + ": " + answer.body());
                    }
                }
            }
            stored |= answer.acknowledges() || answer.status() == 0;
            if (answer.waiting() && answer.status() == 200 && view != null && !"succeed".equals(view.status())) {
                broken(
                        Rule.TOLD_IS_TRUE,
                        plan.gid(),
                        "a waiting client was told of success, the status is " + view.status());
            }
        }
        if (view != null && !told.isEmpty() && told.stream().allMatch(answer -> answer.status() == 503)) {
            broken(Rule.REFUSED_IS_ABSENT, plan.gid(), "every request was answered 503, but the transaction is there");
        }
    }

    private void checkAbsent(final Plan plan, final List<Told> told, final List<LedgerEntry> own) {
        if (told.stream().anyMatch(Told::acknowledges)) {
            broken(Rule.ACKNOWLEDGED_IS_KEPT, plan.gid(), "it was acknowledged, but the server does not know it");
        }
        if (!own.isEmpty()) {
            broken(
                    Rule.NO_CALL_WITHOUT_TRANSACTION,
                    plan.gid(),
                    own.size() + " calls were made, but the server does not know it");
        }
    }

    private void checkSightings(final Plan plan, final ServerView view, final List<LedgerEntry> own) {
        final Sighting sighting = evidence.sightings().get(plan.gid());
        if (sighting != null && !sighting.status().equals(view.status())) {
            broken(
                    Rule.FINAL_STAYS,
                    plan.gid(),
                    "it was seen as " + sighting.status() + " and is " + view.status() + " at the end");
        }
        for (final LedgerEntry call : own) {
            if (sighting != null && call.received() > sighting.mark()) {
                broken(
                        Rule.NO_CALL_AFTER_END,
                        plan.gid(),
                        call.operation() + " was received as no. " + call.received()
                                + ", the end had been seen before no. " + sighting.mark());
            } else if (view.endedMs() > 0 && call.receivedMs() > view.endedMs() + evidence.clockToleranceMs()) {
                broken(
                        Rule.NO_CALL_AFTER_END,
                        plan.gid(),
                        call.operation() + " was received " + (call.receivedMs() - view.endedMs())
                                + " ms after the end the server states");
            }
        }
    }

    private void checkRequired(final Plan plan, final ServerView view, final List<LedgerEntry> own) {
        if (!view.terminal()) {
            return;
        }
        plan.required().forEach((operation, answer) -> {
            final boolean done = own.stream()
                    .filter(call -> call.operation().equals(operation))
                    .anyMatch(call -> answer == Script.Kind.OK ? call.answeredOk() : call.answeredFail());
            if (!done) {
                broken(
                        Rule.REQUIRED_WAS_DONE,
                        plan.gid(),
                        operation + " was never answered with " + answer + " before the end");
            }
        });
    }

    private void checkRows(final Plan plan, final ServerView view, final List<LedgerEntry> own) {
        view.rows().forEach((operation, status) -> {
            final boolean ok = own.stream().anyMatch(call -> call.operation().equals(operation) && call.answeredOk());
            final boolean no = own.stream().anyMatch(call -> call.operation().equals(operation) && call.answeredFail());
            if ("succeed".equals(status) && !ok || "failed".equals(status) && !no) {
                broken(
                        Rule.ROWS_ARE_TRUE,
                        plan.gid(),
                        "row " + operation + " is " + status + ", its participant never said so");
            }
        });
        if ("succeed".equals(view.status())) {
            for (final Plan.Step step : plan.steps()) {
                final String status = view.rows().get(step.branchId() + ACTION);
                if (!"succeed".equals(status)) {
                    broken(
                            Rule.ROWS_ARE_TRUE,
                            plan.gid(),
                            "it succeeded, but row " + step.branchId() + ACTION + " is " + status);
                }
            }
        }
    }

    private void checkCourse(final Plan plan, final List<Told> told, final List<LedgerEntry> own) {
        final long sentMs = told.isEmpty() ? 0 : told.get(0).sentMs();
        boolean refused = false;
        long firstCompensation = Long.MAX_VALUE;
        for (final LedgerEntry call : own) {
            if (!plan.allowed().contains(call.operation())) {
                broken(
                        Rule.ONLY_ALLOWED_CALLS,
                        plan.gid(),
                        call.operation() + " was called, its course has no such call");
            }
            final long age = call.receivedMs() - sentMs;
            if (call.operation().endsWith(ACTION) && age < plan.delayMs() - evidence.clockToleranceMs()) {
                broken(
                        Rule.NOT_EARLY,
                        plan.gid(),
                        call.operation() + " was called after " + age + " ms of " + plan.delayMs());
            }
            if (call.operation().endsWith(COMPENSATE)) {
                firstCompensation = Math.min(firstCompensation, call.received());
            }
            if (!call.operation().endsWith(ACTION) && age < plan.timeoutMs() - evidence.clockToleranceMs()) {
                broken(
                        Rule.NOT_EARLY,
                        plan.gid(),
                        call.operation() + " was called after " + age + " ms of " + plan.timeoutMs());
            }
        }
        for (final LedgerEntry call : own) {
            refused |= call.op().equals("action") && call.answeredFail() && call.answered() < firstCompensation;
        }
        final boolean onlyCause = switch (plan.kind()) {
            case SAGA_ROLLBACK, SAGA_ROLLBACK_RETRY, SAGA_CONCURRENT_ROLLBACK -> true;
            default -> false;
        };
        if (onlyCause && firstCompensation != Long.MAX_VALUE && !refused) {
            broken(Rule.ROLLBACK_HAS_CAUSE, plan.gid(), "a compensation was called before any action had said no");
        }
        if (plan.sequential()) {
            checkOrder(plan, own);
        } else if (plan.kind() == Kind.SAGA_CONCURRENT) {
            checkOrdersOfLastStep(plan, own);
        }
        checkActionAfterCompensation(plan, own);
    }

    private void checkOrder(final Plan plan, final List<LedgerEntry> own) {
        for (int i = 1; i < plan.steps().size(); i++) {
            final String before = plan.steps().get(i - 1).branchId();
            final String after = plan.steps().get(i).branchId();
            if (firstReceived(own, after + ACTION) < firstAnsweredOk(own, before + ACTION)) {
                broken(
                        Rule.ORDER,
                        plan.gid(),
                        after + ACTION + " was called before " + before + ACTION + " had succeeded");
            }
            if (plan.required().containsKey(after + COMPENSATE)
                    && firstReceived(own, before + COMPENSATE) < firstAnsweredOk(own, after + COMPENSATE)) {
                broken(
                        Rule.ORDER,
                        plan.gid(),
                        before + COMPENSATE + " was called before " + after + COMPENSATE + " had succeeded");
            }
        }
    }

    private void checkOrdersOfLastStep(final Plan plan, final List<LedgerEntry> own) {
        final int last = plan.steps().size() - 1;
        final String ordered = plan.steps().get(last).branchId() + ACTION;
        for (final Plan.Step before : plan.steps().subList(0, last)) {
            if (firstReceived(own, ordered) < firstAnsweredOk(own, before.branchId() + ACTION)) {
                broken(
                        Rule.ORDER,
                        plan.gid(),
                        ordered + " was called before " + before.branchId() + ACTION + " had succeeded");
            }
        }
    }

    // A missing call is MAX_VALUE on both sides, and not less than itself.
    private static long firstReceived(final List<LedgerEntry> own, final String operation) {
        return own.stream()
                .filter(call -> call.operation().equals(operation))
                .mapToLong(LedgerEntry::received)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private static long firstAnsweredOk(final List<LedgerEntry> own, final String operation) {
        return own.stream()
                .filter(call -> call.operation().equals(operation) && call.answeredOk())
                .mapToLong(LedgerEntry::answered)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void checkActionAfterCompensation(final Plan plan, final List<LedgerEntry> own) {
        for (final LedgerEntry call : own) {
            if (call.op().equals("action") && call.received() > firstAnsweredOk(own, call.branchId() + COMPENSATE)) {
                broken(
                        Rule.NO_ACTION_AFTER_COMPENSATION,
                        plan.gid(),
                        call.operation() + " was called as no. " + call.received()
                                + " after its compensation had succeeded");
            }
        }
    }

    private void checkOverlaps(final Plan plan, final List<LedgerEntry> own) {
        for (int i = 0; i < own.size(); i++) {
            final LedgerEntry first = own.get(i);
            for (int j = i + 1; j < own.size(); j++) {
                final LedgerEntry second = own.get(j);
                if (second.branchId().equals(first.branchId()) && !killedBetween(first.received(), second.received())) {
                    checkPair(plan, first, second);
                }
            }
        }
    }

    private void checkPair(final Plan plan, final LedgerEntry first, final LedgerEntry second) {
        final boolean sameOperation = first.op().equals(second.op());
        final boolean stillOpen =
                first.answered() == 0 ? first.outcome().startsWith("hang") : first.answered() > second.received();
        final long boundMs = plan.kind() == Kind.SAGA_RETRY ? 1_000 : evidence.requestTimeoutMs();
        if (stillOpen && second.receivedMs() < first.receivedMs() + boundMs - SLACK_MS) {
            broken(
                    Rule.ONE_OPEN_CALL,
                    plan.gid(),
                    second.operation() + " no. " + second.received() + " was called while " + first.operation()
                            + " no. " + first.received() + " was open");
        }
        if (sameOperation
                && first.answeredOk()
                && first.answeredMs() - first.receivedMs() < boundMs - SLACK_MS
                && !stillOpen) {
            broken(
                    Rule.NO_NEEDLESS_REPEAT,
                    plan.gid(),
                    second.operation() + " no. " + second.received() + " repeats no. " + first.received()
                            + ", which was answered with success, and there was no kill between");
        }
    }

    private boolean killedBetween(final long first, final long second) {
        for (final Kill kill : evidence.kills()) {
            if (kill.after() > first && kill.before() < second) {
                return true;
            }
        }
        return false;
    }

    private void checkMoved(
            final Plan plan,
            final ServerView view,
            final List<LedgerEntry> own,
            final Map<String, Long> expectedBalances) {
        for (final Plan.Step step : plan.steps()) {
            final long expected = "succeed".equals(view.status()) ? step.amount() : 0;
            final long moved = own.stream()
                    .filter(call -> call.branchId().equals(step.branchId()))
                    .mapToLong(LedgerEntry::delta)
                    .sum();
            if (view.terminal() && moved != expected) {
                broken(
                        Rule.MOVED_EXACTLY,
                        plan.gid(),
                        "branch " + step.branchId() + " moved " + moved + " in all, " + view.status() + " means "
                                + expected);
            }
            expectedBalances.merge(step.account(), expected, Long::sum);
        }
    }

    private void checkSums(final Map<String, Long> expectedBalances) {
        final long sum =
                evidence.balances().values().stream().mapToLong(Long::longValue).sum();
        if (sum != 0) {
            broken(Rule.SUMS_ARE_CONSERVED, "", "the accounts add up to " + sum + ", they began with 0");
        }
        final Map<String, Long> all = new TreeMap<>(evidence.balances());
        expectedBalances.keySet().forEach(account -> all.putIfAbsent(account, 0L));
        all.forEach((account, balance) -> {
            final long expected = expectedBalances.getOrDefault(account, 0L);
            if (balance != expected) {
                broken(
                        Rule.SUMS_ARE_CONSERVED,
                        "",
                        "account " + account + " holds " + balance + ", the final statuses mean " + expected);
            }
        });
    }

    private void broken(final Rule rule, final String gid, final String text) {
        violations.add(new Violation(rule, gid, text));
    }
}
