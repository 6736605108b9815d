package io.assent.engine;

import io.assent.engine.mode.Plan;
import io.assent.engine.mode.TransactionMode;
import java.util.ArrayList;
import java.util.List;
import org.agrona.collections.Object2ObjectHashMap;

/**
 * The branch operations of one transaction as numbered rows, in the order in which clients see them. Rows come from three places: from the
 * submission's steps, as the mode lays them out; from the subscribers of a topic step, one row each; and from branches that were registered
 * later. As long as only the first kind exists, nothing is stored for a row.
 *
 * <p>One thread at a time.
 */
public final class BranchRows {
    /** This object and its empty lists. */
    static final int OBJECTS_BYTES = 56 + 2 * 24;
    /** A row with its place in the list, which has room for more. */
    static final int ROW_BYTES = 48 + 6;
    /** A list of few or many. */
    private static final int LIST_BYTES = 24 + 40;
    /** A place in a list of the objects that were registered or expanded. */
    private static final int PLACE_BYTES = 6;

    private static final int EXPANSION_BYTES = 24;
    /** A branch operation in the index: its key has the id, the operation and a mark between them. */
    private static final int INDEXED_BYTES = 20;
    /** Up to here a registered branch is looked for one by one. */
    private static final int SCANNED_MAX = 16;

    private final TransactionMode mode;
    private Submission submission;
    /** Rows that stand here one by one, from row 0 on; the mode's rows from {@link #taken} on follow. */
    private List<Row> listed = List.of();
    /** Rows of the mode's layout that are in {@link #listed}, or stand there as subscribers. */
    private int taken;

    private Object2ObjectHashMap<String, Registration> registered;
    private final List<Registration> registrations = new ArrayList<>(0);
    private final List<Expansion> expansions = new ArrayList<>(0);
    private int registeredRows;
    /** Bound by {@link Limits#REGISTERED_BYTES_MAX}. */
    private long registeredBytes;

    private long retainedBytes = OBJECTS_BYTES;

    private record Row(
            String branchId,
            String operation,
            String url,
            byte[] payload,
            int payloadOffset,
            int payloadLength,
            long createTimeMs) {}

    /** The subscribers that a topic step stood for when the transaction was created. */
    public record Expansion(int step, List<String> urls) {}

    public BranchRows(TransactionMode mode, Submission submission) {
        this.mode = mode;
        this.submission = submission;
    }

    /** The same steps under other options. */
    public void changeOptions(Options options) {
        submission = submission.with(options);
    }

    Submission submission() {
        return submission;
    }

    public int count() {
        return listed.size() + mode.rowCount(submission) - taken;
    }

    /** For example {@code 01}; {@code 00} for a check-back. */
    public String branchId(int row) {
        return isListed(row) ? listed.get(row).branchId : mode.branchId(laidOut(row));
    }

    /** Wire name of the row's operation. */
    public String operation(int row) {
        return isListed(row) ? listed.get(row).operation : mode.operation(submission, laidOut(row));
    }

    /** "" when nobody is to be called. */
    public String url(int row) {
        return isListed(row) ? listed.get(row).url : mode.url(submission, laidOut(row));
    }

    /** The array that holds the row's payload. Not to be changed. */
    public byte[] payload(int row) {
        return isListed(row) ? listed.get(row).payload : submission.payloadArray();
    }

    public int payloadOffset(int row) {
        if (isListed(row)) {
            return listed.get(row).payloadOffset;
        }
        int step = mode.step(laidOut(row));
        return step < 0 ? 0 : submission.payloadOffset(step);
    }

    public int payloadLength(int row) {
        if (isListed(row)) {
            return listed.get(row).payloadLength;
        }
        int step = mode.step(laidOut(row));
        return step < 0 ? 0 : submission.payloadLength(step);
    }

    /** When the row came into being, epoch milliseconds; 0 with its transaction. */
    public long createTimeMs(int row) {
        return isListed(row) ? listed.get(row).createTimeMs : 0;
    }

    /** What the registered branches brought, bytes. */
    long registeredBytes() {
        return registeredBytes;
    }

    /** What it takes on the heap beside the submission, bytes. */
    long retainedBytes() {
        return retainedBytes;
    }

    List<Registration> registrations() {
        return registrations;
    }

    List<Expansion> expansions() {
        return expansions;
    }

    /** Rows of registered branches; they are the last ones. */
    int registeredRows() {
        return registeredRows;
    }

    /** The registered branch that has this operation, or null. */
    Registration find(String branchId, String operation) {
        if (registrations.size() <= SCANNED_MAX) {
            for (Registration registration : registrations) {
                if (registration.branchId().equals(branchId) && has(registration, operation)) {
                    return registration;
                }
            }
            return null;
        }
        if (registered == null) {
            registered = new Object2ObjectHashMap<>();
            registrations.forEach(this::index);
        }
        return registered.get(key(branchId, operation));
    }

    /** The rows of a topic step: one for each subscriber (PROTOCOL 6.3). Steps come in their order. */
    public void expand(int step, List<String> urls) {
        takeUpTo(step);
        taken++;
        String id = mode.branchId(step);
        for (int i = 0; i < urls.size(); i++) {
            String branchId = urls.size() == 1 ? id : id + "-" + (i < 9 ? "0" : "") + (i + 1);
            listed.add(new Row(
                    branchId,
                    mode.operation(submission, step),
                    urls.get(i),
                    submission.payloadArray(),
                    submission.payloadOffset(step),
                    submission.payloadLength(step),
                    0));
            retainedBytes +=
                    ROW_BYTES + Footprint.text(urls.get(i)) + (urls.size() == 1 ? 0 : Footprint.text(branchId));
        }
        expansions.add(new Expansion(step, urls));
        retainedBytes += EXPANSION_BYTES + PLACE_BYTES + 24 + Footprint.array(urls.size(), 4);
    }

    /** The rows of a registered branch, behind all rows so far. Answers the number of the first. */
    public int register(long nowMs, Registration registration) {
        takeUpTo(mode.rowCount(submission));
        int first = listed.size();
        for (Registration.Operation operation : registration.operations()) {
            listed.add(new Row(
                    registration.branchId(),
                    operation.name(),
                    operation.url(),
                    registration.bytes(),
                    registration.payloadOffset(),
                    registration.payloadLength(),
                    nowMs));
        }
        registrations.add(registration);
        registeredRows += registration.operations().size();
        if (registered != null) {
            index(registration);
        }
        registeredBytes += 200 + registration.bytes().length;
        retainedBytes += registration.retainedBytes()
                + PLACE_BYTES
                + (long) ROW_BYTES * registration.operations().size();
        return first;
    }

    private void takeUpTo(int rowOfMode) {
        if (listed.isEmpty()) {
            listed = new ArrayList<>();
            retainedBytes += LIST_BYTES;
        }
        for (; taken < rowOfMode; taken++) {
            int step = mode.step(taken);
            String url = mode.url(submission, taken);
            retainedBytes += ROW_BYTES + Footprint.text(url);
            listed.add(new Row(
                    mode.branchId(taken),
                    mode.operation(submission, taken),
                    url,
                    submission.payloadArray(),
                    submission.payloadOffset(step),
                    submission.payloadLength(step),
                    0));
        }
    }

    /** Whether its texts are kept, and not made anew for each who asks. */
    boolean isDecoded(int row) {
        return isListed(row);
    }

    private boolean isListed(int row) {
        return row >= 0 && row < listed.size();
    }

    private int laidOut(int row) {
        return row == Plan.CHECK_ROW ? row : row - listed.size() + taken;
    }

    private void index(Registration registration) {
        for (Registration.Operation operation : registration.operations()) {
            String key = key(registration.branchId(), operation.name());
            retainedBytes += INDEXED_BYTES + Footprint.text(key);
            registered.put(key, registration);
        }
    }

    private static String key(String branchId, String operation) {
        return branchId + '\0' + operation;
    }

    private static boolean has(Registration registration, String operation) {
        for (Registration.Operation known : registration.operations()) {
            if (known.name().equals(operation)) {
                return true;
            }
        }
        return false;
    }
}
