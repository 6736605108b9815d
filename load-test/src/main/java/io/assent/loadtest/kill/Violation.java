package io.assent.loadtest.kill;

/**
 * One broken rule.
 *
 * @param rule the rule.
 * @param gid the transaction, empty if it is about the whole.
 * @param text what was found.
 */
public record Violation(Rule rule, String gid, String text) {

    /** The rules of the rig. */
    public enum Rule {
        /** A transaction whose storing was acknowledged is there. */
        ACKNOWLEDGED_IS_KEPT,
        /** Every transaction ends. */
        ENDS,
        /** It ends as its participants decided. */
        ENDS_RIGHT,
        /** A final status stays. */
        FINAL_STAYS,
        /** Nothing is called for a transaction that the server does not know. */
        NO_CALL_WITHOUT_TRANSACTION,
        /** A refused transaction is not there and calls nothing. */
        REFUSED_IS_ABSENT,
        /** No answer is an error or a refusal that the request gives no cause for. */
        ANSWERS_FIT,
        /** A client that was told of success sees success. */
        TOLD_IS_TRUE,
        /** Every operation that the end needs was answered by its participant. */
        REQUIRED_WAS_DONE,
        /** No operation is called that the transaction's course does not contain. */
        ONLY_ALLOWED_CALLS,
        /** A row is succeed or failed only if its participant said so. */
        ROWS_ARE_TRUE,
        /** No operation is called after the end. */
        NO_CALL_AFTER_END,
        /** No action is called after its compensation succeeded. */
        NO_ACTION_AFTER_COMPENSATION,
        /** Actions of a sequential saga go forward, compensations go backward. */
        ORDER,
        /** Compensation begins only after a participant said no, where that is the only cause. */
        ROLLBACK_HAS_CAUSE,
        /** One call of an operation at a time, and no compensation beside its action. */
        ONE_OPEN_CALL,
        /** What was answered with success is called again only because of a kill. */
        NO_NEEDLESS_REPEAT,
        /** Delays and time-outs do not fire early. */
        NOT_EARLY,
        /** Each transaction moved exactly what its end says. */
        MOVED_EXACTLY,
        /** The accounts add up to what they began with. */
        SUMS_ARE_CONSERVED
    }

    @Override
    public String toString() {
        return rule + (gid.isEmpty() ? "" : " [" + gid + "]") + ": " + text;
    }
}
