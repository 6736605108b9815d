package io.assent.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * One file: a small conversation on a gid of its own.
 *
 * <pre>
 * # PROTOCOL 2.2 prepare            the section; the head goes on in further comment lines
 * &gt;&gt;&gt; POST /api/dtmsvr/prepare      request line, then headers, a blank line, the body
 *
 * {"gid":"{{gid}}"}
 *
 * &lt;&lt;&lt; 500                           status (500|400 where the page leaves both), then headers, a blank line, the body
 *
 * {"message":"{{text}}"}
 *
 * *** advance 1000                  what else happens; see {@link Conversation}
 * </pre>
 *
 * <p>Line ends after a body do not belong to it. A reply that names no Content-Type must carry the one of JSON, a request that names no
 * Host or Content-Length gets them. A comment may stand before any block.
 */
record WireVector(String name, String section, List<Step> steps) {

    /** One block of the file. */
    sealed interface Step permits Exchange, Direction {
        int line();
    }

    /** A request and its reply. */
    record Exchange(
            int line,
            String method,
            String target,
            List<Header> headers,
            String body,
            List<Integer> statuses,
            List<Header> expectedHeaders,
            String expectedBody)
            implements Step {}

    /** Something that is no request: its words, and the lines below it. */
    record Direction(int line, String text, List<String> lines) implements Step {}

    /** Name and value, as written. */
    record Header(String name, String value) {}

    static WireVector parse(String name, String text) {
        return new Parser(name, List.of(text.split("\n", -1))).parse();
    }

    private static final class Parser {
        private static final List<String> MARKS = List.of(">>> ", "<<< ", "*** ", "# ");

        private final String name;
        private final List<String> lines;
        private int at;

        Parser(String name, List<String> lines) {
            this.name = name;
            this.lines = lines;
        }

        WireVector parse() {
            if (!lines.get(0).startsWith("# PROTOCOL ")) {
                throw bad("expected '# PROTOCOL section' in the first line");
            }
            String section = lines.get(0).substring(2);
            List<Step> steps = new ArrayList<>();
            while (at < lines.size()) {
                String line = lines.get(at);
                if (line.isBlank() || line.startsWith("# ")) {
                    at++;
                } else if (line.startsWith(">>> ")) {
                    steps.add(exchange());
                } else if (line.startsWith("*** ")) {
                    steps.add(direction());
                } else {
                    throw bad("expected '>>> ', '*** ' or '# ', found " + line);
                }
            }
            return new WireVector(name, section, steps);
        }

        private Exchange exchange() {
            int line = at + 1;
            String request = lines.get(at++).substring(4);
            int blank = request.indexOf(' ');
            if (blank < 0) {
                throw bad("expected method and target, found " + request);
            }
            List<Header> headers = headers();
            String body = body();
            if (at == lines.size() || !lines.get(at).startsWith("<<< ")) {
                throw bad("expected the reply of the request in line " + line);
            }
            List<Integer> statuses = new ArrayList<>();
            for (String status : lines.get(at++).substring(4).trim().split("\\|")) {
                statuses.add(Integer.parseInt(status));
            }
            List<Header> expectedHeaders = headers();
            return new Exchange(
                    line,
                    request.substring(0, blank),
                    request.substring(blank + 1),
                    headers,
                    body,
                    statuses,
                    expectedHeaders,
                    body());
        }

        private Direction direction() {
            int line = at + 1;
            String text = lines.get(at++).substring(4).trim();
            List<String> below = new ArrayList<>();
            while (at < lines.size() && !startsBlock() && !lines.get(at).isBlank()) {
                below.add(lines.get(at++));
            }
            return new Direction(line, text, below);
        }

        private List<Header> headers() {
            List<Header> headers = new ArrayList<>();
            while (at < lines.size() && !lines.get(at).isBlank() && !startsBlock()) {
                String line = lines.get(at);
                int colon = line.indexOf(':');
                if (colon < 1) {
                    throw bad("expected a header, found " + line);
                }
                headers.add(new Header(
                        line.substring(0, colon), line.substring(colon + 1).trim()));
                at++;
            }
            return headers;
        }

        private String body() {
            StringBuilder body = new StringBuilder();
            while (at < lines.size() && !startsBlock()) {
                body.append(lines.get(at++)).append('\n');
            }
            int from = body.length() > 0 && body.charAt(0) == '\n' ? 1 : 0;
            int to = body.length();
            while (to > from && body.charAt(to - 1) == '\n') {
                to--;
            }
            return body.substring(Math.min(from, to), to);
        }

        private boolean startsBlock() {
            return MARKS.stream().anyMatch(lines.get(at)::startsWith);
        }

        private IllegalArgumentException bad(String why) {
            return new IllegalArgumentException(name + ":" + (at + 1) + ": " + why);
        }
    }
}
