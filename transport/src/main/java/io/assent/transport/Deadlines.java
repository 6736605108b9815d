package io.assent.transport;

import java.util.function.Consumer;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Deadlines of many things with few different time-outs: one list per time-out value, oldest first, so that adding and removing costs O(1)
 * and looking for what is over costs only what is over. One thread.
 */
public final class Deadlines<T extends Deadlines.Entry> {

    /** Something with a deadline. Belongs to at most one list. */
    public abstract static class Entry {
        private Entry before;
        private Entry after;
        private long deadlineNanos;

        public final boolean isListed() {
            return after != null;
        }
    }

    private static final class Head extends Entry {
        Head() {
            super.before = this;
            super.after = this;
        }
    }

    private final Long2ObjectHashMap<Head> lists = new Long2ObjectHashMap<>();
    private final Consumer<T> onExpired;

    public Deadlines(Consumer<T> onExpired) {
        this.onExpired = onExpired;
    }

    public void add(T entry, long timeoutMs, long nowNanos) {
        Head head = lists.get(timeoutMs);
        if (head == null) {
            head = new Head();
            lists.put(timeoutMs, head);
        }
        Entry listed = entry;
        Entry last = ((Entry) head).before;
        listed.deadlineNanos = nowNanos + timeoutMs * 1_000_000L;
        listed.before = last;
        listed.after = head;
        last.after = listed;
        ((Entry) head).before = listed;
    }

    public void remove(T entry) {
        unlink(entry);
    }

    private static void unlink(Entry listed) {
        if (listed.after != null) {
            listed.before.after = listed.after;
            listed.after.before = listed.before;
            listed.before = null;
            listed.after = null;
        }
    }

    /** Takes out and reports everything whose time is over. */
    @SuppressWarnings("unchecked")
    public void expire(long nowNanos) {
        for (Head head : lists.values()) {
            Entry first = ((Entry) head).after;
            while (first != head && first.deadlineNanos - nowNanos <= 0) {
                unlink(first);
                onExpired.accept((T) first);
                first = ((Entry) head).after;
            }
        }
        if (lists.size() > 64) {
            lists.values().removeIf(head -> ((Entry) head).after == head);
        }
    }
}
