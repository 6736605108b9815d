package io.assent.barrier;

/**
 * The decision table of the barrier, apart from any database (PROTOCOL 12.7). Two inserts come first: the row of the operation that this one undoes, if it
 * undoes one, and the row of this operation itself.
 */
final class BarrierRules {
    static final String OP_MESSAGE = "msg";

    private BarrierRules() {}

    /** The operation that this one undoes; null for one that undoes nothing. */
    static String undoneBy(String op) {
        return switch (op) {
            case "cancel" -> "try";
            case "compensate", "rollback" -> "action";
            default -> null;
        };
    }

    /**
     * @param undoneInserted whether the row of what is undone was not there before; false for an operation that undoes nothing
     * @param ownInserted whether the row of this operation was not there before
     * @return what is to be answered; {@link BarrierOutcome#DONE} when the work is to run
     */
    static BarrierOutcome decide(boolean undoneInserted, boolean ownInserted) {
        if (!ownInserted) {
            return BarrierOutcome.REPEATED;
        }
        return undoneInserted ? BarrierOutcome.NOTHING_TO_UNDO : BarrierOutcome.DONE;
    }
}
