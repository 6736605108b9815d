package io.assent.engine;

/**
 * The configuration that decides. It enters through a command, so that replay and every copy of the state decide alike.
 *
 * @param retryIntervalS default retry interval, seconds (RetryInterval)
 * @param timeoutToFailS default time-out of transactions that are not sagas, seconds (TimeoutToFail)
 * @param retryIntervalCapS longest retry interval, 0 for none
 * @param retryJitterPercent 0 to 50; spreads retries by a hash of (gid, branch, operation, attempt)
 * @param liveTransactionsMax unfinished transactions at most
 * @param liveBytesMax bytes held by transactions at most
 * @param finishedKeptMax finished transactions kept while no history exists; the oldest is forgotten first
 * @param historyPresent whether a history decides when finished transactions are dropped
 */
public record Settings(
        int retryIntervalS,
        int timeoutToFailS,
        int retryIntervalCapS,
        int retryJitterPercent,
        int liveTransactionsMax,
        long liveBytesMax,
        int finishedKeptMax,
        boolean historyPresent) {

    public Settings {
        require(retryIntervalS >= 1, "retryIntervalS must be at least 1");
        require(timeoutToFailS >= 1, "timeoutToFailS must be at least 1");
        require(retryIntervalCapS >= 0, "retryIntervalCapS must not be negative");
        require(retryJitterPercent >= 0 && retryJitterPercent <= 50, "retryJitterPercent must be between 0 and 50");
        require(liveTransactionsMax >= 1, "liveTransactionsMax must be at least 1");
        require(liveBytesMax >= 1, "liveBytesMax must be at least 1");
        require(finishedKeptMax >= 0, "finishedKeptMax must not be negative");
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** DTM's defaults (PROTOCOL 10) and our bounds. */
    public static final Settings DEFAULT = new Settings(10, 35, 0, 0, 5_000_000, 4L << 30, 100_000, false);
}
