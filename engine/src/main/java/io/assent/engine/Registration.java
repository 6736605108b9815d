package io.assent.engine;

import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.MessageHeaderEncoder;
import io.assent.engine.codec.sbe.RegistrationBlobDecoder;
import io.assent.engine.codec.sbe.RegistrationBlobEncoder;
import java.util.Arrays;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * One branch that a client registers with a prepared transaction (PROTOCOL 2.2 registerBranch): its id, its payload, and one row for each
 * of its operations. Immutable, kept as encoded bytes.
 */
public final class Registration {
    /** This object and its list of operations. */
    private static final int OBJECTS_BYTES = 40 + 24;

    private static final int OPERATION_BYTES = 24;

    private final byte[] bytes;
    private final TransactionKind kind;
    private final List<Operation> operations;
    private final String branchId;
    private final int payloadOffset;
    private final int payloadLength;

    /**
     * One operation of the branch.
     *
     * @param url "" for none
     * @param status prepared, or what a workflow recorded
     */
    public record Operation(String name, String url, BranchStatus status) {}

    /** Takes ownership of an encoded {@code RegistrationBlob}. */
    public Registration(byte[] bytes) {
        this.bytes = bytes;
        UnsafeBuffer buffer = new UnsafeBuffer(bytes);
        RegistrationBlobDecoder decoder =
                new RegistrationBlobDecoder().wrapAndApplyHeader(buffer, 0, new MessageHeaderDecoder());
        this.kind = TransactionKind.ofCode(decoder.kind());
        RegistrationBlobDecoder.RowsDecoder rows = decoder.rows();
        Operation[] read = new Operation[rows.count()];
        int offset = decoder.limit();
        for (int i = 0; i < read.length; i++) {
            BranchStatus status = BranchStatus.ofCode(buffer.getByte(offset));
            int name = offset + rows.actingBlockLength();
            int url = Utf8.end(buffer, name);
            read[i] = new Operation(Utf8.read(buffer, name), Utf8.read(buffer, url), status);
            offset = Utf8.end(buffer, url);
        }
        this.operations = List.of(read);
        this.branchId = Utf8.read(buffer, offset);
        int payload = Utf8.end(buffer, offset);
        this.payloadOffset = payload + Integer.BYTES;
        this.payloadLength = Utf8.length(buffer, payload);
    }

    /** A TCC branch: cancel, then confirm. */
    public static Registration tcc(String branchId, String confirm, String cancel, byte[] payload) {
        return of(
                TransactionKind.TCC,
                branchId,
                payload,
                new Operation("cancel", cancel, BranchStatus.PREPARED),
                new Operation("confirm", confirm, BranchStatus.PREPARED));
    }

    /** An XA branch: rollback, then commit, both at one URL. */
    public static Registration xa(String branchId, String url, byte[] payload) {
        return of(
                TransactionKind.XA,
                branchId,
                payload,
                new Operation("rollback", url, BranchStatus.PREPARED),
                new Operation("commit", url, BranchStatus.PREPARED));
    }

    /** A step that a workflow has done: its operation, how it ended, and what it brought. */
    public static Registration workflow(String branchId, String operation, BranchStatus status, byte[] payload) {
        return of(TransactionKind.WORKFLOW, branchId, payload, new Operation(operation, "", status));
    }

    private static Registration of(TransactionKind kind, String branchId, byte[] payload, Operation... operations) {
        ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(256 + payload.length);
        RegistrationBlobEncoder encoder = new RegistrationBlobEncoder()
                .wrapAndApplyHeader(buffer, 0, new MessageHeaderEncoder())
                .kind(kind.code());
        RegistrationBlobEncoder.RowsEncoder rows = encoder.rowsCount(operations.length);
        for (Operation operation : operations) {
            byte[] name = Utf8.encode(operation.name());
            byte[] url = Utf8.encode(operation.url());
            rows.next()
                    .status(operation.status().code())
                    .putOperation(name, 0, name.length)
                    .putUrl(url, 0, url.length);
        }
        byte[] id = Utf8.encode(branchId);
        encoder.putBranchId(id, 0, id.length).putPayload(payload, 0, payload.length);
        byte[] encoded = new byte[encoder.limit()];
        buffer.getBytes(0, encoded);
        return new Registration(encoded);
    }

    /** What is wrong with it, or null. Names the field and the rule. */
    public Rejection check() {
        if (branchId.length() > Limits.BRANCH_ID_CHARS_MAX) {
            return tooLong("branch_id", branchId.length(), Limits.BRANCH_ID_CHARS_MAX, "characters");
        }
        for (Operation operation : operations) {
            if (operation.name().isEmpty()) {
                return Rejection.error("op.empty", "op must not be empty");
            }
            if (operation.name().length() > Limits.OPERATION_CHARS_MAX) {
                return tooLong("op", operation.name().length(), Limits.OPERATION_CHARS_MAX, "characters");
            }
            if (operation.url().length() > Limits.URL_CHARS_MAX) {
                String field = kind.equals(TransactionKind.XA) ? "url" : operation.name();
                return tooLong(field, operation.url().length(), Limits.URL_CHARS_MAX, "characters");
            }
        }
        if (bytes.length > Limits.SUBMISSION_BYTES_MAX) {
            return tooLong("data", payloadLength, Limits.SUBMISSION_BYTES_MAX, "bytes");
        }
        return null;
    }

    private static Rejection tooLong(String field, long found, long max, String unit) {
        return Rejection.error(
                field + ".limit", field + " has " + found + " " + unit + ", at most " + max + " are allowed");
    }

    public TransactionKind kind() {
        return kind;
    }

    public String branchId() {
        return branchId;
    }

    /** In their wire order. */
    public List<Operation> operations() {
        return operations;
    }

    public int payloadOffset() {
        return payloadOffset;
    }

    public int payloadLength() {
        return payloadLength;
    }

    /** The encoded form, which also holds the payload. Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** What it takes on the heap, bytes. */
    long retainedBytes() {
        long bytesOfOperations = 0;
        for (Operation operation : operations) {
            bytesOfOperations += OPERATION_BYTES + Footprint.text(operation.name()) + Footprint.text(operation.url());
        }
        return OBJECTS_BYTES + Footprint.array(bytes.length, 1) + Footprint.text(branchId) + bytesOfOperations;
    }

    /** By what it says: the bytes of the same branch differ between versions. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Registration registration
                && kind.equals(registration.kind)
                && branchId.equals(registration.branchId)
                && operations.equals(registration.operations)
                && Arrays.equals(
                        bytes,
                        payloadOffset,
                        payloadOffset + payloadLength,
                        registration.bytes,
                        registration.payloadOffset,
                        registration.payloadOffset + registration.payloadLength);
    }

    @Override
    public int hashCode() {
        return 31 * branchId.hashCode() + operations.hashCode();
    }
}
