package io.assent.client.grpc;

import io.grpc.Status;

/** The four meanings of a status (PROTOCOL 1, 5.4). */
enum Outcome {
    /** Done. */
    SUCCESS,
    /** A definite no. */
    FAILURE,
    /** A definite "still working". */
    ONGOING,
    /** Nothing definite. */
    UNKNOWN;

    /** How peers of before DTM 1.10 say that they are still working. */
    static final String ONGOING_TEXT = "ONGOING";

    static Outcome of(final Status status) {
        return switch (status.getCode()) {
            case OK -> SUCCESS;
            case ABORTED -> ONGOING_TEXT.equals(status.getDescription()) ? ONGOING : FAILURE;
            case FAILED_PRECONDITION -> ONGOING;
            default -> UNKNOWN;
        };
    }
}
