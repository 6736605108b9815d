package io.assent.transport.front;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.BranchRecord;
import io.assent.engine.BranchStatus;
import io.assent.engine.Options;
import io.assent.engine.Rejection;
import io.assent.engine.Topic;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;

/** Records and rows as JSON, in the field order and with the omissions of PROTOCOL 2.3 and 2.4. One per event loop. */
final class RecordJson {
    private static final DateTimeFormatter TIME = new DateTimeFormatterBuilder()
            .appendPattern("yyyy-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendOffset("+HH:MM", "Z")
            .toFormatter(Locale.ROOT);

    private final JsonFactory json = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build()
            .setCharacterEscapes(new GoEscapes());
    private final ZoneOffset zone;

    RecordJson(ZoneOffset zone) {
        this.zone = zone;
    }

    /** Writes one reply body. */
    private interface Body {
        void writeTo(JsonGenerator generator) throws IOException;
    }

    /** The reply of {@code query}; the record may be null. */
    byte[] query(TransactionRecord record) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("branches");
            if (record != null) {
                for (BranchRecord branch : record.branches()) {
                    writeBranch(generator, record, branch);
                }
            }
            generator.writeEndArray();
            generator.writeFieldName("transaction");
            writeTransactionOrNull(generator, record, Exchange.Shape.QUERY);
            generator.writeEndObject();
        });
    }

    /** The reply of {@code all}. */
    byte[] page(List<TransactionRecord> records, String nextPosition) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeStringField("next_position", nextPosition);
            generator.writeArrayFieldStart("transactions");
            for (TransactionRecord record : records) {
                writeTransactionOrNull(generator, record, Exchange.Shape.SINGLE);
            }
            generator.writeEndArray();
            generator.writeEndObject();
        });
    }

    /** The reply of {@code all} with a gid. */
    byte[] single(TransactionRecord record, String position) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeStringField("next_position", position);
            generator.writeFieldName("transactions");
            if (record == null) {
                generator.writeNull();
            } else {
                generator.writeStartArray();
                writeTransactionOrNull(generator, record, Exchange.Shape.SINGLE);
                generator.writeEndArray();
            }
            generator.writeEndObject();
        });
    }

    /** The reply of {@code prepareWorkflow}. */
    byte[] workflow(TransactionRecord record) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("progresses");
            for (BranchRecord branch : record.branches()) {
                writeBranch(generator, record, branch);
            }
            generator.writeEndArray();
            generator.writeFieldName("transaction");
            writeTransactionOrNull(generator, record, Exchange.Shape.WORKFLOW);
            generator.writeEndObject();
        });
    }

    /**
     * The reply of {@code prepareWorkflow} to what it refuses. SDKs read it without a look at the status: they follow {@code transaction}
     * wherever it leads, and a transaction that has not ended is run from its beginning. The text in the place of the list makes them stop with
     * an error instead.
     */
    byte[] workflowRefusal(String gid, String text) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeStringField("message", text);
            generator.writeStringField("progresses", text);
            generator.writeObjectFieldStart("transaction");
            generator.writeStringField("gid", gid);
            generator.writeStringField("status", "");
            generator.writeStringField("rollback_reason", "");
            generator.writeStringField("result", "");
            generator.writeEndObject();
            generator.writeEndObject();
        });
    }

    /**
     * The reply of {@code queryKV} and {@code scanKV}.
     *
     * @param nextPosition null leaves it out
     */
    byte[] topics(List<Topic> topics, String nextPosition) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeArrayFieldStart("kv");
            for (Topic topic : topics) {
                generator.writeStartObject();
                generator.writeNumberField("id", 0);
                writeTime(generator, "create_time", topic.createTimeMs());
                writeTime(generator, "update_time", topic.updateTimeMs());
                generator.writeStringField("cat", "topics");
                generator.writeStringField("k", topic.name());
                generator.writeStringField("v", subscribers(topic));
                generator.writeNumberField("version", topic.version());
                generator.writeEndObject();
            }
            generator.writeEndArray();
            if (nextPosition != null) {
                generator.writeStringField("next_position", nextPosition);
            }
            generator.writeEndObject();
        });
    }

    private String subscribers(Topic topic) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = json.createGenerator(text)) {
            generator.writeStartArray();
            for (Topic.Subscriber subscriber : topic.subscribers()) {
                generator.writeStartObject();
                generator.writeStringField("url", subscriber.url());
                generator.writeStringField("remark", subscriber.remark());
                generator.writeEndObject();
            }
            generator.writeEndArray();
        }
        return text.toString();
    }

    /** The reply of {@code resetCronTime}. */
    byte[] cronReset(boolean hasRemaining, int count) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeBooleanField("has_remaining", hasRemaining);
            generator.writeNumberField("succeed_count", count);
            generator.writeEndObject();
        });
    }

    /** A JSON-RPC success without anything to say. */
    byte[] rpcResult(String id) {
        return rpc(id, JsonGenerator::writeNull, JsonGenerator::writeNull);
    }

    /** A JSON-RPC success with a new gid. */
    byte[] rpcGid(String id, String gid) {
        return rpc(id, JsonGenerator::writeNull, generator -> {
            generator.writeStartObject();
            generator.writeStringField("gid", gid);
            generator.writeEndObject();
        });
    }

    /**
     * A JSON-RPC error.
     *
     * @param emptyResult whether its result is an empty object instead of null
     */
    byte[] rpcError(String id, int code, String text, boolean emptyResult) {
        return rpc(
                id,
                generator -> {
                    generator.writeStartObject();
                    generator.writeNumberField("code", code);
                    generator.writeStringField("message", text);
                    generator.writeEndObject();
                },
                generator -> {
                    if (emptyResult) {
                        generator.writeStartObject();
                        generator.writeEndObject();
                    } else {
                        generator.writeNull();
                    }
                });
    }

    private byte[] rpc(String id, Body error, Body result) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeFieldName("error");
            error.writeTo(generator);
            generator.writeStringField("id", id);
            generator.writeStringField("jsonrpc", "2.0");
            generator.writeFieldName("result");
            result.writeTo(generator);
            generator.writeEndObject();
        });
    }

    /** The reply of {@code /api/clock/advance}. */
    byte[] advanced(ClockControl.Advanced advanced) {
        return write(generator -> {
            generator.writeStartObject();
            generator.writeNumberField("now", advanced.nowMs());
            writeTexts(generator, "touched", advanced.touched());
            if (advanced.nextDeadlineMs() < 0) {
                generator.writeNullField("next_deadline");
            } else {
                generator.writeNumberField("next_deadline", advanced.nextDeadlineMs());
            }
            if (advanced.busy() != null) {
                writeTexts(generator, "busy", advanced.busy());
            }
            generator.writeEndObject();
        });
    }

    /** An object of texts, in the given order of name and value. */
    byte[] texts(String... namesAndValues) {
        return write(generator -> {
            generator.writeStartObject();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                generator.writeStringField(namesAndValues[i], namesAndValues[i + 1]);
            }
            generator.writeEndObject();
        });
    }

    private static void writeTexts(JsonGenerator generator, String name, List<String> texts) throws IOException {
        generator.writeArrayFieldStart(name);
        for (String text : texts) {
            generator.writeString(text);
        }
        generator.writeEndArray();
    }

    private byte[] write(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1_024);
        try (JsonGenerator generator = json.createGenerator(bytes)) {
            body.writeTo(generator);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return bytes.toByteArray();
    }

    private void writeTransactionOrNull(JsonGenerator generator, TransactionRecord record, Exchange.Shape shape)
            throws IOException {
        if (record == null) {
            generator.writeNull();
            return;
        }
        Options options = record.options();
        generator.writeStartObject();
        // C# reads ids as 32-bit integers.
        generator.writeNumberField("id", record.id() <= Integer.MAX_VALUE ? record.id() : 0);
        writeTime(generator, "create_time", record.createTimeMs());
        writeTime(generator, "update_time", record.updateTimeMs());
        generator.writeStringField("gid", record.gid());
        generator.writeStringField("trans_type", record.kind().wireName());
        generator.writeStringField("status", record.status().wireName());
        writeText(generator, "query_prepared", options.queryPrepared());
        writeText(generator, "protocol", options.protocol().isEmpty() ? "http" : options.protocol());
        writeTime(generator, "finish_time", record.finishTimeMs());
        writeTime(generator, "rollback_time", record.rollbackTimeMs());
        if (shape == Exchange.Shape.WORKFLOW) {
            // There is an SDK that demands both (PROTOCOL 13.53).
            generator.writeStringField("result", record.result());
            generator.writeStringField("rollback_reason", record.rollbackReason());
        } else {
            writeText(generator, "result", record.result());
            writeText(generator, "rollback_reason", record.rollbackReason());
        }
        generator.writeStringField("options", optionsText(options));
        writeText(generator, "custom_data", options.customData());
        writeNumber(generator, "next_cron_interval", record.nextCronIntervalS());
        writeTime(generator, "next_cron_time", record.nextCronTimeMs());
        writeOptions(generator, options, record.retryCount());
        if (!record.status().isTerminal() && shape == Exchange.Shape.QUERY) {
            writePending(generator, record);
        }
        if (!record.quarantineReason().isEmpty()) {
            generator.writeStringField("quarantine_reason", record.quarantineReason());
        }
        generator.writeEndObject();
    }

    private String optionsText(Options options) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator generator = json.createGenerator(text)) {
            generator.writeStartObject();
            writeOptions(generator, options, options.retryCount());
            generator.writeEndObject();
        }
        return text.toString();
    }

    private static void writeOptions(JsonGenerator generator, Options options, int retryCount) throws IOException {
        if (options.waitResult()) {
            generator.writeBooleanField("wait_result", true);
        }
        writeNumber(generator, "timeout_to_fail", options.timeoutToFailS());
        writeNumber(generator, "request_timeout", options.requestTimeoutS());
        writeNumber(generator, "retry_interval", options.retryIntervalS());
        if (!options.headers().isEmpty()) {
            generator.writeObjectFieldStart("branch_headers");
            for (Header header : options.headers()) {
                generator.writeStringField(header.name(), header.value());
            }
            generator.writeEndObject();
        }
        generator.writeBooleanField("concurrent", options.concurrent());
        writeNumber(generator, "retry_limit", options.retryLimit());
        writeNumber(generator, "retry_count", retryCount);
    }

    /**
     * Why it is not finished: what it waits for in one sentence, and every operation that is open, waits, or has not succeeded so far. SDKs
     * ignore it.
     */
    private void writePending(JsonGenerator generator, TransactionRecord record) throws IOException {
        generator.writeObjectFieldStart("pending");
        generator.writeStringField("waits_for", waitsFor(record));
        writeTime(generator, "deadline", record.deadlineMs());
        generator.writeArrayFieldStart("operations");
        if (record.check() != null) {
            writePendingOperation(generator, record.check());
        }
        for (BranchRecord branch : record.branches()) {
            writePendingOperation(generator, branch);
        }
        generator.writeEndArray();
        generator.writeEndObject();
    }

    private static String waitsFor(TransactionRecord record) {
        int open = 0;
        int timed = 0;
        for (BranchRecord branch : record.branches()) {
            open += branch.openSinceMs() != 0 ? 1 : 0;
            timed += branch.nextTimeMs() != 0 ? 1 : 0;
        }
        BranchRecord check = record.check();
        if (!record.quarantineReason().isEmpty()) {
            return "an administrator: it is quarantined";
        } else if (open > 0) {
            return "the reply of " + open + (open == 1 ? " branch call" : " branch calls");
        } else if (timed > 0) {
            return "the next attempt of " + timed + (timed == 1 ? " branch operation" : " branch operations");
        } else if (check != null && check.openSinceMs() != 0) {
            return "the answer of its client, which is being called";
        } else if (check != null && check.nextTimeMs() != 0) {
            return "the next call of its client";
        } else if (record.status() == TransactionStatus.PREPARED) {
            return "its client to decide";
        } else if (record.deadlineMs() != 0) {
            return "its delay to end";
        }
        return "its turn";
    }

    private void writePendingOperation(JsonGenerator generator, BranchRecord branch) throws IOException {
        boolean waits = branch.nextTimeMs() != 0 || branch.openSinceMs() != 0;
        if (branch.status() != BranchStatus.PREPARED || !(waits || branch.attempts() > 0)) {
            return;
        }
        generator.writeStartObject();
        generator.writeStringField("branch_id", branch.branchId());
        generator.writeStringField("op", branch.operation());
        writeText(generator, "url", branch.url());
        if (branch.lastOutcome() != null) {
            generator.writeStringField(
                    "last_outcome", branch.lastOutcome().name().toLowerCase(Locale.ROOT));
            generator.writeNumberField("last_latency_ms", branch.lastLatencyMs());
        }
        // SDKs search whole replies for the words that mean an outcome (PROTOCOL 2.9).
        writeText(generator, "last_error", Rejection.withoutMarkers(branch.lastError()));
        generator.writeNumberField("attempts", branch.attempts());
        writeTime(generator, "next_time", branch.nextTimeMs());
        writeTime(generator, "open_since", branch.openSinceMs());
        generator.writeEndObject();
    }

    private void writeBranch(JsonGenerator generator, TransactionRecord record, BranchRecord branch)
            throws IOException {
        generator.writeStartObject();
        generator.writeNumberField("id", 0);
        writeTime(generator, "create_time", branch.createTimeMs());
        writeTime(generator, "update_time", branch.updateTimeMs());
        generator.writeStringField("gid", record.gid());
        writeText(generator, "url", branch.url());
        if (branch.payloadLength() > 0) {
            generator.writeFieldName("bin_data");
            generator.writeBinary(branch.payload(), branch.payloadOffset(), branch.payloadLength());
        }
        writeText(generator, "branch_id", branch.branchId());
        writeText(generator, "op", branch.operation());
        generator.writeStringField("status", branch.status().wireName());
        writeTime(generator, "finish_time", branch.finishTimeMs());
        generator.writeEndObject();
    }

    private static void writeText(JsonGenerator generator, String name, String text) throws IOException {
        if (!text.isEmpty()) {
            generator.writeStringField(name, text);
        }
    }

    private static void writeNumber(JsonGenerator generator, String name, long number) throws IOException {
        if (number != 0) {
            generator.writeNumberField(name, number);
        }
    }

    private void writeTime(JsonGenerator generator, String name, long epochMs) throws IOException {
        if (epochMs != 0) {
            generator.writeStringField(
                    name, TIME.format(Instant.ofEpochMilli(epochMs).atOffset(zone)));
        }
    }
}
