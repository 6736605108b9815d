package io.assent.transport.out;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What is kept of the body of a reply while it streams by, already decompressed: whether it holds an outcome word, and its first bytes for
 * the error text. White space in front is not kept, because the text is trimmed.
 */
final class ReplyBody {
    private final int bytesMax;
    private final int textBytesMax;
    private final MarkerScan markers = new MarkerScan();
    private byte[] text = new byte[256];
    private int textLength;
    /** How much of this body is kept. */
    private int keptMax;

    private long length;

    ReplyBody(int bytesMax, int textBytesMax) {
        this.bytesMax = bytesMax;
        this.textBytesMax = textBytesMax;
    }

    /**
     * Another body begins.
     *
     * @param bytesKept at least; more than is usual when the body itself is to be read
     */
    void reset(int bytesKept) {
        keptMax = Math.max(bytesKept, textBytesMax);
        if (text.length > textBytesMax) {
            text = new byte[256];
        }
        markers.reset();
        textLength = 0;
        length = 0;
    }

    void add(byte[] bytes, int offset, int count) throws BrokenReply {
        length += count;
        if (length > bytesMax) {
            throw tooLong(bytesMax);
        }
        markers.add(bytes, offset, count);
        keep(bytes, offset, count);
    }

    /** Whether there was more than is kept. */
    boolean isCut() {
        return length > keptMax;
    }

    boolean failureFound() {
        return markers.failureFound();
    }

    boolean ongoingFound() {
        return markers.ongoingFound();
    }

    /** The trimmed start of the body. */
    String text() {
        return trim(new String(text, 0, textLength, StandardCharsets.UTF_8), isCut());
    }

    static BrokenReply tooLong(int bytesMax) {
        return new BrokenReply("the body of the reply is longer than " + bytesMax + " bytes");
    }

    private void keep(byte[] bytes, int offset, int count) {
        int from = offset;
        int end = offset + count;
        if (textLength == 0) {
            while (from < end && (bytes[from] == ' ' || bytes[from] >= '\t' && bytes[from] <= '\r')) {
                from++;
            }
        }
        int kept = Math.min(end - from, keptMax - textLength);
        if (kept <= 0) {
            return;
        }
        if (textLength + kept > text.length) {
            text = Arrays.copyOf(text, Math.min(keptMax, Math.max(textLength + kept, text.length * 2)));
        }
        System.arraycopy(bytes, from, text, textLength, kept);
        textLength += kept;
    }

    /** Unicode white space goes at both ends; where the text was cut, so does a character that was cut through. */
    private static String trim(String text, boolean cut) {
        int start = 0;
        int end = text.length();
        while (cut && end > 0 && text.charAt(end - 1) == '\ufffd') {
            end--;
        }
        while (start < end && white(text.charAt(start))) {
            start++;
        }
        while (end > start && white(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean white(char c) {
        return c >= '\t' && c <= '\r' || c == '\u0085' || Character.isSpaceChar(c);
    }
}
