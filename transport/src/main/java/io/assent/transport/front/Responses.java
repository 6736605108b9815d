package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.Rejection;
import io.assent.transport.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Response bytes (PROTOCOL 2.0). One per event loop. */
final class Responses {
    private static final byte[] SUCCESS_BODY = "{\"dtm_result\":\"SUCCESS\"}".getBytes(StandardCharsets.US_ASCII);
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain";
    private static final String HEX = "0123456789ABCDEF";

    private static final byte[] NOTHING = new byte[0];

    /** A JSON-RPC error that decides nothing. */
    private static final int RPC_INTERNAL = -32_603;

    private static final int RPC_FAILURE = -32_901;
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final RecordJson json;
    private final FrontMeter meter;
    private final HttpDate date = new HttpDate();
    /** Tells a client how long it may count on its connection. */
    private final String keepAlive;

    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;

    /** @param idleMs how long a connection without a request stays open, 0 for ever */
    Responses(RecordJson json, FrontMeter meter, long idleMs) {
        this.json = json;
        this.meter = meter;
        this.keepAlive =
                idleMs < 1_000 ? "" : "Connection: keep-alive\r\nKeep-Alive: timeout=" + idleMs / 1_000 + "\r\n";
    }

    /** The engine's answer, as SDKs expect it. */
    void answer(Exchange exchange, Answer answer) {
        String status = answer.status() == null
                ? ""
                : "X-Assent-Status: " + answer.status().wireName() + "\r\n";
        if (answer.verdict() != Answer.Verdict.SUCCESS) {
            meter.refused(exchange.api, exchange.gid(), answer);
            status += "X-Assent-Code: " + answer.code() + "\r\n";
        }
        if (!answer.pending().isEmpty()) {
            status += "X-Assent-Pending: " + HeaderText.of(answer.pending()) + "\r\n";
        }
        if (exchange.rpcId != null) {
            rpcAnswer(exchange, answer, status);
            return;
        }
        switch (answer.verdict()) {
            case SUCCESS -> respond(exchange, 200, JSON, SUCCESS_BODY, status);
            case FAILURE ->
                respond(exchange, 409, JSON, json.texts("dtm_result", "FAILURE", "message", answer.sentence()), status);
            case ONGOING ->
                respond(exchange, 425, JSON, json.texts("dtm_result", "ONGOING", "message", answer.sentence()), status);
            case ERROR -> respond(exchange, 500, JSON, message(exchange, answer.sentence()), status);
            case UNAVAILABLE ->
                respond(exchange, 503, JSON, message(exchange, answer.sentence()), status + "Retry-After: 1\r\n");
        }
    }

    private void rpcAnswer(Exchange exchange, Answer answer, String status) {
        switch (answer.verdict()) {
            case SUCCESS -> respond(exchange, 200, JSON, json.rpcResult(exchange.rpcId), status);
            case FAILURE ->
                respond(
                        exchange,
                        200,
                        JSON,
                        json.rpcError(exchange.rpcId, RPC_FAILURE, answer.sentence(), true),
                        status);
            case ONGOING ->
                respond(
                        exchange,
                        200,
                        JSON,
                        json.rpcError(exchange.rpcId, RPC_INTERNAL, answer.sentence(), true),
                        status);
            case ERROR -> {
                boolean returned = !WireErrors.isRaised(answer.code());
                respond(
                        exchange,
                        200,
                        JSON,
                        json.rpcError(exchange.rpcId, RPC_INTERNAL, answer.sentence(), returned),
                        status);
            }
            case UNAVAILABLE ->
                respond(
                        exchange,
                        503,
                        JSON,
                        json.rpcError(exchange.rpcId, RPC_INTERNAL, answer.sentence(), false),
                        status + "Retry-After: 1\r\n");
        }
    }

    /** A JSON-RPC call that was not understood. */
    void rpcRefusal(Exchange exchange, int status, int code, String text) {
        respond(exchange, status, JSON, json.rpcError(exchange.rpcId, code, text, false), "");
    }

    void rpcGid(Exchange exchange, String gid) {
        respond(exchange, 200, JSON, json.rpcGid(exchange.rpcId, gid), "");
    }

    void metrics(Exchange exchange, byte[] text) {
        large(exchange, 200, METRICS, out -> out.write(text));
    }

    void json(Exchange exchange, int status, byte[] body) {
        respond(exchange, status, JSON, body, "");
    }

    /** A body that may be large: it is written into pieces that count, and refused when there is no memory for it. */
    void json(Exchange exchange, int status, RenderedBody.Writer body) {
        large(exchange, status, JSON, body);
    }

    private void large(Exchange exchange, int status, String contentType, RenderedBody.Writer writer) {
        RenderedBody body = exchange.connection.newBody();
        try {
            writer.writeTo(body);
        } catch (RenderedBody.TooLarge e) {
            exchange.connection.recount();
            noMemory(exchange, false);
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
        String head = head(exchange, status, contentType, body.length(), "");
        if (exchange.head) {
            exchange.connection.recount();
            respond(exchange, status, head, NOTHING, 0);
        } else if (body.length() <= RenderedBody.PIECE_BYTES) {
            respond(exchange, status, head, body.take(), body.takenLength());
        } else {
            exchange.body = body;
            respond(exchange, status, head, NOTHING, 0);
        }
    }

    /** The bound of {@link MemoryBudget} is reached. */
    void noMemory(Exchange exchange, boolean closes) {
        if (!closes) {
            answer(exchange, MemoryBudget.REFUSAL);
            return;
        }
        meter.refused(exchange.api, exchange.gid(), MemoryBudget.REFUSAL);
        String more = "X-Assent-Code: " + MemoryBudget.CODE + "\r\nRetry-After: 1\r\nConnection: close\r\n";
        respond(exchange, 503, JSON, message(exchange, MemoryBudget.TEXT), more);
    }

    void error(Exchange exchange, int status, String text, boolean closes) {
        respond(exchange, status, JSON, message(exchange, text), closes ? "Connection: close\r\n" : "");
    }

    /** Refuses a request that is not looked at any further. */
    void refuse(Exchange exchange, int status, Rejection rejection) {
        meter.refused(exchange.api, exchange.gid(), Answer.refused(rejection, null));
        String more =
                "X-Assent-Code: " + rejection.code() + "\r\n" + (status == 415 ? "Accept-Encoding: gzip\r\n" : "");
        byte[] body = exchange.rpcId == null
                ? message(exchange, rejection.text())
                : json.rpcError(exchange.rpcId, JsonRpc.PARSE_ERROR, rejection.text(), false);
        respond(exchange, status, JSON, body, more);
    }

    void unavailable(Exchange exchange, String text) {
        respond(exchange, 503, JSON, message(exchange, text), "Retry-After: 1\r\n");
    }

    /** The text is free of the words that stand for an outcome; so must the gid be, since SDKs look for them in the whole body. */
    private byte[] message(Exchange exchange, String text) {
        return exchange.shape == Exchange.Shape.WORKFLOW
                ? json.workflowRefusal(Rejection.withoutMarkers(exchange.gid()), text)
                : json.texts("message", text);
    }

    void plain(Exchange exchange, int status, String text) {
        respond(exchange, status, TEXT, text.getBytes(StandardCharsets.UTF_8), "");
    }

    void redirect(Exchange exchange, int status, String location) {
        respond(exchange, status, TEXT, new byte[0], "Location: " + printable(location) + "\r\n");
    }

    /** What a client sent in its target may not break out of a header field: what no URL may hold is escaped, each char being one byte. */
    private static String printable(String location) {
        StringBuilder text = new StringBuilder(location.length() + 16);
        for (int i = 0; i < location.length(); i++) {
            char c = location.charAt(i);
            if (c > ' ' && c <= '~') {
                text.append(c);
            } else {
                text.append('%').append(HEX.charAt(c >> 4 & 15)).append(HEX.charAt(c & 15));
            }
        }
        return text.toString();
    }

    private void respond(Exchange exchange, int status, String contentType, byte[] body, String moreHeaders) {
        String head = head(exchange, status, contentType, body.length, moreHeaders);
        respond(exchange, status, head, body, exchange.head ? 0 : body.length);
    }

    private String head(Exchange exchange, int status, String contentType, long bodyLength, String moreHeaders) {
        StringBuilder head = new StringBuilder(192)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\nContent-Type: ")
                .append(contentType)
                .append("\r\nContent-Length: ")
                .append(bodyLength)
                .append("\r\nDate: ")
                .append(date.at(System.currentTimeMillis()))
                .append("\r\n")
                .append(moreHeaders);
        if (!exchange.warning().isEmpty()) {
            head.append("X-Assent-Warning: ")
                    .append(HeaderText.of(exchange.warning()))
                    .append("\r\n");
        }
        if (!moreHeaders.contains("Connection:")) {
            if (!exchange.keepAlive) {
                head.append("Connection: close\r\n");
            } else if (!keepAlive.isEmpty()) {
                head.append(keepAlive);
            } else if (exchange.http10) {
                head.append("Connection: keep-alive\r\n");
            }
        }
        return head.append("\r\n").toString();
    }

    private void respond(Exchange exchange, int status, String head, byte[] body, int bodyLength) {
        ByteBuf buffer = allocator.directBuffer(head.length() + bodyLength);
        buffer.writeCharSequence(head, StandardCharsets.ISO_8859_1);
        buffer.writeBytes(body, 0, bodyLength);
        exchange.response = buffer;
        if (exchange.api != null) {
            meter.called(exchange.api, status, System.nanoTime() - exchange.startedNanos);
        }
        exchange.connection.drain();
        if (exchange.response != null) {
            // It waits for those in front of it, or for its client.
            exchange.connection.recount();
        }
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 301 -> "Moved Permanently";
            case 307 -> "Temporary Redirect";
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 425 -> "Too Early";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status";
        };
    }
}
