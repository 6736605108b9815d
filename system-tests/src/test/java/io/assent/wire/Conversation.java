package io.assent.wire;

import io.assent.wire.WireVector.Direction;
import io.assent.wire.WireVector.Exchange;
import io.assent.wire.WireVector.Header;
import io.assent.wire.WireVector.Step;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Replays one vector against a server and says what differs.
 *
 * <p>Directions: {@code fresh server} (first block: a server of the vector's own), {@code advance MS} (moves the manual clock and waits
 * until all is at rest), {@code answers PATH} (below it, one a line: the participant's next answers of that path), {@code calls} (below
 * it, one a line: what the participant was asked since the last look, in this order) and {@code calls in any order}.
 */
final class Conversation {
    private static final String JSON_TYPE = "application/json; charset=utf-8";

    private final RawConnection connection;
    private final ScriptedParticipant participant;
    private final Map<String, String> values = new TreeMap<>();

    private Conversation(String gid, RawConnection connection, ScriptedParticipant participant) {
        this.connection = connection;
        this.participant = participant;
        values.put("gid", gid);
        values.put("participant", participant.url());
    }

    /** Null when everything is as written, else each difference, readable. */
    static String difference(WireVector vector, int port) {
        try (RawConnection connection = new RawConnection(port);
                ScriptedParticipant participant = new ScriptedParticipant()) {
            Conversation conversation = new Conversation(vector.name(), connection, participant);
            List<String> differences = new ArrayList<>();
            for (Step step : vector.steps()) {
                String why = conversation.step(step);
                if (why != null) {
                    differences.add(vector.name() + ".txt:" + step.line() + " (" + vector.section() + ")\n" + why);
                }
            }
            return differences.isEmpty() ? null : String.join("\n\n", differences);
        }
    }

    /** Whether the vector looks at the state of the whole server. */
    static boolean needsFreshServer(WireVector vector) {
        return vector.steps().get(0) instanceof Direction first && first.text().equals("fresh server");
    }

    /** What differs in this step; a value that an earlier difference left unknown is one too. */
    private String step(Step step) {
        try {
            return step instanceof Exchange exchange ? exchange(exchange) : direct((Direction) step);
        } catch (Expectation.MissingValue missing) {
            return missing.getMessage();
        }
    }

    private String direct(Direction direction) {
        String[] words = direction.text().split(" ", 2);
        switch (words[0]) {
            case "fresh" -> {
                return null;
            }
            case "advance" -> {
                RawReply reply = connection.exchange(
                        "POST /api/clock/advance?ms=" + words[1]
                                + " HTTP/1.1\r\nHost: wire\r\nContent-Length: 0\r\n\r\n",
                        true);
                return reply.status() == 200
                        ? null
                        : "advance " + words[1] + ": " + reply.status() + " " + reply.body();
            }
            case "answers" -> {
                participant.script(
                        words[1], direction.lines().stream().map(this::filled).toArray(String[]::new));
                return null;
            }
            case "calls" -> {
                return calls(direction.lines(), words.length > 1);
            }
            default -> throw new IllegalArgumentException("unknown direction: " + direction.text());
        }
    }

    private String calls(List<String> expected, boolean anyOrder) {
        List<String> found = new ArrayList<>(participant.takeCalls());
        List<String> wanted = new ArrayList<>(expected);
        if (anyOrder) {
            found.sort(null);
            wanted.sort(null);
        }
        boolean equal = found.size() == wanted.size();
        for (int i = 0; equal && i < found.size(); i++) {
            equal = Expectation.difference(latin1(wanted.get(i)), latin1(found.get(i)), values) == null;
        }
        return equal ? null : "the participant's calls\n  expected: " + wanted + "\n  found:    " + found;
    }

    private String filled(String text) {
        return Expectation.filled(text, values);
    }

    private String exchange(Exchange exchange) {
        boolean bodyFollows = !exchange.method().equals("HEAD");
        RawReply reply = connection.exchange(request(exchange), bodyFollows);
        String what = exchange.method() + " " + filled(exchange.target()) + ": ";
        if (!exchange.statuses().contains(reply.status())) {
            return what + "status, expected " + exchange.statuses() + ", found " + reply.status() + " with body "
                    + reply.body() + "\n  expected: " + exchange.expectedBody();
        }
        String why = headers(exchange, reply);
        if (why != null) {
            return what + why;
        }
        String found =
                exchange.target().startsWith("/api/dtmsvr/query?") ? PendingObject.cutFrom(reply.body()) : reply.body();
        why = Expectation.difference(latin1(exchange.expectedBody()), found, values);
        return why == null ? null : what + "body, " + why;
    }

    private String request(Exchange exchange) {
        String body = filled(latin1(exchange.body()));
        StringBuilder request = new StringBuilder(exchange.method())
                .append(' ')
                .append(filled(latin1(exchange.target())))
                .append(" HTTP/1.1\r\n");
        for (Header header : exchange.headers()) {
            request.append(header.name())
                    .append(": ")
                    .append(filled(header.value()))
                    .append("\r\n");
        }
        if (exchange.headers().stream().noneMatch(header -> header.name().equalsIgnoreCase("Host"))) {
            request.append("Host: wire\r\n");
        }
        if (!body.isEmpty() || exchange.method().equals("POST")) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return request.append("\r\n").append(body).toString();
    }

    private String headers(Exchange exchange, RawReply reply) {
        List<Header> expected = new ArrayList<>(exchange.expectedHeaders());
        if (expected.stream().noneMatch(header -> header.name().equalsIgnoreCase("Content-Type"))) {
            expected.add(new Header("Content-Type", JSON_TYPE));
        }
        for (Header header : expected) {
            String found = reply.header(header.name().toLowerCase(Locale.ROOT));
            if (header.value().equals("{{any}}")) {
                continue;
            }
            if (found == null) {
                return "header " + header.name() + " is missing, found " + reply.headers();
            }
            String why = Expectation.difference(header.value(), found, values);
            if (why != null) {
                return "header " + header.name() + ", " + why;
            }
        }
        return null;
    }

    private static String latin1(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}
