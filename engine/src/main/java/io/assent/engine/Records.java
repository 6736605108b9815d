package io.assent.engine;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.mode.TransactionMode;
import java.util.ArrayList;
import java.util.List;

/** Snapshots of transactions for readers. */
final class Records {

    private Records() {}

    static boolean matches(Transaction transaction, TransactionFilter filter) {
        return (filter.status() == null || filter.status() == transaction.status)
                && (filter.kind() == null || filter.kind() == transaction.kind())
                && transaction.createTimeMs >= filter.createdFromMs()
                && transaction.createTimeMs <= filter.createdToMs();
    }

    static TransactionRecord of(Transaction transaction, TransactionMode mode, boolean withBranches) {
        long[] next = {Long.MAX_VALUE, transaction.retryIntervalS};
        transaction.forEachTouched(branch -> {
            if (branch.timer != null) {
                next[0] = Math.min(next[0], branch.timer.deadlineMs);
            }
            next[1] = Math.max(next[1], branch.intervalS);
        });
        boolean succeeded = transaction.status == TransactionStatus.SUCCEED;
        boolean failed = transaction.status == TransactionStatus.FAILED;
        return new TransactionRecord(
                transaction.id,
                transaction.gid(),
                transaction.kind(),
                transaction.status,
                transaction.submission.options(),
                transaction.rollbackReason,
                "",
                transaction.createTimeMs,
                transaction.updateTimeMs,
                succeeded ? transaction.finishTimeMs : 0,
                failed ? transaction.finishTimeMs : 0,
                next[1],
                next[0] == Long.MAX_VALUE ? transaction.nextCronTimeMs : next[0],
                transaction.retryCount,
                transaction.quarantineReason,
                withBranches ? branches(transaction, mode) : List.of());
    }

    /** Headers of a branch call: the client's, then the trace context it came with. */
    static List<Header> branchHeaders(Options options) {
        if (options.attributes().isEmpty()) {
            return options.headers();
        }
        List<Header> all = new ArrayList<>(options.headers());
        all.addAll(options.attributes());
        return all;
    }

    private static List<BranchRecord> branches(Transaction transaction, TransactionMode mode) {
        List<BranchRecord> records = new ArrayList<>(transaction.rowCount());
        Branch untouched = new Branch(0);
        for (int row = 0; row < transaction.rowCount(); row++) {
            Branch touched = transaction.touched(row);
            records.add(branch(transaction, mode, row, touched == null ? untouched : touched));
        }
        return records;
    }

    private static BranchRecord branch(Transaction transaction, TransactionMode mode, int row, Branch branch) {
        Submission submission = transaction.submission;
        int step = mode.step(row);
        return new BranchRecord(
                mode.branchId(row),
                mode.operation(row),
                mode.url(submission, row),
                submission.payloadArray(),
                submission.payloadOffset(step),
                submission.payloadLength(step),
                branch.status,
                transaction.createTimeMs,
                branch.updateTimeMs == 0 ? transaction.createTimeMs : branch.updateTimeMs,
                branch.finishTimeMs,
                branch.lastOutcome,
                branch.lastText,
                branch.lastLatencyMs,
                branch.attempts,
                branch.timer == null ? 0 : branch.timer.deadlineMs,
                branch.open == null ? 0 : branch.open.sinceMs);
    }
}
