package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.LoopbackGuard;
import io.assent.loadtest.fuzz.http.DocumentedCalls.Call;
import io.assent.loadtest.fuzz.http.HttpInput.Ending;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Requests whose borders are unusual, doubtful or lies. Where the borders lie, the bodies name no URL: nobody can say what a server would
 * put together out of their parts. One input's.
 */
final class OddFraming {

    private static final byte[] GID_BODY = ascii("{\"gid\":\"framed\",\"trans_type\":\"tcc\"}");
    private static final String POST = "/api/dtmsvr/abort";

    private final Chance chance;
    private final DocumentedCalls calls;

    OddFraming(final Chance chance, final DocumentedCalls calls) {
        this.chance = chance;
        this.calls = calls;
    }

    // ---- chunks that are right

    /** The borders of chunks could hide a name from the guard, so it sees the body before it is cut. */
    Piece chunked(final LoopbackGuard guard) {
        final Call call = permitted(calls.withBody(), guard);
        final byte[] body = ascii(call.body().toString());
        final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        int from = 0;
        while (from < body.length) {
            final int to = Math.min(body.length, from + chance.between(1, 1 + body.length / 2));
            final String size = Integer.toHexString(to - from);
            chunks.writeBytes(
                    ascii(chance.pick("", "", "0", "000") + (chance.oneIn(3) ? size.toUpperCase(Locale.ROOT) : size)
                            + chance.pick("", "", "", ";a=b", ";a=\"b c\"", " ") + "\r\n"));
            chunks.write(body, from, to - from);
            chunks.writeBytes(ascii("\r\n"));
            from = to;
        }
        chunks.writeBytes(ascii(chance.pick("0", "00", "0;last") + "\r\n"
                + chance.pick("", "", "X-Trailer: 1\r\n", "A: 1\r\nB: 2\r\n") + "\r\n"));
        return Piece.answered(RequestBytes.of("POST", call.target())
                        .field("Transfer-Encoding", chance.pick("chunked", "Chunked", "CHUNKED"))
                        .framed()
                        .body(chunks.toByteArray())
                        .bytes())
                .shaped(call.shape());
    }

    // ---- borders in doubt

    HttpInput framing() {
        return switch (chance.below(8)) {
            case 0 ->
                one(Piece.refused(post().field("Content-Length", Integer.toString(GID_BODY.length))
                        .field("Transfer-Encoding", "chunked")
                        .framed()
                        .body(ascii("0\r\n\r\n"))
                        .bytes()));
            case 1 ->
                one(Piece.refused(post().field(
                                "Content-Length",
                                chance.pick(
                                        "-1",
                                        "x",
                                        "4194305",
                                        "2147483648",
                                        "99999999999999999999",
                                        "1,2",
                                        "5 5",
                                        "0x5",
                                        "1e1",
                                        "\u00b2"))
                        .framed()
                        .bytes()));
            case 2 ->
                one(Piece.whatever(
                        post().field("Content-Length", chance.pick("+5", "05", "5.0", " 5", "5 ", "5, 5", "", "\t5"))
                                .framed()
                                .body(ascii("{\"gid"))
                                .bytes()));
            case 3 ->
                one(Piece.whatever(post().field("Content-Length", "4")
                        .field("Content-Length", chance.pick("4", "5", "0"))
                        .framed()
                        .body(ascii("nullGET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n"))
                        .bytes()));
            case 4 -> tooLong();
            case 5 -> tooShort();
            case 6 ->
                one(Piece.whatever(post().field(
                                "Transfer-Encoding",
                                chance.pick(
                                        "gzip",
                                        "gzip, chunked",
                                        "chunked, chunked",
                                        "identity",
                                        "xchunked",
                                        "chunked\u000b",
                                        "",
                                        "chunked, identity",
                                        "\"chunked\""))
                        .framed()
                        .body(chunks())
                        .bytes()));
            default ->
                one(Piece.whatever((chance.oneIn(6) ? RequestBytes.line("POST " + POST + " HTTP/1.0") : post())
                        .field("Transfer-Encoding", "chunked")
                        .framed()
                        .body(lyingChunks())
                        .bytes()));
        };
    }

    /** The length that it says is more than comes: it must wait, and end when we end. */
    private HttpInput tooLong() {
        return one(Piece.whatever(
                post().field("Content-Length", Integer.toString(GID_BODY.length + chance.between(1, 5_000)))
                        .framed()
                        .body(GID_BODY)
                        .bytes()));
    }

    /** The length that it says is less than comes: what is over is another request, or garbage. */
    private HttpInput tooShort() {
        final int told = chance.below(GID_BODY.length);
        final byte[] whole = post().field("Content-Length", Integer.toString(told))
                .framed()
                .body(GID_BODY)
                .bytes();
        final int border = whole.length - (GID_BODY.length - told);
        return HttpInput.of(
                InputKind.FRAMING,
                List.of(
                        Piece.answered(Arrays.copyOf(whole, border)),
                        Piece.whatever(Arrays.copyOfRange(whole, border, whole.length))));
    }

    private static byte[] chunks() {
        return ascii(Integer.toHexString(GID_BODY.length) + "\r\n" + new String(GID_BODY, StandardCharsets.US_ASCII)
                + "\r\n0\r\n\r\n");
    }

    private byte[] lyingChunks() {
        final String body = new String(GID_BODY, StandardCharsets.US_ASCII);
        final String size = Integer.toHexString(body.length());
        return ascii(
                switch (chance.below(12)) {
                    case 0 -> "zz\r\n" + body + "\r\n0\r\n\r\n";
                    case 1 -> "-1\r\n" + body + "\r\n0\r\n\r\n";
                    case 2 ->
                        chance.pick("7fffffff", "80000000", "ffffffff", "fffffffffffffffff", "400001", "0x5") + "\r\n"
                                + body;
                    case 3 -> size + "\r\n" + body + "x\r\n0\r\n\r\n";
                    case 4 -> "2\r\n" + body + "\r\n0\r\n\r\n";
                    case 5 -> size + "\r\n" + body + "\r\n";
                    case 6 -> size + "\n" + body + "\n0\n\n";
                    case 7 -> size + ";" + "e".repeat(chance.between(1, 40_000)) + "\r\n" + body + "\r\n0\r\n\r\n";
                    case 8 ->
                        size + "\r\n" + body + "\r\n0\r\nX: " + "t".repeat(chance.between(1, 40_000)) + "\r\n\r\n";
                    case 9 -> size + "\r\n" + body + "\r\n0\r\nContent-Length: 5\r\nbad trailer\r\n\r\n";
                    case 10 -> "\r\n" + size + "\r\n" + body + "\r\n0\r\n\r\n";
                    default -> "1\r\n{\r\n".repeat(chance.between(1, 2_000)) + "0\r\n\r\n";
                });
    }

    // ---- many at a time

    /** More than the server reads before it answers, sometimes; what is no whole request comes last. */
    HttpInput pipeline() {
        final List<Piece> pieces = new ArrayList<>();
        final int count = chance.oneIn(5) ? chance.between(60, 150) : chance.between(2, 20);
        for (int i = 0; i < count; i++) {
            pieces.add(chance.oneIn(6) ? calls.any().piece() : calls.harmless().piece());
        }
        if (chance.oneIn(6)) {
            final int last = pieces.size() - 1;
            pieces.set(
                    last,
                    Piece.answered(RequestBytes.of("GET", "/api/ping")
                                    .field("Connection", "close")
                                    .bytes())
                            .closing());
        } else if (chance.oneIn(2)) {
            pieces.add(
                    chance.oneIn(2)
                            ? Piece.whatever(garbage())
                            : Piece.refused(
                                    ascii(
                                            "GET /api/ping HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")));
        }
        return HttpInput.of(InputKind.PIPELINE, pieces);
    }

    // ---- no HTTP at all

    byte[] garbage() {
        return switch (chance.below(9)) {
            case 0 -> chance.bytes(chance.between(1, 2_000));
            case 1 ->
                ascii(chance.pick(
                        "\r\n",
                        "\r\n\r\n",
                        "\n\n\n",
                        "\r\r\r",
                        "\u0000",
                        " ",
                        "x",
                        "\r\n\r\nGET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n"));
            case 2 -> ascii("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000");
            case 3 -> new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xfc, 3, 3, 1, 2, 3, 4};
            case 4 -> ascii("{\"gid\":\"x\"}\r\n\r\n");
            case 5 -> ascii("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            case 6 -> ascii("x".repeat(chance.between(1_000, 40_000)));
            case 7 -> ascii("\r\n".repeat(chance.between(1, 9_000)));
            default -> flipped(calls.harmless().bytes());
        };
    }

    private byte[] flipped(final byte[] request) {
        for (int i = chance.between(1, 4); i > 0; i--) {
            request[chance.below(request.length)] = (byte) chance.below(256);
        }
        return request;
    }

    // ---- cut off

    HttpInput halfSent(final LoopbackGuard guard) {
        final byte[] whole = chance.oneIn(3)
                ? chunked(guard).bytes()
                : permitted(calls.any(), guard).bytes();
        final byte[] half = Arrays.copyOf(whole, chance.below(whole.length));
        final Piece piece = Piece.whatever(half);
        final Ending ending =
                List.of(Ending.CLOSE, Ending.RESET, Ending.END_OUTPUT).get(chance.below(3));
        return new HttpInput(InputKind.HALF_SENT, List.of(piece), ending, 1);
    }

    private Call permitted(final Call call, final LoopbackGuard guard) {
        return guard.permits(call.bytes()) ? call : calls.plainBody();
    }

    private static RequestBytes post() {
        return RequestBytes.of("POST", POST);
    }

    private static HttpInput one(final Piece piece) {
        return HttpInput.of(InputKind.FRAMING, List.of(piece));
    }

    private static byte[] ascii(final String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
