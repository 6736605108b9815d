package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.Bytes;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Ending;
import io.assent.loadtest.fuzz.grpc.GrpcInput.Raw;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What a connection must not carry: forbidden frames, bent ones, no frames at all, and very many. It names no branch, so that no bent bit can. One input's. */
final class OddFrames {

    private static final int UNUSED = 101;
    private static final int WINDOW_MAX = Integer.MAX_VALUE;
    private static final byte[] NOTHING = new byte[0];
    private static final byte[] EIGHT = new byte[8];

    private static final int ENABLE_PUSH = 2;
    private static final int MAX_FRAME_SIZE = 5;

    private static final String[] NO_HTTP_2 = {
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /dtmgimp.Dtm/NewGid HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc\r\nContent-Length: 5\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\r",
        "PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n",
        "\r\n",
        "PRJ",
        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003",
        "SSH-2.0-x\r\n",
        "\u0000",
    };

    private final Chance chance;
    private final DocumentedCalls calls;

    OddFrames(final Chance chance, final DocumentedCalls calls) {
        this.chance = chance;
        this.calls = calls;
    }

    private static byte[] joined(final List<byte[]> parts) {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        parts.forEach(all::writeBytes);
        return all.toByteArray();
    }

    private static byte[] joined(final byte[]... parts) {
        return joined(List.of(parts));
    }

    /** The start of every right connection. */
    private static List<byte[]> opening() {
        final List<byte[]> parts = new ArrayList<>();
        parts.add(Frames.preface());
        parts.add(Frames.settings());
        return parts;
    }

    /** A whole call on a stream, in two frames. */
    private List<byte[]> call(final int stream) {
        final Call call = calls.harmless();
        return List.of(
                Frames.headers(stream, call.block(), false),
                Frames.frame(Frames.DATA, Frames.END_STREAM, stream, call.body()));
    }

    private static byte[] head(final int stream, final boolean ends) {
        return Frames.headers(stream, Head.of(Method.NEW_GID.path()).block(), ends);
    }

    // ---- forbidden

    /** Errors of the whole connection by RFC 9113 and RFC 7541. */
    Raw forbidden() {
        if (chance.oneIn(8)) {
            return new Raw(InputKind.FORBIDDEN, latin(NO_HTTP_2[chance.below(4)]), Ending.AWAIT_END);
        }
        if (chance.oneIn(10)) {
            return new Raw(InputKind.FORBIDDEN, joined(Frames.preface(), head(1, true)), Ending.AWAIT_END);
        }
        final List<byte[]> parts = opening();
        if (chance.oneIn(2)) {
            parts.addAll(call(1));
        }
        parts.add(forbiddenFrames());
        return new Raw(InputKind.FORBIDDEN, joined(parts), Ending.AWAIT_END);
    }

    private byte[] forbiddenFrames() {
        final byte[] tooLong = new byte[Frames.PAYLOAD_BYTES_MAX + chance.between(1, 1_000)];
        return switch (chance.below(28)) {
            case 0 -> Frames.frame(Frames.DATA, 0, 0, EIGHT);
            case 1 -> head(0, true);
            case 2 -> head(2, true);
            case 3 -> joined(head(3, false), Frames.frame(Frames.DATA, 0, 3, tooLong));
            case 4 -> Frames.frame(Frames.SETTINGS, 0, 1, NOTHING);
            case 5 -> Frames.frame(Frames.SETTINGS, 0, 0, new byte[chance.between(1, 5)]);
            case 6 -> Frames.frame(Frames.SETTINGS, Frames.ACK, 0, new byte[6]);
            case 7 -> Frames.settings(Frames.INITIAL_WINDOW_SIZE, chance.pick(List.of(-1, Integer.MIN_VALUE)));
            case 8 -> Frames.settings(MAX_FRAME_SIZE, chance.pick(List.of(0, 16_383, 1 << 24, -1)));
            case 9 -> Frames.settings(ENABLE_PUSH, chance.between(2, 1_000));
            case 10 -> Frames.windowUpdate(0, 0);
            case 11 -> joined(Frames.windowUpdate(0, WINDOW_MAX), Frames.windowUpdate(0, WINDOW_MAX));
            case 12 -> Frames.frame(Frames.WINDOW_UPDATE, 0, 0, new byte[chance.pick(List.of(0, 1, 3, 5))]);
            case 13 -> Frames.frame(Frames.PING, 0, 0, new byte[chance.pick(List.of(0, 7, 9))]);
            case 14 -> Frames.frame(Frames.PING, 0, 1, EIGHT);
            case 15 -> Frames.reset(0, Frames.CANCEL);
            case 16 -> Frames.reset(UNUSED, Frames.CANCEL);
            case 17 -> joined(head(3, false), Frames.frame(Frames.RST_STREAM, 0, 3, new byte[3]));
            case 18 -> Frames.frame(Frames.GOAWAY, 0, 3, EIGHT);
            case 19 ->
                joined(head(3, false), Frames.frame(Frames.PUSH_PROMISE, Frames.END_HEADERS, 3, Frames.number(4)));
            case 20 -> Frames.frame(Frames.CONTINUATION, Frames.END_HEADERS, 3, NOTHING);
            case 21 -> joined(Frames.frame(Frames.HEADERS, 0, 3, NOTHING), Frames.frame(Frames.PING, 0, 0, EIGHT));
            case 22 ->
                joined(
                        Frames.frame(Frames.HEADERS, 0, 3, NOTHING),
                        Frames.frame(Frames.CONTINUATION, Frames.END_HEADERS, 5, NOTHING));
            case 23 -> joined(head(3, false), Frames.frame(Frames.DATA, Frames.PADDED, 3, new byte[] {9, 0}));
            case 24 -> Frames.frame(Frames.HEADERS, Frames.END_HEADERS | Frames.PADDED, 3, new byte[] {(byte) 200, 0});
            case 25 -> Frames.frame(Frames.HEADERS, Frames.END_HEADERS, 3, block());
            case 26 -> Frames.frame(Frames.PRIORITY, 0, 0, new byte[5]);
            default -> Frames.frame(Frames.DATA, 0, UNUSED, EIGHT);
        };
    }

    /** No header block: an index that is none, a table larger than permitted, a text that is cut, a number without an end. */
    private byte[] block() {
        return switch (chance.below(5)) {
            case 0 -> new byte[] {(byte) 0x80};
            case 1 -> new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
            case 2 -> new byte[] {0x3f, (byte) 0xe1, (byte) 0xff, (byte) 0xff, 0x7f};
            case 3 -> new byte[] {0, 20, 'x'};
            default -> new byte[] {(byte) 0xff, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        };
    }

    // ---- bent

    /** Whole calls whose frames are bent, doubled, left out or mixed. */
    Raw bent() {
        final List<byte[]> parts = new ArrayList<>();
        for (int i = chance.between(1, 4), stream = 1; i > 0; i--, stream += 2) {
            parts.addAll(call(stream));
        }
        for (int i = chance.between(1, 3); i > 0; i--) {
            final int at = chance.below(parts.size());
            switch (chance.below(7)) {
                case 0 -> parts.add(chance.below(parts.size() + 1), parts.get(at));
                case 1 -> parts.add(parts.remove(at));
                case 2 -> parts.set(at, flipped(parts.get(at), Frames.HEADER_BYTES));
                case 3 -> parts.set(at, flipped(parts.get(at), parts.get(at).length));
                case 4 -> parts.add(at, anyFrame());
                case 5 -> parts.set(at, Arrays.copyOf(parts.get(at), chance.below(parts.get(at).length + 1)));
                default -> parts.add(at, Frames.reset(chance.between(1, 9), chance.below(20)));
            }
        }
        parts.addAll(0, opening());
        return new Raw(InputKind.BENT_FRAMES, joined(parts), ending());
    }

    private byte[] flipped(final byte[] bytes, final int within) {
        return bytes.length == 0
                ? bytes
                : Bytes.flipped(bytes, chance.below(Math.min(within, bytes.length)), chance.below(8));
    }

    private byte[] anyFrame() {
        return Frames.frame(
                chance.oneIn(3) ? chance.below(256) : chance.below(10),
                chance.below(256),
                chance.pick(List.of(0, 1, 2, 3, 5, 7, WINDOW_MAX, -1)),
                chance.bytes(chance.pick(List.of(0, 1, 4, 5, 6, 8, 40))));
    }

    private Ending ending() {
        return chance.pick(List.of(Ending.END_OUTPUT, Ending.END_OUTPUT, Ending.MOMENT, Ending.RESET));
    }

    // ---- garbage

    Raw garbage() {
        final byte[] bytes = switch (chance.below(5)) {
            case 0 -> chance.bytes(chance.between(0, 500));
            case 1 -> latin(chance.pick(NO_HTTP_2));
            case 2 -> joined(Frames.preface(), chance.bytes(chance.between(1, 500)));
            case 3 -> joined(joined(opening()), chance.bytes(chance.between(1, 500)));
            default -> {
                final List<byte[]> parts = opening();
                parts.addAll(call(1));
                final byte[] whole = joined(parts);
                yield Arrays.copyOf(whole, chance.below(whole.length));
            }
        };
        return new Raw(InputKind.GARBAGE, bytes, chance.oneIn(4) ? Ending.RESET : Ending.END_OUTPUT);
    }

    // ---- floods

    Raw flood() {
        final List<byte[]> parts = opening();
        final int many = chance.between(500, 2_000);
        switch (chance.below(10)) {
            case 0 -> repeat(parts, many, Frames.settings());
            case 1 -> repeat(parts, many, Frames.frame(Frames.PING, 0, 0, EIGHT));
            case 2 -> {
                for (int i = 0; i < many / 2; i++) {
                    parts.add(head(2 * i + 1, chance.oneIn(2)));
                    parts.add(Frames.reset(2 * i + 1, Frames.CANCEL));
                }
            }
            case 3 -> {
                parts.add(Frames.frame(Frames.HEADERS, 0, 1, Head.of("/x").block()));
                repeat(parts, many, Frames.frame(Frames.CONTINUATION, 0, 1, NOTHING));
            }
            case 4 -> {
                parts.add(head(1, false));
                repeat(parts, many, Frames.frame(Frames.DATA, 0, 1, NOTHING));
            }
            case 5 -> repeat(parts, many, Frames.frame(Frames.PRIORITY, 0, 1, new byte[5]));
            case 6 -> repeat(parts, many, Frames.windowUpdate(0, 1));
            case 7 -> {
                // A client that takes no byte of any reply.
                parts.add(Frames.settings(Frames.INITIAL_WINDOW_SIZE, 0));
                for (int i = 0; i < many / 4; i++) {
                    parts.addAll(call(2 * i + 1));
                }
            }
            case 8 -> {
                Head head = Head.of("/x");
                for (int i = 0; i < many; i++) {
                    head = head.with("x", "y".repeat(200));
                }
                parts.add(Frames.headers(1, head.block(), true));
            }
            default -> repeat(parts, many, Frames.frame(chance.between(10, 255), 0, 0, EIGHT));
        }
        return new Raw(InputKind.FLOOD, joined(parts), ending());
    }

    private static void repeat(final List<byte[]> parts, final int times, final byte[] frame) {
        for (int i = 0; i < times; i++) {
            parts.add(frame);
        }
    }

    private static byte[] latin(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
