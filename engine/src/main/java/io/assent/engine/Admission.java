package io.assent.engine;

import io.assent.engine.mode.Modes;
import java.util.Locale;

/** What may come into the state: new transactions, and branches of those that are prepared (SAFETY, Bounds). */
final class Admission {
    private final Turn turn;
    private final Modes modes;
    private final Transactions state;

    Admission(Turn turn, Modes modes, Transactions state) {
        this.turn = turn;
        this.modes = modes;
        this.state = state;
    }

    /** Whether this gid may be created; when not, the request is answered. */
    boolean mayCreate(Request request, Submission submission, HistoryAnswer history, String verb) {
        if (!modes.has(submission.kind())) {
            turn.refuse(
                    request,
                    Rejection.error(
                            "trans_type.unavailable",
                            "trans_type " + submission.kind().wireName() + " is not available in this version"),
                    null);
            return false;
        }
        switch (history.finding()) {
            case SUCCEED -> {
                turn.refuse(
                        request, Rejections.statusForbids(verb, TransactionStatus.SUCCEED), TransactionStatus.SUCCEED);
                return false;
            }
            case FAILED -> {
                turn.refuse(
                        request, Rejections.statusForbids(verb, TransactionStatus.FAILED), TransactionStatus.FAILED);
                return false;
            }
            case ABSENT, NO_HISTORY -> {
                if (history.position() < state.forgottenUpTo()) {
                    turn.effects.lookAgain(request.id());
                    return false;
                }
            }
        }
        Rejection rejection = modes.of(submission.kind()).check(submission);
        rejection = rejection != null ? rejection : TopicSteps.check(submission, modes, state.topics());
        rejection = rejection != null ? rejection : boundReached(submission);
        if (rejection != null) {
            turn.refuse(request, rejection, null);
            return false;
        }
        return true;
    }

    private Rejection boundReached(Submission submission) {
        Settings settings = state.settings();
        if (turn.pressure != Pressure.NONE) {
            return Rejection.unavailable(
                    "bound." + turn.pressure.name().toLowerCase(Locale.ROOT),
                    "no new transactions now: " + turn.pressure.boundName());
        }
        if (state.liveCount() >= settings.liveTransactionsMax()) {
            return Rejection.unavailable(
                    "bound.liveTransactions",
                    "no new transactions now: " + settings.liveTransactionsMax()
                            + " unfinished transactions are the bound liveTransactionsMax");
        }
        if (state.liveBytes() + submission.retainedBytes() > settings.liveBytesMax()) {
            return Rejection.unavailable(
                    "bound.liveBytes",
                    "no new transactions now: " + settings.liveBytesMax()
                            + " bytes of unfinished transactions are the bound liveBytesMax");
        }
        return null;
    }

    /** What is wrong with the options of a submit beside the steps that are stored, or null. */
    static Rejection check(Transaction transaction, Options merged) {
        long bytes = (long) transaction.submission.stepsBytes().length + merged.bytes().length;
        if (bytes > Limits.MERGED_BYTES_MAX) {
            return Rejection.error(
                    "options.bytes.limit",
                    "the stored steps and the options of this submit have " + bytes + " bytes together, at most "
                            + Limits.MERGED_BYTES_MAX + " are allowed");
        }
        return null;
    }

    /** What is wrong with one more registration, or null. */
    static Rejection check(Transaction transaction, Registration registration) {
        for (Registration.Operation operation : registration.operations()) {
            String mismatch =
                    BranchUrls.mismatch(transaction.submission.options().protocol(), operation.url());
            if (mismatch != null) {
                return Rejection.error(
                        "registration.protocol",
                        "branch " + registration.branchId() + ": " + operation.name() + " can not be called: "
                                + mismatch);
            }
        }
        if (transaction.rowCount() + registration.operations().size() > Limits.ROWS_MAX) {
            return Rejection.error(
                    "branches.limit",
                    "a transaction has at most " + Limits.ROWS_MAX + " branch rows, this registration goes beyond");
        }
        if (transaction.rows.retainedBytes() + registration.bytes().length > Limits.REGISTERED_BYTES_MAX) {
            return Rejection.error(
                    "branches.bytes.limit",
                    "the branches of a transaction hold at most " + Limits.REGISTERED_BYTES_MAX
                            + " bytes, this registration goes beyond");
        }
        return null;
    }
}
