package io.assent.loadtest.fuzz;

import java.util.List;
import java.util.SplittableRandom;

/** The choices of one input. They follow from the run's seed and the input's number, so each input can be made again by itself. One thread. */
public final class Chance {

    private final SplittableRandom random;

    /**
     * Makes the choices of an input.
     *
     * @param seed the seed of the run.
     * @param number the number of the input.
     */
    public Chance(final long seed, final long number) {
        random = new SplittableRandom(scrambled(scrambled(seed) + number));
    }

    /** Neighbouring numbers must not give neighbouring streams (the finalizer of MurmurHash3). */
    private static long scrambled(final long value) {
        long mixed = (value ^ value >>> 33) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ mixed >>> 33) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ mixed >>> 33;
    }

    /**
     * Takes a number.
     *
     * @param bound what it stays below, positive.
     * @return a number from 0.
     */
    public int below(final int bound) {
        return random.nextInt(bound);
    }

    /**
     * Takes a number.
     *
     * @param least the least.
     * @param most the greatest.
     * @return one of least to most.
     */
    public int between(final int least, final int most) {
        return random.nextInt(least, most + 1);
    }

    /**
     * Takes any number.
     *
     * @return one of all longs.
     */
    public long any() {
        return random.nextLong();
    }

    /**
     * Decides.
     *
     * @param cases how many cases there are.
     * @return true in one of them.
     */
    public boolean oneIn(final int cases) {
        return random.nextInt(cases) == 0;
    }

    /**
     * Decides.
     *
     * @param percent in how many of a hundred cases.
     * @return true in so many.
     */
    public boolean percent(final int percent) {
        return random.nextInt(100) < percent;
    }

    /**
     * Picks one.
     *
     * @param choices what to pick from, not empty.
     * @param <T> what they are.
     * @return one of them.
     */
    public <T> T pick(final List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /**
     * Picks one.
     *
     * @param choices what to pick from, not empty.
     * @return one of them.
     */
    public String pick(final String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /**
     * Makes any bytes.
     *
     * @param length how many.
     * @return the bytes.
     */
    public byte[] bytes(final int length) {
        final byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
