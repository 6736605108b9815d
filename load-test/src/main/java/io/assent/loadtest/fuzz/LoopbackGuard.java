package io.assent.loadtest.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Refuses every input by which the server could be made to call another host than the run's own. It does not trust what a mutated input
 * is meant to be: it looks at the bytes, and at them with JSON escapes and percent escapes undone in every order, and demands of each
 * text that could be a branch's URL that its authority is one of a closed list.
 *
 * <p>Two forms lead somewhere: {@code scheme://authority}, for branches over HTTP, and {@code host:port/} at the front of a text, for gRPC. An
 * authority ends at a slash, a question mark or a number sign only, as the server reads it; so a quote or the end of the input within it
 * already makes it a stranger. Immutable.
 */
public final class LoopbackGuard {

    private static final String SCHEME_END = "://";
    private static final String TOPIC = "topic";

    private final Set<String> authorities;
    private final Set<String> callable;

    /**
     * Makes a guard.
     *
     * @param urls what may be named.
     */
    public LoopbackGuard(final BranchUrls urls) {
        authorities = urls.authorities();
        callable = urls.callable();
    }

    /**
     * Judges an input.
     *
     * @param input all of its bytes, before they are cut into chunks.
     * @return whether everything that it could name is on the list.
     */
    public boolean permits(final byte[] input) {
        final String raw = new String(input, StandardCharsets.ISO_8859_1);
        final String json = withoutJsonEscapes(raw);
        final String percent = withoutPercentEscapes(raw);
        return permits(raw)
                && permits(json)
                && permits(percent)
                && permits(withoutPercentEscapes(json))
                && permits(withoutJsonEscapes(percent))
                && permits(withoutJsonEscapes(json));
    }

    private boolean permits(final String text) {
        return permitsUrls(text) && permitsHosts(text);
    }

    private boolean permitsUrls(final String text) {
        for (int at = text.indexOf(SCHEME_END); at >= 0; at = text.indexOf(SCHEME_END, at + 1)) {
            if (!isTopic(text, at)) {
                final int from = at + SCHEME_END.length();
                if (!authorities.contains(text.substring(from, authorityEnd(text, from)))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A topic names no host, whatever stands behind it; its subscribers are URLs of their own. */
    private static boolean isTopic(final String text, final int schemeEnd) {
        final int from = schemeEnd - TOPIC.length();
        return from >= 1 && text.startsWith(TOPIC, from) && "\"=".indexOf(text.charAt(from - 1)) >= 0;
    }

    private static int authorityEnd(final String text, final int from) {
        int end = from;
        while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private boolean permitsHosts(final String text) {
        for (int slash = text.indexOf('/'); slash >= 0; slash = text.indexOf('/', slash + 1)) {
            int digits = slash;
            while (digits > 0 && Character.isDigit(text.charAt(digits - 1))) {
                digits--;
            }
            if (digits < slash && digits > 0 && text.charAt(digits - 1) == ':') {
                int host = digits - 1;
                while (host > 0 && "\"/@ \t\r\n=&".indexOf(text.charAt(host - 1)) < 0) {
                    host--;
                }
                final boolean named = host < digits - 1;
                if (named
                        && !callable.contains(text.substring(host, slash))
                        && !authorities.contains(text.substring(host, slash))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static String withoutJsonEscapes(final String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        final StringBuilder plain = new StringBuilder(text.length());
        int i = 0;
        while (i < text.length()) {
            final boolean escaped = text.charAt(i) == '\\' && i + 1 < text.length();
            i += escaped ? 1 : 0;
            final int code = escaped && text.charAt(i) == 'u' && i + 4 < text.length() ? hex(text, i + 1, 4) : -1;
            plain.append(code >= 0 ? (char) code : text.charAt(i));
            i += code >= 0 ? 5 : 1;
        }
        return plain.toString();
    }

    private static String withoutPercentEscapes(final String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        final ByteArrayOutputStream plain = new ByteArrayOutputStream(text.length());
        int i = 0;
        while (i < text.length()) {
            final int code = text.charAt(i) == '%' && i + 2 < text.length() ? hex(text, i + 1, 2) : -1;
            plain.write(code >= 0 ? code : text.charAt(i));
            i += code >= 0 ? 3 : 1;
        }
        return plain.toString(StandardCharsets.ISO_8859_1);
    }

    private static int hex(final String text, final int from, final int digits) {
        int value = 0;
        for (int i = from; i < from + digits; i++) {
            final int digit = Character.digit(text.charAt(i), 16);
            if (digit < 0) {
                return -1;
            }
            value = value * 16 + digit;
        }
        return value;
    }
}
