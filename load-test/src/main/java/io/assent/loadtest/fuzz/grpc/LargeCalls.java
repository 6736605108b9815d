package io.assent.loadtest.fuzz.grpc;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.assent.grpc.DtmRequest;
import io.assent.grpc.DtmTransOptions;
import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;

/** Messages near the bounds: the largest ones and one byte more, the most steps, long texts, many empty payloads. One input's. */
final class LargeCalls {

    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    private static final int STEPS_MAX = 5_000;
    private static final int FILLER = 100;

    private final Chance chance;
    private final BranchUrls urls;
    private final String gid;

    LargeCalls(final Chance chance, final BranchUrls urls, final long number) {
        this.chance = chance;
        this.urls = urls;
        this.gid = "large-" + number;
    }

    Call call() {
        return switch (chance.below(7)) {
            case 0 -> submit(filled(MESSAGE_BYTES_MAX + chance.between(1, 1_000)));
            case 1 -> submit(filled(MESSAGE_BYTES_MAX - chance.below(3)));
            case 2 -> submit(steps(chance.between(STEPS_MAX - 1, STEPS_MAX + 1)));
            case 3 -> submit(saga().setSteps("[".repeat(chance.between(900, 2_000_000))));
            case 4 -> submit(manyPayloads(chance.between(10_000, 200_000)));
            case 5 -> submit(payload(MESSAGE_BYTES_MAX - FILLER * 2));
            default -> submit(payload(chance.between(1 << 16, 1 << 20)));
        };
    }

    private static Call submit(final DtmRequest.Builder message) {
        return Call.of(Method.SUBMIT, message.build().toByteArray());
    }

    /** A message of exactly so many bytes, most of them a field that nobody knows. */
    private DtmRequest.Builder filled(final int length) {
        final DtmRequest.Builder message = saga();
        final int rest = length - message.build().getSerializedSize();
        int prefix = 2;
        DtmRequest.Builder filled = message;
        while (filled.build().getSerializedSize() != length) {
            filled = message.clone().setUnknownFields(filler(rest - prefix));
            prefix++;
        }
        return filled;
    }

    private static UnknownFieldSet filler(final int length) {
        return UnknownFieldSet.newBuilder()
                .addField(
                        FILLER,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(ByteString.copyFrom(new byte[length]))
                                .build())
                .build();
    }

    private DtmRequest.Builder payload(final int length) {
        return saga().setSteps("[{\"action\":\"" + urls.successfulOverGrpc() + "\"}]")
                .addBinPayloads(ByteString.copyFrom(new byte[length]));
    }

    private DtmRequest.Builder manyPayloads(final int count) {
        final DtmRequest.Builder message = saga().setSteps("[{\"action\":\"\"}]");
        for (int i = 0; i < count; i++) {
            message.addBinPayloads(ByteString.EMPTY);
        }
        return message;
    }

    private DtmRequest.Builder steps(final int count) {
        final ArrayNode steps = JsonNodeFactory.instance.arrayNode();
        final DtmRequest.Builder message = saga();
        for (int i = 0; i < count; i++) {
            steps.addObject().put("action", "");
            message.addBinPayloads(ByteString.EMPTY);
        }
        return message.setSteps(steps.toString());
    }

    private DtmRequest.Builder saga() {
        return DtmRequest.newBuilder()
                .setGid(gid)
                .setTransType("saga")
                .setTransOptions(DtmTransOptions.newBuilder().setWaitResult(chance.oneIn(2)));
    }
}
