package io.assent.engine;

/** What must now be done outside, as soon as the record it depends on is durable. Values are immutable and may cross threads. */
public interface Effects {

    /** Answers a client. */
    void answer(long requestId, Answer answer);

    /** Answers a query; {@code record} is null when the gid is unknown. */
    void record(long requestId, TransactionRecord record);

    /** Answers a part of a listing. */
    void page(long requestId, TransactionPage page);

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
