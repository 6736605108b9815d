package io.assent.loadtest.fuzz;

/** Bytes as text that a terminal can show and a person can read: printable ASCII as it is, everything else escaped. */
public final class Escaped {

    private static final String HEX = "0123456789abcdef";

    private Escaped() {}

    /**
     * Shows bytes.
     *
     * @param bytes the bytes.
     * @param most how many to show; of more, the beginning and the end are shown.
     * @return one line.
     */
    public static String of(final byte[] bytes, final int most) {
        final StringBuilder text = new StringBuilder(Math.min(bytes.length, most) + 32);
        if (bytes.length <= most) {
            append(text, bytes, 0, bytes.length);
        } else {
            append(text, bytes, 0, most / 2);
            text.append("[... ").append(bytes.length - most / 2 * 2).append(" more bytes ...]");
            append(text, bytes, bytes.length - most / 2, bytes.length);
        }
        return text.toString();
    }

    private static void append(final StringBuilder text, final byte[] bytes, final int from, final int to) {
        for (int i = from; i < to; i++) {
            final byte b = bytes[i];
            switch (b) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (b >= ' ' && b <= '~') {
                        text.append((char) b);
                    } else {
                        text.append("\\x").append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
                    }
                }
            }
        }
    }
}
