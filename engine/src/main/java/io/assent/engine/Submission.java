package io.assent.engine;

import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.StepsBlobDecoder;
import java.nio.charset.StandardCharsets;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What a client brought with prepare or submit: immutable, kept as encoded bytes for the life of the transaction. Made by {@link
 * SubmissionBuilder}, which checks it. A payload stands once per step, whatever the number of its rows.
 *
 * <p>Safe for any thread.
 */
public final class Submission {
    private static final int FIELDS_PER_STEP = 3;
    private static final int ACTION = 0;
    private static final int COMPENSATE = 1;
    private static final int PAYLOAD = 2;
    /** This object and its view of the steps. */
    private static final int OBJECTS_BYTES = 40 + 32;

    private final String gid;
    private final TransactionKind kind;
    private final Options options;
    private final byte[] steps;
    private final UnsafeBuffer stepsBuffer;
    private final int[] fieldOffsets;

    /**
     * Takes ownership of the encoded parts.
     *
     * @param steps an encoded {@code StepsBlob}
     */
    public Submission(String gid, TransactionKind kind, Options options, byte[] steps) {
        this.gid = gid;
        this.kind = kind;
        this.options = options;
        this.steps = steps;
        this.stepsBuffer = new UnsafeBuffer(steps);
        this.fieldOffsets = index();
    }

    private Submission(Submission other, Options options) {
        this.gid = other.gid;
        this.kind = other.kind;
        this.options = options;
        this.steps = other.steps;
        this.stepsBuffer = other.stepsBuffer;
        this.fieldOffsets = other.fieldOffsets;
    }

    /** The same steps under other options. */
    public Submission with(Options changed) {
        return new Submission(this, changed);
    }

    public String gid() {
        return gid;
    }

    public TransactionKind kind() {
        return kind;
    }

    public Options options() {
        return options;
    }

    public int stepCount() {
        return fieldOffsets.length / FIELDS_PER_STEP;
    }

    public String action(int step) {
        return text(step, ACTION);
    }

    public String compensate(int step) {
        return text(step, COMPENSATE);
    }

    /** The array that holds every payload. Not to be changed. */
    public byte[] payloadArray() {
        return steps;
    }

    public int payloadOffset(int step) {
        return fieldOffsets[step * FIELDS_PER_STEP + PAYLOAD] + Integer.BYTES;
    }

    public int payloadLength(int step) {
        return Utf8.length(stepsBuffer, fieldOffsets[step * FIELDS_PER_STEP + PAYLOAD]);
    }

    /** The encoded steps. Not to be changed. */
    public byte[] stepsBytes() {
        return steps;
    }

    /** What it takes on the heap, bytes. */
    long retainedBytes() {
        return OBJECTS_BYTES
                + Footprint.text(gid)
                + options.retainedBytes()
                + Footprint.array(steps.length, 1)
                + Footprint.array(fieldOffsets.length, Integer.BYTES);
    }

    private String text(int step, int field) {
        int offset = fieldOffsets[step * FIELDS_PER_STEP + field];
        int length = Utf8.length(stepsBuffer, offset);
        return length == 0 ? "" : new String(steps, offset + Integer.BYTES, length, StandardCharsets.UTF_8);
    }

    private int[] index() {
        StepsBlobDecoder decoder =
                new StepsBlobDecoder().wrapAndApplyHeader(stepsBuffer, 0, new MessageHeaderDecoder());
        StepsBlobDecoder.StepsDecoder group = decoder.steps();
        int[] offsets = new int[group.count() * FIELDS_PER_STEP];
        int offset = decoder.limit();
        for (int i = 0; i < offsets.length; i++) {
            // A later version may have put fields before the texts of each step.
            offset += i % FIELDS_PER_STEP == 0 ? group.actingBlockLength() : 0;
            offsets[i] = offset;
            offset = Utf8.end(stepsBuffer, offset);
        }
        return offsets;
    }
}
