package io.assent.loadtest.participant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a participant was asked, what it answered, and its accounts. One counter numbers every call, every answer and every mark, so
 * that "before" and "after" can be told without comparing clocks.
 *
 * <p>Each operation moves its account at most once (the barrier of PROTOCOL 12.7): a repeat moves nothing; a compensation whose action never took effect
 * moves nothing and bars the action for good. Safe for many threads; every method holds the one lock for a short time.
 */
public final class Ledger {

    private static final String COMPENSATE = "compensate";

    private final LongSupplier clockMs;
    private final List<LedgerEntry> entries = new ArrayList<>();
    private final Map<Long, Integer> positions = new HashMap<>();
    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<String, Barrier> barriers = new HashMap<>();
    private final Map<String, Long> balances = new TreeMap<>();
    private Consumer<LedgerEntry> onAnswer = entry -> {};
    private long sequence;

    private static final class Barrier {
        private boolean actionBarred;
        private boolean compensated;
        private long moved;
    }

    /**
     * Makes an empty ledger.
     *
     * @param clockMs the wall clock in ms.
     */
    public Ledger(final LongSupplier clockMs) {
        this.clockMs = clockMs;
    }

    /**
     * Sets who is told of each answered call.
     *
     * @param listener called under the ledger's lock; must be quick.
     */
    public synchronized void onAnswer(final Consumer<LedgerEntry> listener) {
        this.onAnswer = listener;
    }

    /**
     * Records a call and lets it take effect if its outcome says so.
     *
     * @param gid the transaction.
     * @param branchId the branch.
     * @param op the operation.
     * @param script what the operation answers.
     * @param account the account to move, or {@code -}.
     * @param amount how much its action moves.
     * @return the entry; its {@code received} number names it to {@link #answered}.
     */
    public synchronized LedgerEntry received(
            final String gid,
            final String branchId,
            final String op,
            final Script script,
            final String account,
            final long amount) {
        final int attempt = attempts.merge(gid + '\n' + branchId + '\n' + op, 1, Integer::sum);
        final Script.Outcome outcome = script.at(attempt);
        final long delta = outcome.kind().effective() && !"-".equals(account)
                ? moved(barriers.computeIfAbsent(gid + '\n' + branchId, key -> new Barrier()), op, amount)
                : 0;
        if (delta != 0) {
            balances.merge(account, delta, Long::sum);
        }
        final LedgerEntry entry = new LedgerEntry(
                ++sequence, clockMs.getAsLong(), 0, 0, gid, branchId, op, attempt, outcome.toString(), account, delta);
        entries.add(entry);
        positions.put(entry.received(), entries.size() - 1);
        return entry;
    }

    private static long moved(final Barrier barrier, final String op, final long amount) {
        if (COMPENSATE.equals(op)) {
            if (barrier.compensated) {
                return 0;
            }
            barrier.compensated = true;
            barrier.actionBarred = true;
            return -barrier.moved;
        }
        if (barrier.actionBarred) {
            return 0;
        }
        barrier.actionBarred = true;
        barrier.moved = amount;
        return amount;
    }

    /**
     * Records that the answer of a call is being written.
     *
     * @param received the number of the call.
     */
    public synchronized void answered(final long received) {
        final Integer position = positions.remove(received);
        if (position == null) {
            throw new IllegalStateException("call " + received + " is unknown or answered already");
        }
        final LedgerEntry entry = entries.get(position).answeredAt(++sequence, clockMs.getAsLong());
        entries.set(position, entry);
        onAnswer.accept(entry);
    }

    /**
     * Takes the next number for something that happened outside, such as a kill or the sight of a final status.
     *
     * @return the number; calls received later have greater ones.
     */
    public synchronized long mark() {
        return ++sequence;
    }

    /**
     * Copies the entries.
     *
     * @return every call in the order received.
     */
    public synchronized List<LedgerEntry> entries() {
        return List.copyOf(entries);
    }

    /**
     * Copies the entries of a transaction.
     *
     * @param gid the transaction.
     * @return its calls in the order received.
     */
    public synchronized List<LedgerEntry> entriesOf(final String gid) {
        return entries.stream().filter(entry -> entry.gid().equals(gid)).toList();
    }

    /**
     * Copies the accounts.
     *
     * @return every account that ever moved, with its balance; all began at 0.
     */
    public synchronized Map<String, Long> balances() {
        return new TreeMap<>(balances);
    }

    /**
     * Counts the calls.
     *
     * @return how many were received.
     */
    public synchronized int size() {
        return entries.size();
    }
}
