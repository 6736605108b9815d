package io.assent.engine.mode;

/** Branch ids of a flat transaction: two digits at least, counted from 01. */
final class BranchIds {
    private static final String[] COMMON = new String[100];

    static {
        for (int i = 0; i < COMMON.length; i++) {
            COMMON[i] = i < 10 ? "0" + i : Integer.toString(i);
        }
    }

    private BranchIds() {}

    /** The id of the step with this number, counted from 0. */
    static String ofStep(int step) {
        int number = step + 1;
        return number < COMMON.length ? COMMON[number] : Integer.toString(number);
    }
}
