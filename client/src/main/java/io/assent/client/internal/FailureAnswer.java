package io.assent.client.internal;

import io.assent.client.AssentException;
import io.assent.client.GidInUse;
import io.assent.client.StillOngoing;
import io.assent.client.TransactionFailed;
import io.assent.client.TransactionStatus;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * An answer FAILURE (409; over gRPC ABORTED). The word alone does not say that the transaction failed: a client that waits gets it too when
 * its time is over, while the saga goes on and may succeed (PROTOCOL 13.30). The status of the transaction tells.
 *
 * @param text what was asked and what was answered.
 * @param httpStatus the status of the answer, 0 if it has none.
 * @param cause the answer as an exception of its protocol, or null.
 * @param code what the coordinator calls its refusal; null from one that does not tell.
 */
public record FailureAnswer(String text, int httpStatus, Throwable cause, String code) {

    private static final Set<String> OF_ANOTHER_TRANSACTION = Set.of("gid.content", "trans_type.mismatch");

    /**
     * Makes the exception.
     *
     * @param told the status that came with the answer, as on the wire; null when none came.
     * @param query asks the coordinator when none came; empty when it does not know the transaction.
     * @param endsWell whether a transaction that has succeeded is what was asked for.
     * @return null when it has succeeded and that ends well.
     */
    public AssentException meaning(
            final String told, final Supplier<Optional<TransactionStatus>> query, final boolean endsWell) {
        if (code != null && OF_ANOTHER_TRANSACTION.contains(code)) {
            return new GidInUse(text, httpStatus, cause);
        }
        final Optional<TransactionStatus> status;
        try {
            status = told == null ? query.get() : named(told);
        } catch (final AssentException e) {
            final AssentException unknown =
                    new AssentException(text + " (its status is not known: " + e.getMessage() + ")", httpStatus, cause);
            unknown.addSuppressed(e);
            return unknown;
        }
        if (status.isEmpty()) {
            return new AssentException(text + " (its status is not known)", httpStatus, cause);
        }
        return switch (status.get()) {
            case PREPARED, SUBMITTED, ABORTING -> new StillOngoing(text, httpStatus, cause);
            case FAILED -> new TransactionFailed(text, httpStatus, cause);
            case SUCCEED -> endsWell ? null : new AssentException(text + " (it has succeeded)", httpStatus, cause);
        };
    }

    private static Optional<TransactionStatus> named(final String wireName) {
        for (final TransactionStatus status : TransactionStatus.values()) {
            if (status.wireName().equals(wireName)) {
                return Optional.of(status);
            }
        }
        return Optional.empty();
    }
}
