package io.assent.simulation;

/** A rule was broken. */
final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final String rule;

    Violation(String rule, String what) {
        super(rule + ": " + what);
        this.rule = rule;
    }

    /** The short name of the rule, as in docs/simulation.md. */
    String rule() {
        return rule;
    }
}
