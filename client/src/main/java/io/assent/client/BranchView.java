package io.assent.client;

import io.assent.client.internal.JsonException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * One operation of one branch as {@link AssentClient#query} found it.
 *
 * @param branchId the branch, two digits per level.
 * @param op the operation: {@code action}, {@code compensate} and so on.
 * @param status {@code prepared}, {@code succeed} or {@code failed}.
 * @param url where it is called.
 * @param payload its body as text; bytes that are no UTF-8 are replaced.
 * @param finishTime when it was done, if it is.
 */
public record BranchView(
        String branchId, String op, String status, String url, String payload, Optional<OffsetDateTime> finishTime) {

    static BranchView of(final Map<String, Object> row) {
        return new BranchView(
                TransactionView.text(row, "branch_id"),
                TransactionView.text(row, "op"),
                TransactionView.text(row, "status"),
                TransactionView.text(row, "url"),
                decoded(TransactionView.text(row, "bin_data")),
                TransactionView.time(row, "finish_time"));
    }

    private static String decoded(final String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (final IllegalArgumentException e) {
            throw new JsonException("bin_data must be base64: " + e.getMessage());
        }
    }
}
