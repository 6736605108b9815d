package io.assent.engine;

/** What must now be done outside, as soon as the record it depends on is durable. Values are immutable and may cross threads. */
public interface Effects {

    /** Answers a client. */
    void answer(long requestId, Answer answer);

    /** Answers a query; {@code record} is null when the gid is unknown. */
    void record(long requestId, TransactionRecord record);

    /** Answers a part of a listing. */
    void page(long requestId, TransactionPage page);

    /** Answers a query of topics. */
    void topics(long requestId, TopicPage page);

    /** Answers a part of a bulk reset. */
    void cronReset(long requestId, CronReset.Part part);

    /**
     * The request waits for a round although it did not say so itself: the stored options do.
     *
     * @param requestTimeoutS the stored time-out of branch calls, 0 for the configured one
     */
    void waits(long requestId, int requestTimeoutS);

    /** Somebody should look at a transaction. */
    void alert(Alert alert);

    /** The history was asked too early for this request: ask it again and send the command again. */
    void lookAgain(long requestId);

    /** Calls a participant. */
    void call(BranchCall call);

    /**
     * Calls of this transaction that were not written yet are not wanted any more. Each of them ends by {@link Outcome#WITHDRAWN}; what is
     * on the wire goes on.
     */
    void withdraw(long transactionId);
}
