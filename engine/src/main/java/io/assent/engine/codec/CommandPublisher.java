package io.assent.engine.codec;

import io.assent.engine.Commands;
import io.assent.engine.CronReset;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Request;
import io.assent.engine.Settings;
import io.assent.engine.Submission;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import io.assent.engine.codec.CommandSink.Source;
import io.assent.engine.codec.sbe.AbortCommandEncoder;
import io.assent.engine.codec.sbe.AnnounceCommandEncoder;
import io.assent.engine.codec.sbe.BranchRepliedCommandEncoder;
import io.assent.engine.codec.sbe.ConfigureCommandEncoder;
import io.assent.engine.codec.sbe.FinishWorkflowCommandEncoder;
import io.assent.engine.codec.sbe.GidCommandEncoder;
import io.assent.engine.codec.sbe.ListCommandEncoder;
import io.assent.engine.codec.sbe.MessageHeaderEncoder;
import io.assent.engine.codec.sbe.NumberCommandEncoder;
import io.assent.engine.codec.sbe.RegisterCommandEncoder;
import io.assent.engine.codec.sbe.ResetCronCommandEncoder;
import io.assent.engine.codec.sbe.TopicCommandEncoder;
import io.assent.engine.codec.sbe.TopicQueryCommandEncoder;
import org.agrona.MutableDirectBuffer;

/** Encodes commands into the room of a sink. One thread. */
public final class CommandPublisher implements Commands {
    /** Header and block of any command, and the length fields of its texts. */
    private static final int FIXED_BYTES_MAX = 160;

    private final CommandSink sink;
    private final MessageHeaderEncoder header = new MessageHeaderEncoder();
    private final ConfigureCommandEncoder configure = new ConfigureCommandEncoder();
    private final AnnounceCommandEncoder announce = new AnnounceCommandEncoder();
    private final AbortCommandEncoder abort = new AbortCommandEncoder();
    private final GidCommandEncoder onGid = new GidCommandEncoder();
    private final ListCommandEncoder list = new ListCommandEncoder();
    private final BranchRepliedCommandEncoder branchReplied = new BranchRepliedCommandEncoder();
    private final RegisterCommandEncoder register = new RegisterCommandEncoder();
    private final FinishWorkflowCommandEncoder finishWorkflow = new FinishWorkflowCommandEncoder();
    private final TopicCommandEncoder topic = new TopicCommandEncoder();
    private final TopicQueryCommandEncoder topicQuery = new TopicQueryCommandEncoder();
    private final ResetCronCommandEncoder resetCron = new ResetCronCommandEncoder();
    private final NumberCommandEncoder number = new NumberCommandEncoder();

    public CommandPublisher(CommandSink sink) {
        this.sink = sink;
    }

    @Override
    public boolean configure(Settings settings) {
        MutableDirectBuffer buffer = sink.claim(FIXED_BYTES_MAX, Source.INTERNAL);
        if (buffer == null) {
            return false;
        }
        configure
                .wrapAndApplyHeader(buffer, 0, header)
                .retryIntervalS(settings.retryIntervalS())
                .timeoutToFailS(settings.timeoutToFailS())
                .retryIntervalCapS(settings.retryIntervalCapS())
                .retryJitterPercent(settings.retryJitterPercent())
                .liveTransactionsMax(settings.liveTransactionsMax())
                .liveBytesMax(settings.liveBytesMax())
                .finishedKeptMax(settings.finishedKeptMax())
                .historyPresent((short) (settings.historyPresent() ? 1 : 0));
        sink.publish(configure.limit());
        return true;
    }

    @Override
    public boolean prepare(Request request, Submission submission, HistoryAnswer history) {
        return announce(AnnounceVerb.PREPARE, request, submission, history);
    }

    @Override
    public boolean submit(Request request, Submission submission, HistoryAnswer history) {
        return announce(AnnounceVerb.SUBMIT, request, submission, history);
    }

    @Override
    public boolean prepareWorkflow(Request request, Submission submission, HistoryAnswer history) {
        return announce(AnnounceVerb.PREPARE_WORKFLOW, request, submission, history);
    }

    private boolean announce(AnnounceVerb verb, Request request, Submission submission, HistoryAnswer history) {
        byte[] gid = Utf8.encode(submission.gid());
        byte[] options = submission.options().bytes();
        byte[] steps = submission.stepsBytes();
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer = sink.claim(
                FIXED_BYTES_MAX + gid.length + options.length + steps.length + actor.length + reason.length,
                Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        announce.wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .verb(verb.code())
                .kind(submission.kind().code())
                .historyFinding(history.finding().code())
                .historyPosition(history.position())
                .putGid(gid, 0, gid.length)
                .putOptions(options, 0, options.length)
                .putSteps(steps, 0, steps.length)
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(announce.limit());
        return true;
    }

    @Override
    public boolean abort(Request request, String gid, String transType, String rollbackReason) {
        byte[] gidBytes = Utf8.encode(gid);
        byte[] transTypeBytes = Utf8.encode(transType);
        byte[] rollbackReasonBytes = Utf8.encode(rollbackReason);
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer = sink.claim(
                FIXED_BYTES_MAX
                        + gidBytes.length
                        + transTypeBytes.length
                        + rollbackReasonBytes.length
                        + actor.length
                        + reason.length,
                Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        abort.wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .putGid(gidBytes, 0, gidBytes.length)
                .putTransType(transTypeBytes, 0, transTypeBytes.length)
                .putRollbackReason(rollbackReasonBytes, 0, rollbackReasonBytes.length)
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(abort.limit());
        return true;
    }

    @Override
    public boolean finishWorkflow(
            Request request, String gid, TransactionStatus status, String rollbackReason, String result) {
        byte[] gidBytes = Utf8.encode(gid);
        byte[] rollbackReasonBytes = Utf8.encode(rollbackReason);
        byte[] resultBytes = Utf8.encode(result);
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer = sink.claim(
                FIXED_BYTES_MAX
                        + gidBytes.length
                        + rollbackReasonBytes.length
                        + resultBytes.length
                        + actor.length
                        + reason.length,
                Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        finishWorkflow
                .wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .status(status.code())
                .putGid(gidBytes, 0, gidBytes.length)
                .putRollbackReason(rollbackReasonBytes, 0, rollbackReasonBytes.length)
                .putResult(resultBytes, 0, resultBytes.length)
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(finishWorkflow.limit());
        return true;
    }

    @Override
    public boolean registerBranch(Request request, String gid, Registration registration) {
        byte[] gidBytes = Utf8.encode(gid);
        byte[] registrationBytes = registration.bytes();
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer = sink.claim(
                FIXED_BYTES_MAX + gidBytes.length + registrationBytes.length + actor.length + reason.length,
                Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        register.wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .putGid(gidBytes, 0, gidBytes.length)
                .putRegistration(registrationBytes, 0, registrationBytes.length)
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(register.limit());
        return true;
    }

    @Override
    public boolean subscribe(Request request, String topicName, String url, String remark) {
        return topicCommand(TopicVerb.SUBSCRIBE, request, topicName, url, remark);
    }

    @Override
    public boolean unsubscribe(Request request, String topicName, String url) {
        return topicCommand(TopicVerb.UNSUBSCRIBE, request, topicName, url, "");
    }

    @Override
    public boolean deleteTopic(Request request, String topicName) {
        return topicCommand(TopicVerb.DELETE_TOPIC, request, topicName, "", "");
    }

    private boolean topicCommand(TopicVerb verb, Request request, String topicName, String url, String remark) {
        byte[] topicBytes = Utf8.encode(topicName);
        byte[] urlBytes = Utf8.encode(url);
        byte[] remarkBytes = Utf8.encode(remark);
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer = sink.claim(
                FIXED_BYTES_MAX
                        + topicBytes.length
                        + urlBytes.length
                        + remarkBytes.length
                        + actor.length
                        + reason.length,
                Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        topic.wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .verb(verb.code())
                .putTopic(topicBytes, 0, topicBytes.length)
                .putUrl(urlBytes, 0, urlBytes.length)
                .putRemark(remarkBytes, 0, remarkBytes.length)
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(topic.limit());
        return true;
    }

    @Override
    public boolean topic(long requestId, String name) {
        return topicQuery(requestId, name, 0);
    }

    @Override
    public boolean topics(long requestId, String after, int limit) {
        return topicQuery(requestId, after, limit);
    }

    private boolean topicQuery(long requestId, String name, int limit) {
        byte[] nameBytes = Utf8.encode(name);
        MutableDirectBuffer buffer = sink.claim(FIXED_BYTES_MAX + nameBytes.length, Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        topicQuery
                .wrapAndApplyHeader(buffer, 0, header)
                .requestId(requestId)
                .maxTopics(limit)
                .putName(nameBytes, 0, nameBytes.length);
        sink.publish(topicQuery.limit());
        return true;
    }

    @Override
    public boolean resetCronTime(Request request, CronReset reset) {
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer = sink.claim(FIXED_BYTES_MAX + actor.length + reason.length, Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        resetCron
                .wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .belowId(reset.belowId())
                .laterThanMs(reset.laterThanMs())
                .maxTransactions(reset.limit())
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(resetCron.limit());
        return true;
    }

    @Override
    public boolean forceStop(Request request, String gid) {
        return onGid(GidVerb.FORCE_STOP, Source.CLIENT, request, gid);
    }

    @Override
    public boolean resetNextCronTime(Request request, String gid) {
        return onGid(GidVerb.RESET_NEXT_CRON_TIME, Source.CLIENT, request, gid);
    }

    @Override
    public boolean releaseQuarantined(Request request, String gid) {
        return onGid(GidVerb.RELEASE_QUARANTINED, Source.CLIENT, request, gid);
    }

    @Override
    public boolean query(long requestId, String gid) {
        return onGid(GidVerb.QUERY, Source.CLIENT, Request.of(requestId), gid);
    }

    @Override
    public boolean roundExpired(long requestId, String gid) {
        return onGid(GidVerb.ROUND_EXPIRED, Source.INTERNAL, Request.of(requestId), gid);
    }

    @Override
    public boolean waiterGone(long requestId, String gid) {
        return onGid(GidVerb.WAITER_GONE, Source.INTERNAL, Request.of(requestId), gid);
    }

    private boolean onGid(GidVerb verb, Source source, Request request, String gid) {
        byte[] gidBytes = Utf8.encode(gid);
        byte[] actor = Utf8.encode(request.actor());
        byte[] reason = Utf8.encode(request.reason());
        MutableDirectBuffer buffer =
                sink.claim(FIXED_BYTES_MAX + gidBytes.length + actor.length + reason.length, source);
        if (buffer == null) {
            return false;
        }
        onGid.wrapAndApplyHeader(buffer, 0, header)
                .requestId(request.id())
                .verb(verb.code())
                .putGid(gidBytes, 0, gidBytes.length)
                .putActor(actor, 0, actor.length)
                .putReason(reason, 0, reason.length);
        sink.publish(onGid.limit());
        return true;
    }

    @Override
    public boolean list(long requestId, TransactionFilter filter) {
        MutableDirectBuffer buffer = sink.claim(FIXED_BYTES_MAX, Source.CLIENT);
        if (buffer == null) {
            return false;
        }
        list.wrapAndApplyHeader(buffer, 0, header)
                .requestId(requestId)
                .belowId(filter.belowId())
                .maxRecords(filter.limit())
                .status(filter.status() == null ? 0 : filter.status().code())
                .kind(filter.kind() == null ? 0 : filter.kind().code())
                .createdFrom(filter.createdFromMs())
                .createdTo(filter.createdToMs());
        sink.publish(list.limit());
        return true;
    }

    @Override
    public boolean branchReplied(long callNumber, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        byte[] textBytes = Utf8.encode(text);
        MutableDirectBuffer buffer = sink.claim(FIXED_BYTES_MAX + textBytes.length, Source.INTERNAL);
        if (buffer == null) {
            return false;
        }
        branchReplied
                .wrapAndApplyHeader(buffer, 0, header)
                .callNumber(callNumber)
                .outcome(outcome.code())
                .latencyMs(latencyMs)
                .retryAfterS(retryAfterS)
                .putText(textBytes, 0, textBytes.length);
        sink.publish(branchReplied.limit());
        return true;
    }

    @Override
    public boolean tick() {
        return number(NumberVerb.TICK, 0);
    }

    @Override
    public boolean continueWork() {
        return number(NumberVerb.CONTINUE_WORK, 0);
    }

    @Override
    public boolean resume(long boot) {
        return number(NumberVerb.RESUME, boot);
    }

    @Override
    public boolean forgetFinished(long position) {
        return number(NumberVerb.FORGET_FINISHED, position);
    }

    private boolean number(NumberVerb verb, long value) {
        MutableDirectBuffer buffer = sink.claim(FIXED_BYTES_MAX, Source.INTERNAL);
        if (buffer == null) {
            return false;
        }
        number.wrapAndApplyHeader(buffer, 0, header).verb(verb.code()).number(value);
        sink.publish(number.limit());
        return true;
    }
}
