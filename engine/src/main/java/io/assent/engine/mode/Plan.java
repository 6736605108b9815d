package io.assent.engine.mode;

import io.assent.engine.Footprint;
import org.agrona.collections.IntArrayQueue;

/**
 * What a transaction does next: {@code next(transaction)}, kept up to date instead of asked anew, so that a step costs the same in a saga
 * of five steps and of five thousand. A plan thrown away and made again from the stored state says the same; a test checks that after every
 * step.
 *
 * <p>A plan offers rows whose turn has come. Whether a call is open or has to wait for its time is not its business; a row that could not
 * be called is offered again by the one who knows when it can.
 */
public abstract class Plan {

    /** The row of the check-back of a message (branch 00). */
    public static final int CHECK_ROW = -1;

    /** No row is due. */
    public static final int NO_ROW = -2;

    /** What the stored state amounts to. */
    public enum Verdict {
        /** Go on with the offered rows. */
        CONTINUE,
        /** Every branch took effect. */
        SUCCEED,
        /** Undo; {@link Plan#reason()} says why. */
        ROLL_BACK,
        /** Everything that had to be undone is undone. */
        FAIL
    }

    /** A plan of few fields, and what it offers. */
    private static final int OBJECTS_BYTES = 32 + 32;

    private final IntArrayQueue offered = new IntArrayQueue(NO_ROW);

    /** O(1). */
    public abstract Verdict verdict();

    /** Why it is rolled back; only with {@link Verdict#ROLL_BACK}. */
    public abstract String reason();

    /** A row ended for good, as the stored state now says. O(rows that depend on it). */
    public abstract void settled(int row);

    /** Whether it is this row's turn. */
    protected abstract boolean isDue(int row);

    /** Looks at this row again: its time has come, or what was in its way is gone. */
    public final void offer(int row) {
        offered.addInt(row);
    }

    /** The next row whose turn it is, or {@link #NO_ROW}. O(1) amortised over the offers. */
    public final int poll() {
        while (!offered.isEmpty()) {
            int row = offered.pollInt();
            if (isDue(row)) {
                return row;
            }
        }
        return NO_ROW;
    }

    /** What it takes on the heap, bytes. O(1). */
    public long retainedBytes() {
        return OBJECTS_BYTES + Footprint.array(offered.capacity(), Integer.BYTES);
    }

    /** Whether {@link #poll()} has anything to look at. */
    public final boolean hasOffers() {
        return !offered.isEmpty();
    }
}
