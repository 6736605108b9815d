package io.assent.engine;

/**
 * A part of a bulk reset (PROTOCOL 2.2 resetCronTime).
 *
 * @param belowId only transactions with a smaller id; {@link Long#MAX_VALUE} from the newest
 * @param laterThanMs only those whose next time is further away than this
 * @param limit how many to reset, 0 to learn whether there is one
 */
public record CronReset(long belowId, long laterThanMs, int limit) {

    /**
     * What became of it.
     *
     * @param count transactions that are due now
     * @param nextId continue with smaller ids; 0 when every transaction was looked at
     * @param hasRemaining whether one beyond the limit was seen
     */
    public record Part(int count, long nextId, boolean hasRemaining) {}
}
