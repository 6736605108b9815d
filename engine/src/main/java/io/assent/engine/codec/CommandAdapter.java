package io.assent.engine.codec;

import io.assent.engine.Commands;
import io.assent.engine.CronReset;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Options;
import io.assent.engine.Outcome;
import io.assent.engine.Registration;
import io.assent.engine.Request;
import io.assent.engine.Settings;
import io.assent.engine.Submission;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import io.assent.engine.codec.sbe.AbortCommandDecoder;
import io.assent.engine.codec.sbe.AnnounceCommandDecoder;
import io.assent.engine.codec.sbe.BranchRepliedCommandDecoder;
import io.assent.engine.codec.sbe.ConfigureCommandDecoder;
import io.assent.engine.codec.sbe.FinishWorkflowCommandDecoder;
import io.assent.engine.codec.sbe.GidCommandDecoder;
import io.assent.engine.codec.sbe.ListCommandDecoder;
import io.assent.engine.codec.sbe.MessageHeaderDecoder;
import io.assent.engine.codec.sbe.NumberCommandDecoder;
import io.assent.engine.codec.sbe.RegisterCommandDecoder;
import io.assent.engine.codec.sbe.ResetCronCommandDecoder;
import io.assent.engine.codec.sbe.TopicCommandDecoder;
import io.assent.engine.codec.sbe.TopicQueryCommandDecoder;
import org.agrona.DirectBuffer;

/** Decodes commands into calls. One thread. */
public final class CommandAdapter {
    private final Commands commands;
    private final MessageHeaderDecoder header = new MessageHeaderDecoder();
    private final ConfigureCommandDecoder configure = new ConfigureCommandDecoder();
    private final AnnounceCommandDecoder announce = new AnnounceCommandDecoder();
    private final AbortCommandDecoder abort = new AbortCommandDecoder();
    private final GidCommandDecoder onGid = new GidCommandDecoder();
    private final ListCommandDecoder list = new ListCommandDecoder();
    private final BranchRepliedCommandDecoder branchReplied = new BranchRepliedCommandDecoder();
    private final RegisterCommandDecoder register = new RegisterCommandDecoder();
    private final FinishWorkflowCommandDecoder finishWorkflow = new FinishWorkflowCommandDecoder();
    private final TopicCommandDecoder topic = new TopicCommandDecoder();
    private final TopicQueryCommandDecoder topicQuery = new TopicQueryCommandDecoder();
    private final ResetCronCommandDecoder resetCron = new ResetCronCommandDecoder();
    private final NumberCommandDecoder number = new NumberCommandDecoder();
    private final TextCursor texts = new TextCursor();

    public CommandAdapter(Commands commands) {
        this.commands = commands;
    }

    /** Calls what the bytes say. */
    public void onCommand(DirectBuffer buffer, int offset, int length) {
        switch (CommandFrame.templateId(buffer, offset)) {
            case AnnounceCommandDecoder.TEMPLATE_ID -> onAnnounce(buffer, offset);
            case BranchRepliedCommandDecoder.TEMPLATE_ID -> onBranchReplied(buffer, offset);
            case GidCommandDecoder.TEMPLATE_ID -> onGid(buffer, offset);
            case AbortCommandDecoder.TEMPLATE_ID -> onAbort(buffer, offset);
            case NumberCommandDecoder.TEMPLATE_ID -> onNumber(buffer, offset);
            case RegisterCommandDecoder.TEMPLATE_ID -> onRegister(buffer, offset);
            case FinishWorkflowCommandDecoder.TEMPLATE_ID -> onFinishWorkflow(buffer, offset);
            case TopicCommandDecoder.TEMPLATE_ID -> onTopic(buffer, offset);
            case TopicQueryCommandDecoder.TEMPLATE_ID -> onTopicQuery(buffer, offset);
            case ResetCronCommandDecoder.TEMPLATE_ID -> onResetCron(buffer, offset);
            case ListCommandDecoder.TEMPLATE_ID -> onList(buffer, offset);
            case ConfigureCommandDecoder.TEMPLATE_ID -> onConfigure(buffer, offset);
            default ->
                throw new IllegalArgumentException("unknown command template " + CommandFrame.templateId(buffer, offset)
                        + " of " + length + " bytes");
        }
    }

    private void onConfigure(DirectBuffer buffer, int offset) {
        configure.wrapAndApplyHeader(buffer, offset, header);
        commands.configure(new Settings(
                configure.retryIntervalS(),
                configure.timeoutToFailS(),
                configure.retryIntervalCapS(),
                configure.retryJitterPercent(),
                configure.liveTransactionsMax(),
                configure.liveBytesMax(),
                configure.finishedKeptMax(),
                configure.historyPresent() != 0));
    }

    private void onAnnounce(DirectBuffer buffer, int offset) {
        announce.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, announce.limit());
        String gid = texts.text();
        Options options = new Options(texts.bytes());
        byte[] steps = texts.bytes();
        Request request = new Request(announce.requestId(), texts.text(), texts.text());
        Submission submission = new Submission(gid, TransactionKind.ofCode(announce.kind()), options, steps);
        HistoryAnswer.Finding finding = HistoryAnswer.Finding.ofCode(announce.historyFinding());
        HistoryAnswer history = finding == HistoryAnswer.Finding.NO_HISTORY
                ? HistoryAnswer.NO_HISTORY
                : new HistoryAnswer(finding, announce.historyPosition());
        switch (AnnounceVerb.ofCode(announce.verb())) {
            case PREPARE -> commands.prepare(request, submission, history);
            case SUBMIT -> commands.submit(request, submission, history);
            case PREPARE_WORKFLOW -> commands.prepareWorkflow(request, submission, history);
        }
    }

    private void onRegister(DirectBuffer buffer, int offset) {
        register.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, register.limit());
        String gid = texts.text();
        Registration registration = new Registration(texts.bytes());
        commands.registerBranch(new Request(register.requestId(), texts.text(), texts.text()), gid, registration);
    }

    private void onFinishWorkflow(DirectBuffer buffer, int offset) {
        finishWorkflow.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, finishWorkflow.limit());
        String gid = texts.text();
        String rollbackReason = texts.text();
        String result = texts.text();
        Request request = new Request(finishWorkflow.requestId(), texts.text(), texts.text());
        TransactionStatus status = TransactionStatus.ofCode(finishWorkflow.status());
        commands.finishWorkflow(request, gid, status, rollbackReason, result);
    }

    private void onTopic(DirectBuffer buffer, int offset) {
        topic.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, topic.limit());
        String name = texts.text();
        String url = texts.text();
        String remark = texts.text();
        Request request = new Request(topic.requestId(), texts.text(), texts.text());
        switch (TopicVerb.ofCode(topic.verb())) {
            case SUBSCRIBE -> commands.subscribe(request, name, url, remark);
            case UNSUBSCRIBE -> commands.unsubscribe(request, name, url);
            case DELETE_TOPIC -> commands.deleteTopic(request, name);
        }
    }

    private void onTopicQuery(DirectBuffer buffer, int offset) {
        topicQuery.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, topicQuery.limit());
        if (topicQuery.maxTopics() == 0) {
            commands.topic(topicQuery.requestId(), texts.text());
        } else {
            commands.topics(topicQuery.requestId(), texts.text(), topicQuery.maxTopics());
        }
    }

    private void onResetCron(DirectBuffer buffer, int offset) {
        resetCron.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, resetCron.limit());
        commands.resetCronTime(
                new Request(resetCron.requestId(), texts.text(), texts.text()),
                new CronReset(resetCron.belowId(), resetCron.laterThanMs(), resetCron.maxTransactions()));
    }

    private void onAbort(DirectBuffer buffer, int offset) {
        abort.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, abort.limit());
        String gid = texts.text();
        String transType = texts.text();
        String rollbackReason = texts.text();
        commands.abort(new Request(abort.requestId(), texts.text(), texts.text()), gid, transType, rollbackReason);
    }

    private void onGid(DirectBuffer buffer, int offset) {
        onGid.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, onGid.limit());
        String gid = texts.text();
        Request request = new Request(onGid.requestId(), texts.text(), texts.text());
        switch (GidVerb.ofCode(onGid.verb())) {
            case QUERY -> commands.query(request.id(), gid);
            case FORCE_STOP -> commands.forceStop(request, gid);
            case RESET_NEXT_CRON_TIME -> commands.resetNextCronTime(request, gid);
            case RELEASE_QUARANTINED -> commands.releaseQuarantined(request, gid);
            case ROUND_EXPIRED -> commands.roundExpired(request.id(), gid);
            case WAITER_GONE -> commands.waiterGone(request.id(), gid);
        }
    }

    private void onList(DirectBuffer buffer, int offset) {
        list.wrapAndApplyHeader(buffer, offset, header);
        commands.list(
                list.requestId(),
                new TransactionFilter(
                        list.belowId(),
                        list.maxRecords(),
                        list.status() == 0 ? null : TransactionStatus.ofCode(list.status()),
                        list.kind() == 0 ? null : TransactionKind.ofCode(list.kind()),
                        list.createdFrom(),
                        list.createdTo()));
    }

    private void onBranchReplied(DirectBuffer buffer, int offset) {
        branchReplied.wrapAndApplyHeader(buffer, offset, header);
        texts.start(buffer, branchReplied.limit());
        commands.branchReplied(
                branchReplied.callNumber(),
                Outcome.ofCode(branchReplied.outcome()),
                texts.text(),
                branchReplied.latencyMs(),
                branchReplied.retryAfterS());
    }

    private void onNumber(DirectBuffer buffer, int offset) {
        number.wrapAndApplyHeader(buffer, offset, header);
        switch (NumberVerb.ofCode(number.verb())) {
            case TICK -> commands.tick();
            case CONTINUE_WORK -> commands.continueWork();
            case RESUME -> commands.resume(number.number());
            case FORGET_FINISHED -> commands.forgetFinished(number.number());
        }
    }

    /** Reads the texts behind a block one after the other. */
    static final class TextCursor {
        private DirectBuffer buffer;
        private int offset;

        void start(DirectBuffer source, int firstOffset) {
            buffer = source;
            offset = firstOffset;
        }

        String text() {
            String text = Utf8.read(buffer, offset);
            offset = Utf8.end(buffer, offset);
            return text;
        }

        byte[] bytes() {
            byte[] bytes = Utf8.bytes(buffer, offset);
            offset = Utf8.end(buffer, offset);
            return bytes;
        }
    }
}
