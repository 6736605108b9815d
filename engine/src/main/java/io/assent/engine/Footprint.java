package io.assent.engine;

/**
 * What things take on the heap, bytes: 64-bit, compressed references, objects of whole multiples of eight bytes. The counts of the state are
 * made of these; a test compares them with what the collector says.
 */
public final class Footprint {
    private static final int ARRAY_HEADER = 16;
    private static final int STRING = 24;
    /** A text without its characters. */
    static final int STRING_BYTES = STRING + ARRAY_HEADER;

    private Footprint() {}

    /** An array. */
    public static long array(long elements, int bytesEach) {
        return whole(ARRAY_HEADER + elements * bytesEach);
    }

    /** A text of its own; the empty one is shared by all. */
    public static long text(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        int bytesEach = 1;
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xFF) {
                bytesEach = 2;
                break;
            }
        }
        return STRING + array(text.length(), bytesEach);
    }

    private static long whole(long bytes) {
        return (bytes + 7) & ~7;
    }
}
