package io.assent.server.log;

/** Texts from outside as a line of the log shows them: on one line, bounded, and without the secrets of a URL. */
final class Shown {
    private static final int TEXT_CHARS_MAX = 300;

    private Shown() {}

    /** Control characters become blanks; what is too long is cut. */
    static String text(String text) {
        StringBuilder line = null;
        int length = Math.min(text.length(), TEXT_CHARS_MAX);
        for (int i = 0; i < length; i++) {
            if (Character.isISOControl(text.charAt(i)) || text.charAt(i) == '\u2028' || text.charAt(i) == '\u2029') {
                if (line == null) {
                    line = new StringBuilder(text.substring(0, length));
                }
                line.setCharAt(i, ' ');
            }
        }
        String shown = line == null ? text.substring(0, length) : line.toString();
        return length == text.length() ? shown : shown + "...";
    }

    /** Scheme, host and port of a branch's URL: neither user nor path nor query. */
    static String destination(String url) {
        int scheme = url.indexOf("://");
        int from = scheme < 0 ? 0 : scheme + 3;
        int to = from;
        while (to < url.length() && "/?#".indexOf(url.charAt(to)) < 0) {
            to++;
        }
        String authority = url.substring(from, to);
        String prefix = scheme < 0 ? "" : url.substring(0, from);
        return text(prefix + authority.substring(authority.lastIndexOf('@') + 1));
    }
}
