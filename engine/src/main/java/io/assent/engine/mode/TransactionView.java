package io.assent.engine.mode;

import io.assent.engine.BranchStatus;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;

/** What a mode may know of a transaction: its stored state, nothing of calls and clocks. */
public interface TransactionView {

    long id();

    String gid();

    TransactionKind kind();

    Submission submission();

    TransactionStatus status();

    /** End of its time-out or of its delay, epoch milliseconds; 0 for none. */
    long deadlineMs();

    long createTimeMs();

    int rowCount();

    BranchStatus branchStatus(int row);

    String url(int row);

    /** Error text of the last call of this row, "" when there was none. */
    String lastText(int row);
}
