package io.assent.engine;

import java.util.Arrays;

/** The rules of {@code custom_data.orders} (PROTOCOL 13, settled (b)): steps that exist, no cycle, no word against the sequence. */
final class OrderGraph {

    private OrderGraph() {}

    /**
     * What is wrong with the orders, or null.
     *
     * @param pairs flat pairs (step, predecessor)
     */
    static Rejection check(int stepCount, boolean concurrent, int[] pairs) {
        if (pairs.length == 0) {
            return null;
        }
        for (int i = 0; i < pairs.length; i += 2) {
            int step = pairs[i];
            int predecessor = pairs[i + 1];
            if (step < 0 || step >= stepCount) {
                return refuse("names step " + step + ", but steps are 0 to " + (stepCount - 1));
            }
            if (predecessor < 0 || predecessor >= stepCount) {
                return refuse("lets step " + step + " wait for step " + predecessor + ", but steps are 0 to "
                        + (stepCount - 1));
            }
            if (step == predecessor) {
                return refuse("lets step " + step + " wait for itself");
            }
            if (!concurrent && predecessor > step) {
                return refuse("lets step " + step + " wait for the later step " + predecessor
                        + ", but the saga is not concurrent");
            }
        }
        return hasCycle(stepCount, pairs) ? refuse("has a cycle: some steps wait for one another") : null;
    }

    private static boolean hasCycle(int stepCount, int[] pairs) {
        int[] waitingFor = new int[stepCount];
        int[] firstEdge = new int[stepCount];
        int[] nextEdge = new int[pairs.length / 2];
        Arrays.fill(firstEdge, -1);
        for (int edge = 0; edge < nextEdge.length; edge++) {
            int predecessor = pairs[2 * edge + 1];
            waitingFor[pairs[2 * edge]]++;
            nextEdge[edge] = firstEdge[predecessor];
            firstEdge[predecessor] = edge;
        }
        int[] free = new int[stepCount];
        int freeCount = 0;
        for (int step = 0; step < stepCount; step++) {
            if (waitingFor[step] == 0) {
                free[freeCount++] = step;
            }
        }
        for (int done = 0; done < freeCount; done++) {
            for (int edge = firstEdge[free[done]]; edge >= 0; edge = nextEdge[edge]) {
                int step = pairs[2 * edge];
                if (--waitingFor[step] == 0) {
                    free[freeCount++] = step;
                }
            }
        }
        return freeCount < stepCount;
    }

    private static Rejection refuse(String rule) {
        return Rejection.error("custom_data.orders", "custom_data.orders " + rule);
    }
}
