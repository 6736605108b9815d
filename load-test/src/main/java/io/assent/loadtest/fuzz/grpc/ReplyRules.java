package io.assent.loadtest.fuzz.grpc;

import io.assent.loadtest.fuzz.BrokenRule;
import io.assent.loadtest.fuzz.grpc.Call.Must;
import io.assent.loadtest.net.Response.Header;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What every answer must keep to, whatever was asked (PROTOCOL 4 and the rules of gRPC over HTTP/2). Safe for many threads. */
final class ReplyRules {

    private static final int OK = 0;
    private static final int UNKNOWN = 2;
    private static final int EXHAUSTED = 8;
    private static final int FAILED_PRECONDITION = 9;
    private static final int ABORTED = 10;
    private static final int INTERNAL = 13;
    private static final int CODE_MAX = 16;

    /** What the documented methods may answer: success, FAILURE, ONGOING, returned and raised errors, no room. */
    private static final Set<Integer> OUTCOMES = Set.of(OK, ABORTED, FAILED_PRECONDITION, UNKNOWN, INTERNAL, EXHAUSTED);

    private static final Set<String> HTTP_REFUSALS = Set.of("400", "404", "405", "413", "414", "415", "417", "431");
    private static final Set<String> STATUSES = Set.of("prepared", "submitted", "aborting", "succeed", "failed");
    private static final String UNREADABLE = "the message can not be read";
    private static final String TOO_LARGE = "exceeds maximum size";
    private static final int MESSAGE_BYTES_MAX = 4 << 20;
    /** Several libraries refuse trailers of more. */
    private static final int TRAILER_BYTES_MAX = 8 << 10;

    private static final int FIELD_OVERHEAD = 32;

    /** What libraries say when the server behind them has thrown something. */
    private static final List<String> FAULTS =
            List.of("Exception", "Application error", "java.", "io.grpc.", "io.netty.", "io.assent.");

    /** Judges the end of a call; returns how it ended in a word. */
    String check(final Call call, final Reply reply) throws BrokenRule {
        if (reply.resetBy().isPresent()) {
            require(call.must() != Must.ANSWER, "a whole call must be answered, not reset", reply);
            return "reset " + reply.resetBy().getAsLong();
        }
        final List<Header> first = reply.blocks().get(0);
        final String status = only(first, ":status", reply);
        if (!status.equals("200")) {
            require(
                    call.must() == Must.END && HTTP_REFUSALS.contains(status),
                    "a call of gRPC has the HTTP status 200, and only what is none may have one of " + HTTP_REFUSALS,
                    reply);
            return "http " + status;
        }
        require(reply.blocks().size() <= 2, "an answer has headers and trailers", reply);
        require(
                only(first, "content-type", reply).startsWith("application/grpc"),
                "an answer has the content type of gRPC",
                reply);
        final List<Header> trailers = reply.blocks().get(reply.blocks().size() - 1);
        final int code = code(only(trailers, "grpc-status", reply), reply);
        final String text = text(trailers, reply);
        for (final String fault : FAULTS) {
            require(!text.contains(fault), "a status tells nothing of the server's inside, such as " + fault, reply);
        }
        final List<byte[]> messages = messages(reply);
        if (call.method() != null) {
            checkMethod(call, code, text, messages, trailers, reply);
        }
        return "grpc " + code;
    }

    private static void checkMethod(
            final Call call,
            final int code,
            final String text,
            final List<byte[]> messages,
            final List<Header> trailers,
            final Reply reply)
            throws BrokenRule {
        require(code != OK || messages.size() == 1, "a success has one message", reply);
        require(code == OK || messages.isEmpty(), "an error has no message", reply);
        require(
                code != OK || call.method().replies(messages.get(0)),
                "a success is a reply of " + call.method(),
                reply);
        require(code == OK || !text.isEmpty(), "an error has a text", reply);
        final byte[] message = call.message();
        if (message == null || call.must() == Must.END) {
            return;
        }
        require(bytes(trailers) <= TRAILER_BYTES_MAX, "trailers are at most " + TRAILER_BYTES_MAX + " bytes", reply);
        require(OUTCOMES.contains(code), "a status of " + call.method() + " is one of " + OUTCOMES, reply);
        require(code != ABORTED || !text.equals("ONGOING"), "ABORTED with the text ONGOING means ongoing", reply);
        for (final Header status : all(trailers, "x-assent-status")) {
            require(STATUSES.contains(status.value()), "a transaction has one of " + STATUSES, reply);
        }
        if (message.length > MESSAGE_BYTES_MAX) {
            require(code == EXHAUSTED && text.contains(TOO_LARGE), "a message over the bound is refused by it", reply);
        } else if (!call.method().reads(message)) {
            require(
                    code == INTERNAL && text.startsWith(UNREADABLE),
                    "a message that can not be read is refused as INTERNAL",
                    reply);
        } else {
            require(!text.startsWith(UNREADABLE), "this message can be read", reply);
            require(code == OK || call.method() != Method.NEW_GID, "a new gid can always be had", reply);
            require(
                    code != EXHAUSTED
                            || !all(trailers, "grpc-retry-pushback-ms").isEmpty(),
                    "who finds no room is told when to try again",
                    reply);
        }
    }

    // ---- parts

    private static List<Header> all(final List<Header> block, final String name) {
        return block.stream().filter(header -> header.name().equals(name)).toList();
    }

    private static String only(final List<Header> block, final String name, final Reply reply) throws BrokenRule {
        final List<Header> found = all(block, name);
        require(found.size() == 1, "there is one " + name, reply);
        return found.get(0).value();
    }

    private static int bytes(final List<Header> block) {
        return block.stream()
                .mapToInt(header -> header.name().length() + header.value().length() + FIELD_OVERHEAD)
                .sum();
    }

    private static int code(final String status, final Reply reply) throws BrokenRule {
        require(status.matches("\\d{1,2}") && Integer.parseInt(status) <= CODE_MAX, "grpc-status is 0 to 16", reply);
        return Integer.parseInt(status);
    }

    /** The text of the status, percent escapes undone; "" for none. */
    private static String text(final List<Header> trailers, final Reply reply) throws BrokenRule {
        final List<Header> found = all(trailers, "grpc-message");
        require(found.size() <= 1, "there is at most one grpc-message", reply);
        final ByteArrayOutputStream text = new ByteArrayOutputStream();
        final String encoded = found.isEmpty() ? "" : found.get(0).value();
        for (int i = 0; i < encoded.length(); i++) {
            final char c = encoded.charAt(i);
            require(c >= ' ' && c <= '~', "grpc-message is printable ASCII", reply);
            if (c == '%') {
                require(
                        i + 2 < encoded.length()
                                && encoded.substring(i + 1, i + 3).matches("[0-9A-Fa-f]{2}"),
                        "a percent sign in grpc-message stands before two hexadecimal digits",
                        reply);
                text.write(Integer.parseInt(encoded.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                text.write(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text.toByteArray()))
                    .toString();
        } catch (final CharacterCodingException e) {
            throw new BrokenRule("grpc-message must be UTF-8, found " + reply.shown(), e);
        }
    }

    private static List<byte[]> messages(final Reply reply) throws BrokenRule {
        final List<byte[]> messages = new ArrayList<>();
        final ByteBuffer data = ByteBuffer.wrap(reply.data());
        while (data.hasRemaining()) {
            require(data.remaining() >= Call.PREFIX_BYTES, "a message has a flag and a length", reply);
            final byte flag = data.get();
            final int length = data.getInt();
            require(flag == 0, "nobody asked for a compressed message", reply);
            require(length >= 0 && length <= data.remaining(), "a message is as long as it says", reply);
            final byte[] message = new byte[length];
            data.get(message);
            messages.add(message);
        }
        return messages;
    }

    private static void require(final boolean holds, final String rule, final Reply reply) throws BrokenRule {
        if (!holds) {
            throw new BrokenRule(rule + ", found " + reply.shown());
        }
    }
}
