package io.assent.loadtest.addresses;

import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The settings of a run with addresses that come and go. The server runs with its own default settings.
 *
 * @param server how the server is started.
 * @param durability the durability level it is started with.
 * @param workDirectory where the data directory, the names and the server's output go.
 * @param perSecond how many sagas a second call the name.
 * @param replacements how often an address is replaced; 0 to leave out names altogether.
 * @param deadAddress how long the name has a dead address before the first is replaced.
 * @param goAway how long connections are asked to leave under load; zero to leave that out.
 * @param connectionAge how old connections become then, give or take a tenth.
 * @param awaitIdle whether to wait until unused connections have closed; a minute or so.
 */
public record AddressConfig(
        ServerCommand server,
        String durability,
        Path workDirectory,
        int perSecond,
        int replacements,
        Duration deadAddress,
        Duration goAway,
        Duration connectionAge,
        boolean awaitIdle) {

    /** The most replacements; each takes an address of the loopback network. */
    public static final int REPLACEMENTS_MAX = 200;

    /** The highest rate: with more, submits would be left out while earlier ones wait for the deadline of their calls. */
    public static final int PER_SECOND_MAX = 500;

    /** Checks the bounds. */
    public AddressConfig {
        if (perSecond < 1 || perSecond > PER_SECOND_MAX) {
            throw new IllegalArgumentException("perSecond must be 1 to " + PER_SECOND_MAX + ", but is " + perSecond);
        }
        if (deadAddress.isNegative()) {
            throw new IllegalArgumentException("deadAddress must be at least 0, but is " + deadAddress);
        }
        if (replacements < 0 || replacements > REPLACEMENTS_MAX) {
            throw new IllegalArgumentException(
                    "replacements must be 0 to " + REPLACEMENTS_MAX + ", but is " + replacements);
        }
        if (!goAway.isZero() && connectionAge.compareTo(goAway) >= 0) {
            throw new IllegalArgumentException("connectionAge must be below goAway, but is " + connectionAge);
        }
    }
}
