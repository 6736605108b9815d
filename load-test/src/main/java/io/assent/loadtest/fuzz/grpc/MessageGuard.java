package io.assent.loadtest.fuzz.grpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.assent.grpc.DtmBranchRequest;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTopicRequest;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.LoopbackGuard;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Refuses every message by which the server could be made to call another host than the run's own, to call at once again and again, or to make
 * a transaction that nobody can stop over HTTP. It reads the finished bytes as every type of message, as the server would; where they are none,
 * the server does nothing. Every text in it is for {@link LoopbackGuard} to judge. Immutable.
 */
final class MessageGuard {

    /** Each repeat is at once: more of them would be a load and no fuzzing. */
    private static final int RETRIES_MAX = 3;
    /** HTTP takes these out of a gid, gRPC does not. */
    private static final String CLEANED = "\r\n;";

    private final LoopbackGuard guard;

    MessageGuard(final BranchUrls urls) {
        guard = new LoopbackGuard(urls);
    }

    boolean permits(final byte[] message) {
        return permitsRequest(message)
                && permits(message, DtmBranchRequest.getDefaultInstance())
                && permits(message, DtmTopicRequest.getDefaultInstance());
    }

    private boolean permitsRequest(final byte[] message) {
        final DtmRequest request;
        try {
            request = DtmRequest.parseFrom(message);
        } catch (final InvalidProtocolBufferException e) {
            return true;
        }
        return request.getTransOptions().getRetryLimit() <= RETRIES_MAX
                && request.getGid().chars().noneMatch(c -> CLEANED.indexOf(c) >= 0)
                && permitsTexts(request);
    }

    private boolean permits(final byte[] message, final Message type) {
        try {
            return permitsTexts(type.getParserForType().parseFrom(message));
        } catch (final InvalidProtocolBufferException e) {
            return true;
        }
    }

    private boolean permitsTexts(final Object value) {
        if (value instanceof String text) {
            // Quoted, as it would stand in JSON: that is where a text begins for the guard.
            return guard.permits(('"' + text + '"').getBytes(StandardCharsets.UTF_8));
        }
        if (value instanceof List<?> list) {
            return list.stream().allMatch(this::permitsTexts);
        }
        return !(value instanceof Message message)
                || message.getAllFields().values().stream().allMatch(this::permitsTexts);
    }
}
