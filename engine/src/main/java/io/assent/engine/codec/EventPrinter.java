package io.assent.engine.codec;

import io.assent.engine.BranchRows;
import io.assent.engine.BranchStatus;
import io.assent.engine.Events;
import io.assent.engine.MaskedUrl;
import io.assent.engine.Options;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Settings;
import io.assent.engine.Submission;
import io.assent.engine.TransactionStatus;
import io.assent.engine.mode.Modes;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Tells events to people, one line each. It remembers what each transaction is called, from its creation on; a transaction whose creation
 * it has not seen is named by its number. Payloads and headers are never printed.
 */
public final class EventPrinter implements Events {

    /** Takes one line. */
    @FunctionalInterface
    public interface LineListener {

        /**
         * @param gid the transaction's gid, or "" when the event belongs to none or to an unknown one
         * @param line without a line end
         */
        void onLine(String gid, String line);
    }

    private final LineListener listener;
    private final Modes modes = Modes.standard();
    private final Long2ObjectHashMap<String> gids = new Long2ObjectHashMap<>();
    private final Long2ObjectHashMap<BranchRows> known = new Long2ObjectHashMap<>();

    /** So many steps without a URL are named, the rest are counted. */
    private static final int EMPTY_STEPS_NAMED = 5;

    public EventPrinter(LineListener listener) {
        this.listener = listener;
    }

    @Override
    public void caused(String actor, String reason) {
        listener.onLine("", "caused by " + quoted(actor) + ", reason " + quoted(reason));
    }

    @Override
    public void configured(long now, Settings settings) {
        listener.onLine("", time(now) + " configured " + settings);
    }

    @Override
    public void transactionCreated(
            long now, long id, TransactionStatus status, int retryIntervalS, long deadlineMs, Submission submission) {
        remember(id, submission);
        print(
                now,
                id,
                "created as " + submission.kind().wireName() + " " + status.wireName() + ", "
                        + submission.stepCount() + " steps" + callingNobody(submission) + ", retry interval "
                        + retryIntervalS + " s"
                        + (deadlineMs == 0 ? "" : ", deadline " + time(deadlineMs)));
    }

    /** Which steps have no URL: on purpose, or by a misspelt member that nobody else would ever tell of. */
    private static String callingNobody(Submission submission) {
        StringBuilder numbers = new StringBuilder();
        int count = 0;
        for (int step = 0; step < submission.stepCount(); step++) {
            if (submission.action(step).isEmpty() && submission.compensate(step).isEmpty()) {
                count++;
                if (count <= EMPTY_STEPS_NAMED) {
                    numbers.append(count == 1 ? "" : ", ").append(step + 1);
                }
            }
        }
        return count == 0
                ? ""
                : " (of which " + count + " without a URL: " + numbers + (count > EMPTY_STEPS_NAMED ? ", ..." : "")
                        + ")";
    }

    @Override
    public void submitted(long now, long id, int retryIntervalS, long deadlineMs, Options options) {
        BranchRows rows = known.get(id);
        if (rows != null && options != null) {
            rows.changeOptions(options);
        }
        print(
                now,
                id,
                "submitted, retry interval " + retryIntervalS + " s"
                        + (deadlineMs == 0 ? "" : ", deadline " + time(deadlineMs))
                        + (options == null ? "" : ", options changed"));
    }

    @Override
    public void rollbackDecided(long now, long id, String reason) {
        print(now, id, "aborting: " + quoted(reason));
    }

    @Override
    public void finished(long now, long id, TransactionStatus status, boolean forced) {
        print(now, id, "finished: " + status.wireName() + (forced ? ", stopped by force" : ""));
    }

    @Override
    public void branchSucceeded(long now, long id, int row, int latencyMs, boolean called) {
        print(now, id, branch(id, row) + " succeeded" + (called ? " in " + latencyMs + " ms" : ", no URL to call"));
    }

    @Override
    public void branchFailed(long now, long id, int row, int latencyMs, String text) {
        print(now, id, branch(id, row) + " failed in " + latencyMs + " ms: " + quoted(text));
    }

    @Override
    public void branchDeferred(
            long now,
            long id,
            int row,
            int latencyMs,
            Outcome outcome,
            long intervalS,
            long nextTimeMs,
            int retryCount,
            String text) {
        print(
                now,
                id,
                branch(id, row) + " " + outcome.name().toLowerCase(Locale.ROOT) + " in " + latencyMs + " ms"
                        + (nextTimeMs == 0 ? "" : ", again at " + time(nextTimeMs) + " (interval " + intervalS + " s)")
                        + (retryCount == 0 ? "" : ", repeats " + retryCount)
                        + ": " + quoted(text));
    }

    @Override
    public void cronReset(long now, long id) {
        print(now, id, "everything that waits is due now");
    }

    @Override
    public void quarantined(long now, long id, String reason) {
        print(now, id, "quarantined: " + quoted(reason));
    }

    @Override
    public void quarantineReleased(long now, long id) {
        print(now, id, "released from quarantine");
    }

    @Override
    public void forgotten(long now, long id) {
        print(now, id, "forgotten");
        known.remove(id);
        gids.remove(id);
    }

    @Override
    public void historyTookOver(long now, long position) {
        listener.onLine("", time(now) + " history took over what finished up to position " + position);
    }

    @Override
    public void branchRegistered(long now, long id, Registration registration) {
        BranchRows rows = known.get(id);
        if (rows != null) {
            rows.register(now, registration);
        }
        StringBuilder operations = new StringBuilder();
        for (Registration.Operation operation : registration.operations()) {
            operations
                    .append(operations.length() == 0 ? " " : ", ")
                    .append(operation.name())
                    .append(operation.url().isEmpty() ? "" : " " + MaskedUrl.of(operation.url()))
                    .append(
                            operation.status() == BranchStatus.PREPARED
                                    ? ""
                                    : " " + operation.status().wireName());
        }
        print(now, id, "branch " + registration.branchId() + " registered:" + operations);
    }

    @Override
    public void topicExpanded(long now, long id, int step, List<String> urls) {
        BranchRows rows = known.get(id);
        if (rows != null) {
            rows.expand(step, urls);
        }
        print(now, id, "step " + (step + 1) + " goes to " + urls.size() + " subscribers of its topic");
    }

    @Override
    public void resultKept(long now, long id, String rollbackReason, String result) {
        print(
                now,
                id,
                "result of " + result.length() + " characters"
                        + (rollbackReason.isEmpty() ? "" : ", rollback reason " + quoted(rollbackReason)));
    }

    @Override
    public void rollbackReasonReplaced(long now, long id, String reason) {
        print(now, id, "aborted again: " + quoted(reason));
    }

    @Override
    public void topicSubscribed(long now, String topic, String url, String remark) {
        listener.onLine(
                "",
                time(now) + " topic " + quoted(topic) + " subscribed by " + MaskedUrl.of(url)
                        + (remark.isEmpty() ? "" : ", remark " + quoted(remark)));
    }

    @Override
    public void topicUnsubscribed(long now, String topic, String url) {
        listener.onLine("", time(now) + " topic " + quoted(topic) + " unsubscribed by " + MaskedUrl.of(url));
    }

    @Override
    public void topicDeleted(long now, String topic) {
        listener.onLine("", time(now) + " topic " + quoted(topic) + " deleted");
    }

    @Override
    public void topicRestored(String topic, long version, long createTimeMs, long updateTimeMs) {
        listener.onLine("", time(updateTimeMs) + " topic " + quoted(topic) + " restored, version " + version);
    }

    @Override
    public void subscriberRestored(String topic, String url, String remark) {
        listener.onLine("", "topic " + quoted(topic) + " has subscriber " + MaskedUrl.of(url));
    }

    @Override
    public void stateRestored(long now, long nextId, long forgottenUpTo, long position) {
        listener.onLine("", time(now) + " state restored as of position " + position);
    }

    @Override
    public void transactionRestored(TransactionImage image) {
        remember(image.id(), image.submission());
        print(
                image.updateTimeMs(),
                image.id(),
                "restored as " + image.submission().kind().wireName() + " "
                        + image.status().wireName());
    }

    @Override
    public void branchRestored(long id, int row, BranchImage image) {
        print(
                image.updateTimeMs(),
                id,
                branch(id, row) + " restored as " + image.status().wireName());
    }

    private void print(long now, long id, String what) {
        String known = gids.get(id);
        String gid = known == null ? "" : known;
        String name = known == null ? "#" + id : gid;
        listener.onLine(gid, time(now) + " " + name + " " + what);
    }

    private void remember(long id, Submission submission) {
        gids.put(id, submission.gid());
        if (modes.has(submission.kind())) {
            known.put(id, new BranchRows(modes.of(submission.kind()), submission));
        }
    }

    private String branch(long id, int row) {
        BranchRows rows = known.get(id);
        if (rows == null) {
            return "row " + row;
        }
        String name = "branch " + rows.branchId(row) + " " + rows.operation(row);
        String url = rows.url(row);
        return url.isEmpty() ? name : name + " " + MaskedUrl.of(url);
    }

    private static String time(long epochMs) {
        return Instant.ofEpochMilli(epochMs).toString();
    }

    /** One line, whatever the text brought. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '"' -> quoted.append("\\\"");
                default -> quoted.append(c < ' ' ? '?' : c);
            }
        }
        return quoted.append('"').toString();
    }
}
