package io.assent.journal;

import java.util.List;

/**
 * What reading a journal to its end found.
 *
 * @param lastPosition position of the last good record, 0 for none
 * @param durableUpTo highest position that the records themselves call durable
 * @param lastTimeMs engine time of the last good record
 * @param lastBoot boot number of the last cycle
 * @param lastCycle number of the last file, or -1 for none
 * @param unsynced the good records above {@code durableUpTo}, to be written again
 * @param tornTail what was cut, for people; "" for a clean end
 */
record Recovered(
        long lastPosition,
        long durableUpTo,
        long lastTimeMs,
        long lastBoot,
        int lastCycle,
        List<StoredRecord> unsynced,
        String tornTail) {

    /** A record kept in memory. */
    record StoredRecord(long position, long timeMs, byte[] body) {}
}
