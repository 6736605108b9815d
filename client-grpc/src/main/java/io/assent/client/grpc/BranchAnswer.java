package io.assent.client.grpc;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/**
 * What a participant answers when it cannot simply succeed, for {@code StreamObserver.onError} (PROTOCOL 1). Success is a reply of any kind;
 * every other status is "unknown": the branch is called again, with growing pauses.
 */
public final class BranchAnswer {

    private BranchAnswer() {}

    /**
     * A definite no. For the action of a saga: undo everything; for a check-back: the local transaction never was. A compensation, or
     * a branch of a message, cannot refuse: it is called again.
     *
     * @param reason why; it becomes the rollback reason.
     * @return ABORTED.
     */
    public static StatusRuntimeException failure(final String reason) {
        // ABORTED with this one word is how peers of before DTM 1.10 say the contrary.
        final String text = reason.equals(Outcome.ONGOING_TEXT) ? reason + " FAILURE" : reason;
        return Status.ABORTED.withDescription(text).asRuntimeException();
    }

    /**
     * Still at it: call again after the retry interval, without growing pauses.
     *
     * @param reason what is going on, for people.
     * @return FAILED_PRECONDITION.
     */
    public static StatusRuntimeException ongoing(final String reason) {
        return Status.FAILED_PRECONDITION.withDescription(reason).asRuntimeException();
    }
}
