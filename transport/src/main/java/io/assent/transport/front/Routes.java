package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.Commands;
import io.assent.engine.HistoryAnswer;
import io.assent.engine.Limits;
import io.assent.engine.Request;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionStatus;
import io.assent.engine.Utf8;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;

/** From a whole request to a command or a reply (PROTOCOL 2.2). One per event loop. */
final class Routes {
    private static final String BASE = "/api/dtmsvr/";
    private static final Set<String> READS = Set.of("version", "newGid", "query", "all");
    private static final Set<String> WRITES =
            Set.of("prepare", "submit", "abort", "forceStop", "resetNextCronTime", "releaseQuarantined");
    private static final char[] GID_ALPHABET =
            "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".toCharArray();
    private static final int GID_CHARS = 22;
    private static final int DEFAULT_LIMIT = 100;
    private static final long DEFAULT_ADVANCE_TIMEOUT_MS = 10_000;
    private static final String FULL =
            "no room in the command ring: the server is at its bound ringSlots or bufferPoolBytes, try again";

    private final FrontLoop loop;
    private final FrontConfig config;
    private final Responses responses;
    private final RecordJson json;
    private final SubmissionParser parser = new SubmissionParser();
    private final SecureRandom random = new SecureRandom();

    Routes(FrontLoop loop, Responses responses, RecordJson json) {
        this.loop = loop;
        this.config = loop.config();
        this.responses = responses;
        this.json = json;
    }

    void handle(Exchange exchange, HttpRequest request, byte[] body, int length) {
        String uri = request.uri();
        if (!uri.startsWith("/")) {
            uri = withoutAuthority(uri);
        }
        int question = uri.indexOf('?');
        String path = question < 0 ? uri : uri.substring(0, question);
        String query = question < 0 ? "" : uri.substring(question + 1);
        String method = request.method().name();
        try {
            if (!route(exchange, method, path, query, request.headers(), body, length)) {
                notFound(exchange, method, path, query);
            }
        } catch (RequestError e) {
            responses.answer(exchange, Answer.refused(e.rejection(), null));
        }
    }

    /** The path and query of an absolute URI. */
    private static String withoutAuthority(String uri) {
        int scheme = uri.indexOf("://");
        int slash = scheme < 0 ? -1 : uri.indexOf('/', scheme + 3);
        return slash < 0 ? "/" : uri.substring(slash);
    }

    private boolean route(
            Exchange exchange, String method, String path, String query, HttpHeaders headers, byte[] body, int length)
            throws RequestError {
        switch (path) {
            case "/api/ping" -> {
                responses.json(exchange, 200, json.texts("msg", "pong"));
                return true;
            }
            case "/healthz" -> {
                responses.plain(exchange, 200, "alive");
                return true;
            }
            case "/readyz" -> {
                ready(exchange);
                return true;
            }
            default -> {
                if (path.equals("/api/clock/advance") && config.manualClock() && method.equals("POST")) {
                    advance(exchange, new QueryParameters(query));
                    return true;
                }
                if (!path.startsWith(BASE)) {
                    return false;
                }
            }
        }
        String name = path.substring(BASE.length());
        boolean known = method.equals("GET") ? READS.contains(name) : method.equals("POST") && WRITES.contains(name);
        if (!known) {
            return false;
        }
        if (name.equals("version")) {
            responses.json(exchange, 200, json.texts("version", config.version()));
        } else if (loop.state() == ServerState.STARTING) {
            responses.unavailable(exchange, "the server is starting: it replays its journal");
        } else if (method.equals("GET")) {
            read(exchange, name, new QueryParameters(query));
        } else {
            write(exchange, name, headers, body, length);
        }
        return true;
    }

    private void notFound(Exchange exchange, String method, String path, String query) {
        if (path.length() > 1 && path.endsWith("/") && path.startsWith(BASE)) {
            String name = path.substring(BASE.length(), path.length() - 1);
            if ((method.equals("GET") ? READS : WRITES).contains(name)) {
                String location = BASE + name + (query.isEmpty() ? "" : "?" + query);
                responses.redirect(exchange, method.equals("GET") ? 301 : 307, location);
                return;
            }
        }
        responses.plain(exchange, 404, "404 page not found");
    }

    private void ready(Exchange exchange) {
        switch (loop.state()) {
            case SERVING -> responses.plain(exchange, 200, "serving");
            case STARTING -> responses.unavailable(exchange, "starting");
            case DRAINING -> responses.unavailable(exchange, "stopping");
        }
    }

    // ---------------------------------------------------------------- reads

    private void read(Exchange exchange, String name, QueryParameters parameters) throws RequestError {
        switch (name) {
            case "newGid" -> responses.json(exchange, 200, json.texts("dtm_result", "SUCCESS", "gid", newGid()));
            case "query" -> {
                String gid = SubmissionParser.clean(parameters.text("gid"));
                if (gid.isEmpty()) {
                    throw new RequestError("gid.missing", "no gid specified");
                }
                exchange.shape = Exchange.Shape.QUERY;
                exchange.gid = gid;
                ask(exchange, loop.commands().query(loop.register(exchange), gid));
            }
            case "all" -> list(exchange, parameters);
            default -> throw new IllegalStateException("no read is called " + name);
        }
    }

    private void list(Exchange exchange, QueryParameters parameters) throws RequestError {
        String gid = SubmissionParser.clean(parameters.text("gid"));
        exchange.position = parameters.text("position");
        if (!gid.isEmpty()) {
            exchange.shape = Exchange.Shape.SINGLE;
            exchange.gid = gid;
            ask(exchange, loop.commands().query(loop.register(exchange), gid));
            return;
        }
        long position = parameters.integer("position", Long.MAX_VALUE);
        long limit = parameters.integer("limit", DEFAULT_LIMIT);
        long from = parameters.integer("createTimeStart", 0);
        long to = parameters.integer("createTimeEnd", Long.MAX_VALUE);
        String statusText = parameters.text("status");
        String kindText = parameters.text("transType");
        TransactionStatus status = TransactionStatus.ofWireName(statusText);
        TransactionKind kind = TransactionKind.ofWireName(kindText);
        if ((status == null && !statusText.isEmpty()) || (kind == null && !kindText.isEmpty()) || position <= 0) {
            responses.json(exchange, 200, json.page(List.of(), ""));
            return;
        }
        exchange.shape = Exchange.Shape.LIST;
        exchange.filter = new TransactionFilter(
                position,
                (int) Math.min(limit <= 0 ? DEFAULT_LIMIT : limit, Limits.PAGE_RECORDS_MAX),
                status,
                kind,
                from / 1_000 * 1_000,
                to == Long.MAX_VALUE ? to : to / 1_000 * 1_000 + 999);
        ask(exchange, loop.commands().list(loop.register(exchange), exchange.filter));
    }

    private String newGid() {
        byte[] bytes = new byte[GID_CHARS];
        random.nextBytes(bytes);
        char[] gid = new char[GID_CHARS];
        for (int i = 0; i < GID_CHARS; i++) {
            gid[i] = GID_ALPHABET[(bytes[i] & 0xFF) % GID_ALPHABET.length];
        }
        return new String(gid);
    }

    // ---------------------------------------------------------------- writes

    private void write(Exchange exchange, String name, HttpHeaders headers, byte[] body, int length)
            throws RequestError {
        parser.read(body, length);
        exchange.gid = parser.gid();
        Commands commands = loop.commands();
        switch (name) {
            case "prepare", "submit" -> announce(exchange, name.equals("submit"), headers);
            case "abort" ->
                ask(
                        exchange,
                        commands.abort(
                                request(exchange, headers), exchange.gid, parser.transType(), parser.rollbackReason()));
            case "forceStop" -> ask(exchange, commands.forceStop(request(exchange, headers), exchange.gid));
            case "resetNextCronTime" ->
                ask(exchange, commands.resetNextCronTime(request(exchange, headers), exchange.gid));
            case "releaseQuarantined" ->
                ask(exchange, commands.releaseQuarantined(request(exchange, headers), exchange.gid));
            default -> throw new IllegalStateException("no write is called " + name);
        }
    }

    private void announce(Exchange exchange, boolean submit, HttpHeaders headers) throws RequestError {
        addTrace(headers, "traceparent");
        addTrace(headers, "tracestate");
        exchange.submission = parser.submission();
        exchange.isSubmit = submit;
        exchange.request = request(exchange, headers);
        exchange.waits = submit && exchange.submission.options().waitResult();
        if (exchange.waits) {
            loop.watch(exchange, exchange.submission.options().requestTimeoutS());
        }
        announceAgain(exchange);
    }

    /** Asks the history and sends the command; a second time when the engine has forgotten more than the history knew. */
    void announceAgain(Exchange exchange) {
        exchange.history = loop.history().find(exchange.gid);
        HistoryAnswer history = exchange.history;
        ask(
                exchange,
                exchange.isSubmit
                        ? loop.commands().submit(exchange.request, exchange.submission, history)
                        : loop.commands().prepare(exchange.request, exchange.submission, history));
    }

    private void addTrace(HttpHeaders headers, String name) {
        String value = headers.get(name);
        if (value != null && !value.isEmpty() && value.length() < Limits.ATTRIBUTE_BYTES_MAX / 2) {
            parser.attribute(name, value);
        }
    }

    private Request request(Exchange exchange, HttpHeaders headers) {
        long id = loop.register(exchange);
        String actor = headers.get("X-Assent-Actor");
        String reason = headers.get("X-Assent-Reason");
        if (actor == null && reason == null) {
            return Request.of(id);
        }
        return new Request(id, bounded(actor, Limits.ACTOR_CHARS_MAX), bounded(reason, Limits.REASON_CHARS_MAX));
    }

    private static String bounded(String text, int charsMax) {
        return text == null ? "" : Utf8.truncate(text, charsMax);
    }

    private void ask(Exchange exchange, boolean taken) {
        if (!taken) {
            loop.forget(exchange);
            responses.unavailable(exchange, FULL);
        }
    }

    // ---------------------------------------------------------------- the manual clock

    private void advance(Exchange exchange, QueryParameters parameters) throws RequestError {
        if (loop.state() == ServerState.STARTING) {
            responses.unavailable(exchange, "the server is starting: it replays its journal");
            return;
        }
        long ms = parameters.integer("ms", -1);
        String until = parameters.text("until");
        if (!until.isEmpty() && !until.equals("next")) {
            throw new RequestError("until", "until must be 'next', found '" + until + "'");
        }
        if (ms < 0 && !parameters.text("ms").isEmpty()) {
            throw new RequestError("ms", "ms must not be negative, found " + ms);
        }
        if (ms < 0 && until.isEmpty()) {
            throw new RequestError("ms", "one of ms=N and until=next is needed");
        }
        long timeoutMs = parameters.integer("timeoutMs", DEFAULT_ADVANCE_TIMEOUT_MS);
        String gid = SubmissionParser.clean(parameters.text("gid"));
        loop.clock()
                .advance(
                        new ClockControl.Advance(ms, !until.isEmpty(), gid, timeoutMs),
                        advanced -> loop.execute(() -> {
                            responses.json(exchange, advanced.busy() == null ? 200 : 504, json.advanced(advanced));
                            loop.flush();
                        }));
    }
}
