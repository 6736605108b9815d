package io.assent.engine;

import io.assent.engine.codec.sbe.MessageHeaderEncoder;
import io.assent.engine.codec.sbe.OptionsBlobEncoder;
import io.assent.engine.codec.sbe.StepsBlobEncoder;
import java.util.ArrayList;
import java.util.List;
import org.agrona.ExpandableArrayBuffer;
import org.agrona.collections.IntArrayList;

/**
 * Collects what a request says of a transaction, checks it, and encodes it. One builder serves one front thread, again and again.
 *
 * <p>Use: {@link #reset()}, set what the request has in any order, {@link #check()}, and when that found nothing {@link #build()}.
 */
public final class SubmissionBuilder {
    private final ExpandableArrayBuffer buffer = new ExpandableArrayBuffer(4_096);
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final OptionsBlobEncoder optionsEncoder = new OptionsBlobEncoder();
    private final StepsBlobEncoder stepsEncoder = new StepsBlobEncoder();

    private final List<byte[]> stepFields = new ArrayList<>();
    private final List<byte[]> headerFields = new ArrayList<>();
    private final List<byte[]> attributeFields = new ArrayList<>();
    private final IntArrayList orders = new IntArrayList();

    private String gid;
    private TransactionKind kind;
    private String protocol;
    private String queryPrepared;
    private String customData;
    private boolean waitResult;
    private boolean concurrent;
    private boolean sagaConcurrent;
    private long timeoutToFailS;
    private long requestTimeoutS;
    private long retryIntervalS;
    private long retryLimit;
    private long retryCount;
    private long delayS;
    private int urlCharsLongest;
    private String urlLongestField;
    private long headerBytes;
    private long attributeBytes;
    private long stepBytes;

    public SubmissionBuilder() {
        reset();
    }

    /** Forgets everything. */
    public SubmissionBuilder reset() {
        stepFields.clear();
        headerFields.clear();
        attributeFields.clear();
        orders.clear();
        gid = "";
        kind = null;
        protocol = "";
        queryPrepared = "";
        customData = "";
        waitResult = false;
        concurrent = false;
        sagaConcurrent = false;
        timeoutToFailS = 0;
        requestTimeoutS = 0;
        retryIntervalS = 0;
        retryLimit = 0;
        retryCount = 0;
        delayS = 0;
        urlCharsLongest = 0;
        urlLongestField = "";
        headerBytes = 0;
        attributeBytes = 0;
        stepBytes = 0;
        return this;
    }

    public SubmissionBuilder gid(String value) {
        gid = value;
        return this;
    }

    public SubmissionBuilder kind(TransactionKind value) {
        kind = value;
        return this;
    }

    public SubmissionBuilder protocol(String value) {
        protocol = value;
        return this;
    }

    public SubmissionBuilder queryPrepared(String value) {
        queryPrepared = value;
        noteUrl("query_prepared", value);
        return this;
    }

    /** The text as given; what it says is set by {@link #sagaConcurrent}, {@link #order} and {@link #delay}. */
    public SubmissionBuilder customData(String value) {
        customData = value;
        return this;
    }

    public SubmissionBuilder waitResult(boolean value) {
        waitResult = value;
        return this;
    }

    public SubmissionBuilder concurrent(boolean value) {
        concurrent = value;
        return this;
    }

    public SubmissionBuilder sagaConcurrent(boolean value) {
        sagaConcurrent = value;
        return this;
    }

    /** Seconds. */
    public SubmissionBuilder timeoutToFail(long value) {
        timeoutToFailS = value;
        return this;
    }

    /** Seconds; negative counts as not given (PROTOCOL 2.1). */
    public SubmissionBuilder requestTimeout(long value) {
        requestTimeoutS = Math.max(0, value);
        return this;
    }

    /** Seconds. */
    public SubmissionBuilder retryInterval(long value) {
        retryIntervalS = value;
        return this;
    }

    public SubmissionBuilder retryLimit(long value) {
        retryLimit = value;
        return this;
    }

    public SubmissionBuilder retryCount(long value) {
        retryCount = value;
        return this;
    }

    /** Seconds. */
    public SubmissionBuilder delay(long value) {
        delayS = value;
        return this;
    }

    /** Step {@code step} starts only when {@code predecessor} has succeeded; both count from 0. */
    public SubmissionBuilder order(int step, int predecessor) {
        orders.addInt(step);
        orders.addInt(predecessor);
        return this;
    }

    public SubmissionBuilder header(String name, String value) {
        headerBytes += add(headerFields, name) + add(headerFields, value);
        return this;
    }

    public SubmissionBuilder attribute(String name, String value) {
        attributeBytes += add(attributeFields, name) + add(attributeFields, value);
        return this;
    }

    /** Adds the next step. Null texts count as empty. */
    public SubmissionBuilder step(String action, String compensate, byte[] payload) {
        noteUrl("steps.action", action);
        noteUrl("steps.compensate", compensate);
        stepBytes += add(stepFields, action) + add(stepFields, compensate) + payload.length;
        stepFields.add(payload);
        return this;
    }

    /**
     * What a workflow is: its name and its input. They stand as its only step.
     *
     * @param input any bytes
     */
    public SubmissionBuilder workflow(String name, byte[] input) {
        stepFields.clear();
        stepBytes = 0;
        if (name.length() > Limits.URL_CHARS_MAX) {
            urlCharsLongest = name.length();
            urlLongestField = "custom_data.name";
        }
        stepBytes += add(stepFields, name) + add(stepFields, "") + input.length;
        stepFields.add(input);
        return this;
    }

    public TransactionKind kind() {
        return kind;
    }

    public String gid() {
        return gid;
    }

    public String protocol() {
        return protocol;
    }

    public String queryPrepared() {
        return queryPrepared;
    }

    /** What is wrong with what was collected, or null. Names the field and the rule. */
    public Rejection check() {
        if (gid.isEmpty()) {
            return Rejection.error("gid.empty", "gid must not be empty");
        }
        if (gid.length() > Limits.GID_CHARS_MAX) {
            return tooLong("gid", gid.length(), Limits.GID_CHARS_MAX, "characters");
        }
        if (kind == null) {
            return Rejection.error(
                    "trans_type.missing", "trans_type is missing; expected saga, msg, tcc, xa or workflow");
        }
        if (protocol.length() > Limits.PROTOCOL_CHARS_MAX) {
            return tooLong("protocol", protocol.length(), Limits.PROTOCOL_CHARS_MAX, "characters");
        }
        if (urlCharsLongest > Limits.URL_CHARS_MAX) {
            return tooLong(urlLongestField, urlCharsLongest, Limits.URL_CHARS_MAX, "characters");
        }
        if (stepFields.size() / 3 > Limits.STEPS_MAX) {
            return tooLong("steps", stepFields.size() / 3, Limits.STEPS_MAX, "steps");
        }
        if (headerFields.size() / 2 > Limits.HEADERS_MAX) {
            return tooLong("branch_headers", headerFields.size() / 2, Limits.HEADERS_MAX, "headers");
        }
        if (headerBytes > Limits.HEADER_BYTES_MAX) {
            return tooLong("branch_headers", headerBytes, Limits.HEADER_BYTES_MAX, "bytes");
        }
        if (attributeBytes > Limits.ATTRIBUTE_BYTES_MAX) {
            return tooLong("trace context", attributeBytes, Limits.ATTRIBUTE_BYTES_MAX, "bytes");
        }
        if (orders.size() / 2 > Limits.ORDER_EDGES_MAX) {
            return tooLong("custom_data.orders", orders.size() / 2, Limits.ORDER_EDGES_MAX, "predecessors");
        }
        Rejection number = checkSeconds("timeout_to_fail", timeoutToFailS);
        number = number != null ? number : checkSeconds("request_timeout", requestTimeoutS);
        number = number != null ? number : checkSeconds("retry_interval", retryIntervalS);
        number = number != null ? number : checkSeconds("retry_limit", retryLimit);
        number = number != null ? number : checkSeconds("retry_count", retryCount);
        number = number != null ? number : checkSeconds("custom_data.delay", delayS);
        if (number != null) {
            return number;
        }
        Rejection order = OrderGraph.check(stepFields.size() / 3, sagaConcurrent, orders.toIntArray());
        if (order != null) {
            return order;
        }
        long encoded = stepBytes + 12L * (stepFields.size() / 3) + 8L * (orders.size() / 2) + 3L * customData.length();
        if (encoded > Limits.SUBMISSION_BYTES_MAX) {
            return tooLong("steps, payloads and custom_data together", encoded, Limits.SUBMISSION_BYTES_MAX, "bytes");
        }
        return null;
    }

    /** Encodes what {@link #check()} found right. */
    public Submission build() {
        return new Submission(gid, kind, buildOptions(), encodeSteps());
    }

    /** Encodes the options alone. */
    Options buildOptions() {
        return new Options(encodeOptions());
    }

    private byte[] encodeOptions() {
        optionsEncoder
                .wrapAndApplyHeader(buffer, 0, header)
                .waitResult(flag(waitResult))
                .concurrent(flag(concurrent))
                .sagaConcurrent(flag(sagaConcurrent))
                .timeoutToFailS((int) timeoutToFailS)
                .requestTimeoutS((int) requestTimeoutS)
                .retryIntervalS((int) retryIntervalS)
                .retryLimit((int) retryLimit)
                .retryCount((int) retryCount)
                .delayS((int) delayS);
        OptionsBlobEncoder.OrdersEncoder pairs = optionsEncoder.ordersCount(orders.size() / 2);
        for (int i = 0; i < orders.size(); i += 2) {
            pairs.next().step(orders.getInt(i)).predecessor(orders.getInt(i + 1));
        }
        OptionsBlobEncoder.HeadersEncoder headers = optionsEncoder.headersCount(headerFields.size() / 2);
        for (int i = 0; i < headerFields.size(); i += 2) {
            byte[] name = headerFields.get(i);
            byte[] value = headerFields.get(i + 1);
            headers.next().putName(name, 0, name.length).putValue(value, 0, value.length);
        }
        OptionsBlobEncoder.AttributesEncoder attributes = optionsEncoder.attributesCount(attributeFields.size() / 2);
        for (int i = 0; i < attributeFields.size(); i += 2) {
            byte[] name = attributeFields.get(i);
            byte[] value = attributeFields.get(i + 1);
            attributes.next().putAttributeName(name, 0, name.length).putAttributeValue(value, 0, value.length);
        }
        byte[] protocolBytes = Utf8.encode(protocol);
        byte[] queryPreparedBytes = Utf8.encode(queryPrepared);
        byte[] customDataBytes = Utf8.encode(customData);
        optionsEncoder
                .putProtocol(protocolBytes, 0, protocolBytes.length)
                .putQueryPrepared(queryPreparedBytes, 0, queryPreparedBytes.length)
                .putCustomData(customDataBytes, 0, customDataBytes.length);
        return copy(optionsEncoder.limit());
    }

    private byte[] encodeSteps() {
        stepsEncoder.wrapAndApplyHeader(buffer, 0, header);
        StepsBlobEncoder.StepsEncoder steps = stepsEncoder.stepsCount(stepFields.size() / 3);
        for (int i = 0; i < stepFields.size(); i += 3) {
            byte[] action = stepFields.get(i);
            byte[] compensate = stepFields.get(i + 1);
            byte[] payload = stepFields.get(i + 2);
            steps.next()
                    .putAction(action, 0, action.length)
                    .putCompensate(compensate, 0, compensate.length)
                    .putPayload(payload, 0, payload.length);
        }
        return copy(stepsEncoder.limit());
    }

    private byte[] copy(int length) {
        byte[] bytes = new byte[length];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    private void noteUrl(String field, String url) {
        if (url != null && url.length() > urlCharsLongest) {
            urlCharsLongest = url.length();
            urlLongestField = field;
        }
    }

    private static int add(List<byte[]> fields, String text) {
        byte[] bytes = text == null ? Utf8.encode("") : Utf8.encode(text);
        fields.add(bytes);
        return bytes.length;
    }

    private static short flag(boolean value) {
        return (short) (value ? 1 : 0);
    }

    private static Rejection checkSeconds(String field, long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            return Rejection.error(
                    field + ".range", field + " must be between 0 and " + Integer.MAX_VALUE + ", found " + value);
        }
        return null;
    }

    private static Rejection tooLong(String field, long found, long max, String unit) {
        return Rejection.error(
                field + ".limit", field + " has " + found + " " + unit + ", at most " + max + " are allowed");
    }
}
