package io.assent.journal;

import java.util.List;

/**
 * What reading a journal to its end found.
 *
 * @param files the files that were read, and those that do not count
 * @param lastPosition position of the last good record, 0 for none
 * @param durableUpTo highest position that is known durable
 * @param lastTimeMs engine time of the last good record
 * @param lastBoot boot number of the last file that counts
 * @param unsynced the good records above {@code durableUpTo}, to be written again
 * @param tornTail what was cut, for people; "" for a clean end
 */
record Recovered(
        JournalFiles files,
        long lastPosition,
        long durableUpTo,
        long lastTimeMs,
        long lastBoot,
        List<StoredRecord> unsynced,
        String tornTail) {

    /** A record kept in memory. */
    record StoredRecord(long position, long timeMs, byte[] body) {}
}
