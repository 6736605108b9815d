package io.assent.loadtest.fuzz.http;

import static io.assent.loadtest.fuzz.http.DocumentedCalls.API;

import io.assent.loadtest.fuzz.Chance;
import java.nio.charset.StandardCharsets;

/** Request targets as no library would send them. One input's. */
final class OddTargets {

    private static final String[] ROUTES = {
        API + "version",
        API + "newGid",
        API + "query",
        API + "all",
        API + "queryKV",
        API + "scanKV",
        API + "subscribe",
        API + "unsubscribe",
        API + "resetCronTime",
        API + "topic/t",
        API + "submit",
        API + "prepare",
        API + "registerBranch",
        "/api/ping",
        "/api/metrics",
        "/api/json-rpc",
        "/healthz",
        "/readyz",
        "/",
        "/admin/"
    };

    private static final String[] ENDS = {
        "",
        "/",
        "//",
        "?",
        "??",
        "?&",
        "?=",
        "?%",
        "?%zz&gid=%",
        "?gid=a;b",
        "?gid=%00",
        "?gid=%ff%fe",
        "?gid=+&gid=2",
        "?limit=%31",
        "?position=-1&limit=-1",
        "?gid",
        "?gid=a%0d%0aX:1",
        "/..",
        "/.",
        "/%2e%2e",
        ";x=1",
        "%",
        "%2",
        "%00",
        "%2f",
        "#f",
        "?#",
        "?a=" + "b".repeat(3_000),
        "?gid=\"<>\\^`{|}",
        "?limit=1&limit=x",
        "/?gid=1",
        "/?a=%zz\"<>"
    };

    private final Chance chance;

    OddTargets(final Chance chance) {
        this.chance = chance;
    }

    static String[] routes() {
        return ROUTES.clone();
    }

    Piece piece() {
        final String method = chance.pick("GET", "GET", "GET", "POST", "DELETE");
        return switch (chance.below(10)) {
            case 0 -> answered(method, odd(chance.pick(ROUTES)));
            case 1 ->
                answered(
                        method,
                        chance.pick(
                                "*",
                                "/",
                                "//",
                                "/%",
                                "x",
                                "api/ping",
                                "?",
                                "%2fapi%2fping",
                                "/API/PING",
                                "/api",
                                "/api/",
                                "/api/dtmsvr",
                                API,
                                "/api/dtmsvr//query",
                                "/./api/ping",
                                "/../api/ping",
                                "/api/x/../ping",
                                "\\api\\ping",
                                "localhost:80"));
            case 2 ->
                answered(
                        method,
                        chance.pick(
                                        "http://localhost",
                                        "http://localhost:1",
                                        "http:",
                                        "http:x",
                                        "://",
                                        "file:",
                                        "urn:x:y")
                                + chance.pick("/api/ping", "/", "", "?x"));
            case 3 -> answered("GET", "/" + "long/".repeat(chance.between(1, 3_200)));
            case 4 ->
                Piece.refused(RequestBytes.of("GET", "/" + "x".repeat(chance.between(16_500, 20_000)))
                        .bytes());
            case 5 ->
                Piece.whatever(RequestBytes.of(method, "/api/" + latin(chance.between(1, 40)))
                        .bytes());
            case 6 ->
                Piece.whatever(RequestBytes.line(chance.pick(
                                "GET /api/ping HTTP/1.1 x",
                                "GET  /api/ping  HTTP/1.1",
                                "GET\t/api/ping\tHTTP/1.1",
                                " GET /api/ping HTTP/1.1",
                                "GET /api/ ping HTTP/1.1",
                                "GET /api/ping",
                                "GET HTTP/1.1",
                                "GET",
                                "GET /api/ping\u0000 HTTP/1.1",
                                "GET /api/\rping HTTP/1.1",
                                "GET /api/ping HTTP/1.1\r",
                                "GET /api/dtmsvr/query/?a=\rb HTTP/1.1",
                                "GET /api/dtmsvr/query/?a=\u00e9 HTTP/1.1",
                                "GET /api/dtmsvr/query/?a=\u0001 HTTP/1.1"))
                        .field("Host", "x")
                        .bytes());
            default -> answered(method, odd(chance.pick(ROUTES)) + (chance.oneIn(3) ? chance.pick(ENDS) : ""));
        };
    }

    /** A changed route; it stays visible ASCII without blanks, so a request with it is whole. */
    private String odd(final String route) {
        final int at = chance.below(route.length());
        return switch (chance.below(6)) {
            case 0 ->
                route.substring(0, at) + String.format("%%%02x", (int) route.charAt(at)) + route.substring(at + 1);
            case 1 -> route.substring(0, at) + (char) chance.between('!', '~') + route.substring(at + 1);
            case 2 -> route.substring(0, at) + "/../" + route.substring(at);
            case 3 -> route.substring(0, at);
            default -> route + chance.pick(ENDS);
        };
    }

    private static Piece answered(final String method, final String target) {
        // An empty target would leave two blanks, which is another line.
        final RequestBytes request = RequestBytes.of(method, target.isEmpty() ? "/" : target);
        return Piece.answered(
                (method.equals("POST") ? request.body("{}".getBytes(StandardCharsets.US_ASCII)) : request).bytes());
    }

    private String latin(final int length) {
        final StringBuilder text = new StringBuilder(length);
        for (final byte b : chance.bytes(length)) {
            text.append((char) (b & 0xff));
        }
        return text.toString();
    }
}
