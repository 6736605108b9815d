package io.assent.loadtest.compare;

import java.util.Arrays;

/** The middle of some figures, which a few odd ones do not move. */
public final class Median {

    private Median() {}

    /**
     * Finds the middle.
     *
     * @param figures at least one, in any order.
     * @return the middle one, or the mean of the two in the middle.
     */
    public static double of(final double[] figures) {
        final double[] sorted = figures.clone();
        Arrays.sort(sorted);
        final int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
