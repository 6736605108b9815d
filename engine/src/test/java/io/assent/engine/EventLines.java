package io.assent.engine;

import io.assent.engine.codec.EventAdapter;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/** Events of a record as short lines for tables. Transactions are named by their number. */
final class EventLines implements Events {
    private final List<String> lines;

    private EventLines(List<String> lines) {
        this.lines = lines;
    }

    static void of(byte[] record, List<String> lines) {
        new EventAdapter(new EventLines(lines)).onRecord(new UnsafeBuffer(record), 0, record.length);
    }

    @Override
    public void caused(String actor, String reason) {
        lines.add("caused " + actor + " " + reason);
    }

    @Override
    public void configured(long now, Settings settings) {
        lines.add("configured");
    }

    @Override
    public void transactionCreated(
            long now, long id, TransactionStatus status, int retryIntervalS, long deadlineMs, Submission submission) {
        lines.add("created " + id + " " + submission.kind().wireName() + " " + status.wireName() + " R="
                + retryIntervalS + deadline(now, deadlineMs));
    }

    @Override
    public void submitted(long now, long id, int retryIntervalS, long deadlineMs, Options options) {
        lines.add("submitted " + id + " R=" + retryIntervalS + deadline(now, deadlineMs)
                + (options == null ? "" : " options"));
    }

    @Override
    public void rollbackDecided(long now, long id, String reason) {
        lines.add("aborting " + id + " | " + reason);
    }

    @Override
    public void finished(long now, long id, TransactionStatus status, boolean forced) {
        lines.add("finished " + id + " " + status.wireName() + (forced ? " by force" : ""));
    }

    @Override
    public void branchSucceeded(long now, long id, int row, int latencyMs, boolean called) {
        lines.add("succeeded " + id + " row " + row + (called ? "" : " uncalled"));
    }

    @Override
    public void branchFailed(long now, long id, int row, int latencyMs, String text) {
        lines.add("failed " + id + " row " + row + " | " + text);
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
        lines.add("deferred " + id + " row " + row + " " + outcome + " interval=" + intervalS
                + (nextTimeMs == 0 ? " no time" : " in " + (nextTimeMs - now) / 1000 + "s")
                + (retryCount == 0 ? "" : " repeats=" + retryCount));
    }

    @Override
    public void cronReset(long now, long id) {
        lines.add("cronReset " + id);
    }

    @Override
    public void quarantined(long now, long id, String reason) {
        lines.add("quarantined " + id);
    }

    @Override
    public void quarantineReleased(long now, long id) {
        lines.add("released " + id);
    }

    @Override
    public void forgotten(long now, long id) {
        lines.add("forgotten " + id);
    }

    @Override
    public void historyTookOver(long now, long position) {
        lines.add("historyTookOver " + position);
    }

    @Override
    public void branchRegistered(long now, long id, Registration registration) {
        StringBuilder operations = new StringBuilder();
        registration.operations().forEach(operation -> operations.append(" ").append(operation.name()));
        lines.add("registered " + id + " " + registration.branchId() + operations);
    }

    @Override
    public void topicExpanded(long now, long id, int step, List<String> urls) {
        lines.add("expanded " + id + " step " + step + " " + urls.size() + " urls");
    }

    @Override
    public void resultKept(long now, long id, String rollbackReason, String result) {
        lines.add("result " + id + " '" + result + "'" + (rollbackReason.isEmpty() ? "" : " | " + rollbackReason));
    }

    @Override
    public void rollbackReasonReplaced(long now, long id, String reason) {
        lines.add("reason " + id + " | " + reason);
    }

    @Override
    public void topicSubscribed(long now, String topic, String url, String remark) {
        lines.add("subscribed " + topic + " " + url);
    }

    @Override
    public void topicUnsubscribed(long now, String topic, String url) {
        lines.add("unsubscribed " + topic + " " + url);
    }

    @Override
    public void topicDeleted(long now, String topic) {
        lines.add("topicDeleted " + topic);
    }

    @Override
    public void topicRestored(String topic, long version, long createTimeMs, long updateTimeMs) {
        lines.add("topicRestored " + topic);
    }

    @Override
    public void subscriberRestored(String topic, String url, String remark) {
        lines.add("subscriberRestored " + topic + " " + url);
    }

    @Override
    public void stateRestored(long now, long nextId, long forgottenUpTo, long position) {
        lines.add("stateRestored");
    }

    @Override
    public void transactionRestored(TransactionImage image) {
        lines.add("transactionRestored " + image.id());
    }

    @Override
    public void branchRestored(long id, int row, BranchImage image) {
        lines.add("branchRestored " + id + " row " + row);
    }

    private static String deadline(long now, long deadlineMs) {
        return deadlineMs == 0 ? "" : " deadline in " + (deadlineMs - now) / 1000 + "s";
    }
}
