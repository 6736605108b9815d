package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.Rejection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;

/** Response bytes (PROTOCOL 2.0). One per event loop. */
final class Responses {
    private static final byte[] SUCCESS_BODY = "{\"dtm_result\":\"SUCCESS\"}".getBytes(StandardCharsets.US_ASCII);
    private static final String JSON = "application/json; charset=utf-8";
    private static final String TEXT = "text/plain";
    private static final String HEX = "0123456789ABCDEF";

    /** A JSON-RPC error that decides nothing. */
    private static final int RPC_INTERNAL = -32_603;

    private static final int RPC_FAILURE = -32_901;
    private static final String METRICS = "text/plain; version=0.0.4; charset=utf-8";

    private final RecordJson json;
    private final FrontMeter meter;
    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;

    Responses(RecordJson json, FrontMeter meter) {
        this.json = json;
        this.meter = meter;
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
        if (exchange.rpcId != null) {
            rpcAnswer(exchange, answer, status);
            return;
        }
        switch (answer.verdict()) {
            case SUCCESS -> respond(exchange, 200, JSON, SUCCESS_BODY, status);
            case FAILURE ->
                respond(exchange, 409, JSON, json.texts("dtm_result", "FAILURE", "message", answer.text()), status);
            case ONGOING ->
                respond(exchange, 425, JSON, json.texts("dtm_result", "ONGOING", "message", answer.text()), status);
            case ERROR -> respond(exchange, 500, JSON, message(exchange, answer.text()), status);
            case UNAVAILABLE ->
                respond(exchange, 503, JSON, message(exchange, answer.text()), status + "Retry-After: 1\r\n");
        }
    }

    private void rpcAnswer(Exchange exchange, Answer answer, String status) {
        switch (answer.verdict()) {
            case SUCCESS -> respond(exchange, 200, JSON, json.rpcResult(exchange.rpcId), status);
            case FAILURE ->
                respond(exchange, 200, JSON, json.rpcError(exchange.rpcId, RPC_FAILURE, answer.text(), true), status);
            case ONGOING ->
                respond(exchange, 200, JSON, json.rpcError(exchange.rpcId, RPC_INTERNAL, answer.text(), true), status);
            case ERROR -> {
                boolean returned = !WireErrors.isRaised(answer.code());
                respond(
                        exchange,
                        200,
                        JSON,
                        json.rpcError(exchange.rpcId, RPC_INTERNAL, answer.text(), returned),
                        status);
            }
            case UNAVAILABLE ->
                respond(
                        exchange,
                        503,
                        JSON,
                        json.rpcError(exchange.rpcId, RPC_INTERNAL, answer.text(), false),
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
        respond(exchange, 200, METRICS, text, "");
    }

    void json(Exchange exchange, int status, byte[] body) {
        respond(exchange, status, JSON, body, "");
    }

    void error(Exchange exchange, int status, String text, boolean closes) {
        respond(exchange, status, JSON, message(exchange, text), closes ? "Connection: close\r\n" : "");
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
        StringBuilder head = new StringBuilder(192)
                .append("HTTP/1.1 ")
                .append(status)
                .append(' ')
                .append(reason(status))
                .append("\r\nContent-Type: ")
                .append(contentType)
                .append("\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n")
                .append(moreHeaders);
        if (!exchange.warning().isEmpty()) {
            head.append("X-Assent-Warning: ")
                    .append(HeaderText.of(exchange.warning()))
                    .append("\r\n");
        }
        if (!exchange.keepAlive && !moreHeaders.contains("Connection:")) {
            head.append("Connection: close\r\n");
        } else if (exchange.http10 && exchange.keepAlive) {
            head.append("Connection: keep-alive\r\n");
        }
        head.append("\r\n");
        ByteBuf buffer = allocator.directBuffer(head.length() + body.length);
        buffer.writeCharSequence(head, StandardCharsets.ISO_8859_1);
        if (!exchange.head) {
            buffer.writeBytes(body);
        }
        exchange.response = buffer;
        if (exchange.api != null) {
            meter.called(exchange.api, status, System.nanoTime() - exchange.startedNanos);
        }
        exchange.connection.drain();
    }

    private static String reason(int status) {
        return switch (status) {
            case 200 -> "OK";
            case 301 -> "Moved Permanently";
            case 307 -> "Temporary Redirect";
            case 400 -> "Bad Request";
            case 404 -> "Not Found";
            case 408 -> "Request Timeout";
            case 409 -> "Conflict";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 425 -> "Too Early";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status";
        };
    }
}
