package io.assent.client.grpc;

import io.assent.client.AssentException;
import io.assent.client.CoordinatorUnavailable;
import io.assent.client.StillOngoing;
import io.assent.client.TransactionFailed;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One call to the coordinator, and what its status means (PROTOCOL 4). Whether something may be stored decides between the exceptions: a
 * connection that broke under a call leaves its outcome unknown, one that was never made does not.
 */
final class DtmExchange {

    private static final Metadata.Key<String> RETRY_AFTER_MS =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
    private static final long RETRY_AFTER_MS_MAX = Duration.ofDays(1).toMillis();
    private static final int MESSAGE_LENGTH_MAX = 1_000;

    private final Channel channel;
    private final Duration timeout;

    DtmExchange(final Channel channel, final Duration timeout) {
        this.channel = channel;
        this.timeout = timeout;
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

    private AssentException meaning(final String what, final StatusRuntimeException e, final CallTrace trace) {
        final Status status = e.getStatus();
        final String text = what + ": " + text(status);
        return switch (Outcome.of(status)) {
            case FAILURE -> new TransactionFailed(text, 0, e);
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
