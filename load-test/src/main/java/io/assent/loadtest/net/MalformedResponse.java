package io.assent.loadtest.net;

/** Bytes that are no HTTP/1.1 response, with the rule that they break. */
public final class MalformedResponse extends Exception {

    private static final long serialVersionUID = 1L;

    /**
     * Makes the finding.
     *
     * @param rule what was expected and what was found.
     */
    public MalformedResponse(final String rule) {
        super(rule);
    }
}
