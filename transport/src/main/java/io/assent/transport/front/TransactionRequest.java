package io.assent.transport.front;

import io.assent.engine.Limits;
import io.assent.engine.Rejection;
import io.assent.engine.Submission;
import io.assent.engine.SubmissionBuilder;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a request says of a transaction (PROTOCOL 2.1), collected by the one who reads its protocol, and then asked for what it means. What is
 * wrong is told by field and rule. One per event loop, reused.
 */
public final class TransactionRequest {
    private static final byte[] NOTHING = new byte[0];

    private final SubmissionBuilder builder = new SubmissionBuilder();
    private final CustomData customDataReader = new CustomData(builder);
    private final List<Step> steps = new ArrayList<>();
    private final List<byte[]> payloads = new ArrayList<>();
    private final Map<String, String> extra = new HashMap<>();
    /** In the order in which clients see them. */
    private final TreeMap<String, String> headers = new TreeMap<>();

    private String transType;
    private String rollbackReason;
    private String customData;
    private boolean wholeFloats;

    /** One step as it was given. */
    static final class Step {
        String action = "";
        String compensate = "";
        String data;
        /** The first member that no mode knows, or null. */
        String unknown;
    }

    public TransactionRequest() {
        reset();
    }

    /** Forgets everything. */
    public void reset() {
        builder.reset();
        steps.clear();
        payloads.clear();
        extra.clear();
        headers.clear();
        transType = "";
        rollbackReason = "";
        customData = "";
        wholeFloats = false;
    }

    // ---------------------------------------------------------------- what is collected

    /** Takes the options, whose values mean the same in every protocol. Its steps and kind are set from here. */
    public SubmissionBuilder options() {
        return builder;
    }

    public void transType(String value) {
        transType = value;
    }

    public void rollbackReason(String value) {
        rollbackReason = value;
    }

    public void customData(String value) {
        customData = value;
    }

    /** A branch header; the last one of a name counts. */
    public void header(String name, String value) {
        headers.put(name, value);
    }

    /** An entry of {@code req_extra}. */
    public void extra(String name, String value) {
        extra.put(name, value);
    }

    /** The payload of the next step. */
    public void payload(byte[] bytes) {
        payloads.add(bytes);
    }

    /** Adds something that came beside the request, such as a trace header; what is too long, or no printable ASCII, is left out. */
    public void attribute(String name, String value) {
        if (!value.isEmpty()
                && isPrintable(value)
                && name.length() + value.length() <= Limits.ATTRIBUTE_BYTES_MAX / 2) {
            builder.attribute(name, value);
        }
    }

    /** Anything else could not be sent on over every protocol, and its branches would wait for ever. */
    private static boolean isPrintable(String value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    void step(Step step) {
        steps.add(step);
    }

    Step step(int index) {
        return steps.get(index);
    }

    int stepCount() {
        return steps.size();
    }

    void clearSteps() {
        steps.clear();
    }

    int payloadCount() {
        return payloads.size();
    }

    void clearPayloads() {
        payloads.clear();
    }

    void clearExtra() {
        extra.clear();
    }

    void takeWholeFloats() {
        wholeFloats = true;
    }

    // ---------------------------------------------------------------- what it means

    public String gid() {
        return builder.gid();
    }

    public String transType() {
        return transType;
    }

    String protocol() {
        return builder.protocol();
    }

    String queryPrepared() {
        return builder.queryPrepared();
    }

    /** By name. */
    Map<String, String> headers() {
        return headers;
    }

    /** As its submission read it; "" for other modes. */
    String workflowName() {
        return customDataReader.workflowName();
    }

    /** What looks like a mistake and is accepted, as DTM does; null for nothing. */
    String warning(TransactionKind kind) {
        boolean saga = kind.equals(TransactionKind.SAGA);
        if (!saga && !kind.equals(TransactionKind.MSG)) {
            return null;
        }
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            if (step.unknown != null && step.action.isEmpty() && (!saga || step.compensate.isEmpty())) {
                return "steps[" + i + "] calls nothing: it has no action" + (saga ? " and no compensate" : "")
                        + ", but an unknown member '" + JsonValues.shown(step.unknown) + "'";
            }
        }
        return null;
    }

    public String rollbackReason() {
        return rollbackReason;
    }

    /** Whether it says that it is a workflow. */
    public boolean isWorkflow() {
        return transType.equals(TransactionKind.WORKFLOW.wireName());
    }

    /** Refuses every other mode. */
    public void requireWorkflow() throws RequestError {
        if (!isWorkflow()) {
            throw new RequestError(
                    "trans_type.workflow",
                    "trans_type must be workflow here, found '" + JsonValues.shown(transType) + "'");
        }
    }

    /** The end that a workflow's submit names. */
    public TransactionStatus workflowStatus() throws RequestError {
        String status = extra.getOrDefault("status", "");
        return switch (status) {
            case "succeed" -> TransactionStatus.SUCCEED;
            case "failed" -> TransactionStatus.FAILED;
            default ->
                throw new RequestError(
                        "req_extra.status",
                        "req_extra.status of a workflow must be succeed or failed, found '" + JsonValues.shown(status)
                                + "'");
        };
    }

    public String workflowReason() {
        return extra.getOrDefault("rollback_reason", "");
    }

    public String workflowResult() throws RequestError {
        String result = extra.getOrDefault("result", "");
        if (result.length() > Limits.RESULT_BYTES_MAX / 3 && Utf8.encode(result).length > Limits.RESULT_BYTES_MAX) {
            throw new RequestError(
                    "req_extra.result.limit", "req_extra.result has more than " + Limits.RESULT_BYTES_MAX + " bytes");
        }
        return result;
    }

    /** The checked submission. */
    public Submission submission() throws RequestError {
        TransactionKind kind = TransactionKind.ofWireName(transType);
        if (kind == null && !transType.isEmpty()) {
            throw new RequestError(
                    "trans_type.unknown",
                    "trans_type is unknown: '" + JsonValues.shown(transType)
                            + "'; expected saga, msg, tcc, xa or workflow");
        }
        builder.kind(kind);
        headers.forEach(builder::header);
        addSteps();
        if (!customData.isEmpty()) {
            builder.customData(customData);
        }
        customDataReader.read(kind, customData, wholeFloats);
        Rejection rejection = builder.check();
        if (rejection != null) {
            throw new RequestError(rejection);
        }
        return builder.build();
    }

    private void addSteps() throws RequestError {
        for (int i = 0; i < steps.size(); i++) {
            Step step = steps.get(i);
            byte[] payload;
            if (i < payloads.size()) {
                payload = payloads.get(i);
            } else if (step.data != null) {
                payload = bytes(step.data);
            } else {
                throw new RequestError(
                        "payloads.missing",
                        "payloads has " + payloads.size() + " elements, but steps has " + steps.size()
                                + "; every step needs a payload");
            }
            builder.step(step.action, step.compensate, payload);
        }
    }

    static byte[] bytes(String text) {
        return text.isEmpty() ? NOTHING : text.getBytes(StandardCharsets.UTF_8);
    }
}
