package io.assent.loadtest.fuzz;

import java.io.ByteArrayOutputStream;

/** Changes of bytes that every protocol's mutators make. What they are given stays as it is. */
public final class Bytes {

    private Bytes() {}

    /**
     * Flips a bit.
     *
     * @param bytes the bytes.
     * @param at which of them.
     * @param bit which of its bits, 0 to 7.
     * @return others.
     */
    public static byte[] flipped(final byte[] bytes, final int at, final int bit) {
        final byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << bit);
        return flipped;
    }

    /**
     * Puts bytes between the beginning and the end of others.
     *
     * @param bytes the others.
     * @param to the end of their beginning.
     * @param middle what comes between.
     * @param from the beginning of their end; before {@code to} bytes come twice, behind it some are left out.
     * @return all of them.
     */
    public static byte[] joined(final byte[] bytes, final int to, final byte[] middle, final int from) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream(bytes.length + middle.length);
        all.write(bytes, 0, to);
        all.writeBytes(middle);
        all.write(bytes, from, bytes.length - from);
        return all.toByteArray();
    }
}
