package io.assent.server.sequencer;

import org.agrona.concurrent.UnsafeBuffer;

/** One place in the ring: a command's bytes, inline when small, in a pooled buffer when large. */
final class Slot {
    static final int INLINE_BYTES = 4_096;

    private final UnsafeBuffer inline = new UnsafeBuffer(new byte[INLINE_BYTES]);
    private UnsafeBuffer pooled;
    int length;

    /** The buffer that holds the command. */
    UnsafeBuffer buffer() {
        return pooled == null ? inline : pooled;
    }

    /** @param buffer from the pool, or null to use the inline one */
    void use(UnsafeBuffer buffer) {
        pooled = buffer;
    }

    /** Gives back what came from the pool. */
    void clear(BufferPool pool) {
        if (pooled != null) {
            pool.release(pooled);
            pooled = null;
        }
    }
}
