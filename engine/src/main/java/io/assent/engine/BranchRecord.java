package io.assent.engine;

/**
 * What a client may see of one branch operation (PROTOCOL 2.4).
 *
 * @param createTimeMs epoch milliseconds, as all times here; 0 means absent
 * @param payload array holding the payload bytes; not to be changed
 * @param lastOutcome how the last call ended, or null before the first end
 * @param lastError bounded text of the last end that was no success, or ""
 * @param lastLatencyMs duration of the last call
 * @param attempts ended calls so far
 * @param nextTimeMs when it is called again, 0 when it waits for nothing
 * @param openSinceMs when the open call was issued, 0 when none is open
 */
public record BranchRecord(
        String branchId,
        String operation,
        String url,
        byte[] payload,
        int payloadOffset,
        int payloadLength,
        BranchStatus status,
        long createTimeMs,
        long updateTimeMs,
        long finishTimeMs,
        Outcome lastOutcome,
        String lastError,
        int lastLatencyMs,
        int attempts,
        long nextTimeMs,
        long openSinceMs) {}
