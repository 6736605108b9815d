package io.assent.engine;

/**
 * URLs as they may be shown, in texts, listings and logs: without the secrets of their user information. {@code http://user:word@host} becomes
 * {@code http://user:***@host}; a user without a password may itself be a token, so nothing of it is left.
 */
public final class MaskedUrl {
    private static final String MASK = "***";

    private MaskedUrl() {}

    /** The URL, or the very same text when there is nothing to hide in it. */
    public static String of(String url) {
        int scheme = url.indexOf("://");
        int start = scheme < 0 ? 0 : scheme + 3;
        int end = endOfAuthority(url, start);
        int at = url.lastIndexOf('@', end - 1);
        int colon = url.indexOf(':', start);
        if (at < start && colon >= 0 && colon < end && !isPort(url, colon + 1, end)) {
            // No port: a password that holds a slash ends the authority too early.
            at = url.lastIndexOf('@');
        }
        if (at < start) {
            return url;
        }
        String user = colon >= 0 && colon < at ? url.substring(start, colon + 1) : "";
        return url.substring(0, start) + user + MASK + url.substring(at);
    }

    private static int endOfAuthority(String url, int start) {
        for (int i = start; i < url.length(); i++) {
            char c = url.charAt(i);
            if (c == '/' || c == '?' || c == '#') {
                return i;
            }
        }
        return url.length();
    }

    private static boolean isPort(String url, int from, int end) {
        for (int i = from; i < end; i++) {
            if (url.charAt(i) < '0' || url.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
