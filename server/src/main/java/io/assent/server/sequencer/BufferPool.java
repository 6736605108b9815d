package io.assent.server.sequencer;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Buffers for commands that do not fit into a slot, up to a total budget. Sizes are powers of two while they are small, and free buffers of these are
 * kept; large ones are little larger than asked for and left to the collector. Any thread.
 */
final class BufferPool {
    private static final int SMALLEST = 8 << 10;
    private static final int LARGEST_KEPT = 1 << 20;
    private static final int LARGE_STEP = 64 << 10;
    private static final int SIZES = 32;

    private final long budgetBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final ConcurrentLinkedQueue<UnsafeBuffer>[] free;

    @SuppressWarnings({"unchecked", "rawtypes"})
    BufferPool(long budgetBytes) {
        this.budgetBytes = budgetBytes;
        this.free = new ConcurrentLinkedQueue[SIZES];
        for (int i = 0; i < SIZES; i++) {
            free[i] = new ConcurrentLinkedQueue<>();
        }
    }

    /** A buffer of at least this size, or null when the budget is used up. */
    UnsafeBuffer claim(int bytes) {
        int size = size(bytes);
        if (usedBytes.addAndGet(size) > budgetBytes) {
            usedBytes.addAndGet(-size);
            return null;
        }
        UnsafeBuffer kept = size <= LARGEST_KEPT ? free[Integer.numberOfTrailingZeros(size)].poll() : null;
        return kept != null ? kept : new UnsafeBuffer(new byte[size]);
    }

    private static int size(int bytes) {
        return bytes <= LARGEST_KEPT
                ? Math.max(SMALLEST, BitUtil.findNextPositivePowerOfTwo(bytes))
                : BitUtil.align(bytes, LARGE_STEP);
    }

    void release(UnsafeBuffer buffer) {
        usedBytes.addAndGet(-buffer.capacity());
        if (buffer.capacity() <= LARGEST_KEPT) {
            free[Integer.numberOfTrailingZeros(buffer.capacity())].offer(buffer);
        }
    }

    long usedBytes() {
        return usedBytes.get();
    }
}
