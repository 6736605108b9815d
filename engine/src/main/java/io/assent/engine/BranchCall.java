package io.assent.engine;

import java.util.List;

/**
 * One call of one branch operation, ready to go out (PROTOCOL 5). Immutable; the payload is a slice of the submission's bytes and must not
 * be changed.
 *
 * @param number never reused: (boot number, counter); the reply names it
 * @param transactionId all calls of a transaction go through the same event loop, chosen by this number
 * @param gid global transaction id, exactly as stored
 * @param kind decides the method of the HTTP call
 * @param protocol the transaction's protocol text ("" means http), decides how the URL is called
 * @param branchId e.g. {@code 01}; {@code 00} for a check-back
 * @param operation wire name: action, compensate, msg, ...
 * @param url never empty: an empty URL is a success without a call and stays in the engine
 * @param payload array that holds the body
 * @param payloadOffset where the body starts
 * @param payloadLength 0 for no body
 * @param headers branch headers of the transaction, in their given order
 * @param requestTimeoutMs time-out of the whole exchange; 0 means the configured default
 * @param priority second phases and compensations go before first calls at a full destination
 * @param attempt 0 for the first call; more for repeated ones (old and new work alternate at a full destination)
 */
public record BranchCall(
        long number,
        long transactionId,
        String gid,
        TransactionKind kind,
        String protocol,
        String branchId,
        String operation,
        String url,
        byte[] payload,
        int payloadOffset,
        int payloadLength,
        List<Header> headers,
        long requestTimeoutMs,
        boolean priority,
        int attempt) {

    /** One branch header. Names compare without case. */
    public record Header(String name, String value) {}
}
