package io.assent.engine.codec;

import io.assent.engine.Events;
import io.assent.engine.Options;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Settings;
import io.assent.engine.Submission;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import io.assent.engine.codec.sbe.BranchDeferredEncoder;
import io.assent.engine.codec.sbe.BranchFailedEncoder;
import io.assent.engine.codec.sbe.BranchRegisteredEncoder;
import io.assent.engine.codec.sbe.BranchRestoredEncoder;
import io.assent.engine.codec.sbe.BranchSucceededEncoder;
import io.assent.engine.codec.sbe.CausedEncoder;
import io.assent.engine.codec.sbe.ConfiguredEncoder;
import io.assent.engine.codec.sbe.CronResetEncoder;
import io.assent.engine.codec.sbe.FinishedEncoder;
import io.assent.engine.codec.sbe.ForgottenEncoder;
import io.assent.engine.codec.sbe.HistoryTookOverEncoder;
import io.assent.engine.codec.sbe.MessageHeaderEncoder;
import io.assent.engine.codec.sbe.QuarantineReleasedEncoder;
import io.assent.engine.codec.sbe.QuarantinedEncoder;
import io.assent.engine.codec.sbe.ResultKeptEncoder;
import io.assent.engine.codec.sbe.RollbackDecidedEncoder;
import io.assent.engine.codec.sbe.RollbackReasonReplacedEncoder;
import io.assent.engine.codec.sbe.StateRestoredEncoder;
import io.assent.engine.codec.sbe.SubmittedEncoder;
import io.assent.engine.codec.sbe.SubscriberRestoredEncoder;
import io.assent.engine.codec.sbe.TopicDeletedEncoder;
import io.assent.engine.codec.sbe.TopicExpandedEncoder;
import io.assent.engine.codec.sbe.TopicRestoredEncoder;
import io.assent.engine.codec.sbe.TopicSubscribedEncoder;
import io.assent.engine.codec.sbe.TopicUnsubscribedEncoder;
import io.assent.engine.codec.sbe.TransactionCreatedEncoder;
import io.assent.engine.codec.sbe.TransactionRestoredEncoder;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * Encodes events one behind the other, each as a frame: a 32-bit length, then the message. A listener gets every frame as soon as it is
 * written; that is how an event reaches the state. One thread.
 */
public final class EventPublisher implements Events {

    /** Takes a written frame's message. */
    @FunctionalInterface
    public interface FrameListener {
        void onFrame(DirectBuffer buffer, int offset, int length);
    }

    private final FrameListener listener;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final CausedEncoder caused = new CausedEncoder();
    private final ConfiguredEncoder configured = new ConfiguredEncoder();
    private final TransactionCreatedEncoder transactionCreated = new TransactionCreatedEncoder();
    private final SubmittedEncoder submitted = new SubmittedEncoder();
    private final RollbackDecidedEncoder rollbackDecided = new RollbackDecidedEncoder();
    private final FinishedEncoder finished = new FinishedEncoder();
    private final BranchSucceededEncoder branchSucceeded = new BranchSucceededEncoder();
    private final BranchFailedEncoder branchFailed = new BranchFailedEncoder();
    private final BranchDeferredEncoder branchDeferred = new BranchDeferredEncoder();
    private final CronResetEncoder cronReset = new CronResetEncoder();
    private final QuarantinedEncoder quarantined = new QuarantinedEncoder();
    private final QuarantineReleasedEncoder quarantineReleased = new QuarantineReleasedEncoder();
    private final ForgottenEncoder forgotten = new ForgottenEncoder();
    private final HistoryTookOverEncoder historyTookOver = new HistoryTookOverEncoder();
    private final StateRestoredEncoder stateRestored = new StateRestoredEncoder();
    private final TransactionRestoredEncoder transactionRestored = new TransactionRestoredEncoder();
    private final BranchRestoredEncoder branchRestored = new BranchRestoredEncoder();
    private final BranchRegisteredEncoder branchRegistered = new BranchRegisteredEncoder();
    private final TopicExpandedEncoder topicExpanded = new TopicExpandedEncoder();
    private final ResultKeptEncoder resultKept = new ResultKeptEncoder();
    private final RollbackReasonReplacedEncoder rollbackReasonReplaced = new RollbackReasonReplacedEncoder();
    private final TopicSubscribedEncoder topicSubscribed = new TopicSubscribedEncoder();
    private final TopicUnsubscribedEncoder topicUnsubscribed = new TopicUnsubscribedEncoder();
    private final TopicDeletedEncoder topicDeleted = new TopicDeletedEncoder();
    private final TopicRestoredEncoder topicRestored = new TopicRestoredEncoder();
    private final SubscriberRestoredEncoder subscriberRestored = new SubscriberRestoredEncoder();

    private MutableDirectBuffer buffer;
    private int length;
    private boolean reuseBuffer;

    public EventPublisher(FrameListener listener) {
        this.listener = listener;
    }

    /** Starts a record at index 0 of an expandable buffer. */
    public void begin(MutableDirectBuffer target) {
        buffer = target;
        length = 0;
        reuseBuffer = false;
    }

    /** Writes each frame over the one before: for a listener that keeps nothing. */
    public void reuseBuffer() {
        reuseBuffer = true;
    }

    /** Bytes written since {@link #begin}. */
    public int length() {
        return length;
    }

    @Override
    public void caused(String actor, String reason) {
        byte[] actorBytes = Utf8.encode(actor);
        byte[] reasonBytes = Utf8.encode(reason);
        caused.wrapAndApplyHeader(buffer, messageOffset(), header)
                .putActor(actorBytes, 0, actorBytes.length)
                .putReason(reasonBytes, 0, reasonBytes.length);
        frame(caused.limit());
    }

    @Override
    public void configured(long now, Settings settings) {
        configured
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .retryIntervalS(settings.retryIntervalS())
                .timeoutToFailS(settings.timeoutToFailS())
                .retryIntervalCapS(settings.retryIntervalCapS())
                .retryJitterPercent(settings.retryJitterPercent())
                .liveTransactionsMax(settings.liveTransactionsMax())
                .liveBytesMax(settings.liveBytesMax())
                .finishedKeptMax(settings.finishedKeptMax())
                .historyPresent((short) (settings.historyPresent() ? 1 : 0));
        frame(configured.limit());
    }

    @Override
    public void transactionCreated(
            long now, long id, TransactionStatus status, int retryIntervalS, long deadlineMs, Submission submission) {
        byte[] gid = Utf8.encode(submission.gid());
        byte[] options = submission.options().bytes();
        byte[] steps = submission.stepsBytes();
        transactionCreated
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .kind(submission.kind().code())
                .status(status.code())
                .retryIntervalS(retryIntervalS)
                .deadline(deadlineMs)
                .putGid(gid, 0, gid.length)
                .putOptions(options, 0, options.length)
                .putSteps(steps, 0, steps.length);
        frame(transactionCreated.limit());
    }

    @Override
    public void submitted(long now, long id, int retryIntervalS, long deadlineMs, Options options) {
        byte[] bytes = options == null ? Utf8.encode("") : options.bytes();
        submitted
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .retryIntervalS(retryIntervalS)
                .deadline(deadlineMs)
                .putOptions(bytes, 0, bytes.length);
        frame(submitted.limit());
    }

    @Override
    public void rollbackDecided(long now, long id, String reason) {
        byte[] reasonBytes = Utf8.encode(reason);
        rollbackDecided
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .putReason(reasonBytes, 0, reasonBytes.length);
        frame(rollbackDecided.limit());
    }

    @Override
    public void finished(long now, long id, TransactionStatus status, boolean forced) {
        finished.wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .status(status.code())
                .forced((short) (forced ? 1 : 0));
        frame(finished.limit());
    }

    @Override
    public void branchSucceeded(long now, long id, int row, int latencyMs, boolean called) {
        branchSucceeded
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .row(row)
                .latencyMs(latencyMs)
                .called((short) (called ? 1 : 0));
        frame(branchSucceeded.limit());
    }

    @Override
    public void branchFailed(long now, long id, int row, int latencyMs, String text) {
        byte[] textBytes = Utf8.encode(text);
        branchFailed
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .row(row)
                .latencyMs(latencyMs)
                .putText(textBytes, 0, textBytes.length);
        frame(branchFailed.limit());
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
        byte[] textBytes = Utf8.encode(text);
        branchDeferred
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .row(row)
                .latencyMs(latencyMs)
                .outcome(outcome.code())
                .intervalS(intervalS)
                .nextTime(nextTimeMs)
                .retryCount(retryCount)
                .putText(textBytes, 0, textBytes.length);
        frame(branchDeferred.limit());
    }

    @Override
    public void cronReset(long now, long id) {
        cronReset.wrapAndApplyHeader(buffer, messageOffset(), header).now(now).id(id);
        frame(cronReset.limit());
    }

    @Override
    public void quarantined(long now, long id, String reason) {
        byte[] reasonBytes = Utf8.encode(reason);
        quarantined
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .putReason(reasonBytes, 0, reasonBytes.length);
        frame(quarantined.limit());
    }

    @Override
    public void quarantineReleased(long now, long id) {
        quarantineReleased
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id);
        frame(quarantineReleased.limit());
    }

    @Override
    public void forgotten(long now, long id) {
        forgotten.wrapAndApplyHeader(buffer, messageOffset(), header).now(now).id(id);
        frame(forgotten.limit());
    }

    @Override
    public void historyTookOver(long now, long position) {
        historyTookOver
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .position(position);
        frame(historyTookOver.limit());
    }

    @Override
    public void stateRestored(long now, long nextId, long forgottenUpTo, long position) {
        stateRestored
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .nextId(nextId)
                .forgottenUpTo(forgottenUpTo)
                .position(position);
        frame(stateRestored.limit());
    }

    @Override
    public void transactionRestored(TransactionImage image) {
        Submission submission = image.submission();
        byte[] gid = Utf8.encode(submission.gid());
        byte[] options = submission.options().bytes();
        byte[] steps = submission.stepsBytes();
        byte[] rollbackReason = Utf8.encode(image.rollbackReason());
        byte[] quarantineReason = Utf8.encode(image.quarantineReason());
        transactionRestored
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .id(image.id())
                .kind(submission.kind().code())
                .status(image.status().code())
                .retryIntervalS(image.retryIntervalS())
                .deadline(image.deadlineMs())
                .createTime(image.createTimeMs())
                .updateTime(image.updateTimeMs())
                .finishTime(image.finishTimeMs())
                .nextCronTime(image.nextCronTimeMs())
                .retryCount(image.retryCount())
                .finishedAt(image.finishedAt())
                .quarantined((short) (image.quarantined() ? 1 : 0))
                .putGid(gid, 0, gid.length)
                .putOptions(options, 0, options.length)
                .putSteps(steps, 0, steps.length)
                .putRollbackReason(rollbackReason, 0, rollbackReason.length)
                .putQuarantineReason(quarantineReason, 0, quarantineReason.length);
        frame(transactionRestored.limit());
    }

    @Override
    public void branchRestored(long id, int row, BranchImage image) {
        byte[] text = Utf8.encode(image.text());
        branchRestored
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .id(id)
                .row(row)
                .status(image.status().code())
                .attempts(image.attempts())
                .intervalS(image.intervalS())
                .nextTime(image.nextTimeMs())
                .updateTime(image.updateTimeMs())
                .finishTime(image.finishTimeMs())
                .lastOutcome(
                        image.lastOutcome() == null ? 0 : image.lastOutcome().code())
                .lastLatencyMs(image.lastLatencyMs())
                .putText(text, 0, text.length);
        frame(branchRestored.limit());
    }

    @Override
    public void branchRegistered(long now, long id, Registration registration) {
        byte[] bytes = registration.bytes();
        branchRegistered
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .putRegistration(bytes, 0, bytes.length);
        frame(branchRegistered.limit());
    }

    @Override
    public void topicExpanded(long now, long id, int step, List<String> urls) {
        topicExpanded
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .step(step);
        TopicExpandedEncoder.SubscribersEncoder subscribers = topicExpanded.subscribersCount(urls.size());
        for (int i = 0; i < urls.size(); i++) {
            byte[] url = Utf8.encode(urls.get(i));
            subscribers.next().putUrl(url, 0, url.length);
        }
        frame(topicExpanded.limit());
    }

    @Override
    public void resultKept(long now, long id, String rollbackReason, String result) {
        byte[] reasonBytes = Utf8.encode(rollbackReason);
        byte[] resultBytes = Utf8.encode(result);
        resultKept
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .putRollbackReason(reasonBytes, 0, reasonBytes.length)
                .putResult(resultBytes, 0, resultBytes.length);
        frame(resultKept.limit());
    }

    @Override
    public void rollbackReasonReplaced(long now, long id, String reason) {
        byte[] reasonBytes = Utf8.encode(reason);
        rollbackReasonReplaced
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .id(id)
                .putReason(reasonBytes, 0, reasonBytes.length);
        frame(rollbackReasonReplaced.limit());
    }

    @Override
    public void topicSubscribed(long now, String topic, String url, String remark) {
        byte[] topicBytes = Utf8.encode(topic);
        byte[] urlBytes = Utf8.encode(url);
        byte[] remarkBytes = Utf8.encode(remark);
        topicSubscribed
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .putTopic(topicBytes, 0, topicBytes.length)
                .putUrl(urlBytes, 0, urlBytes.length)
                .putRemark(remarkBytes, 0, remarkBytes.length);
        frame(topicSubscribed.limit());
    }

    @Override
    public void topicUnsubscribed(long now, String topic, String url) {
        byte[] topicBytes = Utf8.encode(topic);
        byte[] urlBytes = Utf8.encode(url);
        topicUnsubscribed
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .putTopic(topicBytes, 0, topicBytes.length)
                .putUrl(urlBytes, 0, urlBytes.length);
        frame(topicUnsubscribed.limit());
    }

    @Override
    public void topicDeleted(long now, String topic) {
        byte[] topicBytes = Utf8.encode(topic);
        topicDeleted
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .now(now)
                .putTopic(topicBytes, 0, topicBytes.length);
        frame(topicDeleted.limit());
    }

    @Override
    public void topicRestored(String topic, long version, long createTimeMs, long updateTimeMs) {
        byte[] topicBytes = Utf8.encode(topic);
        topicRestored
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .version(version)
                .createTime(createTimeMs)
                .updateTime(updateTimeMs)
                .putTopic(topicBytes, 0, topicBytes.length);
        frame(topicRestored.limit());
    }

    @Override
    public void subscriberRestored(String topic, String url, String remark) {
        byte[] topicBytes = Utf8.encode(topic);
        byte[] urlBytes = Utf8.encode(url);
        byte[] remarkBytes = Utf8.encode(remark);
        subscriberRestored
                .wrapAndApplyHeader(buffer, messageOffset(), header)
                .putTopic(topicBytes, 0, topicBytes.length)
                .putUrl(urlBytes, 0, urlBytes.length)
                .putRemark(remarkBytes, 0, remarkBytes.length);
        frame(subscriberRestored.limit());
    }

    private int messageOffset() {
        return length + Integer.BYTES;
    }

    private void frame(int end) {
        int offset = messageOffset();
        buffer.putInt(length, end - offset, ByteOrder.LITTLE_ENDIAN);
        if (!reuseBuffer) {
            length = end;
        }
        listener.onFrame(buffer, offset, end - offset);
    }
}
