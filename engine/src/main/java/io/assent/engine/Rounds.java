package io.assent.engine;

import io.assent.engine.Answer.Verdict;
import io.assent.engine.mode.Modes;
import io.assent.engine.mode.TransactionMode.RoundAnswers;
import org.agrona.collections.LongArrayList;

/**
 * Rounds of processing and the clients that wait for them. A round begins with a request or when a time has come, and ends when nothing of
 * the transaction is open or due at the moment, for most modes also with the first branch that did not succeed; how it went is what a waiting client hears (PROTOCOL 6.7).
 */
final class Rounds {
    /** Stands before the error text of every branch that did not give a definite result (PROTOCOL 5.5). */
    static final String PREAMBLE =
            "your http/grpc result should be specified as in:\nhttps://dtm.pub/practice/arch.html#proto\nunkown result will be retried: ";

    private static final long SECOND_MS = 1_000;

    /** The request does not say that its client waits. */
    static final int UNSAID = -1;

    private final Turn turn;
    private final Modes modes;

    Rounds(Turn turn, Modes modes) {
        this.turn = turn;
        this.modes = modes;
    }

    /**
     * Lets a client wait for the round that is about to run; refuses it when too many wait already.
     *
     * @param aborts whether the client asked for an abort
     * @param saidTimeoutS the time-out of branch calls in a request that itself says that it waits, or {@link #UNSAID}. When the
     *     transaction's own is another, or nothing was said, the front has to be told
     */
    void await(Request request, Transaction transaction, boolean aborts, int saidTimeoutS) {
        if (transaction.waiters == null) {
            transaction.waiters = new LongArrayList();
        }
        if (transaction.waiters.isEmpty()) {
            begin(transaction, Transaction.Round.AWAITED);
        }
        if (transaction.waiters.size() >= Limits.WAITERS_PER_TRANSACTION_MAX) {
            turn.refuse(
                    request,
                    Rejection.unavailable(
                            "bound.waiters",
                            Limits.WAITERS_PER_TRANSACTION_MAX + " clients wait for this transaction already, the bound"
                                    + " waitersPerTransaction"),
                    transaction.status);
            return;
        }
        transaction.waiters.addLong(request.id());
        transaction.waitersAborted = aborts;
        int timeoutS = transaction.submission.options().requestTimeoutS();
        if (timeoutS != saidTimeoutS) {
            turn.effects.waits(request.id(), timeoutS);
        }
    }

    void begin(Transaction transaction, Transaction.Round round) {
        if (transaction.round != Transaction.Round.AWAITED) {
            transaction.round = round;
            forgetOutcome(transaction);
        }
    }

    private static void forgetOutcome(Transaction transaction) {
        transaction.roundOutcome = null;
        transaction.roundText = transaction.replace(transaction.roundText, "");
    }

    /** The first end of a call in this round that was no success decides its answer. */
    void noteOutcome(Transaction transaction, Outcome outcome, String text) {
        if (transaction.round != null && transaction.roundOutcome == null && outcome != Outcome.SUCCESS) {
            transaction.roundOutcome = outcome;
            transaction.roundText = transaction.replace(transaction.roundText, text);
        }
    }

    /** Nothing more is taken up now: the round ends, unless calls are open whose ends still count for it. */
    void endAtRest(Transaction transaction) {
        boolean rests = transaction.openCalls == 0 && !transaction.hasWork;
        if (rests || isDecided(transaction)) {
            answerWaiters(transaction);
            end(transaction);
        }
    }

    /** Where branches decide the answer, the first end that is no success ends the round; what is open goes on behind it (PROTOCOL 6.3). */
    private boolean isDecided(Transaction transaction) {
        return transaction.roundOutcome != null
                && modes.of(transaction.kind()).roundAnswers() != RoundAnswers.REASON_ONLY;
    }

    void end(Transaction transaction) {
        if (transaction.round == null) {
            return;
        }
        boolean ok = transaction.round == Transaction.Round.REQUESTED
                || switch (transaction.status) {
                    case SUCCEED -> true;
                    case SUBMITTED -> false;
                    case PREPARED, ABORTING -> transaction.roundOutcome == null;
                    case FAILED -> modes.of(transaction.kind()).roundAnswers() != RoundAnswers.REASON_ONLY;
                };
        turn.observer.roundEnded(transaction.kind(), ok, turn.now - transaction.createTimeMs);
        transaction.round = null;
        forgetOutcome(transaction);
    }

    void answerWaiters(Transaction transaction) {
        if (transaction.waiters != null) {
            answerWaiters(transaction, answerNow(transaction));
        }
    }

    private void answerWaiters(Transaction transaction, Answer answer) {
        if (transaction.waiters != null) {
            for (int i = 0; i < transaction.waiters.size(); i++) {
                turn.effects.answer(transaction.waiters.getLong(i), answer);
            }
            transaction.waiters = null;
        }
    }

    /** It is about to be stopped by force: its round does not end, so nobody may hear that it went well or was undone (PROTOCOL 6.7). */
    void stop(Transaction transaction) {
        answerWaiters(
                transaction,
                Answer.refused(
                        Rejection.error(
                                "round.stopped",
                                "the transaction was stopped by force while its branches were being called"),
                        TransactionStatus.FAILED));
    }

    boolean removeWaiter(Transaction transaction, long requestId) {
        return transaction.waiters != null && transaction.waiters.removeLong(requestId);
    }

    /** What a client that waits is told now (PROTOCOL 6.7). */
    Answer answerNow(Transaction transaction) {
        Answer answer = verdictNow(transaction);
        return transaction.isTerminal() ? answer : answer.heldUpBy(pending(transaction));
    }

    /** Which branch holds it up, and by which error: of those that failed last time the first, else the first that is being called. */
    private String pending(Transaction transaction) {
        if (transaction.quarantined) {
            return "it is quarantined: " + Rejection.withoutMarkers(transaction.quarantineReason);
        }
        Branch first = null;
        for (int row = 0; row < transaction.rowCount(); row++) {
            Branch branch = transaction.touched(row);
            boolean waits = branch != null
                    && branch.status == BranchStatus.PREPARED
                    && (branch.open != null || branch.timer != null || branch.attempts > 0);
            if (waits && (first == null || (first.lastOutcome == null && branch.lastOutcome != null))) {
                first = branch;
            }
        }
        if (first == null) {
            return transaction.timer == null ? "its turn has not come" : "its time has not come";
        }
        String name = "branch " + transaction.rows.branchId(first.row) + " " + transaction.rows.operation(first.row);
        if (first.lastOutcome == null) {
            return name + " is being called";
        }
        String error = first.lastText.isEmpty() ? first.lastOutcome.name() : first.lastText;
        String next = "";
        if (first.open != null) {
            next = ", it is being called again";
        } else if (first.timer != null) {
            next = ", called again in " + (first.timer.deadlineMs - turn.now + SECOND_MS - 1) / SECOND_MS + " s";
        }
        return name + ": " + Rejection.withoutMarkers(error) + next;
    }

    private Answer verdictNow(Transaction transaction) {
        TransactionStatus status = transaction.status;
        if (status == TransactionStatus.SUCCEED || (status == TransactionStatus.FAILED && transaction.waitersAborted)) {
            return Answer.success(status);
        }
        RoundAnswers told = modes.of(transaction.kind()).roundAnswers();
        if (told != RoundAnswers.REASON_ONLY && !transaction.isTerminal()) {
            if (transaction.roundOutcome == Outcome.UNKNOWN) {
                return Answer.refused(
                        Rejection.error("round.branch_unknown", PREAMBLE + transaction.roundText), status);
            }
            if (transaction.roundOutcome == Outcome.FAILURE) {
                return new Answer(Verdict.FAILURE, "round.branch_refused", PREAMBLE + transaction.roundText, status);
            }
            if (transaction.roundOutcome == Outcome.ONGOING && told == RoundAnswers.BRANCH_ERRORS_AND_ONGOING) {
                return new Answer(Verdict.ONGOING, "round.branch_ongoing", "ONGOING", status);
            }
        }
        if (!transaction.rollbackReason.isEmpty()) {
            String reason = transaction.rollbackReason;
            String text = reason.endsWith("FAILURE") ? reason : reason + " FAILURE";
            return new Answer(Verdict.FAILURE, "round.rolled_back", text, status);
        }
        return new Answer(Verdict.FAILURE, Answer.NOT_FINISHED, "wait result not return success: FAILURE", status);
    }
}
