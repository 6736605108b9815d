package io.assent.loadtest.attack;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * How one connection of a crowd behaves.
 *
 * @param says what it says, made anew for each connection; may have no end.
 * @param sentPerTick bytes it sends at most in one tick of {@link Crowd#TICK_MS}.
 * @param readPerTick bytes it reads at most in one tick; 0 for a client that does not read.
 */
record Manner(Supplier<Iterator<byte[]>> says, int sentPerTick, int readPerTick) {

    private static final int EVERYTHING = 1 << 20;

    /** Says this once, as fast as it is taken, and reads nothing. */
    static Manner unread(final byte[]... said) {
        return new Manner(() -> List.of(said).iterator(), EVERYTHING, 0);
    }

    /** Says this again and again, as fast as it is taken, and reads nothing. */
    static Manner unreadForever(final byte[] said) {
        return new Manner(() -> Collections.nCopies(Integer.MAX_VALUE, said).iterator(), EVERYTHING, 0);
    }

    /** The same with everything read. */
    Manner reading() {
        return new Manner(says, sentPerTick, EVERYTHING);
    }

    Manner readingPerTick(final int bytes) {
        return new Manner(says, sentPerTick, bytes);
    }

    Manner sendingPerTick(final int bytes) {
        return new Manner(says, bytes, readPerTick);
    }
}
