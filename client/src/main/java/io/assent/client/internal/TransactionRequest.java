package io.assent.client.internal;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What a builder tells the coordinator, before it is written in a protocol's form (PROTOCOL 2.1). Texts are empty for nothing.
 *
 * @param gid the global id.
 * @param transType the type of the transaction.
 * @param steps the URLs of each step, under {@code action} and {@code compensate}.
 * @param payloads the payload of each step.
 * @param concurrent whether branches are called side by side.
 * @param customData a JSON object as text.
 * @param options the options.
 * @param queryPrepared the URL of the check-back.
 * @param rollbackReason why it is aborted.
 * @param <P> the form of a payload.
 */
public record TransactionRequest<P>(
        String gid,
        String transType,
        List<Map<String, String>> steps,
        List<P> payloads,
        boolean concurrent,
        String customData,
        TransactionOptions options,
        String queryPrepared,
        String rollbackReason) {

    private static final int GID_LENGTH_MAX = 128;

    /** The coordinator answers a waiting client 2 s after the time-out of a branch at the latest; one more is for the way. */
    private static final long WAIT_SECONDS = 3;

    /** An abort that knows the transaction by its gid alone. */
    public static <P> TransactionRequest<P> abort(final String gid, final String transType, final String reason) {
        return new TransactionRequest<>(
                checkedGid(gid), transType, List.of(), List.of(), false, "", TransactionOptions.NONE, "", reason);
    }

    /** Refuses a gid that no coordinator takes, or under which the transaction would not be found again. */
    public static String checkedGid(final String gid) {
        if (gid == null || gid.isEmpty() || gid.length() > GID_LENGTH_MAX) {
            throw new IllegalArgumentException("a gid has 1 to " + GID_LENGTH_MAX + " characters, this one "
                    + (gid == null ? "is null" : "has " + gid.length()));
        }
        // Over HTTP the coordinator drops these.
        if (gid.indexOf('\n') >= 0 || gid.indexOf('\r') >= 0 || gid.indexOf(';') >= 0) {
            throw new IllegalArgumentException("a gid has no line breaks and no ';'");
        }
        return gid;
    }

    /** How long the answer may take: as the client is set up, or longer where a waiting submit lasts longer. */
    public Duration answerWithin(final Duration timeout) {
        if (options.requestTimeout() == 0) {
            return timeout;
        }
        final Duration waiting = Duration.ofSeconds(options.requestTimeout() + WAIT_SECONDS);
        return waiting.compareTo(timeout) > 0 ? waiting : timeout;
    }
}
