package io.assent.loadtest.soak;

import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings of a soak.
 *
 * @param server how the server is started.
 * @param durability the durability level it is started with.
 * @param workDirectory where the data directory and the server's output go.
 * @param protocol how sagas are submitted and branches called.
 * @param warmUpCalls how many branch calls come before those that count: until code is compiled and buffers have grown to what full speed needs.
 * @param calls how many branch calls count; two for each saga.
 * @param connections how many sagas at a time.
 * @param finishedKept how many finished transactions the server keeps; fewer than there are at the first reading.
 * @param limit how long each of the two parts may take.
 */
public record SoakConfig(
        ServerCommand server,
        String durability,
        Path workDirectory,
        Protocol protocol,
        long warmUpCalls,
        long calls,
        int connections,
        int finishedKept,
        Duration limit) {

    /** The most calls. */
    public static final long CALLS_MAX = 1_000_000_000;

    private static final int PARTS = 10;
    private static final int CALLS_PER_SAGA = 2;

    /** Checks the bounds. */
    public SoakConfig {
        if (warmUpCalls < 0 || warmUpCalls > CALLS_MAX || warmUpCalls % CALLS_PER_SAGA != 0) {
            throw new IllegalArgumentException(
                    "warmUpCalls must be even and 0 to " + CALLS_MAX + ", but is " + warmUpCalls);
        }
        final int step = PARTS * CALLS_PER_SAGA;
        if (calls < step || calls > CALLS_MAX || calls % step != 0) {
            throw new IllegalArgumentException(
                    "calls must be a multiple of " + step + " up to " + CALLS_MAX + ", but is " + calls);
        }
        if (finishedKept < 0 || finishedKept > calls / step) {
            throw new IllegalArgumentException("finishedKept must be 0 to " + calls / step
                    + ", the sagas before the first reading, but is " + finishedKept);
        }
    }

    long warmUpSagas() {
        return warmUpCalls / CALLS_PER_SAGA;
    }

    long sagasBeforeFirstReading() {
        return calls / PARTS / CALLS_PER_SAGA;
    }

    long sagasAfterFirstReading() {
        return calls / CALLS_PER_SAGA - sagasBeforeFirstReading();
    }
}
