package io.assent.transport.front;

import io.assent.transport.MemoryBudget;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * The body of an answer while it is written and until it is sent: in pieces, so that a large one needs no large array, and counted piece by piece, so
 * that it is refused before it is there.
 */
final class RenderedBody extends OutputStream {
    /** Bytes of a piece, but for the last. */
    static final int PIECE_BYTES = 32 << 10;

    private static final int FIRST_BYTES = 1 << 10;

    private final MemoryBudget.Share share;
    private final ArrayDeque<byte[]> full = new ArrayDeque<>(0);
    private byte[] last = new byte[FIRST_BYTES];
    private int lastLength;
    private long length;
    private int takenLength;

    /** The budget has no room for it. */
    static final class TooLarge extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** @param share of its connection */
    RenderedBody(MemoryBudget.Share share) {
        this.share = share;
    }

    /** Writes itself somewhere. */
    interface Writer {
        void writeTo(OutputStream out) throws IOException;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        int at = offset;
        int left = count;
        while (left > 0) {
            if (lastLength == PIECE_BYTES) {
                nextPiece();
            }
            int now = Math.min(left, PIECE_BYTES - lastLength);
            if (lastLength + now > last.length) {
                last = Arrays.copyOf(last, Math.min(PIECE_BYTES, Math.max(lastLength + now, last.length * 2)));
            }
            System.arraycopy(bytes, at, last, lastLength, now);
            lastLength += now;
            at += now;
            left -= now;
        }
        length += count;
    }

    private void nextPiece() throws TooLarge {
        if (!share.holdMore(PIECE_BYTES)) {
            throw new TooLarge();
        }
        full.addLast(last);
        last = new byte[PIECE_BYTES];
        lastLength = 0;
    }

    long length() {
        return length;
    }

    /** Bytes that were not taken yet. */
    long remaining() {
        return (long) full.size() * PIECE_BYTES + lastLength;
    }

    /** The next bytes to send, at most a piece; null when there are none. How many they are, {@link #takenLength} tells. */
    byte[] take() {
        if (!full.isEmpty()) {
            takenLength = PIECE_BYTES;
            return full.pollFirst();
        }
        byte[] rest = lastLength == 0 ? null : last;
        takenLength = lastLength;
        last = null;
        lastLength = 0;
        return rest;
    }

    int takenLength() {
        return takenLength;
    }
}
