package io.assent.transport.out;

import io.assent.engine.Outcome;
import io.grpc.Status;

/** What the status of a gRPC branch call means (PROTOCOL 5.4). */
final class GrpcVerdict {
    private static final String ONGOING = "ONGOING";
    /** Behind it the library lists its own handlers. */
    private static final String PIPELINE = "\nChannel Pipeline: ";

    private GrpcVerdict() {}

    static Outcome outcome(Status status) {
        return switch (status.getCode()) {
            case OK -> Outcome.SUCCESS;
            // Participants of old say it so.
            case ABORTED -> message(status).equals(ONGOING) ? Outcome.ONGOING : Outcome.FAILURE;
            case FAILED_PRECONDITION -> Outcome.ONGOING;
            default -> Outcome.UNKNOWN;
        };
    }

    static String text(Outcome outcome, Status status) {
        return switch (outcome) {
            case SUCCESS, WITHDRAWN -> "";
            case ONGOING -> ONGOING;
            case FAILURE -> Verdict.failure(message(status));
            case UNKNOWN -> "rpc error: code = " + codeName(status.getCode()) + " desc = " + explained(status);
        };
    }

    private static String message(Status status) {
        return status.getDescription() == null ? "" : status.getDescription();
    }

    /** With what the library knows of a call that it failed itself. */
    private static String explained(Status status) {
        String message = message(status);
        int inside = message.indexOf(PIPELINE);
        String said = inside < 0 ? message : message.substring(0, inside);
        return status.getCause() == null
                ? said
                : said + ": " + ConnectionFault.text(status.getCause(), "GrpcTls must not name it");
    }

    /** As DTM's language spells them; people search for these words. */
    private static String codeName(Status.Code code) {
        return switch (code) {
            case OK -> "OK";
            case CANCELLED -> "Canceled";
            case UNKNOWN -> "Unknown";
            case INVALID_ARGUMENT -> "InvalidArgument";
            case DEADLINE_EXCEEDED -> "DeadlineExceeded";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case PERMISSION_DENIED -> "PermissionDenied";
            case RESOURCE_EXHAUSTED -> "ResourceExhausted";
            case FAILED_PRECONDITION -> "FailedPrecondition";
            case ABORTED -> "Aborted";
            case OUT_OF_RANGE -> "OutOfRange";
            case UNIMPLEMENTED -> "Unimplemented";
            case INTERNAL -> "Internal";
            case UNAVAILABLE -> "Unavailable";
            case DATA_LOSS -> "DataLoss";
            case UNAUTHENTICATED -> "Unauthenticated";
        };
    }
}
