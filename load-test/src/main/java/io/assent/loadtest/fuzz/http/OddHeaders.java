package io.assent.loadtest.fuzz.http;

import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.http.DocumentedCalls.Call;
import java.nio.charset.StandardCharsets;

/** Header fields, versions and methods as no library would send them. One input's. */
final class OddHeaders {

    private static final String[] METHODS = {
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "PATCH",
        "OPTIONS",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "get",
        "Post",
        "X",
        "M-SEARCH",
        "!#$%&'*+.^_`|~-",
        "HEADER",
        "GETGET"
    };

    private final Chance chance;
    private final DocumentedCalls calls;

    OddHeaders(final Chance chance, final DocumentedCalls calls) {
        this.chance = chance;
        this.calls = calls;
    }

    // ---- methods

    Piece methodPiece() {
        final String target = chance.oneIn(4) ? calls.harmless().target() : chance.pick(OddTargets.routes());
        if (chance.oneIn(4)) {
            return Piece.answered(RequestBytes.of("HEAD", target).bytes()).byHead();
        }
        if (chance.oneIn(8)) {
            final String bad = chance.pick(
                    "G\u00cbT",
                    "GE T",
                    "G(T)",
                    "\"GET\"",
                    "G\u0000T",
                    "GET,",
                    "",
                    "\u007f",
                    "G\tT",
                    "{}",
                    "<GET>",
                    "G@T",
                    "PRI",
                    "\u0016\u0003\u0001");
            return Piece.whatever(RequestBytes.line(bad + " " + target + " HTTP/1.1")
                    .field("Host", "x")
                    .bytes());
        }
        final String method = chance.oneIn(10) ? "M" + "x".repeat(chance.between(1, 3_000)) : chance.pick(METHODS);
        final RequestBytes request = RequestBytes.of(method, target);
        return Piece.answered(
                (chance.oneIn(2) ? request.body("{}".getBytes(StandardCharsets.US_ASCII)) : request).bytes());
    }

    // ---- header fields

    Piece headerPiece() {
        final Call call = chance.oneIn(3) ? calls.any() : calls.harmless();
        return switch (chance.below(9)) {
            case 0 -> harmlessField(call);
            case 1 -> connection(call);
            case 2 -> version();
            case 3 -> expectation(call);
            case 4 ->
                Piece.refused(RequestBytes.of("GET", "/api/ping")
                        .field("X", "y".repeat(chance.between(16_500, 24_000)))
                        .bytes());
            case 5 -> many(call);
            case 6 -> ours(call);
            default -> doubtful();
        };
    }

    private Piece harmlessField(final Call call) {
        final RequestBytes request = start(call);
        for (int i = chance.between(1, 3); i > 0; i--) {
            switch (chance.below(10)) {
                case 0 -> request.field("Content-Encoding", "gzip");
                case 1 -> request.field("Accept", "*/*").field("Accept", "");
                case 2 ->
                    request.field(
                            "Content-Type", chance.pick("text/plain", "", "application/json; charset=utf-16", "x"));
                case 3 -> request.field("Authorization", "Basic " + "A".repeat(chance.between(0, 2_000)));
                case 4 -> request.field("Cookie", "a=b; c");
                case 5 -> request.field("X-Forwarded-For", "10.0.0.1").field("Forwarded", "for=x");
                case 6 -> request.field("Range", "bytes=0-1").field("If-None-Match", "*");
                case 7 -> request.field("Upgrade", "h2c").field("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA");
                case 8 -> request.field("x".repeat(chance.between(1, 200)), "");
                default -> request.field("TE", "trailers").field("Trailer", "X").field("Keep-Alive", "timeout=1");
            }
        }
        return end(request, call);
    }

    private Piece connection(final Call call) {
        return switch (chance.below(6)) {
            case 0, 1 ->
                end(
                                start(call)
                                        .field(
                                                chance.pick("Connection", "connection", "CONNECTION"),
                                                chance.pick("close", "Close", "CLOSE")),
                                call)
                        .closing();
            case 2 ->
                end(
                        start(call).field("Connection", chance.pick("keep-alive", "Keep-Alive", "upgrade", "TE", "x")),
                        call);
            case 3 ->
                Piece.whatever(end(
                                start(call)
                                        .field(
                                                "Connection",
                                                chance.pick(
                                                        "close, keep-alive",
                                                        "keep-alive, close",
                                                        " , close",
                                                        "x,close",
                                                        "")),
                                call)
                        .bytes());
            case 4 ->
                Piece.whatever(end(start(call).field("Connection", "keep-alive").field("Connection", "close"), call)
                        .bytes());
            default ->
                Piece.whatever(
                        end(start(call).field("Proxy-Connection", "close").field("Connection", "Content-Length"), call)
                                .bytes());
        };
    }

    private Piece version() {
        return switch (chance.below(5)) {
            case 0 ->
                Piece.answered(RequestBytes.line("GET /api/ping HTTP/1.0").bytes())
                        .closing();
            case 1 ->
                Piece.answered(RequestBytes.line("GET /api/ping HTTP/1.0")
                        .field("Connection", "keep-alive")
                        .bytes());
            case 2 ->
                Piece.answered(RequestBytes.line("POST /api/dtmsvr/forceStop HTTP/1.0")
                                .body("{\"gid\":\"old\"}".getBytes(StandardCharsets.US_ASCII))
                                .bytes())
                        .closing();
            default ->
                Piece.whatever(RequestBytes.line("GET /api/ping "
                                + chance.pick(
                                        "HTTP/1.2",
                                        "HTTP/2.0",
                                        "HTTP/0.9",
                                        "HTTP/1.10",
                                        "HTTP/1.",
                                        "HTTP/1",
                                        "HTTP",
                                        "http/1.1",
                                        "XTTP/1.1",
                                        "HTTP/1.1.1",
                                        "HTTP/-1.1",
                                        "HTTP/1.1x",
                                        "HTTP/99999999999.1",
                                        "HTTPS/1.1",
                                        "RTSP/1.0",
                                        "HTTP /1.1"))
                        .field("Host", "x")
                        .bytes());
        };
    }

    private Piece expectation(final Call call) {
        if (chance.oneIn(2)) {
            return end(start(call).field("Expect", chance.pick("100-continue", "100-Continue")), call)
                    .continued();
        }
        return end(start(call).field("Expect", chance.pick("", "x", "200-ok", "101-continue")), call);
    }

    private Piece many(final Call call) {
        final RequestBytes request = start(call);
        for (int i = chance.between(50, 400); i > 0; i--) {
            request.field("X-" + i, "v");
        }
        return end(request, call);
    }

    /** The fields that mean something here. */
    private Piece ours(final Call call) {
        final String text = chance.pick("", "alice", "x".repeat(600), "%00", "a,b;c", "\u00e9\u00ff", "FAILURE");
        return end(
                start(call)
                        .field("X-Assent-Actor", text)
                        .field("X-Assent-Reason", text)
                        .field(
                                "traceparent",
                                chance.pick(
                                        "",
                                        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                        "x".repeat(1_500)))
                        .field("tracestate", text),
                call);
    }

    private Piece doubtful() {
        final RequestBytes request =
                chance.oneIn(8) ? RequestBytes.line("GET /api/ping HTTP/1.1") : RequestBytes.of("GET", "/api/ping");
        return Piece.whatever(request.raw(chance.pick(
                        "no colon\r\n",
                        ": no name\r\n",
                        "X : blank before\r\n",
                        " folded\r\n",
                        "X: a\r\n folded\r\n",
                        "X: a\r\n\tfolded\r\n",
                        "X: \u0000\r\n",
                        "X: a\rb\r\n",
                        "X: a\nb\r\n",
                        "X: a\n",
                        "X\u0000: a\r\n",
                        "X(): a\r\n",
                        "\u00e9: a\r\n",
                        "X: \u00e9\u0001\u007f\r\n",
                        "Host: y\r\n",
                        "Host: a, b\r\n",
                        "Host: \r\n",
                        "\"X\": a\r\n",
                        "X:\r\nX:\r\n",
                        "::\r\n",
                        "X:: a\r\n",
                        "X: " + "\t ".repeat(200) + "\r\n",
                        "\r",
                        "\n",
                        "Content-Length: 0\r\nContent-Length: 0\r\n",
                        "Content-Length: 0, 0\r\n",
                        "Content-Length:\r\n",
                        "Transfer-Encoding:\r\n"))
                .bytes());
    }

    private static RequestBytes start(final Call call) {
        return RequestBytes.of(call.method(), call.target());
    }

    private static Piece end(final RequestBytes request, final Call call) {
        if (call.body() != null) {
            request.body(call.body().toString().getBytes(StandardCharsets.UTF_8));
        }
        return Piece.answered(request.bytes()).shaped(call.shape()).telling(call.tells());
    }
}
