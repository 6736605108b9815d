package io.assent.engine;

import java.util.Arrays;
import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * The calls that were handed out and have not ended: at most one per branch operation. Beside the state, in no journal and no hash; a new
 * process starts with none and never reuses a number.
 */
final class OpenCalls {
    private static final int COUNTER_BITS = 40;

    /** One call under way. */
    static final class OpenCall {
        final long number;
        final Transaction transaction;
        final Branch branch;
        final long sinceMs;
        /** Of the texts that were made for it. */
        private final long bytes;

        private OpenCall(long number, Transaction transaction, Branch branch, long sinceMs, long bytes) {
            this.number = number;
            this.transaction = transaction;
            this.branch = branch;
            this.sinceMs = sinceMs;
            this.bytes = bytes;
        }
    }

    private final Long2ObjectHashMap<OpenCall> calls = new Long2ObjectHashMap<>();
    private long lastNumber;
    private long staleReplies;

    /** Forgets every call of an earlier process and numbers on from this boot. */
    void startBoot(long boot) {
        for (OpenCall call : calls.values()) {
            call.branch.open = null;
            call.transaction.openCalls = 0;
            call.transaction.callBytes = 0;
        }
        calls.clear();
        lastNumber = boot << COUNTER_BITS;
    }

    /** @param bytes what the host is given to hold for it */
    OpenCall open(Transaction transaction, Branch branch, long nowMs, long bytes) {
        if (branch.open != null) {
            throw new IllegalStateException("row " + branch.row + " of transaction " + transaction.gid() + " has call "
                    + branch.open.number + " open already");
        }
        OpenCall call = new OpenCall(++lastNumber, transaction, branch, nowMs, bytes);
        calls.put(call.number, call);
        branch.open = call;
        transaction.openCalls++;
        transaction.callBytes += bytes;
        return call;
    }

    /** Ends a call; null when this number is not open, which is counted. */
    OpenCall end(long number) {
        OpenCall call = calls.remove(number);
        if (call == null) {
            staleReplies++;
            return null;
        }
        call.branch.open = null;
        call.transaction.openCalls--;
        call.transaction.callBytes -= call.bytes;
        return call;
    }

    /** Replies to these calls are not wanted any more. */
    void abandon(Transaction transaction) {
        if (transaction.openCalls > 0) {
            transaction.forEachTouched(branch -> {
                if (branch.open != null) {
                    calls.remove(branch.open.number);
                    branch.open = null;
                }
            });
            transaction.openCalls = 0;
            transaction.callBytes = 0;
        }
    }

    int count() {
        return calls.size();
    }

    long staleReplies() {
        return staleReplies;
    }

    /** The gid of each open call, oldest call first; a gid comes once per call. */
    void forEachGid(Consumer<String> consumer) {
        long[] numbers = new long[calls.size()];
        int count = 0;
        for (OpenCall call : calls.values()) {
            numbers[count++] = call.number;
        }
        Arrays.sort(numbers);
        for (long number : numbers) {
            consumer.accept(calls.get(number).transaction.gid());
        }
    }
}
