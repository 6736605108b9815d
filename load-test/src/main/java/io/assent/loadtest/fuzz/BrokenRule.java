package io.assent.loadtest.fuzz;

/** The server did what it must not do. The message tells the rule and what was found. */
public final class BrokenRule extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the finding.
     *
     * @param rule the rule and what was found.
     */
    public BrokenRule(final String rule) {
        super(rule);
    }

    /**
     * Makes the finding.
     *
     * @param rule the rule and what was found.
     * @param cause what was noticed.
     */
    public BrokenRule(final String rule, final Throwable cause) {
        super(rule, cause);
    }
}
