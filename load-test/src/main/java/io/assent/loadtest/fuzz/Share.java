package io.assent.loadtest.fuzz;

import java.util.Locale;

/** A kind of inputs that knows how many of a thousand are of it; the kinds of a protocol are an enum of them. */
public interface Share {

    /** What the shares of all kinds add up to. */
    int WHOLE = 1_000;

    /**
     * Tells its share.
     *
     * @return how many of a thousand.
     */
    int share();

    /**
     * Names it as its enum does.
     *
     * @return the name.
     */
    String name();

    /**
     * Names it, as tables do.
     *
     * @return its name in lower case with hyphens.
     */
    default String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds the kind for a number.
     *
     * @param kinds all kinds.
     * @param point a number from 0 to 999.
     * @param <K> what they are.
     * @return the kind in whose share the number falls.
     */
    static <K extends Share> K at(final K[] kinds, final int point) {
        int end = 0;
        for (final K kind : kinds) {
            end += kind.share();
            if (point < end) {
                return kind;
            }
        }
        throw new IllegalArgumentException(
                "expected a number below " + WHOLE + ", the shares' sum being " + end + ", found " + point);
    }
}
