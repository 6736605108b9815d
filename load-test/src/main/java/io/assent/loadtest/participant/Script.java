package io.assent.loadtest.participant;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What a branch operation answers to its first, second, ... attempt; the last outcome holds for all later ones. Written as
 * outcomes joined by dots, each with an optional lateness in ms: {@code err.close.ok-200}.
 *
 * @param outcomes the outcomes by attempt, at least one.
 */
public record Script(List<Outcome> outcomes) {

    /** The longest lateness. */
    public static final int LATE_MS_MAX = 60_000;

    /** How a call ends. */
    public enum Kind {
        /** 200, and the effect takes place. */
        OK(200, "{\"dtm_result\":\"SUCCESS\"}", true),
        /** 409: a definite no. */
        FAIL(409, "{\"dtm_result\":\"FAILURE\",\"message\":\"scripted no\"}", false),
        /** 425: still working. */
        ONGOING(425, "{\"dtm_result\":\"ONGOING\"}", false),
        /** 500: nothing definite. */
        ERR(500, "{\"message\":\"scripted error\"}", false),
        /** No answer; the connection stays open. */
        HANG(0, "", false),
        /** No answer; the connection is closed. */
        CLOSE(0, "", false),
        /** The effect takes place, but the connection is closed without an answer. */
        LOST(0, "", true);

        private final int status;
        private final String body;
        private final boolean effective;

        Kind(final int status, final String body, final boolean effective) {
            this.status = status;
            this.body = body;
            this.effective = effective;
        }

        /**
         * Tells the status of the answer.
         *
         * @return the HTTP status, 0 if there is no answer.
         */
        public int status() {
            return status;
        }

        /**
         * Tells the body of the answer.
         *
         * @return JSON, empty if there is no answer.
         */
        public String body() {
            return body;
        }

        /**
         * Tells whether the business took place.
         *
         * @return true for OK and LOST.
         */
        public boolean effective() {
            return effective;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * How one attempt ends.
     *
     * @param kind the way.
     * @param lateMs how long after the request the end comes.
     */
    public record Outcome(Kind kind, int lateMs) {
        @Override
        public String toString() {
            return lateMs == 0 ? kind.word() : kind.word() + "-" + lateMs;
        }
    }

    /** Checks and freezes the outcomes. */
    public Script {
        if (outcomes.isEmpty()) {
            throw new IllegalArgumentException("a script has at least one outcome");
        }
        outcomes = List.copyOf(outcomes);
    }

    /**
     * Reads a script.
     *
     * @param text outcomes joined by dots.
     * @return the script.
     * @throws IllegalArgumentException naming the part that is no outcome.
     */
    public static Script parse(final String text) {
        final List<Outcome> outcomes = new ArrayList<>();
        for (final String part : text.split("\\.", -1)) {
            outcomes.add(outcome(part));
        }
        return new Script(outcomes);
    }

    private static Outcome outcome(final String part) {
        final int dash = part.indexOf('-');
        final String word = dash < 0 ? part : part.substring(0, dash);
        for (final Kind kind : Kind.values()) {
            if (kind.word().equals(word)) {
                return new Outcome(kind, dash < 0 ? 0 : lateMs(part, part.substring(dash + 1)));
            }
        }
        throw new IllegalArgumentException(
                "'" + part + "' is no outcome: ok, fail, ongoing, err, hang, close, lost, each with -MS");
    }

    private static int lateMs(final String part, final String digits) {
        if (digits.isEmpty() || digits.length() > 6 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("'" + part + "': the lateness must be a number of ms");
        }
        final int ms = Integer.parseInt(digits);
        if (ms > LATE_MS_MAX) {
            throw new IllegalArgumentException("'" + part + "': at most " + LATE_MS_MAX + " ms late");
        }
        return ms;
    }

    /**
     * Tells how an attempt ends.
     *
     * @param attempt its number, from 1.
     * @return its outcome.
     */
    public Outcome at(final int attempt) {
        return outcomes.get(Math.min(attempt, outcomes.size()) - 1);
    }

    @Override
    public String toString() {
        return outcomes.stream().map(Outcome::toString).collect(Collectors.joining("."));
    }
}
