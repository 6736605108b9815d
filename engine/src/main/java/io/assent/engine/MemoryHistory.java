package io.assent.engine;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A history that lives as long as the process: for tests, and for hosts that replay the whole journal at start. */
public final class MemoryHistory implements History {
    private final Map<String, TransactionStatus> finished = new ConcurrentHashMap<>();
    private volatile long position;

    @Override
    public HistoryAnswer find(String gid) {
        // The position is read first: an answer may know more than its position says, never less.
        long completeUpTo = position;
        TransactionStatus status = finished.get(gid);
        if (status == null) {
            return new HistoryAnswer(HistoryAnswer.Finding.ABSENT, completeUpTo);
        }
        HistoryAnswer.Finding finding =
                status == TransactionStatus.SUCCEED ? HistoryAnswer.Finding.SUCCEED : HistoryAnswer.Finding.FAILED;
        return new HistoryAnswer(finding, completeUpTo);
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public void add(String gid, TransactionStatus finalStatus) {
        if (!finalStatus.isTerminal()) {
            throw new IllegalArgumentException("expected a terminal status for " + gid + ", found " + finalStatus);
        }
        finished.put(gid, finalStatus);
    }

    @Override
    public void completeUpTo(long newPosition) {
        if (newPosition < position) {
            throw new IllegalArgumentException("history position went back from " + position + " to " + newPosition);
        }
        position = newPosition;
    }
}
