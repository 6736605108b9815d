package io.assent.engine;

import java.util.List;

/**
 * What a client may see of one transaction (PROTOCOL 2.3). A snapshot: immutable, safe for any thread.
 *
 * @param options the options as stored: request's, merged with those of prepare
 * @param createTimeMs epoch milliseconds, as all times here; 0 means absent
 * @param nextCronIntervalS the largest retry interval of its branches that are not done, seconds
 * @param nextCronTimeMs the earliest time at which something is done for it
 * @param quarantineReason why it is out of all work, "" when it is not
 * @param deadlineMs when its time-out or delay ends, or a workflow is first called back; 0 when nothing of the kind is awaited
 * @param branches rows in their wire order; empty in listings
 * @param check the check-back or call-back, once there was one; null in listings
 */
public record TransactionRecord(
        long id,
        String gid,
        TransactionKind kind,
        TransactionStatus status,
        Options options,
        String rollbackReason,
        String result,
        long createTimeMs,
        long updateTimeMs,
        long finishTimeMs,
        long rollbackTimeMs,
        long nextCronIntervalS,
        long nextCronTimeMs,
        int retryCount,
        String quarantineReason,
        long deadlineMs,
        List<BranchRecord> branches,
        BranchRecord check) {}
