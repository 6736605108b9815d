package io.assent.transport.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import com.google.protobuf.MessageLite;
import io.assent.engine.Answer;
import io.assent.engine.BranchRecord;
import io.assent.engine.TransactionRecord;
import io.assent.grpc.DtmProgress;
import io.assent.grpc.DtmProgressesReply;
import io.assent.grpc.DtmTransaction;
import io.assent.transport.front.Actor;
import io.assent.transport.front.HeaderText;
import io.assent.transport.front.PendingRequest;
import io.assent.transport.front.RequestError;
import io.assent.transport.front.WireErrors;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** One call of a client: its request message, and its one end. Its connection's event loop. */
final class GrpcExchange extends PendingRequest {
    private static final Metadata.Key<String> STATUS = key("x-assent-status");
    private static final Metadata.Key<String> WARNING = key("x-assent-warning");
    private static final Metadata.Key<String> CODE = key("x-assent-code");
    private static final Metadata.Key<String> RETRY_AFTER_MS = key("grpc-retry-pushback-ms");
    private static final String RETRY_MS = "1000";

    private static final Metadata.Key<String> ACTOR = key("x-assent-actor");
    private static final Metadata.Key<String> REASON = key("x-assent-reason");

    final DtmMethod method;
    private final DtmService service;
    private final GrpcConnection connection;
    private final ServerCall<RequestMessage, MessageLite> call;
    private final Metadata metadata;
    private byte[] message;
    private int messages;
    private boolean complete;
    private boolean ended;
    private boolean answered;
    /** Since when it waits for the client: to send the request, or to take the reply. */
    private long waitsSinceNanos = System.nanoTime();

    private long startedNanos;

    GrpcExchange(
            DtmService service,
            GrpcConnection connection,
            DtmMethod method,
            ServerCall<RequestMessage, MessageLite> call,
            Metadata metadata) {
        this.service = service;
        this.connection = connection;
        this.method = method;
        this.call = call;
        this.metadata = metadata;
    }

    private static Metadata.Key<String> key(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    Actor actor() throws RequestError {
        return Actor.of(text(ACTOR), text(REASON));
    }

    /** The library takes each byte that is not ASCII for U+FFFD. */
    private String text(Metadata.Key<String> key) throws RequestError {
        String text = metadata.get(key);
        int bad = text == null ? -1 : text.indexOf('\uFFFD');
        if (bad >= 0) {
            throw RequestError.of(
                    "metadata.ascii", "the metadata " + key.name() + " is not ASCII: byte at offset " + bad);
        }
        return text;
    }

    /** Everything the client says under this name, as one list; "" for nothing. */
    String metadata(String name) {
        Iterable<String> values = metadata.getAll(key(name));
        return values == null ? "" : String.join(",", values);
    }

    byte[] message() {
        return message;
    }

    /** What the library tells of it. */
    ServerCall.Listener<RequestMessage> listener() {
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(RequestMessage received) {
                messages++;
                message = received.bytes();
                if (received.refusal() != null) {
                    fail(received.refusal(), received.refusal().getDescription());
                } else if (messages > 1) {
                    // At once: the library reads no more than it was asked for, so the end of a longer request does not
                    // show.
                    fail(Status.INTERNAL, "the request has more than one message");
                }
            }

            @Override
            public void onHalfClose() {
                complete = true;
                startedNanos = System.nanoTime();
                if (messages == 0) {
                    fail(Status.INTERNAL, "the request has no message");
                } else if (!ended) {
                    service.handle(GrpcExchange.this);
                    message = null;
                }
            }

            @Override
            public void onCancel() {
                ended = true;
                connection.remove(GrpcExchange.this);
                service.abandon(GrpcExchange.this);
            }

            @Override
            public void onComplete() {
                connection.remove(GrpcExchange.this);
            }
        };
    }

    void reply(MessageLite reply) {
        end(Status.OK, reply, new Metadata());
    }

    void fail(Status status, String text) {
        end(status, text, new Metadata());
    }

    @Override
    protected void answer(Answer answer) {
        service.counted(method, gid(), answer);
        Metadata trailers = new Metadata();
        if (answer.status() != null) {
            trailers.put(STATUS, answer.status().wireName());
        }
        if (answer.verdict() != Answer.Verdict.SUCCESS) {
            trailers.put(CODE, answer.code());
        }
        switch (answer.verdict()) {
            case SUCCESS -> end(Status.OK, Empty.getDefaultInstance(), trailers);
            case FAILURE -> end(Status.ABORTED, answer.text(), trailers);
            case ONGOING -> end(Status.FAILED_PRECONDITION, answer.text(), trailers);
            case ERROR -> {
                Status status = WireErrors.isRaised(answer.code()) ? Status.INTERNAL : Status.UNKNOWN;
                end(status, answer.text(), trailers);
            }
            case UNAVAILABLE -> {
                trailers.put(RETRY_AFTER_MS, RETRY_MS);
                end(Status.RESOURCE_EXHAUSTED, answer.text(), trailers);
            }
        }
    }

    /** A workflow and how far it has come. */
    @Override
    protected void record(TransactionRecord record) {
        DtmProgressesReply.Builder reply = DtmProgressesReply.newBuilder()
                .setTransaction(DtmTransaction.newBuilder()
                        .setGid(record.gid())
                        .setStatus(record.status().wireName())
                        .setRollbackReason(record.rollbackReason())
                        .setResult(record.result()));
        for (BranchRecord branch : record.branches()) {
            reply.addProgresses(DtmProgress.newBuilder()
                    .setStatus(branch.status().wireName())
                    .setBinData(ByteString.copyFrom(branch.payload(), branch.payloadOffset(), branch.payloadLength()))
                    .setBranchID(branch.branchId())
                    .setOp(branch.operation()));
        }
        reply(reply.build());
    }

    private void end(Status status, String text, Metadata trailers) {
        end(status.withDescription(StatusText.bounded(text)), (MessageLite) null, trailers);
    }

    private void end(Status status, MessageLite reply, Metadata trailers) {
        if (ended) {
            return;
        }
        ended = true;
        answered = true;
        waitsSinceNanos = System.nanoTime();
        if (reply != null) {
            call.sendHeaders(new Metadata());
            call.sendMessage(reply);
        }
        if (!warning().isEmpty()) {
            trailers.put(WARNING, HeaderText.of(warning()));
        }
        call.close(status, trailers);
        service.measured(method, status.isOk(), startedNanos == 0 ? 0 : System.nanoTime() - startedNanos);
    }

    /** Ends what takes its client too long; answers whether the connection has to go for that. */
    boolean sweep(long nowNanos, long wholeRequestMs, long stalledWriteMs) {
        if (answered) {
            return isOver(nowNanos, stalledWriteMs);
        }
        if (!complete && !ended && isOver(nowNanos, wholeRequestMs)) {
            fail(Status.DEADLINE_EXCEEDED, "the request did not arrive within " + wholeRequestMs + " ms");
        }
        return false;
    }

    private boolean isOver(long nowNanos, long limitMs) {
        return nowNanos - waitsSinceNanos >= limitMs * 1_000_000L;
    }
}
