package io.assent.engine;

/**
 * When a branch operation is called again (PROTOCOL 6.9, SAFETY Back-off): per operation, doubling after an unknown end, the same interval
 * after ONGOING. No cap and no jitter unless set.
 */
final class RetryPolicy {
    private static final long SECOND_MS = 1_000;
    /** Where doubling stops growing: the wire shows intervals as 32-bit integers. */
    private static final long INTERVAL_S_MAX = Integer.MAX_VALUE;

    private RetryPolicy() {}

    static long unchanged(long intervalS, int resetIntervalS) {
        return intervalS == 0 ? resetIntervalS : intervalS;
    }

    static long doubled(long intervalS, int resetIntervalS, Settings settings) {
        long cap = settings.retryIntervalCapS() > 0 ? settings.retryIntervalCapS() : INTERVAL_S_MAX;
        return Math.min(cap, 2 * unchanged(intervalS, resetIntervalS));
    }

    /**
     * How often the interval has doubled (PROTOCOL 6.10). At its cap it can not say; there the ended calls count.
     */
    static int doublings(Branch branch, int resetIntervalS, Settings settings) {
        long cap = settings.retryIntervalCapS();
        if (cap > 0 && branch.intervalS >= cap) {
            return branch.attempts;
        }
        long ratio = branch.intervalS / Math.max(1, resetIntervalS);
        return ratio <= 1 ? 0 : 63 - Long.numberOfLeadingZeros(ratio);
    }

    /** What a participant asked for, as far as it is heeded. */
    static long askedMs(int retryAfterS) {
        return Math.min(retryAfterS, Limits.RETRY_AFTER_S_MAX) * SECOND_MS;
    }

    /** The interval in milliseconds, spread by a hash of (gid, row, attempt) when jitter is on. */
    static long delayMs(Transaction transaction, Branch branch, long intervalS, Settings settings) {
        long delayMs = intervalS * SECOND_MS;
        if (settings.retryJitterPercent() == 0) {
            return delayMs;
        }
        long spread = delayMs / 100 * settings.retryJitterPercent();
        long hash = transaction.gid().hashCode() * 31L + branch.row * 0x9E3779B97F4A7C15L + branch.attempts;
        hash = (hash ^ (hash >>> 32)) * 0xBF58476D1CE4E5B9L;
        return delayMs - spread + Math.floorMod(hash ^ (hash >>> 29), 2 * spread + 1);
    }
}
