package io.assent.loadtest.kill;

import io.assent.loadtest.process.ServerCommand;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings of a run of the kill rig.
 *
 * @param server how the server is started, each time on the same data directory and port.
 * @param durability the durability level it is started with.
 * @param workDirectory where the data directory, the server's output and the stories of failures go.
 * @param seed decides plans, moments and pages; the same seed makes the same choices, though not the same interleaving.
 * @param kills how often the server is killed.
 * @param openMin how many acknowledged transactions must be open at each kill.
 * @param acknowledgedMin how many transactions must be acknowledged in all.
 * @param workers how many clients submit.
 * @param startLimit how long a start may take.
 * @param openLimit how long it may take until enough transactions are open.
 * @param settleLimit how long after the last restart every transaction may take to end.
 * @param requestTimeoutMs the server's default bound of a branch call.
 * @param clockToleranceMs how far clocks may differ.
 * @param dropper what to do to the data directory between kill and restart, if anything.
 */
public record KillConfig(
        ServerCommand server,
        String durability,
        Path workDirectory,
        long seed,
        int kills,
        int openMin,
        int acknowledgedMin,
        int workers,
        Duration startLimit,
        Duration openLimit,
        Duration settleLimit,
        long requestTimeoutMs,
        long clockToleranceMs,
        Optional<UnsyncedDropper> dropper) {

    /** The most kills of one run. */
    public static final int KILLS_MAX = 10_000;

    /** Checks the bounds. */
    public KillConfig {
        if (kills < 1 || kills > KILLS_MAX) {
            throw new IllegalArgumentException("kills must be 1 to " + KILLS_MAX + ", but is " + kills);
        }
        if (openMin < 1 || openMin > 100_000) {
            throw new IllegalArgumentException("openMin must be 1 to 100000, but is " + openMin);
        }
        if (workers < 1 || workers > 1_000) {
            throw new IllegalArgumentException("workers must be 1 to 1000, but is " + workers);
        }
    }

    /**
     * Makes the settings of a short run: 3 kills, each with 200 open transactions.
     *
     * @param server how the server is started.
     * @param workDirectory where everything goes.
     * @param seed the seed.
     * @return the settings.
     */
    public static KillConfig shortRun(final ServerCommand server, final Path workDirectory, final long seed) {
        return new KillConfig(
                server,
                "fsync",
                workDirectory,
                seed,
                3,
                200,
                1_000,
                16,
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofSeconds(120),
                3_000,
                1_100,
                Optional.empty());
    }

    /**
     * Changes the size of the run.
     *
     * @param newKills how often the server is killed.
     * @param newOpenMin how many transactions must be open at each kill.
     * @param newAcknowledgedMin how many must be acknowledged in all.
     * @return the changed settings.
     */
    public KillConfig sized(final int newKills, final int newOpenMin, final int newAcknowledgedMin) {
        return new KillConfig(
                server,
                durability,
                workDirectory,
                seed,
                newKills,
                newOpenMin,
                newAcknowledgedMin,
                workers,
                startLimit,
                openLimit,
                settleLimit,
                requestTimeoutMs,
                clockToleranceMs,
                dropper);
    }

    /**
     * Adds the loss of what was not synced.
     *
     * @param newDropper what to do between kill and restart.
     * @return the changed settings.
     */
    public KillConfig dropping(final UnsyncedDropper newDropper) {
        return new KillConfig(
                server,
                durability,
                workDirectory,
                seed,
                kills,
                openMin,
                acknowledgedMin,
                workers,
                startLimit,
                openLimit,
                settleLimit,
                requestTimeoutMs,
                clockToleranceMs,
                Optional.of(newDropper));
    }

    /**
     * Changes how long things may take.
     *
     * @param newStartLimit a start.
     * @param newOpenLimit the time until enough transactions are open.
     * @param newSettleLimit the end of every transaction after the last restart.
     * @return the changed settings.
     */
    public KillConfig limited(
            final Duration newStartLimit, final Duration newOpenLimit, final Duration newSettleLimit) {
        return new KillConfig(
                server,
                durability,
                workDirectory,
                seed,
                kills,
                openMin,
                acknowledgedMin,
                workers,
                newStartLimit,
                newOpenLimit,
                newSettleLimit,
                requestTimeoutMs,
                clockToleranceMs,
                dropper);
    }

    /**
     * Changes the durability level.
     *
     * @param newDurability the level.
     * @return the changed settings.
     */
    public KillConfig durable(final String newDurability) {
        return new KillConfig(
                server,
                newDurability,
                workDirectory,
                seed,
                kills,
                openMin,
                acknowledgedMin,
                workers,
                startLimit,
                openLimit,
                settleLimit,
                requestTimeoutMs,
                clockToleranceMs,
                dropper);
    }
}
