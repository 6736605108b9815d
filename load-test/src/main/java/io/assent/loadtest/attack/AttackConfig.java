package io.assent.loadtest.attack;

import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The settings of a run of attacks.
 *
 * @param server how the server is started.
 * @param heap of the server, in the JVM's notation; "" for its default.
 * @param durability the durability level it is started with.
 * @param workDirectory where the data directory and the server's output go.
 * @param attacks which attacks, in their order.
 * @param each how long each lasts.
 */
public record AttackConfig(
        ServerCommand server, String heap, String durability, Path workDirectory, List<Attack> attacks, Duration each) {

    /** Checks that there is something to do. */
    public AttackConfig {
        attacks = List.copyOf(attacks);
        if (attacks.isEmpty() || each.isNegative() || each.isZero()) {
            throw new IllegalArgumentException(
                    "expected attacks and a time for each, found " + attacks + " of " + each);
        }
    }
}
