package io.assent.engine;

import io.assent.engine.BranchCall.Header;
import io.assent.engine.Events.TransactionImage;
import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import io.assent.engine.mode.TransactionView;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.agrona.collections.LongArrayList;

/**
 * One global transaction.
 *
 * <p>The stored fields change only in {@link Transactions}. What follows them (plan, timer, calls, waiting clients) is beside the state:
 * derived or bound to this process, in no journal and no hash.
 */
final class Transaction implements TransactionView {
    /** This object and its places among the transactions, by id, by gid and by its end. */
    private static final int OBJECTS_BYTES = 192 + 56;

    private static final int BRANCH_BYTES = 80;
    /** A timer and its place in the heap. */
    private static final int TIMER_BYTES = 32 + 6;
    /** An open call and its place, and what the host is given for it. */
    private static final int CALL_BYTES = 48 + 26 + 88;

    /** A header and its place in their list. */
    private static final int HEADER_BYTES = 24 + 4;

    private static final int WAITERS_BYTES = 24 + 16;

    final long id;
    final long createTimeMs;
    private final TransactionMode mode;
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
    private int touchedRows;
    /** Of the texts that come and go: errors, reasons, the result. */
    private long textBytes;
    /** Of what the client brought; it changes with the options. */
    private long submissionBytes;
    /** What its rows may take when all are touched; it changes with them and with the options. */
    private long activityBytesMax;
    /** What {@link Transactions} counts it for. */
    long countedBytes;
    /** The same for {@link #growthBytes()}. */
    long countedGrowthBytes;

    Plan plan;
    Timers.Timer timer;
    /** Of itself and of its rows. */
    int timers;

    int openCalls;
    long callBytes;
    /** Decoded once for all open calls; kept as long as there are any. */
    private List<Header> callHeaders = List.of();

    private long callHeaderBytes;
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
        this.mode = mode;
        this.rows = new BranchRows(mode, submission);
        this.submissionBytes = submission.retainedBytes();
        rowsChanged();
    }

    /** Rows came in addition, or what is known of them is another. */
    void rowsChanged() {
        activityBytesMax = activityBytesMax(submission, mode, rows.count());
    }

    /** Other options for the same steps. */
    void changeOptions(Options options) {
        rows.changeOptions(options);
        submission = rows.submission();
        submissionBytes = submission.retainedBytes();
        rowsChanged();
        forgetCallHeaders();
    }

    /** The headers of its branch calls. */
    List<Header> callHeaders() {
        if (callHeaders.isEmpty()) {
            callHeaders = Records.branchHeaders(submission.options());
            for (Header header : callHeaders) {
                callHeaderBytes += HEADER_BYTES + Footprint.text(header.name()) + Footprint.text(header.value());
            }
        }
        return callHeaders;
    }

    void forgetCallHeaders() {
        callHeaders = List.of();
        callHeaderBytes = 0;
    }

    /** One text of it gives way to another; both may be empty. Answers the new one. */
    String replace(String old, String text) {
        textBytes += Footprint.text(text) - Footprint.text(old);
        return text;
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
        return mode.kind();
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
            touchedRows++;
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

    /** What it takes on the heap, with everything that hangs on it, bytes. O(1). */
    long retainedBytes() {
        return OBJECTS_BYTES
                + submissionBytes
                + rows.retainedBytes()
                + activityBytes()
                + textBytes
                + callHeaderBytes
                + (plan == null ? 0 : plan.retainedBytes())
                + (waiters == null ? 0 : WAITERS_BYTES + Footprint.array(waiters.capacity(), 8));
    }

    private long activityBytes() {
        return (branches == null ? 0 : Footprint.array(branches.length, 4))
                + (long) touchedRows * BRANCH_BYTES
                + (long) timers * TIMER_BYTES
                + (long) openCalls * CALL_BYTES
                + callBytes;
    }

    /** What it may yet take when all its rows are touched and wait, and as many calls are open as its mode allows, bytes. O(1). */
    long growthBytes() {
        return Math.max(0, activityBytesMax - activityBytes());
    }

    /** What a new transaction takes in the end, its error texts apart, bytes. */
    static long bytesMax(Submission submission, TransactionMode mode) {
        return OBJECTS_BYTES
                + BranchRows.OBJECTS_BYTES
                + submission.retainedBytes()
                + activityBytesMax(submission, mode, mode.rowCount(submission));
    }

    /** What one row of a subscriber takes in the end, its error text apart, bytes. */
    static long listedRowBytesMax(String url) {
        return BranchRows.ROW_BYTES
                + Footprint.text(url)
                + BRANCH_BYTES
                + TIMER_BYTES
                + CALL_BYTES
                + 2 * Footprint.STRING_BYTES;
    }

    private static long activityBytesMax(Submission submission, TransactionMode mode, int rows) {
        int calls = mode.callsAtOnceMax(submission, rows);
        long urls = rows == 0 ? 0 : (long) submission.stepsBytes().length * calls / rows;
        return Footprint.array(rows, 4)
                + (long) rows * (BRANCH_BYTES + TIMER_BYTES)
                + (long) calls * (CALL_BYTES + Footprint.STRING_BYTES)
                + urls;
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
        rollbackReason = replace(rollbackReason, image.rollbackReason());
        quarantineReason = replace(quarantineReason, image.quarantineReason());
    }
}
