package io.assent.engine;

import java.util.Arrays;

/**
 * When something is due, ordered by (deadline, transaction, row): a binary heap whose entries know their place, so that cancelling costs
 * O(log n). Derived from the state, rebuilt after replay, in no hash.
 */
final class Timers {

    /** The row of the transaction's own deadline: the end of its time-out or of its delay. */
    static final int TRANSACTION_ROW = Integer.MIN_VALUE;

    /** One deadline of one transaction or of one of its rows. */
    static final class Timer {
        final long deadlineMs;
        final Transaction transaction;
        final int row;
        private int place;

        private Timer(long deadlineMs, Transaction transaction, int row) {
            this.deadlineMs = deadlineMs;
            this.transaction = transaction;
            this.row = row;
        }

        private boolean isBefore(Timer other) {
            if (deadlineMs != other.deadlineMs) {
                return deadlineMs < other.deadlineMs;
            }
            if (transaction.id != other.transaction.id) {
                return transaction.id < other.transaction.id;
            }
            return row < other.row;
        }
    }

    private Timer[] heap = new Timer[64];
    private int size;

    Timer schedule(long deadlineMs, Transaction transaction, int row) {
        Timer timer = new Timer(deadlineMs, transaction, row);
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        siftUp(size++, timer);
        transaction.timers++;
        return timer;
    }

    void cancel(Timer timer) {
        if (timer != null) {
            removeAt(timer.place);
        }
    }

    long nextDeadlineMs() {
        return size == 0 ? Long.MAX_VALUE : heap[0].deadlineMs;
    }

    /** Takes the earliest timer out. Only when there is one. */
    Timer poll() {
        Timer first = heap[0];
        removeAt(0);
        return first;
    }

    int size() {
        return size;
    }

    void clear() {
        for (int i = 0; i < size; i++) {
            heap[i].transaction.timers = 0;
        }
        Arrays.fill(heap, 0, size, null);
        size = 0;
    }

    private void removeAt(int place) {
        heap[place].transaction.timers--;
        Timer last = heap[--size];
        heap[size] = null;
        if (place < size) {
            siftDown(place, last);
            if (heap[place] == last) {
                siftUp(place, last);
            }
        }
    }

    private void siftUp(int start, Timer timer) {
        int place = start;
        while (place > 0) {
            int parent = (place - 1) >>> 1;
            if (!timer.isBefore(heap[parent])) {
                break;
            }
            put(place, heap[parent]);
            place = parent;
        }
        put(place, timer);
    }

    private void siftDown(int start, Timer timer) {
        int place = start;
        int child = 2 * place + 1;
        while (child < size) {
            if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
                child++;
            }
            if (!heap[child].isBefore(timer)) {
                break;
            }
            put(place, heap[child]);
            place = child;
            child = 2 * place + 1;
        }
        put(place, timer);
    }

    private void put(int place, Timer timer) {
        heap[place] = timer;
        timer.place = place;
    }
}
