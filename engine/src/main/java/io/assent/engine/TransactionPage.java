package io.assent.engine;

import java.util.List;

/**
 * A part of a listing, newest transaction first.
 *
 * @param records without branches
 * @param nextId continue with transactions whose id is smaller; 0 when the listing is complete
 */
public record TransactionPage(List<TransactionRecord> records, long nextId) {}
