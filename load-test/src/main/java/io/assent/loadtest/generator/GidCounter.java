package io.assent.loadtest.generator;

import java.nio.charset.StandardCharsets;

/** The gid within a prepared request: a prefix and a number, of which only the number's digits change from one saga to the next. */
final class GidCounter {

    private static final int DIGITS = 12;

    private final byte[] request;
    private final int end;
    private long number;

    /** A gid that stands for all of a run. */
    static String first(final String prefix) {
        return prefix + "0".repeat(DIGITS);
    }

    GidCounter(final byte[] request, final String first) {
        this.request = request;
        this.end = new String(request, StandardCharsets.ISO_8859_1).indexOf(first) + first.length();
    }

    /** Writes the next number into the request; every gid of a run differs. */
    void next() {
        long rest = ++number;
        for (int i = end - 1; rest > 0; i--, rest /= 10) {
            request[i] = (byte) ('0' + rest % 10);
        }
    }
}
