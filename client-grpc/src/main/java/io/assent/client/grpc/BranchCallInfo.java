package io.assent.client.grpc;

import io.assent.client.BranchContext;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.Optional;

/**
 * Which branch a participant is called for, read from the metadata of the call. Either {@link #from} where the metadata is at hand, or
 * {@link #interceptor()} once at the server and {@link #current()} in the methods.
 *
 * @param transType the type of the global transaction.
 * @param gid its global id.
 * @param branchId the branch; {@code 00} for a check-back.
 * @param op the operation: {@code action}, {@code compensate}, ...; {@code msg} for a check-back.
 */
public record BranchCallInfo(String transType, String gid, String branchId, String op) {

    private static final Context.Key<BranchCallInfo> CURRENT = Context.key("io.assent.branch-call");

    /**
     * Reads the metadata of a call.
     *
     * @param metadata the metadata.
     * @return the branch; empty if the call has no {@code dtm-gid} and is therefore no branch call.
     * @throws IllegalArgumentException if the call has a {@code dtm-gid}, and another part is missing.
     */
    public static Optional<BranchCallInfo> from(final Metadata metadata) {
        final String gid = metadata.get(DtmMetadata.GID);
        if (gid == null || gid.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new BranchCallInfo(
                required(metadata, DtmMetadata.TRANS_TYPE),
                gid,
                required(metadata, DtmMetadata.BRANCH_ID),
                required(metadata, DtmMetadata.OP)));
    }

    /**
     * Tells the branch of the call that is being served on this thread; needs {@link #interceptor()}. A method that goes on on another thread
     * asks before, or takes the context along ({@link Context#wrap(Runnable)}).
     *
     * @return the branch.
     * @throws IllegalStateException if no branch call is being served.
     */
    public static BranchCallInfo current() {
        final BranchCallInfo current = CURRENT.get();
        if (current == null) {
            throw new IllegalStateException("no branch call is being served on this thread: either its metadata has no "
                    + "dtm-gid, or the server lacks BranchCallInfo.interceptor()");
        }
        return current;
    }

    /**
     * Makes what {@link #current()} tells. Calls without a {@code dtm-gid} pass as they are; one whose metadata is incomplete is answered
     * INVALID_ARGUMENT and reaches no method.
     *
     * @return the interceptor, for {@code ServerBuilder.intercept}.
     */
    public static ServerInterceptor interceptor() {
        return new Interceptor();
    }

    /**
     * Tells the key under which the participant remembers that it has done this operation.
     *
     * @return the key.
     */
    public BranchContext context() {
        return new BranchContext(transType, gid, branchId, op);
    }

    private static String required(final Metadata metadata, final Metadata.Key<String> key) {
        final String value = metadata.get(key);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException(
                    key.name() + " must be in the metadata of a branch call, but is missing or empty");
        }
        return value;
    }

    private static final class Interceptor implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                final ServerCall<Q, R> call, final Metadata headers, final ServerCallHandler<Q, R> next) {
            final Optional<BranchCallInfo> branch;
            try {
                branch = from(headers);
            } catch (final IllegalArgumentException e) {
                call.close(Status.INVALID_ARGUMENT.withDescription(e.getMessage()), new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return branch.isEmpty()
                    ? next.startCall(call, headers)
                    : Contexts.interceptCall(Context.current().withValue(CURRENT, branch.get()), call, headers, next);
        }
    }
}
