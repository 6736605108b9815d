package io.assent.engine;

import java.util.List;

/**
 * What happened. The state knows nothing else: live commands and replay apply the same events through the same door.
 *
 * <p>Events carry results, never questions: a deferred branch holds the time of its next call, not the policy. The meaning of a released
 * event is never edited. Times are epoch milliseconds; 0 means absent.
 */
public interface Events {

    /** Who caused the events that follow in this record, and why. */
    void caused(String actor, String reason);

    void configured(long now, Settings settings);

    /**
     * A new transaction.
     *
     * @param id dense number, by which later events name it
     * @param status prepared or submitted
     * @param retryIntervalS its reset interval R (PROTOCOL 6.9)
     * @param deadlineMs end of its time-out or of its delay, 0 for none
     */
    void transactionCreated(
            long now, long id, TransactionStatus status, int retryIntervalS, long deadlineMs, Submission submission);

    /**
     * Prepared became submitted.
     *
     * @param options the merged options, or null when they did not change
     */
    void submitted(long now, long id, int retryIntervalS, long deadlineMs, Options options);

    /** Prepared or submitted became aborting. From here on no action is called any more. */
    void rollbackDecided(long now, long id, String reason);

    /**
     * The final status, succeed or failed.
     *
     * @param forced whether an administrator stopped it by force; false also in records that are older than the distinction
     */
    void finished(long now, long id, TransactionStatus status, boolean forced);

    /**
     * A branch operation took effect.
     *
     * @param called false when its URL is empty and nobody was called
     */
    void branchSucceeded(long now, long id, int row, int latencyMs, boolean called);

    /** A definite refusal that ends the row. */
    void branchFailed(long now, long id, int row, int latencyMs, String text);

    /**
     * A call ended and its row did not.
     *
     * @param outcome failure (of an operation that may not fail), ongoing or unknown; for the call-back of a workflow any
     * @param nextTimeMs when it is called again, 0 for at once or never (an action of a rolled back saga)
     * @param retryCount calls repeated under retry_limit so far, of the whole transaction
     */
    void branchDeferred(
            long now,
            long id,
            int row,
            int latencyMs,
            Outcome outcome,
            long intervalS,
            long nextTimeMs,
            int retryCount,
            String text);

    /** What waits for a time is due now. */
    void cronReset(long now, long id);

    /** Taken out of all work because deciding about it failed. */
    void quarantined(long now, long id, String reason);

    void quarantineReleased(long now, long id);

    /** A finished transaction left the state. */
    void forgotten(long now, long id);

    /** Every transaction that finished at or below this journal position left the state; a history holds them. */
    void historyTookOver(long now, long position);

    /** A client registered a branch. Its rows follow those known before; told again when a state is described. */
    void branchRegistered(long now, long id, Registration registration);

    /** Behind the creation of a message: what one of its topic steps stands for, a row for each URL. */
    void topicExpanded(long now, long id, int step, List<String> urls);

    /** What a workflow's client said at its end; told before {@link #finished}. Either text may be "". */
    void resultKept(long now, long id, String rollbackReason, String result);

    /** A repeated abort gave another reason. */
    void rollbackReasonReplaced(long now, long id, String reason);

    /** A new subscriber, of a topic that is new with it or not. */
    void topicSubscribed(long now, String topic, String url, String remark);

    void topicUnsubscribed(long now, String topic, String url);

    void topicDeleted(long now, String topic);

    /** A topic of a described state; its subscribers follow. */
    void topicRestored(String topic, long version, long createTimeMs, long updateTimeMs);

    void subscriberRestored(String topic, String url, String remark);

    /** First of a described state: what belongs to no transaction. */
    void stateRestored(long now, long nextId, long forgottenUpTo, long position);

    void transactionRestored(TransactionImage image);

    /** A row that differs from a fresh one, behind its transaction. */
    void branchRestored(long id, int row, BranchImage image);

    /** Every stored field of a transaction. */
    record TransactionImage(
            long id,
            Submission submission,
            TransactionStatus status,
            int retryIntervalS,
            long deadlineMs,
            long createTimeMs,
            long updateTimeMs,
            long finishTimeMs,
            long nextCronTimeMs,
            int retryCount,
            long finishedAt,
            boolean quarantined,
            String rollbackReason,
            String quarantineReason) {}

    /**
     * Every stored field of a row.
     *
     * @param lastOutcome null before the first end of a call
     */
    record BranchImage(
            BranchStatus status,
            int attempts,
            long intervalS,
            long nextTimeMs,
            long updateTimeMs,
            long finishTimeMs,
            Outcome lastOutcome,
            int lastLatencyMs,
            String text) {}
}
