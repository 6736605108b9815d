package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.Rejection;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;

/** From a whole request to whoever handles it (PROTOCOL 2). One per event loop. */
final class Routes {
    private static final String BASE = "/api/dtmsvr/";
    private static final long DEFAULT_ADVANCE_TIMEOUT_MS = 10_000;
    private static final String NO_CONSOLE =
            "there is no console here; the API is at " + BASE + ", its metrics are at /api/metrics";

    private static final Rejection STARTING =
            Rejection.unavailable("server.starting", "the server is starting: it replays its journal");

    private final FrontLoop loop;
    private final FrontConfig config;
    private final Responses responses;
    private final RecordJson json;
    private final Reads reads;
    private final Writes writes;
    private final JsonRpc jsonRpc;

    Routes(FrontLoop loop, Responses responses, RecordJson json) {
        this.loop = loop;
        this.config = loop.config();
        this.responses = responses;
        this.json = json;
        TransactionCommands commands = new TransactionCommands(loop);
        this.reads = new Reads(loop, commands, responses, json);
        this.writes = new Writes(loop, commands, responses);
        this.jsonRpc = new JsonRpc(responses, reads, writes);
    }

    Reads reads() {
        return reads;
    }

    void handle(Exchange exchange, HttpRequest request, byte[] body, int length) {
        exchange.startedNanos = System.nanoTime();
        String uri = request.uri();
        if (!uri.startsWith("/")) {
            uri = withoutAuthority(uri);
        }
        int question = uri.indexOf('?');
        String path = question < 0 ? uri : uri.substring(0, question);
        String query = question < 0 ? "" : uri.substring(question + 1);
        String method = request.method().name();
        String foreign = config.origins().refusal(request.headers());
        if (foreign != null) {
            refuseOrigin(exchange, foreign);
            return;
        }
        try {
            route(exchange, method, path, query, request.headers(), body, length);
        } catch (RequestBody.Refused e) {
            responses.refuse(exchange, e.status, Rejection.error("body.encoding", e.getMessage()));
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

    private void refuseOrigin(Exchange exchange, String why) {
        responses.refuse(exchange, 403, Rejection.error("origin.foreign", why));
    }

    private void route(
            Exchange exchange, String method, String raw, String query, HttpHeaders headers, byte[] body, int length)
            throws RequestError, RequestBody.Refused {
        String path = RequestPath.decoded(raw);
        if (path.startsWith(BASE)) {
            String name = path.substring(BASE.length());
            Endpoint endpoint = Endpoint.of(method, name);
            if (endpoint == null) {
                notFound(exchange, method, raw, query);
            } else {
                exchange.api = endpoint.api();
                exchange.endpoint = endpoint;
                endpoint(exchange, raw, query, headers, body, length);
            }
            return;
        }
        switch (path) {
            case "/api/ping" -> {
                exchange.api = null;
                // Charts of DTM take it for the sign that requests are served.
                if (!isStarting(exchange)) {
                    responses.json(exchange, 200, json.texts("msg", "pong"));
                }
            }
            case "/healthz" -> {
                exchange.api = null;
                responses.plain(exchange, 200, "alive");
            }
            case "/readyz" -> {
                exchange.api = null;
                ready(exchange);
            }
            case "/api/metrics" -> {
                if (method.equals("GET")) {
                    exchange.api = "metrics";
                    responses.metrics(exchange, loop.meter().exposition());
                } else {
                    noSuchPage(exchange);
                }
            }
            case "/api/json-rpc" -> {
                if (!method.equals("POST")) {
                    noSuchPage(exchange);
                    return;
                }
                exchange.api = "json-rpc";
                // A body that is not read has no id.
                exchange.rpcId = "";
                boolean starts = loop.state() == ServerState.STARTING;
                RequestBody plain = RequestBody.of(headers, body, length, loop.bodyBytesMax());
                jsonRpc.handle(exchange, headers, plain.bytes(), plain.length(), starts ? STARTING : null);
            }
            case "/api/clock/advance" -> {
                if (config.manualClock() && method.equals("POST")) {
                    exchange.api = "advance";
                    advance(exchange, new QueryParameters(query));
                } else {
                    noSuchPage(exchange);
                }
            }
            default -> {
                if (isConsole(path)) {
                    responses.plain(exchange, 404, NO_CONSOLE);
                } else {
                    notFound(exchange, method, raw, query);
                }
            }
        }
    }

    private void endpoint(Exchange exchange, String raw, String query, HttpHeaders headers, byte[] body, int length)
            throws RequestError, RequestBody.Refused {
        Endpoint endpoint = exchange.endpoint;
        if (endpoint == Endpoint.VERSION) {
            responses.json(exchange, 200, json.texts("version", config.version()));
            return;
        }
        if (isStarting(exchange)) {
            return;
        }
        if (endpoint.answersWithRecords()) {
            exchange.connection.awaits(exchange);
        }
        String foreign = endpoint.changesByGet() ? config.origins().refusalOfGet(headers) : null;
        if (foreign != null) {
            refuseOrigin(exchange, foreign);
        } else if (endpoint.isGet()) {
            reads.handle(exchange, endpoint, new QueryParameters(query), headers);
        } else if (endpoint == Endpoint.DELETE_TOPIC) {
            String topic = raw.substring(raw.lastIndexOf('/') + 1);
            reads.deleteTopic(exchange, QueryParameters.decodePath(topic), headers);
        } else {
            RequestBody plain = RequestBody.of(headers, body, length, loop.bodyBytesMax());
            writes.handle(exchange, endpoint, headers, plain.bytes(), plain.length());
        }
    }

    private boolean isStarting(Exchange exchange) {
        if (loop.state() == ServerState.STARTING) {
            if (exchange.endpoint == Endpoint.PREPARE_WORKFLOW) {
                exchange.shape = Exchange.Shape.WORKFLOW;
            }
            responses.unavailable(exchange, STARTING.text());
            return true;
        }
        return false;
    }

    /** Pages of DTM's console, below the configured path. */
    private boolean isConsole(String path) {
        String base = config.adminBasePath();
        if (!path.startsWith(base)) {
            return false;
        }
        String rest = path.substring(base.length());
        return rest.isEmpty() || rest.equals("/") || rest.equals("/admin") || rest.startsWith("/admin/");
    }

    /** A path that would be known without the slash at its end is pointed there, as it was written. */
    private void notFound(Exchange exchange, String method, String path, String query) {
        if (path.length() > 1 && path.endsWith("/")) {
            String registered = path.substring(0, path.length() - 1);
            if (isRegistered(method, RequestPath.decoded(registered))) {
                String location = registered + (query.isEmpty() ? "" : "?" + query);
                responses.redirect(exchange, method.equals("GET") ? 301 : 307, location);
                return;
            }
        }
        noSuchPage(exchange);
    }

    private static boolean isRegistered(String method, String path) {
        return switch (path) {
            case "/api/ping" -> true;
            case "/api/metrics" -> method.equals("GET");
            case "/api/json-rpc" -> method.equals("POST");
            default -> path.startsWith(BASE) && Endpoint.of(method, path.substring(BASE.length())) != null;
        };
    }

    private void noSuchPage(Exchange exchange) {
        responses.plain(exchange, 404, "404 page not found");
    }

    private void ready(Exchange exchange) {
        switch (loop.state()) {
            case SERVING -> {
                String refusal = loop.condition().refusesNewGids();
                if (refusal.isEmpty()) {
                    responses.plain(exchange, 200, "serving");
                } else {
                    responses.unavailable(exchange, "no new transactions now: " + refusal);
                }
            }
            case STARTING -> responses.unavailable(exchange, "starting");
            case DRAINING -> responses.unavailable(exchange, "stopping");
        }
    }

    // ---------------------------------------------------------------- the manual clock

    private void advance(Exchange exchange, QueryParameters parameters) throws RequestError {
        if (isStarting(exchange)) {
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
