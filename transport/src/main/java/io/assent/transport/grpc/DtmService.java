package io.assent.transport.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import io.assent.engine.Answer;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmGidReply;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.transport.front.FrontLoop;
import io.assent.transport.front.NewGids;
import io.assent.transport.front.RegistrationParser;
import io.assent.transport.front.RequestError;
import io.assent.transport.front.ServerState;
import io.assent.transport.front.SubmissionParser;
import io.assent.transport.front.TransactionCommands;
import io.assent.transport.front.TransactionRequest;
import io.grpc.Status;

/** What the methods of {@code dtmgimp.Dtm} do, by the fields of their messages (PROTOCOL 4). One per event loop. */
final class DtmService {
    private static final String PROTOCOL = "grpc";

    private final FrontLoop loop;
    private final TransactionCommands commands;
    private final TransactionRequest transaction = new TransactionRequest();
    private final SubmissionParser steps = new SubmissionParser(transaction);
    private final RegistrationParser registrations = new RegistrationParser();
    private final NewGids newGids = new NewGids();

    DtmService(FrontLoop loop) {
        this.loop = loop;
        this.commands = new TransactionCommands(loop);
    }

    FrontLoop loop() {
        return loop;
    }

    /** Takes a whole request. */
    void handle(GrpcExchange exchange) {
        if (loop.state() == ServerState.STARTING) {
            exchange.fail(Status.UNAVAILABLE, "the server is starting: it replays its journal");
            return;
        }
        try {
            act(exchange);
        } catch (InvalidProtocolBufferException e) {
            exchange.fail(Status.INTERNAL, "the message can not be read: " + why(exchange, e));
        } catch (RequestError e) {
            exchange.answer(Answer.refused(e.rejection(), null));
        }
    }

    private static String why(GrpcExchange exchange, InvalidProtocolBufferException fault) {
        String badText = MessageTexts.fault(exchange.method.requestType(), exchange.message());
        return badText == null ? fault.getMessage() : badText;
    }

    private void act(GrpcExchange exchange) throws InvalidProtocolBufferException, RequestError {
        switch (exchange.method) {
            case NEW_GID ->
                exchange.reply(DtmGidReply.newBuilder().setGid(newGids.next()).build());
            case SUBMIT -> {
                read(exchange);
                commands.submit(exchange, transaction, exchange.actor());
            }
            case PREPARE -> {
                read(exchange);
                commands.prepare(exchange, transaction, exchange.actor());
            }
            case PREPARE_WORKFLOW -> {
                read(exchange);
                commands.prepareWorkflow(exchange, transaction, exchange.actor());
            }
            case ABORT -> {
                read(exchange);
                commands.abort(exchange, transaction, exchange.actor());
            }
            case REGISTER_BRANCH -> registerBranch(exchange);
            case SUBSCRIBE -> {
                DtmTopicRequest topic = DtmTopicRequest.parseFrom(exchange.message());
                commands.subscribe(exchange, topic.getTopic(), topic.getURL(), topic.getRemark(), exchange.actor());
            }
            case UNSUBSCRIBE -> {
                DtmTopicRequest topic = DtmTopicRequest.parseFrom(exchange.message());
                commands.unsubscribe(exchange, topic.getTopic(), topic.getURL(), exchange.actor());
            }
            case DELETE_TOPIC -> {
                DtmTopicRequest topic = DtmTopicRequest.parseFrom(exchange.message());
                commands.deleteTopic(exchange, topic.getTopic(), exchange.actor());
            }
        }
    }

    private void read(GrpcExchange exchange) throws InvalidProtocolBufferException, RequestError {
        DtmRequest message = DtmRequest.parseFrom(exchange.message());
        transaction.reset();
        transaction.options().gid(message.getGid()).protocol(PROTOCOL).queryPrepared(message.getQueryPrepared());
        transaction.transType(message.getTransType());
        transaction.rollbackReason(message.getRollbackReason());
        transaction.customData(message.getCustomedData());
        DtmTransOptions options = message.getTransOptions();
        transaction
                .options()
                .waitResult(options.getWaitResult())
                .timeoutToFail(options.getTimeoutToFail())
                .retryInterval(options.getRetryInterval())
                .requestTimeout(options.getRequestTimeout())
                .retryLimit(options.getRetryLimit());
        options.getBranchHeadersMap().forEach(transaction::header);
        message.getReqExtraMap().forEach(transaction::extra);
        message.getBinPayloadsList().forEach(payload -> transaction.payload(payload.toByteArray()));
        transaction.attribute("traceparent", exchange.metadata("traceparent"));
        transaction.attribute("tracestate", exchange.metadata("tracestate"));
        steps.readSteps(message.getSteps());
    }

    private void registerBranch(GrpcExchange exchange) throws InvalidProtocolBufferException, RequestError {
        DtmBranchRequest message = DtmBranchRequest.parseFrom(exchange.message());
        registrations.reset();
        message.getDataMap().forEach(registrations::value);
        registrations.value("gid", message.getGid());
        registrations.value("trans_type", message.getTransType());
        registrations.value("branch_id", message.getBranchID());
        registrations.payload(message.getBusiPayload().toByteArray());
        commands.registerBranch(exchange, message.getGid(), registrations.registration(), exchange.actor());
    }

    /** Its client is gone. */
    void abandon(GrpcExchange exchange) {
        loop.abandon(exchange);
    }

    void counted(DtmMethod method, String gid, Answer answer) {
        if (answer.verdict() != Answer.Verdict.SUCCESS) {
            loop.meter().refused(method.api(), gid, answer);
        }
    }

    void connectionRefused(int connectionsMax) {
        loop.meter().connectionRefused(connectionsMax);
    }

    void measured(DtmMethod method, boolean ok, long nanos) {
        loop.meter().calledGrpc(method.api(), ok, nanos);
    }
}
