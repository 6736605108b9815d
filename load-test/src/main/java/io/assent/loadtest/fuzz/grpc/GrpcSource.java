package io.assent.loadtest.fuzz.grpc;

import com.google.protobuf.ByteString;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.FuzzSender;
import io.assent.loadtest.fuzz.FuzzSource;
import io.assent.loadtest.fuzz.Tally;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** Inputs over gRPC: messages, metadata, and the frames that carry them. */
public final class GrpcSource implements FuzzSource {

    private final Surroundings surroundings;
    private final InputGenerator generator;
    private final AtomicLong plain = new AtomicLong();

    /**
     * Makes the source of one run.
     *
     * @param surroundings what its inputs are made from.
     */
    public GrpcSource(final Surroundings surroundings) {
        this.surroundings = surroundings;
        this.generator = new InputGenerator(surroundings.seed(), surroundings.branches());
    }

    @Override
    public String protocol() {
        return "gRPC";
    }

    @Override
    public FuzzSender sender(final Tally tally) {
        return grpcSender(tally);
    }

    private GrpcSender grpcSender(final Tally tally) {
        return new GrpcSender(generator, surroundings.grpcPort(), surroundings.answerLimit(), tally);
    }

    /** A new gid, and a saga of two steps over gRPC that must have ended well when it is answered. */
    @Override
    public void mustServe() throws BrokenRule, IOException {
        final String target = surroundings.branches().successfulOverGrpc();
        final DtmRequest saga = DtmRequest.newBuilder()
                .setGid("plain-" + plain.incrementAndGet())
                .setTransType("saga")
                .setTransOptions(DtmTransOptions.newBuilder().setWaitResult(true))
                .setSteps("[{\"action\":\"" + target + "\"},{\"action\":\"" + target + "\"}]")
                .addBinPayloads(ByteString.EMPTY)
                .addBinPayloads(ByteString.EMPTY)
                .build();
        grpcSender(new Tally())
                .mustSucceed(
                        Call.of(Method.NEW_GID, new byte[0]),
                        Call.of(Method.SUBMIT, saga.toByteArray()),
                        Call.of(null, Head.of("/grpc.health.v1.Health/Check"), new byte[0]));
    }

    @Override
    public String show(final long number) {
        return generator.input(number).show();
    }
}
