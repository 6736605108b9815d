package io.assent.engine.codec;

import io.assent.engine.BranchStatus;
import io.assent.engine.Events;
import io.assent.engine.Events.BranchImage;
import io.assent.engine.Events.TransactionImage;
import io.assent.engine.Options;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Settings;
import io.assent.engine.Submission;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.engine.codec.CommandAdapter.TextCursor;
import io.assent.engine.codec.sbe.BranchDeferredDecoder;
import io.assent.engine.codec.sbe.BranchFailedDecoder;
import io.assent.engine.codec.sbe.BranchRegisteredDecoder;
import io.assent.engine.codec.sbe.BranchRestoredDecoder;
import io.assent.engine.codec.sbe.BranchSucceededDecoder;
import io.assent.engine.codec.sbe.CausedDecoder;
import io.assent.engine.codec.sbe.ConfiguredDecoder;
import io.assent.engine.codec.sbe.CronResetDecoder;
import io.assent.engine.codec.sbe.FinishedDecoder;
import io.assent.engine.codec.sbe.ForgottenDecoder;
import io.assent.engine.codec.sbe.HistoryTookOverDecoder;
import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.QuarantineReleasedDecoder;
import io.assent.engine.codec.sbe.QuarantinedDecoder;
import io.assent.engine.codec.sbe.ResultKeptDecoder;
import io.assent.engine.codec.sbe.RollbackDecidedDecoder;
import io.assent.engine.codec.sbe.RollbackReasonReplacedDecoder;
import io.assent.engine.codec.sbe.StateRestoredDecoder;
import io.assent.engine.codec.sbe.SubmittedDecoder;
import io.assent.engine.codec.sbe.SubscriberRestoredDecoder;
import io.assent.engine.codec.sbe.TopicDeletedDecoder;
import io.assent.engine.codec.sbe.TopicExpandedDecoder;
import io.assent.engine.codec.sbe.TopicRestoredDecoder;
import io.assent.engine.codec.sbe.TopicSubscribedDecoder;
import io.assent.engine.codec.sbe.TopicUnsubscribedDecoder;
import io.assent.engine.codec.sbe.TransactionCreatedDecoder;
import io.assent.engine.codec.sbe.TransactionRestoredDecoder;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;

/** Decodes events into calls. One thread. */
public final class EventAdapter {
    private final Events events;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final CausedDecoder caused = new CausedDecoder();
    private final ConfiguredDecoder configured = new ConfiguredDecoder();
    private final TransactionCreatedDecoder transactionCreated = new TransactionCreatedDecoder();
    private final SubmittedDecoder submitted = new SubmittedDecoder();
    private final RollbackDecidedDecoder rollbackDecided = new RollbackDecidedDecoder();
    private final FinishedDecoder finished = new FinishedDecoder();
    private final BranchSucceededDecoder branchSucceeded = new BranchSucceededDecoder();
    private final BranchFailedDecoder branchFailed = new BranchFailedDecoder();
    private final BranchDeferredDecoder branchDeferred = new BranchDeferredDecoder();
    private final CronResetDecoder cronReset = new CronResetDecoder();
    private final QuarantinedDecoder quarantined = new QuarantinedDecoder();
    private final QuarantineReleasedDecoder quarantineReleased = new QuarantineReleasedDecoder();
    private final ForgottenDecoder forgotten = new ForgottenDecoder();
    private final HistoryTookOverDecoder historyTookOver = new HistoryTookOverDecoder();
    private final StateRestoredDecoder stateRestored = new StateRestoredDecoder();
    private final TransactionRestoredDecoder transactionRestored = new TransactionRestoredDecoder();
    private final BranchRestoredDecoder branchRestored = new BranchRestoredDecoder();
    private final BranchRegisteredDecoder branchRegistered = new BranchRegisteredDecoder();
    private final TopicExpandedDecoder topicExpanded = new TopicExpandedDecoder();
    private final ResultKeptDecoder resultKept = new ResultKeptDecoder();
    private final RollbackReasonReplacedDecoder rollbackReasonReplaced = new RollbackReasonReplacedDecoder();
    private final TopicSubscribedDecoder topicSubscribed = new TopicSubscribedDecoder();
    private final TopicUnsubscribedDecoder topicUnsubscribed = new TopicUnsubscribedDecoder();
    private final TopicDeletedDecoder topicDeleted = new TopicDeletedDecoder();
    private final TopicRestoredDecoder topicRestored = new TopicRestoredDecoder();
    private final SubscriberRestoredDecoder subscriberRestored = new SubscriberRestoredDecoder();
    private final TextCursor texts = new TextCursor();

    public EventAdapter(Events events) {
        this.events = events;
    }

    /** Calls what a whole record says: frames one behind the other. */
    public void onRecord(DirectBuffer buffer, int offset, int length) {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            int frameLength = buffer.getInt(at, ByteOrder.LITTLE_ENDIAN);
            int next = at + Integer.BYTES + frameLength;
            if (frameLength < MessageHeaderDecoder.ENCODED_LENGTH || next > end) {
                throw new IllegalStateException(
                        "expected an event frame within " + (end - at) + " bytes, found a frame of " + frameLength);
            }
            onFrame(buffer, at + Integer.BYTES, frameLength);
            at = next;
        }
    }

    /** Calls what one event says. */
    public void onFrame(DirectBuffer buffer, int offset, int length) {
        int template = CommandFrame.templateId(buffer, offset);
        switch (template) {
            case TransactionCreatedDecoder.TEMPLATE_ID -> onTransactionCreated(buffer, offset);
            case BranchSucceededDecoder.TEMPLATE_ID -> onBranchSucceeded(buffer, offset);
            case FinishedDecoder.TEMPLATE_ID -> onFinished(buffer, offset);
            case SubmittedDecoder.TEMPLATE_ID -> onSubmitted(buffer, offset);
            case RollbackDecidedDecoder.TEMPLATE_ID -> onRollbackDecided(buffer, offset);
            case BranchFailedDecoder.TEMPLATE_ID -> onBranchFailed(buffer, offset);
            case BranchDeferredDecoder.TEMPLATE_ID -> onBranchDeferred(buffer, offset);
            case ForgottenDecoder.TEMPLATE_ID -> {
                forgotten.wrapAndApplyHeader(buffer, offset, header);
                events.forgotten(forgotten.now(), forgotten.id());
            }
            case CronResetDecoder.TEMPLATE_ID -> {
                cronReset.wrapAndApplyHeader(buffer, offset, header);
                events.cronReset(cronReset.now(), cronReset.id());
            }
            case QuarantinedDecoder.TEMPLATE_ID -> {
                quarantined.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, quarantined.limit());
                events.quarantined(quarantined.now(), quarantined.id(), texts.text());
            }
            case QuarantineReleasedDecoder.TEMPLATE_ID -> {
                quarantineReleased.wrapAndApplyHeader(buffer, offset, header);
                events.quarantineReleased(quarantineReleased.now(), quarantineReleased.id());
            }
            case HistoryTookOverDecoder.TEMPLATE_ID -> {
                historyTookOver.wrapAndApplyHeader(buffer, offset, header);
                events.historyTookOver(historyTookOver.now(), historyTookOver.position());
            }
            case CausedDecoder.TEMPLATE_ID -> {
                caused.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, caused.limit());
                events.caused(texts.text(), texts.text());
            }
            case ConfiguredDecoder.TEMPLATE_ID -> onConfigured(buffer, offset);
            case StateRestoredDecoder.TEMPLATE_ID -> {
                stateRestored.wrapAndApplyHeader(buffer, offset, header);
                events.stateRestored(
                        stateRestored.now(),
                        stateRestored.nextId(),
                        stateRestored.forgottenUpTo(),
                        stateRestored.position());
            }
            case TransactionRestoredDecoder.TEMPLATE_ID -> onTransactionRestored(buffer, offset);
            case BranchRestoredDecoder.TEMPLATE_ID -> onBranchRestored(buffer, offset);
            case BranchRegisteredDecoder.TEMPLATE_ID -> {
                branchRegistered.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, branchRegistered.limit());
                events.branchRegistered(branchRegistered.now(), branchRegistered.id(), new Registration(texts.bytes()));
            }
            case TopicExpandedDecoder.TEMPLATE_ID -> onTopicExpanded(buffer, offset);
            case ResultKeptDecoder.TEMPLATE_ID -> {
                resultKept.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, resultKept.limit());
                events.resultKept(resultKept.now(), resultKept.id(), texts.text(), texts.text());
            }
            case RollbackReasonReplacedDecoder.TEMPLATE_ID -> {
                rollbackReasonReplaced.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, rollbackReasonReplaced.limit());
                events.rollbackReasonReplaced(rollbackReasonReplaced.now(), rollbackReasonReplaced.id(), texts.text());
            }
            case TopicSubscribedDecoder.TEMPLATE_ID -> {
                topicSubscribed.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, topicSubscribed.limit());
                events.topicSubscribed(topicSubscribed.now(), texts.text(), texts.text(), texts.text());
            }
            case TopicUnsubscribedDecoder.TEMPLATE_ID -> {
                topicUnsubscribed.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, topicUnsubscribed.limit());
                events.topicUnsubscribed(topicUnsubscribed.now(), texts.text(), texts.text());
            }
            case TopicDeletedDecoder.TEMPLATE_ID -> {
                topicDeleted.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, topicDeleted.limit());
                events.topicDeleted(topicDeleted.now(), texts.text());
            }
            case TopicRestoredDecoder.TEMPLATE_ID -> {
                topicRestored.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, topicRestored.limit());
                events.topicRestored(
                        texts.text(), topicRestored.version(), topicRestored.createTime(), topicRestored.updateTime());
            }
            case SubscriberRestoredDecoder.TEMPLATE_ID -> {
                subscriberRestored.wrapAndApplyHeader(buffer, offset, header);
                texts.start(buffer, subscriberRestored.limit());
                events.subscriberRestored(texts.text(), texts.text(), texts.text());
            }
            default ->
                throw new IllegalStateException("unknown event template " + template + " of " + length + " bytes");
        }
    }

    private void onConfigured(DirectBuffer buffer, int offset) {
        configured.wrapAndApplyHeader(buffer, offset, header);
        events.configured(
                configured.now(),
                new Settings(
                        configured.retryIntervalS(),
                        configured.timeoutToFailS(),
                        configured.retryIntervalCapS(),
                        configured.retryJitterPercent(),
                        configured.liveTransactionsMax(),
                        configured.liveBytesMax(),
                        configured.finishedKeptMax(),
                        configured.historyPresent() != 0));
    }

    private void onTransactionCreated(DirectBuffer buffer, int offset) {
        transactionCreated.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, transactionCreated.limit());
        events.transactionCreated(
                transactionCreated.now(),
                transactionCreated.id(),
                TransactionStatus.ofCode(transactionCreated.status()),
                transactionCreated.retryIntervalS(),
                transactionCreated.deadline(),
                submission(transactionCreated.kind()));
    }

    private Submission submission(int kindCode) {
        return new Submission(
                texts.text(), TransactionKind.ofCode(kindCode), new Options(texts.bytes()), texts.bytes());
    }

    private void onSubmitted(DirectBuffer buffer, int offset) {
        submitted.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, submitted.limit());
        byte[] options = texts.bytes();
        events.submitted(
                submitted.now(),
                submitted.id(),
                submitted.retryIntervalS(),
                submitted.deadline(),
                options.length == 0 ? null : new Options(options));
    }

    private void onRollbackDecided(DirectBuffer buffer, int offset) {
        rollbackDecided.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, rollbackDecided.limit());
        events.rollbackDecided(rollbackDecided.now(), rollbackDecided.id(), texts.text());
    }

    private void onFinished(DirectBuffer buffer, int offset) {
        finished.wrapAndApplyHeader(buffer, offset, header);
        events.finished(
                finished.now(), finished.id(), TransactionStatus.ofCode(finished.status()), finished.forced() == 1);
    }

    private void onBranchSucceeded(DirectBuffer buffer, int offset) {
        branchSucceeded.wrapAndApplyHeader(buffer, offset, header);
        events.branchSucceeded(
                branchSucceeded.now(),
                branchSucceeded.id(),
                branchSucceeded.row(),
                branchSucceeded.latencyMs(),
                branchSucceeded.called() != 0);
    }

    private void onBranchFailed(DirectBuffer buffer, int offset) {
        branchFailed.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, branchFailed.limit());
        events.branchFailed(
                branchFailed.now(), branchFailed.id(), branchFailed.row(), branchFailed.latencyMs(), texts.text());
    }

    private void onBranchDeferred(DirectBuffer buffer, int offset) {
        branchDeferred.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, branchDeferred.limit());
        events.branchDeferred(
                branchDeferred.now(),
                branchDeferred.id(),
                branchDeferred.row(),
                branchDeferred.latencyMs(),
                Outcome.ofCode(branchDeferred.outcome()),
                branchDeferred.intervalS(),
                branchDeferred.nextTime(),
                branchDeferred.retryCount(),
                texts.text());
    }

    private void onTopicExpanded(DirectBuffer buffer, int offset) {
        topicExpanded.wrapAndApplyHeader(buffer, offset, header);
        TopicExpandedDecoder.SubscribersDecoder subscribers = topicExpanded.subscribers();
        String[] urls = new String[subscribers.count()];
        texts.start(buffer, topicExpanded.limit());
        for (int i = 0; i < urls.length; i++) {
            urls[i] = texts.text();
        }
        events.topicExpanded(topicExpanded.now(), topicExpanded.id(), topicExpanded.step(), List.of(urls));
    }

    private void onTransactionRestored(DirectBuffer buffer, int offset) {
        transactionRestored.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, transactionRestored.limit());
        Submission submission = submission(transactionRestored.kind());
        events.transactionRestored(new TransactionImage(
                transactionRestored.id(),
                submission,
                TransactionStatus.ofCode(transactionRestored.status()),
                transactionRestored.retryIntervalS(),
                transactionRestored.deadline(),
                transactionRestored.createTime(),
                transactionRestored.updateTime(),
                transactionRestored.finishTime(),
                transactionRestored.nextCronTime(),
                transactionRestored.retryCount(),
                transactionRestored.finishedAt(),
                transactionRestored.quarantined() != 0,
                texts.text(),
                texts.text()));
    }

    private void onBranchRestored(DirectBuffer buffer, int offset) {
        branchRestored.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, branchRestored.limit());
        events.branchRestored(
                branchRestored.id(),
                branchRestored.row(),
                new BranchImage(
                        BranchStatus.ofCode(branchRestored.status()),
                        branchRestored.attempts(),
                        branchRestored.intervalS(),
                        branchRestored.nextTime(),
                        branchRestored.updateTime(),
                        branchRestored.finishTime(),
                        branchRestored.lastOutcome() == 0 ? null : Outcome.ofCode(branchRestored.lastOutcome()),
                        branchRestored.lastLatencyMs(),
                        texts.text()));
    }
}
