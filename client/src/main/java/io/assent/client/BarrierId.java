package io.assent.client;

/**
 * The key under which a participant remembers that it has done an operation.
 *
 * @param transType the type of the global transaction.
 * @param gid its global id.
 * @param branchId the branch; {@code 00} for the sender of a message.
 * @param op the operation; {@code msg} for the local transaction of a message.
 */
public record BarrierId(String transType, String gid, String branchId, String op) {}
