package io.assent.loadtest.hang;

import io.assent.loadtest.generator.PacedPlan;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings of a run with hanging targets.
 *
 * @param server how the server is started.
 * @param durability the durability level it is started with.
 * @param workDirectory where the data directory and the server's output go.
 * @param protocol how sagas are submitted and branches called.
 * @param targets how many targets hang.
 * @param perSecond how many healthy sagas a second; well below what the machine can do.
 * @param hangingWindows how many windows with hanging targets; there is one more without.
 * @param warmUp how long the server is loaded at full speed before the first window.
 * @param window how long each window is measured.
 * @param sagasPerTarget how many sagas call each hanging target from the start of its window; more come while it lasts.
 * @param settle how long after those the measuring of the window begins; past the time-out of their first calls.
 * @param neighbour what misbehaves in place of targets that each hang on a port of their own; or null. There is one target then.
 */
public record HangConfig(
        ServerCommand server,
        String durability,
        Path workDirectory,
        Protocol protocol,
        int targets,
        int perSecond,
        int hangingWindows,
        Duration warmUp,
        Duration window,
        int sagasPerTarget,
        Duration settle,
        Neighbour neighbour) {

    /** The most hanging targets; each is a listening socket here. */
    public static final int TARGETS_MAX = 10_000;

    /** The shortest window: the server is looked at at least once in it. */
    public static final Duration WINDOW_MIN = Duration.ofSeconds(2);

    /** Checks the bounds. */
    public HangConfig {
        if (neighbour != null && targets != 1) {
            throw new IllegalArgumentException("one target misbehaves beside healthy ones, but targets is " + targets);
        }
        if (neighbour == null && (targets < 2 || targets > TARGETS_MAX)) {
            throw new IllegalArgumentException("targets must be 2 to " + TARGETS_MAX + ", but is " + targets);
        }
        if (perSecond < 1 || perSecond > PacedPlan.PER_SECOND_MAX) {
            throw new IllegalArgumentException(
                    "perSecond must be 1 to " + PacedPlan.PER_SECOND_MAX + ", but is " + perSecond);
        }
        if (hangingWindows < 1 || hangingWindows > 100) {
            throw new IllegalArgumentException("hangingWindows must be 1 to 100, but is " + hangingWindows);
        }
        if (sagasPerTarget < 1 || sagasPerTarget > 1_000) {
            throw new IllegalArgumentException("sagasPerTarget must be 1 to 1000, but is " + sagasPerTarget);
        }
        if (window.compareTo(WINDOW_MIN) < 0) {
            throw new IllegalArgumentException("window must be at least " + WINDOW_MIN + ", but is " + window);
        }
        if (warmUp.isNegative() || settle.isNegative()) {
            throw new IllegalArgumentException(
                    "warmUp and settle must be at least 0, but are " + warmUp + " and " + settle);
        }
    }
}
