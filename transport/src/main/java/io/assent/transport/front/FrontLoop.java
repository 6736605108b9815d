package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.Commands;
import io.assent.engine.History;
import io.assent.engine.Limits;
import io.assent.engine.TransactionFilter;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.transport.Deadlines;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * What one event loop holds of the front: its connections, and the requests that wait for the engine, by request id. Effects for its
 * requests are delivered here, on its thread, when they are durable; {@link #flush()} ends each batch of them.
 */
public final class FrontLoop {
    /** Request ids: the loop's number in the upper bits, a sequence in the lower. */
    public static final int SEQUENCE_BITS = 48;

    private static final long SWEEP_MS = 50;
    /** Answered rounds end by the engine; a client waits this much longer than its branch calls may take (PROTOCOL 6.6). */
    private static final long ROUND_MARGIN_MS = 2_000;

    private final int number;
    private final EventLoop eventLoop;
    private final FrontConfig config;
    private final Commands commands;
    private final History history;
    private final Supplier<ServerState> state;
    private final ClockControl clock;
    private final Responses responses;
    private final RecordJson json;
    private final Routes routes;

    private final Long2ObjectHashMap<Exchange> pending = new Long2ObjectHashMap<>();
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final List<Connection> unflushed = new ArrayList<>();
    private final Deadlines<Exchange> rounds = new Deadlines<>(this::roundExpired);
    /** What the ring had no room for and must still be said: rounds that expired, waiters that are gone. */
    private final ArrayDeque<Runnable> unsaid = new ArrayDeque<>();

    private long sequence;
    private boolean readsPaused;
    private long nextConnectionSweepNanos = System.nanoTime();

    FrontLoop(
            int number,
            EventLoop eventLoop,
            FrontConfig config,
            Commands commands,
            History history,
            Supplier<ServerState> state,
            ClockControl clock) {
        this.number = number;
        this.eventLoop = eventLoop;
        this.config = config;
        this.commands = commands;
        this.history = history;
        this.state = state;
        this.clock = clock;
        this.json = new RecordJson(config.zone());
        this.responses = new Responses(json);
        this.routes = new Routes(this, responses, json);
    }

    void start() {
        eventLoop.scheduleAtFixedRate(this::sweep, SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    // ---------------------------------------------------------------- effects

    /** Answers a request. */
    public void answer(long requestId, Answer answer) {
        Exchange exchange = take(requestId);
        if (exchange != null) {
            responses.answer(exchange, answer);
        }
    }

    /** Answers a query; the record may be null. */
    public void record(long requestId, TransactionRecord record) {
        Exchange exchange = take(requestId);
        if (exchange != null) {
            byte[] body = exchange.shape == Exchange.Shape.SINGLE
                    ? json.single(record, exchange.position)
                    : json.query(record);
            responses.json(exchange, 200, body);
        }
    }

    /** Takes a part of a listing; asks for the next when it is not enough. */
    public void page(long requestId, TransactionPage page) {
        Exchange exchange = take(requestId);
        if (exchange == null) {
            return;
        }
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
        if (!commands.list(register(exchange), rest)) {
            forget(exchange);
            responses.json(exchange, 200, json.page(exchange.collected, Long.toString(page.nextId())));
        }
    }

    /** The history was asked too early for this request. */
    public void lookAgain(long requestId) {
        Exchange exchange = pending.get(requestId);
        if (exchange != null) {
            routes.announceAgain(exchange);
        }
    }

    /** Writes out what was answered since the last time. */
    public void flush() {
        for (int i = 0; i < unflushed.size(); i++) {
            unflushed.get(i).flushIfNeeded();
        }
        unflushed.clear();
    }

    /** While paused no client is read; what is open is answered. */
    public void pauseReads(boolean paused) {
        if (paused != readsPaused) {
            readsPaused = paused;
            for (Connection connection : connections) {
                connection.pauseReads(paused);
            }
        }
    }

    /** Requests that wait for the engine. */
    public int pendingCount() {
        return pending.size();
    }

    void closeConnections() {
        for (Connection connection : new ArrayList<>(connections)) {
            connection.close();
        }
    }

    // ---------------------------------------------------------------- for connections and routes

    long register(Exchange exchange) {
        if (exchange.requestId != 0) {
            pending.remove(exchange.requestId);
        }
        exchange.requestId = ((long) number << SEQUENCE_BITS) | ++sequence;
        pending.put(exchange.requestId, exchange);
        return exchange.requestId;
    }

    void forget(Exchange exchange) {
        pending.remove(exchange.requestId);
        rounds.remove(exchange);
    }

    /** The client waits for a round, at most this long. */
    void watch(Exchange exchange, int requestTimeoutS) {
        long timeoutMs = Math.max(config.requestTimeoutMs(), requestTimeoutS * 1_000L) + ROUND_MARGIN_MS;
        rounds.add(exchange, timeoutMs, System.nanoTime());
    }

    /** The client is gone; its transaction goes on. */
    void abandon(Exchange exchange) {
        if (exchange.response != null) {
            exchange.response.release();
            exchange.response = null;
        }
        if (exchange.requestId != 0 && pending.remove(exchange.requestId) != null && exchange.waits) {
            say(() -> commands.waiterGone(exchange.requestId, exchange.gid));
        }
        rounds.remove(exchange);
    }

    private Exchange take(long requestId) {
        Exchange exchange = pending.remove(requestId);
        if (exchange != null) {
            rounds.remove(exchange);
        }
        return exchange;
    }

    private void roundExpired(Exchange exchange) {
        say(() -> commands.roundExpired(exchange.requestId, exchange.gid));
    }

    private interface Saying {
        boolean say();
    }

    private void say(Saying saying) {
        if (!saying.say()) {
            unsaid.addLast(() -> say(saying));
        }
    }

    private void sweep() {
        long now = System.nanoTime();
        for (int waiting = unsaid.size(); waiting > 0; waiting--) {
            unsaid.pollFirst().run();
        }
        rounds.expire(now);
        if (now - nextConnectionSweepNanos >= 0) {
            long shortest = Math.min(config.idleMs(), Math.min(config.wholeRequestMs(), config.stalledWriteMs()));
            nextConnectionSweepNanos = now + Math.min(1_000, Math.max(SWEEP_MS, shortest / 4)) * 1_000_000L;
            for (Connection connection : new ArrayList<>(connections)) {
                connection.sweep(now);
            }
        }
    }

    void add(Connection connection) {
        connections.add(connection);
        if (readsPaused) {
            connection.pauseReads(true);
        }
    }

    void remove(Connection connection) {
        connections.remove(connection);
    }

    void needsFlush(Connection connection) {
        unflushed.add(connection);
    }

    boolean readsPaused() {
        return readsPaused;
    }

    int bodyBytesMax() {
        return Limits.BODY_BYTES_MAX;
    }

    FrontConfig config() {
        return config;
    }

    Commands commands() {
        return commands;
    }

    History history() {
        return history;
    }

    ServerState state() {
        return state.get();
    }

    ClockControl clock() {
        return clock;
    }

    Responses responses() {
        return responses;
    }

    Routes routes() {
        return routes;
    }

    void execute(Runnable task) {
        eventLoop.execute(task);
    }
}
