package io.assent.loadtest.addresses;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came of a run with addresses that come and go.
 *
 * @param durability the server's durability level.
 * @param machine what it ran on.
 * @param phases what was done to the addresses, in order.
 */
public record AddressResult(String durability, String machine, List<Phase> phases) {

    /** A branch call's default time-out. */
    static final double DEADLINE_MS = 3_000;
    /** What a waiting submit may take beside its one branch call, on a busy machine. */
    static final double SLACK_MS = 1_000;

    static final double FOUND_S_MAX = 30;

    /** The time that an unused channel is kept, and some for the machine. */
    static final double CLOSED_S_MAX = 65;

    /** What a phase must show beside that no call waits longer than its deadline. */
    public enum Rule {
        /** Nothing else. */
        NONE,
        /** No call may end unknown. */
        NO_UNKNOWN,
        /** No call may end unknown, and the new address is called in time. */
        FOUND,
        /** Unused connections close in time. */
        CLOSED
    }

    /**
     * One phase.
     *
     * @param what what was done.
     * @param rule what it must show.
     * @param sagas how many sagas were answered.
     * @param notSucceeded how many of them not with success.
     * @param unknownCalls how many branch calls ended unknown.
     * @param longestMs the longest that a client waited for the answer about a saga of one branch call.
     * @param afterS when what was waited for came to be; 0 where nothing was.
     */
    public record Phase(
            String what,
            Rule rule,
            long sagas,
            long notSucceeded,
            long unknownCalls,
            double longestMs,
            double afterS) {}

    /**
     * Judges.
     *
     * @return each rule that was broken as a sentence; empty if all held.
     */
    public List<String> violations() {
        final List<String> violations = new ArrayList<>();
        for (final Phase phase : phases) {
            if (phase.longestMs() > DEADLINE_MS + SLACK_MS) {
                violations.add(String.format(
                        Locale.ROOT,
                        "%s: no call may wait longer than its deadline of %.0f ms, but a client waited %.0f ms",
                        phase.what(),
                        DEADLINE_MS,
                        phase.longestMs()));
            }
            switch (phase.rule()) {
                case NONE -> {}
                case NO_UNKNOWN -> requireNoUnknown(phase, violations);
                case FOUND -> {
                    requireNoUnknown(phase, violations);
                    requireInTime(phase, "the new address must be called", FOUND_S_MAX, violations);
                }
                case CLOSED -> requireInTime(phase, "unused connections must close", CLOSED_S_MAX, violations);
            }
        }
        return violations;
    }

    private static void requireNoUnknown(final Phase phase, final List<String> violations) {
        if (phase.unknownCalls() != 0 || phase.notSucceeded() != 0) {
            violations.add(String.format(
                    Locale.ROOT,
                    "%s: no call may end unknown, but %d did and %d sagas did not succeed",
                    phase.what(),
                    phase.unknownCalls(),
                    phase.notSucceeded()));
        }
    }

    private static void requireInTime(
            final Phase phase, final String what, final double limitS, final List<String> violations) {
        if (phase.afterS() > limitS) {
            violations.add(String.format(
                    Locale.ROOT, "%s: %s within %.0f s, took %.1f s", phase.what(), what, limitS, phase.afterS()));
        }
    }

    @Override
    public String toString() {
        final StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "one-branch saga over grpc, wait_result, durability %s, default settings%n%s%n%n"
                        + "| phase | sagas | not succeeded | unknown calls | longest wait ms | after s |%n"
                        + "|---|---|---|---|---|---|%n",
                durability,
                machine));
        for (final Phase phase : phases) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %,d | %d | %d | %.0f | %s |%n",
                    phase.what(),
                    phase.sagas(),
                    phase.notSucceeded(),
                    phase.unknownCalls(),
                    phase.longestMs(),
                    phase.afterS() == 0 ? "" : String.format(Locale.ROOT, "%.1f", phase.afterS())));
        }
        violations()
                .forEach(violation -> text.append("FAILED: ").append(violation).append('\n'));
        return text.toString();
    }
}
