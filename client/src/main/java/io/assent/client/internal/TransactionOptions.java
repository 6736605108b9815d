package io.assent.client.internal;

import java.util.Map;

/**
 * The options of a transaction; times in seconds, and 0 for what is not set.
 *
 * @param waitResult whether the answer waits for the first round.
 * @param timeoutToFail bounds the time to success.
 * @param requestTimeout bounds each call of a branch.
 * @param retryInterval the first interval between two attempts.
 * @param retryLimit the extra calls of a saga.
 * @param branchHeaders sent with every call of a branch.
 */
public record TransactionOptions(
        boolean waitResult,
        long timeoutToFail,
        long requestTimeout,
        long retryInterval,
        long retryLimit,
        Map<String, String> branchHeaders) {

    static final TransactionOptions NONE = new TransactionOptions(false, 0, 0, 0, 0, Map.of());
}
