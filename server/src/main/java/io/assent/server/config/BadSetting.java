package io.assent.server.config;

/** A setting that can not be used: names it and the rule. */
public final class BadSetting extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BadSetting(String sentence) {
        super(sentence);
    }
}
