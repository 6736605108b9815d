package io.assent.engine;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.mode.Plan;
import java.util.ArrayList;
import java.util.List;

/** Snapshots of transactions for readers. */
final class Records {

    private Records() {}

    static boolean matches(Transaction transaction, TransactionFilter filter) {
        return (filter.status() == null || filter.status() == transaction.status)
                && (filter.kind() == null || filter.kind().equals(transaction.kind()))
                && transaction.createTimeMs >= filter.createdFromMs()
                && transaction.createTimeMs <= filter.createdToMs();
    }

    static TransactionRecord of(Transaction transaction, boolean withBranches) {
        long[] largest = {transaction.retryIntervalS};
        transaction.forEachTouched(branch -> {
            if (branch.status == BranchStatus.PREPARED) {
                largest[0] = Math.max(largest[0], branch.intervalS);
            }
        });
        boolean succeeded = transaction.status == TransactionStatus.SUCCEED;
        boolean failed = transaction.status == TransactionStatus.FAILED;
        Branch check = transaction.touched(Plan.CHECK_ROW);
        return new TransactionRecord(
                transaction.id,
                transaction.gid(),
                transaction.kind(),
                transaction.status,
                transaction.submission.options(),
                transaction.rollbackReason,
                transaction.result,
                transaction.createTimeMs,
                transaction.updateTimeMs,
                succeeded ? transaction.finishTimeMs : 0,
                failed ? transaction.finishTimeMs : 0,
                largest[0],
                nextTimeMs(transaction),
                transaction.retryCount,
                transaction.quarantineReason,
                transaction.timer == null ? 0 : transaction.timer.deadlineMs,
                withBranches ? branches(transaction) : List.of(),
                withBranches && check != null ? branch(transaction, Plan.CHECK_ROW, check) : null);
    }

    /** When something is done for it: the earliest time that a branch waits for, or what was set last. */
    static long nextTimeMs(Transaction transaction) {
        long[] earliest = {Long.MAX_VALUE};
        transaction.forEachTouched(branch -> {
            if (branch.timer != null) {
                earliest[0] = Math.min(earliest[0], branch.timer.deadlineMs);
            }
        });
        return earliest[0] == Long.MAX_VALUE ? transaction.nextCronTimeMs : earliest[0];
    }

    /** Headers of a branch call: the trace context it came with, then the client's, because of equal names the last is sent. */
    static List<Header> branchHeaders(Options options) {
        if (options.attributes().isEmpty()) {
            return options.headers();
        }
        List<Header> all = new ArrayList<>(options.attributes());
        all.addAll(options.headers());
        return all;
    }

    private static List<BranchRecord> branches(Transaction transaction) {
        int count = transaction.rowCount();
        List<BranchRecord> records = new ArrayList<>(count);
        Branch untouched = new Branch(0);
        for (int row = 0; row < count; row++) {
            Branch touched = transaction.touched(row);
            records.add(branch(transaction, row, touched == null ? untouched : touched));
        }
        return records;
    }

    private static BranchRecord branch(Transaction transaction, int row, Branch branch) {
        BranchRows rows = transaction.rows;
        long createTimeMs = Math.max(rows.createTimeMs(row), transaction.createTimeMs);
        return new BranchRecord(
                rows.branchId(row),
                rows.operation(row),
                rows.url(row),
                rows.payload(row),
                rows.payloadOffset(row),
                rows.payloadLength(row),
                branch.status,
                createTimeMs,
                branch.updateTimeMs == 0 ? createTimeMs : branch.updateTimeMs,
                branch.finishTimeMs,
                branch.lastOutcome,
                branch.lastText,
                branch.lastLatencyMs,
                branch.attempts,
                branch.timer == null ? 0 : branch.timer.deadlineMs,
                branch.open == null ? 0 : branch.open.sinceMs);
    }
}
