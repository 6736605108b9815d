package io.assent.client.grpc;

import io.assent.client.AssentClient;
import io.assent.client.AssentException;
import io.assent.client.CoordinatorUnavailable;
import io.assent.client.StillOngoing;
import io.assent.client.TransactionView;
import io.assent.client.internal.FailureAnswer;
import io.assent.grpc.DtmRequest;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One call to the coordinator, and what its status means (PROTOCOL 4). Whether something may be stored decides between the exceptions: a
 * connection that broke under a call leaves its outcome unknown, one that was never made does not.
 */
final class DtmExchange {

    private static final Metadata.Key<String> RETRY_AFTER_MS =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> STATUS =
            Metadata.Key.of("x-assent-status", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> CODE = Metadata.Key.of("x-assent-code", Metadata.ASCII_STRING_MARSHALLER);
    /** DTM's words for a request that does not fit the status. */
    private static final Pattern CURRENT_STATUS = Pattern.compile("current status '([a-z]+)'");

    private static final long RETRY_AFTER_MS_MAX = Duration.ofDays(1).toMillis();
    private static final int MESSAGE_LENGTH_MAX = 1_000;

    private final Channel channel;
    private final Duration timeout;
    private final AssentClient queries;

    /** @param queries asks about a transaction when an answer does not tell its status; null for nobody. */
    DtmExchange(final Channel channel, final Duration timeout, final AssentClient queries) {
        this.channel = channel;
        this.timeout = timeout;
        this.queries = queries;
    }

    /** The coordinator as participants may know it. */
    String authority() {
        return channel.authority();
    }

    /** How long an answer may take unless a transaction says otherwise. */
    Duration timeout() {
        return timeout;
    }

    /** Calls a method and waits; {@code what} begins the message of an exception. */
    <Q, R> R call(
            final String what, final MethodDescriptor<Q, R> method, final Q request, final Duration answerWithin) {
        final CallTrace trace = new CallTrace();
        final CallOptions options = CallOptions.DEFAULT
                .withDeadlineAfter(answerWithin.toNanos(), TimeUnit.NANOSECONDS)
                .withStreamTracerFactory(trace);
        try {
            return ClientCalls.blockingUnaryCall(channel, method, options, request);
        } catch (final StatusRuntimeException e) {
            throw meaning(what, e, trace);
        }
    }

    /** Calls a method about a transaction and waits. A submit of what has succeeded already is well. */
    <R> void call(final MethodDescriptor<DtmRequest, R> method, final DtmRequest request, final Duration answerWithin) {
        final String what = method.getBareMethodName().toLowerCase(Locale.ROOT);
        try {
            call(what, method, request, answerWithin);
        } catch (final AssentException e) {
            final AssentException meaning = e.getCause() instanceof StatusRuntimeException answer
                            && Outcome.of(answer.getStatus()) == Outcome.FAILURE
                    ? failure(e.getMessage(), answer, request.getGid(), what.equals("submit"))
                    : e;
            if (meaning != null) {
                throw meaning;
            }
        }
    }

    private AssentException failure(
            final String text, final StatusRuntimeException answer, final String gid, final boolean endsWell) {
        final Metadata trailers = answer.getTrailers() == null ? new Metadata() : answer.getTrailers();
        return new FailureAnswer(text, 0, answer, trailers.get(CODE))
                .meaning(
                        trailers.get(STATUS) == null && queries == null ? said(text) : trailers.get(STATUS),
                        () -> queries == null
                                ? Optional.empty()
                                : queries.query(gid).map(TransactionView::status),
                        endsWell);
    }

    /** The status in the words of an answer, or null. */
    private static String said(final String text) {
        final Matcher status = CURRENT_STATUS.matcher(text);
        return status.find() ? status.group(1) : null;
    }

    private AssentException meaning(final String what, final StatusRuntimeException e, final CallTrace trace) {
        final Status status = e.getStatus();
        final String text = what + ": " + text(status);
        return switch (Outcome.of(status)) {
            case FAILURE -> new AssentException(text, 0, e);
            case ONGOING -> new StillOngoing(text, 0, e);
            case SUCCESS, UNKNOWN -> {
                if (neverSent(status, trace)) {
                    connectSoon();
                    yield new CoordinatorUnavailable(
                            what + ": no connection to " + authority() + ": " + text(status), 0, null, e);
                }
                yield refused(status, trace)
                        ? new CoordinatorUnavailable(text, 0, retryAfter(e.getTrailers()), e)
                        : new AssentException(what + ": " + status.getCode() + ": " + text(status), 0, e);
            }
        };
    }

    private static boolean neverSent(final Status status, final CallTrace trace) {
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED -> !trace.sent();
            default -> false;
        };
    }

    private static boolean refused(final Status status, final CallTrace trace) {
        return switch (status.getCode()) {
            case UNAVAILABLE, RESOURCE_EXHAUSTED -> trace.answered();
            default -> false;
        };
    }

    /** A channel whose connection failed fails every call at once, for up to two minutes, before it tries again. */
    private void connectSoon() {
        if (channel instanceof ManagedChannel managed) {
            managed.resetConnectBackoff();
        }
    }

    private static Duration retryAfter(final Metadata trailers) {
        final String ms = trailers == null ? null : trailers.get(RETRY_AFTER_MS);
        if (ms == null || ms.isEmpty() || ms.length() > 9 || !ms.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        return Duration.ofMillis(Math.min(Long.parseLong(ms), RETRY_AFTER_MS_MAX));
    }

    /** The description, with what the library knows of a call that it failed itself. */
    private static String text(final Status status) {
        final String description = status.getDescription() == null ? "" : status.getDescription();
        final Throwable cause = status.getCause();
        final String text =
                cause == null || cause.getMessage() == null ? description : description + ": " + cause.getMessage();
        return text.length() <= MESSAGE_LENGTH_MAX ? text : text.substring(0, MESSAGE_LENGTH_MAX) + "...";
    }
}
