package io.assent.transport.front;

import io.assent.engine.CronReset;
import io.assent.engine.Limits;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionKind;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.engine.TransactionStatus;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;

/** The requests that say everything in their URL: reads, and DTM's changes by GET (PROTOCOL 2.2, 8). One per event loop. */
final class Reads {
    private static final int DEFAULT_LIMIT = 100;
    private static final String TOPICS = "topics";

    private final FrontLoop loop;
    private final TransactionCommands commands;
    private final Responses responses;
    private final RecordJson json;
    private final NewGids newGids = new NewGids();

    Reads(FrontLoop loop, TransactionCommands commands, Responses responses, RecordJson json) {
        this.loop = loop;
        this.commands = commands;
        this.responses = responses;
        this.json = json;
    }

    void handle(Exchange exchange, Endpoint endpoint, QueryParameters parameters, HttpHeaders headers)
            throws RequestError {
        switch (endpoint) {
            case NEW_GID -> responses.json(exchange, 200, json.texts("dtm_result", "SUCCESS", "gid", newGid()));
            case QUERY -> query(exchange, parameters.text("gid"));
            case ALL -> all(exchange, parameters);
            case QUERY_KV -> queryTopic(exchange, parameters.text("cat"), parameters.text("key"));
            case SCAN_KV -> scanTopics(exchange, parameters);
            case SUBSCRIBE ->
                commands.subscribe(
                        exchange,
                        parameters.text("topic"),
                        parameters.text("url"),
                        parameters.text("remark"),
                        Writes.actor(headers));
            case UNSUBSCRIBE ->
                commands.unsubscribe(exchange, parameters.text("topic"), parameters.text("url"), Writes.actor(headers));
            case RESET_CRON_TIME -> resetCronTime(exchange, parameters, headers);
            default -> throw new IllegalStateException(endpoint + " is not read from its URL");
        }
    }

    String newGid() {
        return newGids.next();
    }

    // ---------------------------------------------------------------- transactions

    private void query(Exchange exchange, String gid) throws RequestError {
        if (gid.isEmpty()) {
            throw new RequestError("gid.missing", "no gid specified");
        }
        exchange.shape = Exchange.Shape.QUERY;
        find(exchange, gid);
    }

    /** Gids are cleaned on reads as on writes; one that came by another door may have kept its characters (PROTOCOL 13.37). */
    private void find(Exchange exchange, String gid) {
        String clean = SubmissionParser.clean(gid);
        exchange.rawGid = clean.equals(gid) ? "" : gid;
        ask(exchange, loop.commands().query(loop.register(exchange), clean));
    }

    void record(Exchange exchange, TransactionRecord record) {
        if (record == null && !exchange.rawGid.isEmpty()) {
            String raw = exchange.rawGid;
            exchange.rawGid = "";
            ask(exchange, loop.commands().query(loop.register(exchange), raw));
            return;
        }
        byte[] body = switch (exchange.shape) {
            case QUERY -> json.query(record);
            case SINGLE -> json.single(record, exchange.position);
            case WORKFLOW -> json.workflow(record);
        };
        responses.json(exchange, 200, body);
    }

    private void all(Exchange exchange, QueryParameters parameters) throws RequestError {
        String gid = parameters.text("gid");
        exchange.position = parameters.text("position");
        if (!gid.isEmpty()) {
            exchange.shape = Exchange.Shape.SINGLE;
            find(exchange, gid);
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
        exchange.filter = new TransactionFilter(
                position, bounded(limit), status, kind, from / 1_000 * 1_000, Math.max(to, to / 1_000 * 1_000 + 999));
        ask(exchange, loop.commands().list(loop.register(exchange), exchange.filter));
    }

    void page(Exchange exchange, TransactionPage page) {
        exchange.collected.addAll(page.records());
        TransactionFilter filter = exchange.filter;
        int missing = filter.limit() - exchange.collected.size();
        boolean largeEnough = exchange.collected.size() * 1_024L >= Limits.PAGE_BYTES_MAX;
        if (page.nextId() == 0 || missing <= 0 || largeEnough) {
            String next = page.nextId() == 0 ? "" : Long.toString(page.nextId());
            responses.json(exchange, 200, json.page(exchange.collected, next));
            return;
        }
        TransactionFilter rest = new TransactionFilter(
                page.nextId(), missing, filter.status(), filter.kind(), filter.createdFromMs(), filter.createdToMs());
        if (!loop.commands().list(loop.register(exchange), rest)) {
            loop.forget(exchange);
            responses.json(exchange, 200, json.page(exchange.collected, Long.toString(page.nextId())));
        }
    }

    private static int bounded(long limit) {
        return (int) Math.min(limit <= 0 ? DEFAULT_LIMIT : limit, Limits.PAGE_RECORDS_MAX);
    }

    // ---------------------------------------------------------------- topics

    private void queryTopic(Exchange exchange, String category, String key) {
        if (!category.equals(TOPICS)) {
            responses.json(exchange, 200, json.topics(List.of(), null));
            return;
        }
        ask(exchange, loop.commands().topic(loop.register(exchange), key));
    }

    private void scanTopics(Exchange exchange, QueryParameters parameters) throws RequestError {
        String position = parameters.text("position");
        int limit = bounded(parameters.integer("limit", DEFAULT_LIMIT));
        exchange.position = null;
        if (!parameters.text("cat").equals(TOPICS)) {
            responses.json(exchange, 200, json.topics(List.of(), ""));
            return;
        }
        ask(exchange, loop.commands().topics(loop.register(exchange), position, limit));
    }

    void topics(Exchange exchange, TopicPage page) {
        boolean scanned = exchange.endpoint == Endpoint.SCAN_KV;
        responses.json(exchange, 200, json.topics(page.topics(), scanned ? page.next() : null));
    }

    void deleteTopic(Exchange exchange, String topic, HttpHeaders headers) throws RequestError {
        commands.deleteTopic(exchange, topic, Writes.actor(headers));
    }

    // ---------------------------------------------------------------- bulk reset

    private void resetCronTime(Exchange exchange, QueryParameters parameters, HttpHeaders headers) throws RequestError {
        long timeoutS = parameters.integer("timeout", config().resetTimeoutS());
        long limit = parameters.integer("limit", DEFAULT_LIMIT);
        exchange.reset = new CronReset(Long.MAX_VALUE, Math.max(0, Math.min(timeoutS, Integer.MAX_VALUE)) * 1_000, (int)
                Math.min(limit <= 0 ? DEFAULT_LIMIT : limit, Integer.MAX_VALUE));
        exchange.request = loop.request(exchange, Writes.actor(headers));
        ask(exchange, loop.commands().resetCronTime(exchange.request, exchange.reset));
    }

    void cronReset(Exchange exchange, CronReset.Part part) {
        exchange.resetCount += part.count();
        if (part.nextId() == 0) {
            responses.json(exchange, 200, json.cronReset(part.hasRemaining(), exchange.resetCount));
            return;
        }
        CronReset asked = exchange.reset;
        CronReset rest = new CronReset(part.nextId(), asked.laterThanMs(), asked.limit() - exchange.resetCount);
        exchange.request = exchange.request.withId(loop.register(exchange));
        if (!loop.commands().resetCronTime(exchange.request, rest)) {
            loop.forget(exchange);
            responses.json(exchange, 200, json.cronReset(true, exchange.resetCount));
        }
    }

    private FrontConfig config() {
        return loop.config();
    }

    private void ask(Exchange exchange, boolean taken) {
        loop.asked(exchange, taken);
    }
}
