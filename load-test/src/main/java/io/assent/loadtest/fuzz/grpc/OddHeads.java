package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.Words;
import io.assent.loadtest.fuzz.grpc.Call.Must;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;

/** Calls with odd header fields: metadata that a client may choose, and what no gRPC client says. One input's. */
final class OddHeads {

    private static final String TIMEOUT = "grpc-timeout";
    private static final String CONTENT_TYPE = "content-type";
    private static final String PATH = ":path";
    private static final String AUTHORITY = ":authority";

    private final Chance chance;
    private final Words words;
    private final DocumentedCalls calls;

    OddHeads(final Chance chance, final Words words, final DocumentedCalls calls) {
        this.chance = chance;
        this.words = words;
        this.calls = calls;
    }

    private Call base() {
        return chance.oneIn(2) ? calls.harmless() : calls.withMessage();
    }

    // ---- metadata

    /** Metadata, right and wrong. */
    Call metadata() {
        final Call call = base();
        final Head head = Head.of(call.method().path());
        return switch (chance.below(16)) {
            case 0 ->
                call.headed(head.with(chance.pick("x-assent-actor", "x-assent-reason"), printable()), Must.ANSWER);
            case 1 -> call.headed(head.with("x-assent-actor", bytes()), Must.END);
            case 2 -> call.headed(traced(head), Must.ANSWER);
            case 3, 4 ->
                call.headed(
                        head.with(TIMEOUT, chance.pick("100S", "1H", "99999999S", "99999999H", "30000m")), Must.ANSWER);
            case 5 ->
                call.headed(head.with(TIMEOUT, chance.pick("1n", "0S", "5m", "100u", "1m")), Must.ANSWER_OR_RESET);
            case 6 ->
                call.headed(
                        head.with(
                                TIMEOUT,
                                chance.pick(
                                        "",
                                        "x",
                                        "-1S",
                                        "1",
                                        "S",
                                        "123456789S",
                                        "1D",
                                        "1.5S",
                                        " 1S",
                                        "+1S",
                                        "\u00d91S")),
                        Must.END);
            case 7 ->
                call.headed(
                        head.with(chance.pick("x", "a.b", "grpc-trace", "grpc-tags") + "-bin", binary()), Must.ANSWER);
            case 8 -> call.headed(head.with(name() + "-bin", chance.pick("=", "a", "%%%", "====", bytes())), Must.END);
            case 9 -> call.headed(many(head, chance.between(1, 100)), Must.ANSWER);
            case 10 -> call.headed(large(head), Must.END);
            case 11 ->
                call.headed(
                        head.with(
                                chance.pick(
                                        "grpc-accept-encoding",
                                        "grpc-previous-rpc-attempts",
                                        "grpc-message",
                                        "grpc-status"),
                                chance.pick("gzip", "identity,gzip", "x", "", "0", "%zz")),
                        Must.ANSWER);
            case 12 ->
                call.headed(
                        head.with("grpc-encoding", chance.pick("gzip", "identity", "x", "", "br", bytes())), Must.END);
            case 13 ->
                call.headed(
                        head.with(chance.pick("X", "Te", "x y", "x\u0000", "", " ", "x:", "\u00e4", "(x)"), "v"),
                        Must.END);
            case 14 -> call.headed(head.with(name(), bytes()), Must.END);
            default -> call.headed(head.with("dtm-gid", printable()).with(name(), printable()), Must.ANSWER);
        };
    }

    private Head traced(final Head head) {
        Head traced = head;
        for (int i = chance.between(1, 3); i > 0; i--) {
            traced = traced.with(
                    chance.pick("traceparent", "tracestate"),
                    chance.pick(
                            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                            "00-" + "0".repeat(32) + "-" + "0".repeat(16) + "-00",
                            "ff",
                            "",
                            "a=b,c=d",
                            "x".repeat(chance.between(1, 2_000))));
        }
        return traced;
    }

    private Head many(final Head head, final int count) {
        Head many = head;
        for (int i = 0; i < count; i++) {
            many = many.with("x-" + i % 7, "v".repeat(chance.below(60)));
        }
        return many;
    }

    /** More than the server takes: a long value, a long name, or many. */
    private Head large(final Head head) {
        return switch (chance.below(4)) {
            case 0 -> head.with("x", "y".repeat(chance.between(16_000, 40_000)));
            case 1 -> head.with("y".repeat(chance.between(8_000, 20_000)), "x");
            case 2 -> many(head, 1_000);
            default -> head.changed(PATH, "/" + "p".repeat(chance.between(4_000, 20_000)));
        };
    }

    private String name() {
        return chance.pick("x", "x-own", "a.b_c-1", "x-" + "n".repeat(200), "grpcx", "0");
    }

    private String printable() {
        final StringBuilder text = new StringBuilder();
        words.text().chars().filter(c -> c >= ' ' && c < 0x7f).forEach(c -> text.append((char) c));
        return text.toString().strip();
    }

    private String bytes() {
        return new String(chance.bytes(chance.between(1, 60)), StandardCharsets.ISO_8859_1);
    }

    private String binary() {
        final byte[] bytes = chance.bytes(chance.between(0, 100));
        final Base64.Encoder encoder =
                chance.oneIn(2) ? Base64.getEncoder() : Base64.getEncoder().withoutPadding();
        return encoder.encodeToString(bytes);
    }

    // ---- what no client says

    /** A call that is, or may be, none of gRPC. */
    Call head() {
        final Call call = base();
        final Head head = Head.of(call.method().path());
        return switch (chance.below(12)) {
            case 0 ->
                call.headed(
                        head.changed(
                                CONTENT_TYPE,
                                chance.pick(
                                        "application/grpc+proto",
                                        "application/grpc;charset=utf-8",
                                        "application/grpc+json")),
                        Must.ANSWER);
            case 1 ->
                call.headed(
                        head.changed(
                                CONTENT_TYPE,
                                chance.pick(
                                        "",
                                        "application/json",
                                        "application/grpc-web",
                                        "application/grpcx",
                                        "text/plain",
                                        "x",
                                        bytes())),
                        Must.END);
            case 2 -> call.headed(head.without(CONTENT_TYPE), Must.END);
            case 3 -> call.headed(head.without("te"), Must.END);
            case 4 -> call.headed(head.changed("te", chance.pick("", "gzip", "trailers, deflate", bytes())), Must.END);
            case 5 ->
                call.headed(
                        head.changed(
                                ":method",
                                chance.pick("GET", "PUT", "OPTIONS", "CONNECT", "post", "", "P\u0000ST", "PRI")),
                        Must.END);
            case 6 -> call.headed(head.changed(PATH, path(call.method().path())), Must.END);
            case 7 -> call.headed(head.changed(":scheme", chance.pick("https", "", "ftp", bytes())), Must.END);
            case 8 ->
                call.headed(
                        head.changed(AUTHORITY, chance.pick("", "other.test", "[::1]:1", "a b", "u@h", bytes())),
                        Must.END);
            case 9 -> call.headed(head.without(chance.pick(":method", ":scheme", PATH, AUTHORITY)), Must.END);
            case 10 ->
                call.headed(
                        head.with(
                                chance.pick(":method", ":scheme", PATH, AUTHORITY, ":status", ":protocol", ":x", ":"),
                                "x"),
                        Must.END);
            default -> call.headed(head.with(foreign(), chance.pick("close", "x", "chunked", "0")), Must.END);
        };
    }

    /** What HTTP/2 does not carry, and what belongs to other protocols. */
    private String foreign() {
        return chance.pick(
                "connection",
                "transfer-encoding",
                "upgrade",
                "keep-alive",
                "proxy-connection",
                "host",
                "content-length",
                "expect");
    }

    private String path(final String right) {
        return switch (chance.below(6)) {
            case 0 -> chance.pick("", "/", "*", "//", "x", "/x", "/dtmgimp.Dtm", "/dtmgimp.Dtm/", "dtmgimp.Dtm/NewGid");
            case 1 -> right + chance.pick("/", "?x", "#x", " ", "\u0000", "%20", "\u00e4");
            case 2 -> right.toLowerCase(Locale.ROOT);
            case 3 -> "/" + bytes();
            case 4 -> "/a.B/" + "m".repeat(chance.between(1, 3_000));
            default -> "/dtmgimp.Dtm/" + chance.pick("newGid", "Newgid", "NewGid2", "Submit/x", "..", "*");
        };
    }
}
