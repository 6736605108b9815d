package io.assent.simulation;

import io.assent.engine.Events;
import io.assent.engine.Options;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Settings;
import io.assent.engine.Submission;
import io.assent.engine.TransactionStatus;
import java.util.List;

/** Hands each recorded event to the life it belongs to. */
final class Recorded implements Events {
    private final Checker checker;

    Recorded(Checker checker) {
        this.checker = checker;
    }

    @Override
    public void caused(String actor, String reason) {
        // Says nothing about a transaction's course.
    }

    @Override
    public void configured(long now, Settings settings) {
        Checker.require(settings.equals(Settings.DEFAULT), "journal", "settings changed to " + settings);
    }

    @Override
    public void transactionCreated(
            long now, long id, TransactionStatus status, int retryIntervalS, long deadlineMs, Submission submission) {
        Life life = checker.life(submission.gid());
        checker.born(id, life);
        life.created(checker, now, status);
    }

    @Override
    public void submitted(long now, long id, int retryIntervalS, long deadlineMs, Options options) {
        checker.life(id).submitted(checker, now);
    }

    @Override
    public void rollbackDecided(long now, long id, String reason) {
        checker.life(id).rollbackDecided(checker, now, reason);
    }

    @Override
    public void finished(long now, long id, TransactionStatus status, boolean forced) {
        checker.life(id).finished(checker, status);
    }

    @Override
    public void branchSucceeded(long now, long id, int row, int latencyMs, boolean called) {
        checker.life(id).branchSucceeded(checker, row, called);
    }

    @Override
    public void branchFailed(long now, long id, int row, int latencyMs, String text) {
        checker.life(id).branchFailed(checker, row);
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
        checker.life(id).branchDeferred(checker, now, row, outcome, nextTimeMs, retryCount);
    }

    @Override
    public void cronReset(long now, long id) {
        checker.life(id).cronReset(checker);
    }

    @Override
    public void quarantined(long now, long id, String reason) {
        throw new Violation("contained", checker.life(id).wish.gid + " was quarantined: " + reason);
    }

    @Override
    public void quarantineReleased(long now, long id) {
        throw new Violation("journal", "nothing was quarantined");
    }

    @Override
    public void forgotten(long now, long id) {
        throw new Violation("journal", "too few transactions to forget one");
    }

    @Override
    public void historyTookOver(long now, long position) {
        throw new Violation("journal", "there is no history");
    }

    @Override
    public void branchRegistered(long now, long id, Registration registration) {
        checker.life(id).registered(checker, registration);
    }

    @Override
    public void topicExpanded(long now, long id, int step, List<String> urls) {
        throw new Violation("journal", "nobody asked for a topic");
    }

    @Override
    public void resultKept(long now, long id, String rollbackReason, String result) {
        checker.life(id).resultKept(checker, result);
    }

    @Override
    public void rollbackReasonReplaced(long now, long id, String reason) {
        checker.life(id).reasonReplaced(checker, reason);
    }

    @Override
    public void topicSubscribed(long now, String topic, String url, String remark) {
        throw new Violation("journal", "nobody asked for a topic");
    }

    @Override
    public void topicUnsubscribed(long now, String topic, String url) {
        throw new Violation("journal", "nobody asked for a topic");
    }

    @Override
    public void topicDeleted(long now, String topic) {
        throw new Violation("journal", "nobody asked for a topic");
    }

    @Override
    public void topicRestored(String topic, long version, long createTimeMs, long updateTimeMs) {
        throw new Violation("journal", "nobody asked for a topic");
    }

    @Override
    public void subscriberRestored(String topic, String url, String remark) {
        throw new Violation("journal", "nobody asked for a topic");
    }

    @Override
    public void stateRestored(long now, long nextId, long forgottenUpTo, long position) {
        throw new Violation("journal", "a described state in the journal");
    }

    @Override
    public void transactionRestored(TransactionImage image) {
        throw new Violation("journal", "a described transaction in the journal");
    }

    @Override
    public void branchRestored(long id, int row, BranchImage image) {
        throw new Violation("journal", "a described branch in the journal");
    }
}
