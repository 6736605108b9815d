package io.assent.client;

import io.assent.client.internal.JsonException;
import io.assent.client.internal.JsonReader;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A transaction as {@link AssentClient#query} found it.
 *
 * @param gid the global id.
 * @param transType its type.
 * @param status its status.
 * @param rollbackReason why it is rolled back; empty if it is not.
 * @param createTime when it was stored.
 * @param finishTime when it succeeded, if it has.
 * @param rollbackTime when it failed, if it has.
 * @param nextCronTime when the coordinator works on it next, if it says so.
 * @param branches its branch operations in the order they were stored.
 * @param fields the whole record as it came, for what this view does not name.
 */
public record TransactionView(
        String gid,
        String transType,
        TransactionStatus status,
        String rollbackReason,
        Optional<OffsetDateTime> createTime,
        Optional<OffsetDateTime> finishTime,
        Optional<OffsetDateTime> rollbackTime,
        Optional<OffsetDateTime> nextCronTime,
        List<BranchView> branches,
        Map<String, Object> fields) {

    static Optional<TransactionView> of(final Map<String, Object> answer) {
        final Object transaction = answer.get("transaction");
        if (transaction == null) {
            return Optional.empty();
        }
        final Map<String, Object> record = JsonReader.asObject(transaction, "transaction");
        final List<BranchView> branches = new ArrayList<>();
        if (answer.get("branches") instanceof List<?> rows) {
            for (final Object row : rows) {
                branches.add(BranchView.of(JsonReader.asObject(row, "a branch")));
            }
        }
        return Optional.of(new TransactionView(
                text(record, "gid"),
                text(record, "trans_type"),
                TransactionStatus.of(text(record, "status")),
                text(record, "rollback_reason"),
                time(record, "create_time"),
                time(record, "finish_time"),
                time(record, "rollback_time"),
                time(record, "next_cron_time"),
                List.copyOf(branches),
                Collections.unmodifiableMap(record)));
    }

    static String text(final Map<String, Object> record, final String key) {
        final Object value = record.get(key);
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw new JsonException(key + " must be a string, but is " + value);
    }

    static Optional<OffsetDateTime> time(final Map<String, Object> record, final String key) {
        final String text = text(record, key);
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(OffsetDateTime.parse(text));
        } catch (final DateTimeParseException e) {
            throw new JsonException(key + " must be an RFC 3339 time, but is " + text);
        }
    }
}
