package io.assent.engine;

/**
 * Who asks, and where the answer goes.
 *
 * @param id addresses the waiting client: (event loop, sequence) of the front; 0 when nobody waits for an answer
 * @param actor who did an administrator's act, "" when not given; at most {@link Limits#ACTOR_CHARS_MAX}
 * @param reason why, "" when not given; at most {@link Limits#REASON_CHARS_MAX}
 */
public record Request(long id, String actor, String reason) {

    /** The same actor and reason for another request. */
    public Request withId(long other) {
        return new Request(other, actor, reason);
    }

    public static Request of(long id) {
        return new Request(id, "", "");
    }
}
