package io.assent.transport.grpc;

/**
 * The text of a status, short enough for every client. It travels in the trailers, percent-encoded, and several libraries refuse trailers of more
 * than 8 KiB; then their clients would see neither text nor code.
 */
final class StatusText {
    /** Of the encoded text; the rest is for names and other trailers. */
    private static final int ENCODED_BYTES_MAX = 6 << 10;

    private static final String FAILURE = "FAILURE";
    private static final String FAILURE_SUFFIX = " " + FAILURE;

    private StatusText() {}

    /** The start of a text that is too long; what says FAILURE at its end still does (PROTOCOL 2.0). */
    static String bounded(String text) {
        String suffix = text.endsWith(FAILURE) ? FAILURE_SUFFIX : "";
        int size = 0;
        int kept = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            size += encodedBytes(codePoint);
            i += Character.charCount(codePoint);
            if (size > ENCODED_BYTES_MAX) {
                return text.substring(0, kept) + suffix;
            }
            if (size <= ENCODED_BYTES_MAX - suffix.length()) {
                kept = i;
            }
        }
        return text;
    }

    private static int encodedBytes(int codePoint) {
        if (codePoint >= ' ' && codePoint < '~' && codePoint != '%') {
            return 1;
        }
        int utf8 = codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
        return 3 * utf8;
    }
}
