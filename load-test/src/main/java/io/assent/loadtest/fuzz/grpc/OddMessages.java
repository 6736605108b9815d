package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.grpc.Call.Must;
import io.assent.loadtest.fuzz.grpc.Call.Then;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Calls whose messages are none, several, compressed or not as long as they say; other services; calls at once and cancelled ones. One input's. */
final class OddMessages {

    private static final String GZIP = "gzip";
    private static final byte[] NOTHING = new byte[0];
    private static final int AT_ONCE_MAX = 100;

    private final Chance chance;
    private final DocumentedCalls calls;

    OddMessages(final Chance chance, final DocumentedCalls calls) {
        this.chance = chance;
        this.calls = calls;
    }

    Call messages() {
        final Call call = chance.oneIn(2) ? calls.harmless() : calls.withMessage();
        final byte[] message = call.message();
        final Head head = Head.of(call.method().path());
        return switch (chance.below(12)) {
            case 0 -> call.carrying(NOTHING, Must.ANSWER);
            case 1 -> call.carrying(repeated(call.body(), 2), Must.ANSWER);
            case 2 -> call.carrying(repeated(call.body(), chance.between(3, 40)), Must.ANSWER);
            case 3 -> call.carrying(Call.framed(1, message), Must.END);
            case 4 ->
                call.headed(head.with("grpc-encoding", GZIP), Must.ANSWER)
                        .carrying(Call.framed(1, zipped(message)), Must.ANSWER);
            case 5 ->
                call.headed(head.with("grpc-encoding", GZIP), Must.ANSWER)
                        .carrying(Call.framed(1, broken(zipped(message))), Must.END);
            case 6 ->
                call.headed(head.with("grpc-encoding", GZIP), Must.ANSWER)
                        .carrying(
                                Call.framed(
                                        1,
                                        zipped(
                                                new byte
                                                        [chance.pick(
                                                                List.of(1 << 20, 4 << 20, (4 << 20) + 1, 40 << 20))])),
                                Must.END);
            case 7 -> call.carrying(Call.framed(chance.between(2, 255), message), Must.END);
            case 8 -> call.carrying(Call.framed(0, message.length + chance.between(1, 1_000), message), Must.END);
            case 9 ->
                call.carrying(
                        Call.framed(
                                0,
                                chance.pick(List.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 5 << 20, (4 << 20) + 1)),
                                message),
                        Must.END);
            case 10 -> call.carrying(Arrays.copyOf(call.body(), chance.below(call.body().length)), Must.END);
            default -> call.inSegments(Math.max(1, call.body().length / chance.between(1, 3)));
        };
    }

    private static byte[] repeated(final byte[] bytes, final int times) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static byte[] zipped(final byte[] bytes) {
        final ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream zip = new GZIPOutputStream(zipped)) {
            zip.write(bytes);
        } catch (final IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        return zipped.toByteArray();
    }

    private byte[] broken(final byte[] zipped) {
        if (chance.oneIn(3)) {
            return Arrays.copyOf(zipped, chance.below(zipped.length));
        }
        final byte[] broken = zipped.clone();
        broken[chance.below(broken.length)] ^= (byte) chance.between(1, 255);
        return broken;
    }

    // ---- other services

    Call service() {
        final byte[] message = switch (chance.below(4)) {
            case 0 -> NOTHING;
            case 1 -> chance.bytes(chance.between(1, 60));
            case 2 -> text(chance.pick("", "dtmgimp.Dtm", "x", "grpc.health.v1.Health"));
            // A question of reflection: which services there are, and files of a symbol or a name.
            default ->
                new byte[] {chance.pick(List.of((byte) 0x1a, (byte) 0x22, (byte) 0x3a, (byte) 0x32)), 3, 'd', 't', 'm'};
        };
        final String path = chance.pick(
                "/grpc.health.v1.Health/Check",
                "/grpc.health.v1.Health/Watch",
                "/grpc.health.v1.Health/List",
                "/grpc.health.v1.Health/X",
                "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                "/workflow.Workflow/Execute",
                "/dtmgimp.Dtm/Unknown",
                "/dtmgimp.Dtm2/Submit",
                "/a.B/C");
        final Call call = Call.of(null, Head.of(path), message);
        if (path.endsWith("Watch")) {
            return call.given(Then.ABANDON);
        }
        final int times = chance.oneIn(4) ? chance.between(0, 5) : 1;
        // The library's own services do not say what is wrong with a second message.
        return call.carrying(repeated(call.body(), times), times > 1 ? Must.ANSWER_OR_RESET : Must.ANSWER);
    }

    private static byte[] text(final String text) {
        final byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        final byte[] message = new byte[bytes.length + 2];
        message[0] = 10;
        message[1] = (byte) bytes.length;
        System.arraycopy(bytes, 0, message, 2, bytes.length);
        return message;
    }

    // ---- several calls, and calls without an end

    List<Call> concurrent() {
        final int count = chance.oneIn(8) ? chance.between(30, AT_ONCE_MAX) : chance.between(2, 12);
        final List<Call> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            final Call call = chance.oneIn(3) ? calls.harmless() : calls.any();
            all.add(
                    switch (chance.below(12)) {
                        case 0 -> call.given(Then.CANCEL);
                        case 1 -> service();
                        case 2 -> call.carrying(NOTHING, Must.ANSWER);
                        default -> call;
                    });
        }
        return all;
    }

    Call cancelled() {
        final Call call = calls.any();
        final Call cut = switch (chance.below(4)) {
            case 0 -> call;
            case 1 -> call.leftOpen();
            case 2 -> call.carrying(NOTHING, Must.END).leftOpen();
            default ->
                call.carrying(Arrays.copyOf(call.body(), chance.below(call.body().length)), Must.END)
                        .leftOpen();
        };
        return cut.given(chance.oneIn(3) ? Then.ABANDON : Then.CANCEL);
    }
}
