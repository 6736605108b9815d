package io.assent.loadtest.fuzz.grpc;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.loadtest.fuzz.BodyMutator;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.Share;
import io.assent.loadtest.fuzz.Words;
import io.assent.loadtest.fuzz.grpc.Call.Then;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Calls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Makes input number N out of the seed, N and the addresses, and nothing else. Immutable. */
final class InputGenerator {

    private static final int ATTEMPTS = 8;
    private static final String STEPS = "steps";

    private final long seed;
    private final BranchUrls urls;
    private final MessageGuard guard;

    InputGenerator(final long seed, final BranchUrls urls) {
        this.seed = seed;
        this.urls = urls;
        this.guard = new MessageGuard(urls);
    }

    GrpcInput input(final long number) {
        final Chance chance = new Chance(seed, number);
        final InputKind kind = InputKind.at(chance.below(Share.WHOLE));
        final DocumentedCalls calls = new DocumentedCalls(chance, new Words(chance, urls, number), urls);
        final OddHeads heads = new OddHeads(chance, new Words(chance, urls, number), calls);
        final OddMessages messages = new OddMessages(chance, calls);
        final OddFrames frames = new OddFrames(chance, calls);
        return switch (kind) {
            case DOCUMENTED -> one(kind, segmented(calls.any(), chance));
            case BENT_MESSAGE -> one(kind, bent(calls, chance));
            case BENT_STEPS -> one(kind, bentSteps(calls, chance));
            case METADATA -> one(kind, heads.metadata());
            case HEAD -> one(kind, heads.head());
            case MESSAGES -> one(kind, messages.messages());
            case SERVICE -> one(kind, messages.service());
            case CONCURRENT -> new Calls(kind, messages.concurrent());
            case CANCELLED -> one(kind, messages.cancelled());
            case ABANDONED -> one(kind, abandoned(chance, number));
            case FORBIDDEN -> frames.forbidden();
            case BENT_FRAMES -> frames.bent();
            case GARBAGE -> frames.garbage();
            case FLOOD -> frames.flood();
            case LARGE -> one(kind, new LargeCalls(chance, urls, number).call());
        };
    }

    private static GrpcInput one(final InputKind kind, final Call call) {
        return new Calls(kind, List.of(call));
    }

    private static Call segmented(final Call call, final Chance chance) {
        return chance.oneIn(6) ? call.inSegments(chance.between(2, 12)) : call;
    }

    private Call bent(final DocumentedCalls calls, final Chance chance) {
        final WireMutator mutator = new WireMutator(chance);
        final Call call = calls.withMessage();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final byte[] message = mutator.mutated(call.message());
            if (guard.permits(message)) {
                return Call.of(call.method(), message);
            }
        }
        return call;
    }

    private Call bentSteps(final DocumentedCalls calls, final Chance chance) {
        final BodyMutator mutator = new BodyMutator(chance);
        final ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.set(STEPS, calls.steps(chance.between(0, 3)));
        final Method method = chance.oneIn(4) ? Method.PREPARE : Method.SUBMIT;
        final DtmRequest.Builder request = calls.transaction(chance.pick("saga", "msg"));
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            final byte[] message = withSteps(request, value(mutator.mutated(body)));
            if (guard.permits(message)) {
                return Call.of(method, message);
            }
        }
        return Call.of(method, request.build().toByteArray());
    }

    /** What stands behind the name, where it still does. */
    private static byte[] value(final byte[] body) {
        final byte[] start = ("{\"" + STEPS + "\":").getBytes(StandardCharsets.US_ASCII);
        return body.length > start.length && Arrays.equals(body, 0, start.length, start, 0, start.length)
                ? Arrays.copyOfRange(body, start.length, body.length - 1)
                : body;
    }

    /** The text of the steps may be no UTF-8, so it is written behind the others by hand. */
    private static byte[] withSteps(final DtmRequest.Builder request, final byte[] steps) {
        final ByteArrayOutputStream message = new ByteArrayOutputStream();
        try {
            final CodedOutputStream out = CodedOutputStream.newInstance(message);
            request.build().writeTo(out);
            out.writeBytes(DtmRequest.STEPS_FIELD_NUMBER, ByteString.copyFrom(steps));
            out.flush();
        } catch (final IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return message.toByteArray();
    }

    private Call abandoned(final Chance chance, final long number) {
        final DtmRequest message = DtmRequest.newBuilder()
                .setGid("gone-" + number)
                .setTransType(chance.pick("saga", "msg"))
                .setTransOptions(DtmTransOptions.newBuilder().setWaitResult(true))
                .setSteps("[{\"action\":\"" + urls.unansweredOverGrpc() + "\"}]")
                .addBinPayloads(ByteString.EMPTY)
                .build();
        return Call.of(Method.SUBMIT, message.toByteArray()).given(chance.oneIn(4) ? Then.CANCEL : Then.ABANDON);
    }
}
