package io.assent.engine;

import io.assent.engine.mode.Modes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * The state: every transaction that is not forgotten. Changed by events and by nothing else; the same events give the same state, live,
 * replayed or restored from {@link #describeTo}.
 */
final class Transactions implements Events {
    private static final long SECOND_MS = 1_000;
    private static final int STATUSES = 8;
    /** No kind has the code 0. */
    private static final int QUARANTINED_SLOT = 0;

    private final Modes modes;
    private final Long2ObjectHashMap<Transaction> byId = new Long2ObjectHashMap<>();
    private final Object2ObjectHashMap<String, Transaction> byGid = new Object2ObjectHashMap<>();
    /** Oldest end first. */
    private final ArrayDeque<Transaction> finished = new ArrayDeque<>();

    private final Topics topics = new Topics();
    /** Transactions by kind and status, see {@link #count}; written by one thread, read by any. */
    private final AtomicIntegerArray counts = new AtomicIntegerArray((TransactionKind.CODE_MAX + 1) * STATUSES);

    private Settings settings = Settings.DEFAULT;
    private long nextId = 1;
    /** A lower bound of the ids that are held; derived, in no hash. */
    private long oldestId = 1;

    private long forgottenUpTo;
    private long position;
    private long lastEventTimeMs;
    private long liveBytes;
    private long finishedBytes;

    Transactions(Modes modes) {
        this.modes = modes;
    }

    /** The journal position of the record whose events come next. */
    void at(long recordPosition) {
        position = recordPosition;
    }

    Transaction byGid(String gid) {
        return byGid.get(gid);
    }

    Transaction byId(long id) {
        return byId.get(id);
    }

    Settings settings() {
        return settings;
    }

    Topics topics() {
        return topics;
    }

    /** Transactions of this kind in this status. Any thread. */
    int count(TransactionKind kind, TransactionStatus status) {
        return counts.get(kind.code() * STATUSES + status.code());
    }

    long nextId() {
        return nextId;
    }

    /** No transaction has a smaller id. O(1) amortised over the ids. */
    long oldestId() {
        while (oldestId < nextId && !byId.containsKey(oldestId)) {
            oldestId++;
        }
        return oldestId;
    }

    long forgottenUpTo() {
        return forgottenUpTo;
    }

    long lastEventTimeMs() {
        return lastEventTimeMs;
    }

    int quarantinedCount() {
        return counts.get(QUARANTINED_SLOT);
    }

    int liveCount() {
        return byId.size() - finished.size();
    }

    long liveBytes() {
        return liveBytes;
    }

    int finishedCount() {
        return finished.size();
    }

    long finishedBytes() {
        return finishedBytes;
    }

    /** The transaction whose end is the oldest, or null. */
    Transaction oldestFinished() {
        return finished.peekFirst();
    }

    /** The journal position of the n-th oldest end still held, or {@link Long#MAX_VALUE} when there are fewer. */
    long finishedAt(int n) {
        if (finished.size() < n) {
            return Long.MAX_VALUE;
        }
        int seen = 0;
        for (Transaction transaction : finished) {
            if (++seen == n) {
                return transaction.finishedAt;
            }
        }
        return Long.MAX_VALUE;
    }

    /** Every id, smallest first. */
    long[] ids() {
        long[] ids = new long[byId.size()];
        int count = 0;
        for (Transaction transaction : byId.values()) {
            ids[count++] = transaction.id;
        }
        Arrays.sort(ids);
        return ids;
    }

    /** Tells the whole state as the fewest events. Applied to an empty state they make an equal one. */
    void describeTo(Events events) {
        events.stateRestored(lastEventTimeMs, nextId, forgottenUpTo, position);
        events.configured(lastEventTimeMs, settings);
        for (Topic topic : topics.all()) {
            events.topicRestored(topic.name(), topic.version(), topic.createTimeMs(), topic.updateTimeMs());
            for (Topic.Subscriber subscriber : topic.subscribers()) {
                events.subscriberRestored(topic.name(), subscriber.url(), subscriber.remark());
            }
        }
        for (long id : ids()) {
            Transaction transaction = byId.get(id);
            if (!transaction.isTerminal()) {
                describe(transaction, events);
            }
        }
        // Ends in their order: the queue of the finished is state, and events rebuild it front to back.
        for (Transaction transaction : finished) {
            describe(transaction, events);
        }
    }

    private static void describe(Transaction transaction, Events events) {
        events.transactionRestored(transaction.image());
        BranchRows rows = transaction.rows;
        for (BranchRows.Expansion expansion : rows.expansions()) {
            events.topicExpanded(transaction.createTimeMs, transaction.id, expansion.step(), expansion.urls());
        }
        List<Registration> registrations = rows.registrations();
        int row = rows.count() - rows.registeredRows();
        for (Registration registration : registrations) {
            events.branchRegistered(rows.createTimeMs(row), transaction.id, registration);
            row += registration.operations().size();
        }
        if (!transaction.result.isEmpty()) {
            events.resultKept(transaction.updateTimeMs, transaction.id, transaction.rollbackReason, transaction.result);
        }
        transaction.forEachTouched(branch -> {
            if (!branch.isFresh()) {
                events.branchRestored(transaction.id, branch.row, branch.image());
            }
        });
    }

    @Override
    public void caused(String actor, String reason) {
        // Stands in the journal for people; decides nothing.
    }

    @Override
    public void configured(long now, Settings newSettings) {
        lastEventTimeMs = now;
        settings = newSettings;
    }

    @Override
    public void transactionCreated(
            long now, long id, TransactionStatus status, int retryIntervalS, long deadlineMs, Submission submission) {
        lastEventTimeMs = now;
        Transaction transaction = new Transaction(id, now, submission, modes.of(submission.kind()));
        transaction.status = status;
        transaction.retryIntervalS = retryIntervalS;
        transaction.deadlineMs = deadlineMs;
        transaction.updateTimeMs = now;
        transaction.nextCronTimeMs = firstCronTimeMs(now, transaction);
        transaction.retryCount = submission.options().retryCount();
        add(transaction);
        nextId = Math.max(nextId, id + 1);
        liveBytes += transaction.retainedBytes();
    }

    @Override
    public void submitted(long now, long id, int retryIntervalS, long deadlineMs, Options options) {
        Transaction transaction = touch(now, id);
        setStatus(transaction, TransactionStatus.SUBMITTED);
        transaction.retryIntervalS = retryIntervalS;
        transaction.deadlineMs = deadlineMs;
        transaction.nextCronTimeMs = firstCronTimeMs(now, transaction);
        transaction.forEachTouched(branch -> branch.nextTimeMs = 0);
        if (options != null) {
            liveBytes -= transaction.retainedBytes();
            transaction.rows.changeOptions(options);
            transaction.submission = transaction.rows.submission();
            transaction.retryCount = options.retryCount();
            liveBytes += transaction.retainedBytes();
        }
    }

    /** After its interval, or when its delay ends (PROTOCOL 6.3, 6.9). */
    private long firstCronTimeMs(long now, Transaction transaction) {
        boolean delayed = transaction.status == TransactionStatus.SUBMITTED
                && transaction.deadlineMs > 0
                && modes.of(transaction.kind()).deadlineIsDelay();
        return delayed ? transaction.deadlineMs : now + transaction.retryIntervalS * SECOND_MS;
    }

    @Override
    public void rollbackDecided(long now, long id, String reason) {
        Transaction transaction = touch(now, id);
        setStatus(transaction, TransactionStatus.ABORTING);
        transaction.rollbackReason = reason;
        // What waited to be called again waits for nothing now.
        transaction.forEachTouched(branch -> branch.nextTimeMs = 0);
    }

    @Override
    public void finished(long now, long id, TransactionStatus status, boolean forced) {
        Transaction transaction = touch(now, id);
        addToSlot(QUARANTINED_SLOT, transaction.quarantined ? -1 : 0);
        setStatus(transaction, status);
        transaction.finishTimeMs = now;
        transaction.finishedAt = position;
        liveBytes -= transaction.retainedBytes();
        finishedBytes += transaction.retainedBytes();
        finished.addLast(transaction);
    }

    @Override
    public void branchSucceeded(long now, long id, int row, int latencyMs, boolean called) {
        Branch branch = ended(now, id, row, latencyMs, called ? Outcome.SUCCESS : null);
        branch.status = BranchStatus.SUCCEED;
        branch.finishTimeMs = now;
        branch.lastText = "";
    }

    @Override
    public void branchFailed(long now, long id, int row, int latencyMs, String text) {
        Branch branch = ended(now, id, row, latencyMs, Outcome.FAILURE);
        branch.status = BranchStatus.FAILED;
        branch.finishTimeMs = now;
        branch.lastText = text;
    }

    @Override
    public void branchDeferred(
            long now,
            long id,
            int row,
            int latencyMs,
            Outcome outcome,
            long intervalS,
            long nextTimeMs,
            int retryCount,
            String text) {
        Branch branch = ended(now, id, row, latencyMs, outcome);
        branch.intervalS = intervalS;
        branch.nextTimeMs = nextTimeMs;
        branch.lastText = text;
        byId.get(id).retryCount = retryCount;
    }

    @Override
    public void cronReset(long now, long id) {
        Transaction transaction = touch(now, id);
        transaction.nextCronTimeMs = now;
        if (modes.of(transaction.kind()).deadlineIsFirstCall() && transaction.deadlineMs > now) {
            transaction.deadlineMs = now;
        }
        transaction.forEachTouched(branch -> {
            if (branch.nextTimeMs > now) {
                branch.nextTimeMs = now;
            }
        });
    }

    @Override
    public void quarantined(long now, long id, String reason) {
        Transaction transaction = touch(now, id);
        addToSlot(QUARANTINED_SLOT, transaction.quarantined ? 0 : 1);
        transaction.quarantined = true;
        transaction.quarantineReason = reason;
    }

    @Override
    public void quarantineReleased(long now, long id) {
        Transaction transaction = touch(now, id);
        addToSlot(QUARANTINED_SLOT, transaction.quarantined ? -1 : 0);
        transaction.quarantined = false;
        transaction.quarantineReason = "";
    }

    @Override
    public void forgotten(long now, long id) {
        lastEventTimeMs = now;
        Transaction oldest = finished.pollFirst();
        if (oldest == null || oldest.id != id) {
            throw new IllegalStateException("expected the oldest finished transaction to be forgotten, found id " + id);
        }
        remove(oldest);
    }

    @Override
    public void historyTookOver(long now, long upTo) {
        lastEventTimeMs = now;
        forgottenUpTo = upTo;
        while (!finished.isEmpty() && finished.peekFirst().finishedAt <= upTo) {
            remove(finished.pollFirst());
        }
    }

    @Override
    public void branchRegistered(long now, long id, Registration registration) {
        lastEventTimeMs = Math.max(lastEventTimeMs, now);
        Transaction transaction = existing(id);
        long before = transaction.retainedBytes();
        int first = transaction.rows.register(now, registration);
        for (int i = 0; i < registration.operations().size(); i++) {
            BranchStatus status = registration.operations().get(i).status();
            if (status != BranchStatus.PREPARED) {
                transaction.branch(first + i).status = status;
            }
        }
        retain(transaction, before);
    }

    @Override
    public void topicExpanded(long now, long id, int step, List<String> urls) {
        lastEventTimeMs = Math.max(lastEventTimeMs, now);
        Transaction transaction = existing(id);
        long before = transaction.retainedBytes();
        transaction.rows.expand(step, urls);
        retain(transaction, before);
    }

    @Override
    public void resultKept(long now, long id, String rollbackReason, String result) {
        lastEventTimeMs = Math.max(lastEventTimeMs, now);
        Transaction transaction = existing(id);
        long before = transaction.retainedBytes();
        transaction.rollbackReason = rollbackReason;
        transaction.result = result;
        retain(transaction, before);
    }

    /** Its size has changed. */
    private void retain(Transaction transaction, long before) {
        if (transaction.isTerminal()) {
            finishedBytes += transaction.retainedBytes() - before;
        } else {
            liveBytes += transaction.retainedBytes() - before;
        }
    }

    @Override
    public void rollbackReasonReplaced(long now, long id, String reason) {
        touch(now, id).rollbackReason = reason;
    }

    @Override
    public void topicSubscribed(long now, String topic, String url, String remark) {
        lastEventTimeMs = now;
        topics.subscribe(now, topic, url, remark);
    }

    @Override
    public void topicUnsubscribed(long now, String topic, String url) {
        lastEventTimeMs = now;
        topics.unsubscribe(now, topic, url);
    }

    @Override
    public void topicDeleted(long now, String topic) {
        lastEventTimeMs = now;
        topics.delete(topic);
    }

    @Override
    public void topicRestored(String topic, long version, long createTimeMs, long updateTimeMs) {
        topics.restore(new Topic(topic, version, createTimeMs, updateTimeMs, List.of()));
    }

    @Override
    public void subscriberRestored(String topic, String url, String remark) {
        topics.restoreSubscriber(topic, new Topic.Subscriber(url, remark));
    }

    @Override
    public void stateRestored(long now, long restoredNextId, long restoredForgottenUpTo, long restoredPosition) {
        lastEventTimeMs = now;
        nextId = restoredNextId;
        forgottenUpTo = restoredForgottenUpTo;
        position = restoredPosition;
    }

    @Override
    public void transactionRestored(TransactionImage image) {
        Transaction transaction = new Transaction(
                image.id(),
                image.createTimeMs(),
                image.submission(),
                modes.of(image.submission().kind()));
        transaction.restore(image);
        add(transaction);
        addToSlot(QUARANTINED_SLOT, transaction.quarantined && !transaction.isTerminal() ? 1 : 0);
        if (transaction.isTerminal()) {
            finishedBytes += transaction.retainedBytes();
            finished.addLast(transaction);
        } else {
            liveBytes += transaction.retainedBytes();
        }
    }

    @Override
    public void branchRestored(long id, int row, BranchImage image) {
        existing(id).branch(row).restore(image);
    }

    private void add(Transaction transaction) {
        if (byGid.put(transaction.gid(), transaction) != null) {
            throw new IllegalStateException("gid " + transaction.gid() + " exists already");
        }
        byId.put(transaction.id, transaction);
        count(transaction, 1);
    }

    private void remove(Transaction transaction) {
        finishedBytes -= transaction.retainedBytes();
        count(transaction, -1);
        byId.remove(transaction.id);
        byGid.remove(transaction.gid());
    }

    private void setStatus(Transaction transaction, TransactionStatus status) {
        count(transaction, -1);
        transaction.status = status;
        count(transaction, 1);
    }

    private void count(Transaction transaction, int change) {
        int slot = transaction.kind().code() * STATUSES + transaction.status.code();
        addToSlot(slot, change);
    }

    private void addToSlot(int slot, int change) {
        counts.setRelease(slot, counts.getPlain(slot) + change);
    }

    private Branch ended(long now, long id, int row, int latencyMs, Outcome outcome) {
        Branch branch = touch(now, id).branch(row);
        branch.updateTimeMs = now;
        branch.nextTimeMs = 0;
        if (outcome != null) {
            branch.attempts++;
            branch.lastOutcome = outcome;
            branch.lastLatencyMs = latencyMs;
        }
        return branch;
    }

    private Transaction touch(long now, long id) {
        Transaction transaction = existing(id);
        transaction.updateTimeMs = now;
        lastEventTimeMs = now;
        return transaction;
    }

    private Transaction existing(long id) {
        Transaction transaction = byId.get(id);
        if (transaction == null) {
            throw new IllegalStateException("event names transaction id " + id + ", which the state does not hold");
        }
        return transaction;
    }
}
