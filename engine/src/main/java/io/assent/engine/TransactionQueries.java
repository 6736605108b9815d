package io.assent.engine;

/**
 * The read port. Answers arrive as effects for the request's id. Until a follower of the journal exists, reads are commands without
 * events: they see everything that was decided before them and leave when that is durable.
 */
public interface TransactionQueries {

    /** Asks for one transaction; answered by {@link Effects#record}. False when the ring has no room. */
    boolean query(long requestId, String gid);

    /** Asks for one topic; answered by {@link Effects#topics} with one topic or none. False when the ring has no room. */
    boolean topic(long requestId, String name);

    /**
     * Asks for topics behind a name, at most this many; answered by {@link Effects#topics}. False when the ring has no room.
     *
     * @param limit 1 to {@link Limits#PAGE_RECORDS_MAX}
     */
    boolean topics(long requestId, String after, int limit);

    /** Asks for a part of a listing; answered by {@link Effects#page}. False when the ring has no room. */
    boolean list(long requestId, TransactionFilter filter);
}
