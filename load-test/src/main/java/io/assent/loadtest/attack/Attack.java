package io.assent.loadtest.attack;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One way to try to bring the server down. */
public enum Attack {
    /** Few connections ask for a large transaction many times and read nothing. */
    UNREAD_ANSWERS {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(Crowd.clients(
                    field.httpPort(),
                    8,
                    Manner.unread(
                            get("query?gid=" + Battlefield.LARGE_GID).repeat(64).getBytes(UTF_8))));
        }
    },
    /** The same by many connections that read slowly. */
    SLOW_READERS {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(Crowd.clients(
                    field.httpPort(),
                    200,
                    Manner.unread(get("query?gid=" + Battlefield.LARGE_GID).getBytes(UTF_8))
                            .readingPerTick(64)));
        }
    },
    /** Many connections send the largest body but for its last byte. */
    BODIES_LESS_A_BYTE {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(Crowd.clients(field.httpPort(), 200, Manner.unread(bodyLessAByte("dtmsvr/submit"))));
        }
    },
    /** The same to JSON-RPC, and chunked. */
    RPC_BODIES_LESS_A_BYTE {
        @Override
        List<Crowd> start(final Battlefield field) {
            final byte[] chunked = ("POST /api/json-rpc HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + Integer.toHexString(BODY_BYTES) + "\r\n")
                    .getBytes(UTF_8);
            return List.of(
                    Crowd.clients(field.httpPort(), 100, Manner.unread(bodyLessAByte("json-rpc"))),
                    Crowd.clients(field.httpPort(), 100, Manner.unread(chunked, new byte[BODY_BYTES - 1])));
        }
    },
    /** Many connections send small bodies that never end. */
    SLOW_SENDERS {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(Crowd.clients(
                    field.httpPort(),
                    2_000,
                    Manner.unread(head("dtmsvr/submit", 60_000), new byte[59_999])
                            .sendingPerTick(2_000)));
        }
    },
    /** Many connections send heads of very many headers that never end. */
    HEADER_FLOOD {
        @Override
        List<Crowd> start(final Battlefield field) {
            final byte[] head = ("GET /api/ping HTTP/1.1\r\nHost: x\r\n" + "a:b\r\n".repeat(3_000)).getBytes(UTF_8);
            return List.of(Crowd.clients(field.httpPort(), 2_000, Manner.unread(head)));
        }
    },
    /** Large bodies that are whole and refused, as fast as they are taken. */
    LARGE_REFUSED_BODIES {
        @Override
        List<Crowd> start(final Battlefield field) {
            final byte[] body = "x".repeat(BODY_BYTES).getBytes(UTF_8);
            final byte[] rpc =
                    ("{\"id\":\"1\",\"jsonrpc\":\"2.0\",\"method\":\"submit\",\"params\":{\"gid\":\"bad gid\",\"a\":\""
                                    + "x".repeat(BODY_BYTES - 200) + "\"}}")
                            .getBytes(UTF_8);
            return List.of(
                    Crowd.clients(
                            field.httpPort(),
                            16,
                            Manner.unreadForever(Http2.join(head("dtmsvr/submit", body.length), body))
                                    .reading()),
                    Crowd.clients(
                            field.httpPort(),
                            16,
                            Manner.unreadForever(Http2.join(head("json-rpc", rpc.length), rpc))
                                    .reading()));
        }
    },
    /** Listings, topics and metrics without end, unread. */
    UNREAD_LISTINGS {
        @Override
        List<Crowd> start(final Battlefield field) {
            return Stream.of("all?limit=1000", "scanKV?cat=topics&limit=1000", "../metrics", "../ping")
                    .map(path -> Crowd.clients(
                            field.httpPort(),
                            100,
                            Manner.unreadForever(
                                    get(path).replace("dtmsvr/../", "").getBytes(UTF_8))))
                    .toList();
        }
    },
    /** Ten thousand connections that ask once and stay. */
    CONNECTIONS {
        @Override
        List<Crowd> start(final Battlefield field) {
            final byte[] ping = "GET /api/ping HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8);
            return List.of(
                    Crowd.clients(field.httpPort(), 9_000, Manner.unread(ping)),
                    Crowd.clients(field.grpcPort(), 1_000, Manner.unread(Http2.greetingOfClient())));
        }
    },
    /** gRPC messages less a byte, many on one connection. */
    GRPC_MESSAGES_LESS_A_BYTE {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(Crowd.clients(
                    field.grpcPort(),
                    20,
                    new Manner(
                            () -> Stream.concat(
                                            Stream.of(Http2.greetingOfClient()),
                                            IntStream.range(0, 200)
                                                    .mapToObj(i -> Http2.call(
                                                            2 * i + 1, "Submit", BODY_BYTES, new byte[BODY_BYTES - 1])))
                                    .iterator(),
                            1 << 20,
                            1 << 20)));
        }
    },
    /** gRPC messages in the smallest parts. */
    GRPC_SMALL_PARTS {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(Crowd.clients(
                    field.grpcPort(),
                    20,
                    new Manner(
                            () -> Stream.concat(
                                            Stream.of(Http2.greetingOfClient()),
                                            IntStream.range(0, 100)
                                                    .mapToObj(i -> Http2.call(
                                                            2 * i + 1, "Submit", BODY_BYTES, new byte[1 << 20], 1)))
                                    .iterator(),
                            1 << 18,
                            1 << 20)));
        }
    },
    /** gRPC replies that nobody takes: very many small ones, and large ones. */
    GRPC_UNREAD_REPLIES {
        @Override
        List<Crowd> start(final Battlefield field) {
            return List.of(
                    Crowd.clients(field.grpcPort(), 20, calls("NewGid", new byte[0], 10_000)),
                    Crowd.clients(field.grpcPort(), 20, calls("PrepareWorkflow", Battlefield.largeWorkflow(), 100)));
        }

        private Manner calls(final String method, final byte[] message, final int count) {
            return new Manner(
                    () -> Stream.concat(
                                    Stream.of(Http2.greetingOfClient()),
                                    IntStream.range(0, count)
                                            .mapToObj(i -> Http2.call(2 * i + 1, method, message.length, message)))
                            .iterator(),
                    1 << 18,
                    0);
        }
    },
    /** Participants that take calls and do not read them, over HTTP, JSON-RPC and gRPC. */
    UNREAD_CALLS {
        @Override
        List<Crowd> start(final Battlefield field) throws IOException {
            final Crowd http = Crowd.participants(Manner.unread());
            final Crowd grpc = Crowd.participants(Manner.unread(Http2.greeting()));
            field.submitLarge("http://127.0.0.1:" + http.port() + "/take", "http", 8);
            field.submitLarge("http://127.0.0.1:" + http.port() + "/take?method=take", "json-rpc", 8);
            field.submitLarge("127.0.0.1:" + grpc.port() + "/busi.Busi/Take", "grpc", 8);
            return List.of(http, grpc);
        }
    },
    /** Participants whose replies never end: in their heads, and in their bodies. */
    ENDLESS_REPLIES {
        @Override
        List<Crowd> start(final Battlefield field) throws IOException {
            final Crowd heads = Crowd.participants(new Manner(
                    () -> Stream.concat(
                                    Stream.of("HTTP/1.1 200 OK\r\nX: ".getBytes(UTF_8)),
                                    Stream.generate(() -> "x".repeat(1_000).getBytes(UTF_8)))
                            .iterator(),
                    4_000,
                    1 << 20));
            final Crowd bodies = Crowd.participants(new Manner(
                    () -> Stream.concat(
                                    Stream.of("HTTP/1.1 500 X\r\n\r\n".getBytes(UTF_8)),
                                    Stream.generate(() -> "y".repeat(64_000).getBytes(UTF_8)))
                            .iterator(),
                    1 << 20,
                    1 << 20));
            field.submitMany("http://127.0.0.1:" + heads.port() + "/heads", 500);
            field.submitMany("http://127.0.0.1:" + bodies.port() + "/bodies", 500);
            return List.of(heads, bodies);
        }
    };

    private static final java.nio.charset.Charset UTF_8 = StandardCharsets.UTF_8;
    private static final int BODY_BYTES = 4 << 20;

    /** Begins; what it has begun ends when it is closed. */
    abstract List<Crowd> start(Battlefield field) throws IOException;

    private static String get(final String path) {
        return "GET /api/dtmsvr/" + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
    }

    private static byte[] head(final String path, final int length) {
        return ("POST /api/" + path + " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                        + length + "\r\n\r\n")
                .getBytes(UTF_8);
    }

    private static byte[] bodyLessAByte(final String path) {
        return Http2.join(head(path, BODY_BYTES), new byte[BODY_BYTES - 1]);
    }
}
