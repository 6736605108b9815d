package io.assent.engine;

/**
 * What a listing asks for (PROTOCOL 2.2, {@code all}).
 *
 * @param belowId only transactions with a smaller id; {@link Long#MAX_VALUE} from the newest
 * @param limit records wanted, 1 to {@link Limits#PAGE_RECORDS_MAX}
 * @param status exact match, or null for any
 * @param kind exact match, or null for any
 * @param createdFromMs inclusive, 0 for no bound
 * @param createdToMs inclusive, {@link Long#MAX_VALUE} for no bound
 */
public record TransactionFilter(
        long belowId,
        int limit,
        TransactionStatus status,
        TransactionKind kind,
        long createdFromMs,
        long createdToMs) {}
