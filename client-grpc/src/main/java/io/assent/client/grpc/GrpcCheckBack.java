package io.assent.client.grpc;

import io.assent.client.BranchContext;
import io.assent.client.internal.CheckBack;
import io.assent.client.internal.HttpCheckBack;
import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Asks the sender of a message as the coordinator would: a call with an empty message (PROTOCOL 5.4), or a GET where the URL is one of HTTP.
 * It is asked seldom, when a local transaction ended in doubt, and mostly by itself; therefore it keeps no connection.
 */
final class GrpcCheckBack {

    private final Function<String, ManagedChannel> participants;
    private final String dtm;
    private final Duration timeout;

    GrpcCheckBack(final Function<String, ManagedChannel> participants, final String dtm, final Duration timeout) {
        this.participants = participants;
        this.dtm = dtm;
        this.timeout = timeout;
    }

    CheckBack ask(final String url, final BranchContext barrier, final Map<String, String> headers) {
        if (url.startsWith("http://") || url.startsWith("https://")) {
            final HttpClient http = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(timeout)
                    .build();
            return HttpCheckBack.ask(http, dtm, url, barrier, headers, timeout);
        }
        final int slash = url.indexOf('/');
        if (slash < 0 || url.contains("://")) {
            return CheckBack.UNKNOWN;
        }
        final ManagedChannel channel = participants.apply(url.substring(0, slash));
        try {
            ClientCalls.blockingUnaryCall(
                    ClientInterceptors.intercept(
                            channel, MetadataUtils.newAttachHeadersInterceptor(DtmMetadata.of(barrier, dtm, headers))),
                    method(url.substring(slash + 1)),
                    CallOptions.DEFAULT.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS),
                    Boolean.TRUE);
            return CheckBack.COMMITTED;
        } catch (final StatusRuntimeException e) {
            return meaning(e.getStatus());
        } finally {
            channel.shutdownNow();
        }
    }

    private static CheckBack meaning(final Status status) {
        return switch (Outcome.of(status)) {
            case SUCCESS -> CheckBack.COMMITTED;
            case FAILURE -> CheckBack.ROLLED_BACK;
            case ONGOING, UNKNOWN -> CheckBack.UNKNOWN;
        };
    }

    private static MethodDescriptor<Boolean, Boolean> method(final String fullName) {
        return MethodDescriptor.<Boolean, Boolean>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName(fullName)
                .setRequestMarshaller(new NoMessage())
                .setResponseMarshaller(new NoMessage())
                .build();
    }

    /** Sends an empty message; what a participant replies beside its status means nothing. */
    private static final class NoMessage implements MethodDescriptor.Marshaller<Boolean> {
        @Override
        public InputStream stream(final Boolean value) {
            return new ByteArrayInputStream(new byte[0]);
        }

        @Override
        public Boolean parse(final InputStream stream) {
            return Boolean.TRUE;
        }
    }
}
