package io.assent.engine;

import io.assent.engine.Events.TransactionImage;
import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import io.assent.engine.mode.TransactionView;
import java.util.Arrays;
import java.util.function.Consumer;
import org.agrona.collections.LongArrayList;

/**
 * One global transaction.
 *
 * <p>The stored fields change only in {@link Transactions}. What follows them (plan, timer, calls, waiting clients) is beside the state:
 * derived or bound to this process, in no journal and no hash.
 */
final class Transaction implements TransactionView {
    /** About what the objects of an empty transaction take, bytes. */
    private static final int OBJECT_BYTES = 400;
    /** About what a touched row takes, bytes. */
    private static final int ROW_BYTES = 24;

    final long id;
    final long createTimeMs;
    private final TransactionKind kind;
    final BranchRows rows;

    Submission submission;
    TransactionStatus status;
    /** The reset interval R of PROTOCOL 6.9. */
    int retryIntervalS;
    /** End of a time-out, of a delay (msg submitted), or when a workflow is first called back; 0 for none. */
    long deadlineMs;

    long updateTimeMs;
    long finishTimeMs;
    /** Shown while no branch waits for a time of its own. */
    long nextCronTimeMs;

    int retryCount;
    /** Journal position of its end, 0 while it lives. */
    long finishedAt;

    String rollbackReason = "";
    /** What a workflow's client left. */
    String result = "";

    boolean quarantined;
    String quarantineReason = "";
    private Branch[] branches;
    private Branch check;

    Plan plan;
    Timers.Timer timer;
    int openCalls;
    boolean hasWork;
    Round round;
    LongArrayList waiters;
    /** Whether the waiting clients asked for an abort. */
    boolean waitersAborted;

    Outcome roundOutcome;
    String roundText = "";

    /** Why a round of processing runs; for those who count rounds. */
    enum Round {
        /** A request that nobody waits for. */
        REQUESTED,
        /** A client waits, or a time has come: it should end well. */
        AWAITED
    }

    Transaction(long id, long createTimeMs, Submission submission, TransactionMode mode) {
        this.id = id;
        this.createTimeMs = createTimeMs;
        this.submission = submission;
        this.kind = mode.kind();
        this.rows = new BranchRows(mode, submission);
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public String gid() {
        return submission.gid();
    }

    @Override
    public TransactionKind kind() {
        return kind;
    }

    @Override
    public Submission submission() {
        return submission;
    }

    @Override
    public TransactionStatus status() {
        return status;
    }

    @Override
    public long deadlineMs() {
        return deadlineMs;
    }

    @Override
    public long createTimeMs() {
        return createTimeMs;
    }

    @Override
    public int rowCount() {
        return rows.count();
    }

    @Override
    public String url(int row) {
        return rows.url(row);
    }

    @Override
    public BranchStatus branchStatus(int row) {
        Branch branch = touched(row);
        return branch == null ? BranchStatus.PREPARED : branch.status;
    }

    @Override
    public String lastText(int row) {
        Branch branch = touched(row);
        return branch == null ? "" : branch.lastText;
    }

    /** The row's object, or null when it was never touched. */
    Branch touched(int row) {
        if (row == Plan.CHECK_ROW) {
            return check;
        }
        return branches == null || row >= branches.length ? null : branches[row];
    }

    /** The row's object, made when it was never touched. */
    Branch branch(int row) {
        Branch branch = touched(row);
        if (branch == null) {
            branch = new Branch(row);
            if (row == Plan.CHECK_ROW) {
                check = branch;
            } else {
                if (branches == null) {
                    branches = new Branch[rows.count()];
                } else if (row >= branches.length) {
                    branches = Arrays.copyOf(branches, rows.count());
                }
                branches[row] = branch;
            }
        }
        return branch;
    }

    /** Every touched row: the check-back first, then by row number. */
    void forEachTouched(Consumer<Branch> consumer) {
        if (check != null) {
            consumer.accept(check);
        }
        if (branches != null) {
            for (Branch branch : branches) {
                if (branch != null) {
                    consumer.accept(branch);
                }
            }
        }
    }

    boolean isTerminal() {
        return status.isTerminal();
    }

    long retainedBytes() {
        return OBJECT_BYTES
                + submission.retainedBytes()
                + (long) rows.count() * ROW_BYTES
                + rows.retainedBytes()
                + result.length();
    }

    TransactionImage image() {
        return new TransactionImage(
                id,
                submission,
                status,
                retryIntervalS,
                deadlineMs,
                createTimeMs,
                updateTimeMs,
                finishTimeMs,
                nextCronTimeMs,
                retryCount,
                finishedAt,
                quarantined,
                rollbackReason,
                quarantineReason);
    }

    void restore(TransactionImage image) {
        status = image.status();
        retryIntervalS = image.retryIntervalS();
        deadlineMs = image.deadlineMs();
        updateTimeMs = image.updateTimeMs();
        finishTimeMs = image.finishTimeMs();
        nextCronTimeMs = image.nextCronTimeMs();
        retryCount = image.retryCount();
        finishedAt = image.finishedAt();
        quarantined = image.quarantined();
        rollbackReason = image.rollbackReason();
        quarantineReason = image.quarantineReason();
    }
}
