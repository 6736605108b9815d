package io.assent.loadtest.fuzz;

import io.assent.loadtest.fuzz.Measurement.Quantity;
import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/**
 * The settings of a fuzz run.
 *
 * @param server how the server is started.
 * @param durability the durability level it is started with.
 * @param workDirectory where the data directory and the server's output go.
 * @param seed decides every input.
 * @param first the number of the first input.
 * @param requests how many inputs are sent.
 * @param controlEvery after how many of them the control saga must succeed.
 * @param connections how many connections are used at a time.
 * @param judged what must not grow; when there is nothing, nothing is measured.
 * @param startLimit how long the start may take.
 * @param answerLimit how long an answer may take.
 * @param restLimit how long the server may take to come to rest.
 */
public record FuzzConfig(
        ServerCommand server,
        String durability,
        Path workDirectory,
        long seed,
        long first,
        long requests,
        long controlEvery,
        int connections,
        Set<Quantity> judged,
        Duration startLimit,
        Duration answerLimit,
        Duration restLimit) {

    /** The most connections at a time. */
    public static final int CONNECTIONS_MAX = 256;

    /** Checks the bounds. */
    public FuzzConfig {
        judged = Set.copyOf(judged);
        if (first < 0) {
            throw new IllegalArgumentException("first must not be negative, but is " + first);
        }
        if (requests < 1) {
            throw new IllegalArgumentException("requests must be at least 1, but is " + requests);
        }
        if (controlEvery < 1) {
            throw new IllegalArgumentException("controlEvery must be at least 1, but is " + controlEvery);
        }
        if (connections < 1 || connections > CONNECTIONS_MAX) {
            throw new IllegalArgumentException(
                    "connections must be 1 to " + CONNECTIONS_MAX + ", but is " + connections);
        }
    }

    /**
     * Makes settings with the usual limits: 300 s for a start, 30 s for an answer, 90 s to come to rest, a control saga every 10,000 inputs.
     *
     * @param server how the server is started.
     * @param workDirectory where everything goes.
     * @param seed the seed.
     * @param requests how many inputs.
     * @return the settings.
     */
    public static FuzzConfig of(
            final ServerCommand server, final Path workDirectory, final long seed, final long requests) {
        return new FuzzConfig(
                server,
                "fsync",
                workDirectory,
                seed,
                0,
                requests,
                10_000,
                32,
                EnumSet.allOf(Quantity.class),
                Duration.ofSeconds(300),
                Duration.ofSeconds(30),
                Duration.ofSeconds(90));
    }

    /**
     * Changes which inputs are sent.
     *
     * @param newFirst the number of the first one.
     * @param newRequests how many.
     * @return the changed settings.
     */
    public FuzzConfig numbered(final long newFirst, final long newRequests) {
        return new FuzzConfig(
                server,
                durability,
                workDirectory,
                seed,
                newFirst,
                newRequests,
                controlEvery,
                connections,
                judged,
                startLimit,
                answerLimit,
                restLimit);
    }

    /**
     * Changes how they are sent.
     *
     * @param newControlEvery after how many inputs the control saga must succeed.
     * @param newConnections how many connections are used at a time.
     * @return the changed settings.
     */
    public FuzzConfig paced(final long newControlEvery, final int newConnections) {
        return new FuzzConfig(
                server,
                durability,
                workDirectory,
                seed,
                first,
                requests,
                newControlEvery,
                newConnections,
                judged,
                startLimit,
                answerLimit,
                restLimit);
    }

    /**
     * Changes the durability level and what is judged.
     *
     * @param newDurability the level.
     * @param newJudged what must not grow; when there is nothing, nothing is measured.
     * @return the changed settings.
     */
    public FuzzConfig judged(final String newDurability, final Set<Quantity> newJudged) {
        return new FuzzConfig(
                server,
                newDurability,
                workDirectory,
                seed,
                first,
                requests,
                controlEvery,
                connections,
                newJudged,
                startLimit,
                answerLimit,
                restLimit);
    }
}
