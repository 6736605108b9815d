package io.assent.journal;

import org.agrona.DirectBuffer;

/** Takes the records of a journal in order of their position. */
@FunctionalInterface
public interface RecordHandler {

    /**
     * One record.
     *
     * @param position dense position, from 1
     * @param timeMs engine time given at append, epoch milliseconds
     * @param body holds the record's bytes; valid only during this call
     */
    void onRecord(long position, long timeMs, DirectBuffer body, int offset, int length);
}
