package io.assent.engine;

import java.util.Objects;

/**
 * The answer to one client request.
 *
 * @param verdict decides the status on the wire (PROTOCOL 2.0)
 * @param code stable machine-readable code, such as {@code gid.unknown}; "" for a success
 * @param text the sentence for people; "" for a success
 * @param status the transaction's status when the answer was decided, or null when it has none
 * @param pending to a client that waited in vain: which branch holds the transaction up, and by which error; "" otherwise. Free of the words
 *     that stand for an outcome
 */
public record Answer(Verdict verdict, String code, String text, TransactionStatus status, String pending) {
    static final String NOT_FINISHED = "round.not_finished";

    /** The plain success without a transaction, for requests that change nothing. */
    public static final Answer SUCCESS = new Answer(Verdict.SUCCESS, "", "", null);

    public Answer {
        Objects.requireNonNull(verdict);
        Objects.requireNonNull(code);
        Objects.requireNonNull(text);
        Objects.requireNonNull(pending);
    }

    /** An answer that nothing holds up. */
    public Answer(Verdict verdict, String code, String text, TransactionStatus status) {
        this(verdict, code, text, status, "");
    }

    /** The sentence for people, and why it has not ended yet where that is all that it says. */
    public String sentence() {
        return code.equals(NOT_FINISHED) && !pending.isEmpty() ? text + "; not ended yet: " + pending : text;
    }

    Answer heldUpBy(String what) {
        return new Answer(verdict, code, text, status, what);
    }

    public static Answer success(TransactionStatus status) {
        return switch (status) {
            case PREPARED -> PREPARED;
            case SUBMITTED -> SUBMITTED;
            case ABORTING -> ABORTING;
            case SUCCEED -> SUCCEED;
            case FAILED -> FAILED;
        };
    }

    public static Answer refused(Rejection rejection, TransactionStatus status) {
        return new Answer(rejection.verdict(), rejection.code(), rejection.text(), status);
    }

    /** The class of an answer. */
    public enum Verdict {
        /** 200, OK. */
        SUCCESS,
        /** 409, ABORTED, -32901: a definite refusal; the text contains FAILURE. */
        FAILURE,
        /** 425, FAILED_PRECONDITION: still at work; the text contains ONGOING. */
        ONGOING,
        /** 500, UNKNOWN: an error that decides nothing; the text contains neither word. */
        ERROR,
        /** 503 with Retry-After, RESOURCE_EXHAUSTED: a bound is reached, nothing was done. */
        UNAVAILABLE
    }

    private static final Answer PREPARED = new Answer(Verdict.SUCCESS, "", "", TransactionStatus.PREPARED);
    private static final Answer SUBMITTED = new Answer(Verdict.SUCCESS, "", "", TransactionStatus.SUBMITTED);
    private static final Answer ABORTING = new Answer(Verdict.SUCCESS, "", "", TransactionStatus.ABORTING);
    private static final Answer SUCCEED = new Answer(Verdict.SUCCESS, "", "", TransactionStatus.SUCCEED);
    private static final Answer FAILED = new Answer(Verdict.SUCCESS, "", "", TransactionStatus.FAILED);
}
