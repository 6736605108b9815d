package io.assent.transport.front;

import io.assent.engine.Answer;
import io.assent.engine.Commands;
import io.assent.engine.CronReset;
import io.assent.engine.History;
import io.assent.engine.Limits;
import io.assent.engine.Rejection;
import io.assent.engine.Request;
import io.assent.engine.TopicPage;
import io.assent.engine.TransactionPage;
import io.assent.engine.TransactionRecord;
import io.assent.transport.Deadlines;
import io.assent.transport.SteadyTasks;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * What one event loop holds of the front: its connections, and the requests that wait for the engine, by request id. Effects for its
 * requests are delivered here, on its thread, when they are durable; {@link #flush()} ends each batch of them.
 */
public final class FrontLoop {
    /** Request ids: the loop's number in the upper bits, a sequence in the lower. */
    public static final int SEQUENCE_BITS = 48;

    /** For whoever publishes for a client and finds no room. */
    public static final Rejection RING_FULL = Rejection.unavailable(
            "bound.ring",
            "no room in the command ring: the server is at its bound ringSlots or bufferPoolBytes, try again");

    private static final long SWEEP_MS = 50;
    /** Answered rounds end by the engine; a client waits this much longer than its branch calls may take (PROTOCOL 6.6). */
    private static final long ROUND_MARGIN_MS = 2_000;

    private final int number;
    private final EventLoop eventLoop;
    private final SteadyTasks tasks;
    private final FrontConfig config;
    private final Commands commands;
    private final History history;
    private final ServerCondition condition;
    private final ClockControl clock;
    private final Responses responses;
    private final FrontMeter meter;
    private final Routes routes;

    private final Long2ObjectHashMap<PendingRequest> pending = new Long2ObjectHashMap<>();
    private final Set<ClientConnection> connections = new LinkedHashSet<>();
    private final List<Connection> unflushed = new ArrayList<>();
    private final Deadlines<PendingRequest> rounds = new Deadlines<>(this::roundExpired);
    /** What the ring had no room for and must still be said: rounds that expired, waiters that are gone. */
    private final ArrayDeque<Runnable> unsaid = new ArrayDeque<>();

    private long sequence;
    private boolean readsPaused;
    private long nextConnectionSweepNanos = System.nanoTime();

    FrontLoop(
            int number,
            EventLoop eventLoop,
            SteadyTasks tasks,
            FrontConfig config,
            Commands commands,
            History history,
            ServerCondition condition,
            ClockControl clock,
            FrontMeter meter) {
        this.meter = meter;
        this.number = number;
        this.eventLoop = eventLoop;
        this.tasks = tasks;
        this.config = config;
        this.commands = commands;
        this.history = history;
        this.condition = condition;
        this.clock = clock;
        RecordJson json = new RecordJson(config.zone());
        this.responses = new Responses(json, meter);
        this.routes = new Routes(this, responses, json);
    }

    void start() {
        eventLoop.scheduleAtFixedRate(
                tasks.steady(SteadyTasks.Kind.CLIENTS, this::sweep), SWEEP_MS, SWEEP_MS, TimeUnit.MILLISECONDS);
    }

    // ---------------------------------------------------------------- effects

    /** Answers a request. */
    public void answer(long requestId, Answer answer) {
        PendingRequest request = take(requestId);
        if (request != null) {
            request.answer(answer);
        }
    }

    /** Answers a query; the record may be null. */
    public void record(long requestId, TransactionRecord record) {
        PendingRequest request = take(requestId);
        if (request != null) {
            request.record(record);
        }
    }

    /** Takes a part of a listing. */
    public void page(long requestId, TransactionPage page) {
        PendingRequest request = take(requestId);
        if (request != null) {
            request.page(page);
        }
    }

    /** Answers a query of topics. */
    public void topics(long requestId, TopicPage page) {
        PendingRequest request = take(requestId);
        if (request != null) {
            request.topics(page);
        }
    }

    /** Takes a part of a bulk reset. */
    public void cronReset(long requestId, CronReset.Part part) {
        PendingRequest request = take(requestId);
        if (request != null) {
            request.cronReset(part);
        }
    }

    /** The request waits for a round although it did not say so. */
    public void waits(long requestId, int requestTimeoutS) {
        PendingRequest request = pending.get(requestId);
        if (request != null) {
            watch(request, requestTimeoutS);
        }
    }

    /** The history was asked too early for this request. */
    public void lookAgain(long requestId) {
        PendingRequest request = pending.get(requestId);
        if (request != null) {
            announce(request, request.announcement);
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
            for (ClientConnection connection : connections) {
                connection.pauseReads(paused);
            }
        }
    }

    /** Requests that wait for the engine. */
    public int pendingCount() {
        return pending.size();
    }

    void closeConnections() {
        for (ClientConnection connection : new ArrayList<>(connections)) {
            connection.close();
        }
    }

    // ---------------------------------------------------------------- for connections and routes

    /** Gives the request a new id, by which the engine answers it. */
    public long register(PendingRequest request) {
        if (request.requestId != 0) {
            pending.remove(request.requestId);
        }
        request.requestId = ((long) number << SEQUENCE_BITS) | ++sequence;
        pending.put(request.requestId, request);
        return request.requestId;
    }

    /** The engine will not answer this request. */
    public void forget(PendingRequest request) {
        pending.remove(request.requestId);
        rounds.remove(request);
    }

    /** The client waits for a round, at most as long as its branch calls may take and a little more; 0 for the configured time-out. */
    public void watch(PendingRequest request, int requestTimeoutS) {
        long timeoutMs = Math.max(config.requestTimeoutMs(), requestTimeoutS * 1_000L) + ROUND_MARGIN_MS;
        request.waits = true;
        rounds.remove(request);
        rounds.add(request, timeoutMs, System.nanoTime());
    }

    /** The client is gone; its transaction goes on. */
    public void abandon(PendingRequest request) {
        request.discard();
        if (request.requestId != 0 && pending.remove(request.requestId) != null && request.waits) {
            say(() -> commands.waiterGone(request.requestId, request.gid()));
        }
        rounds.remove(request);
    }

    /** Registers the request, with who acts and why. */
    Request request(PendingRequest pending, Actor actor) {
        return new Request(register(pending), actor.name(), actor.reason());
    }

    /** Asks the history, and sends the command with what it says. */
    void announce(PendingRequest pending, PendingRequest.Announcement announcement) {
        pending.announcement = announcement;
        asked(pending, announcement.send(history.find(pending.gid())));
    }

    /** Refuses a request that the ring had no room for. */
    void asked(PendingRequest pending, boolean taken) {
        if (!taken) {
            forget(pending);
            pending.answer(Answer.refused(RING_FULL, null));
        }
    }

    private PendingRequest take(long requestId) {
        PendingRequest request = pending.remove(requestId);
        if (request != null) {
            rounds.remove(request);
        }
        return request;
    }

    private void roundExpired(PendingRequest request) {
        say(() -> commands.roundExpired(request.requestId, request.gid()));
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
            tasks.run(SteadyTasks.Kind.CLIENTS, unsaid.pollFirst());
        }
        rounds.expire(now);
        if (now - nextConnectionSweepNanos >= 0) {
            long shortest = Math.min(config.idleMs(), Math.min(config.wholeRequestMs(), config.stalledWriteMs()));
            nextConnectionSweepNanos = now + Math.min(1_000, Math.max(SWEEP_MS, shortest / 4)) * 1_000_000L;
            for (ClientConnection connection : new ArrayList<>(connections)) {
                tasks.run(SteadyTasks.Kind.CLIENTS, () -> connection.sweep(now));
            }
        }
    }

    /** A connection has opened on this loop. */
    public void add(ClientConnection connection) {
        connections.add(connection);
        if (readsPaused) {
            connection.pauseReads(true);
        }
    }

    public void remove(ClientConnection connection) {
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

    public FrontMeter meter() {
        return meter;
    }

    public FrontConfig config() {
        return config;
    }

    public Commands commands() {
        return commands;
    }

    public History history() {
        return history;
    }

    public ServerState state() {
        return condition.state();
    }

    ServerCondition condition() {
        return condition;
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
