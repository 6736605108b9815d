package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.collections.Long2ObjectHashMap;

/**
 * Calls the branches of transactions and tells how each call ended (PROTOCOL 5). A call that is handed in ends exactly once: by its reply,
 * its broken connection, its deadline, or by being withdrawn before a byte of it was written.
 *
 * <p>One per event loop, and every method is to be called on that loop. Nothing blocks and nothing is awaited. Ends are told from within
 * events of the loop, never from within {@link #call} or {@link #withdraw}; the receiver may call back in.
 */
public final class Dispatcher implements AutoCloseable {
    private static final int REQUESTS_MAX = 10;
    private static final int TARGETS_KEPT = 1_024;
    private static final int DESTINATION_KEPT_MS = 600_000;
    private static final int RETRY_ENDED_MS = 1;
    private static final int RANKS = 5;

    final DispatcherConfig config;
    final EventLoop loop;
    final ChannelFactory<Channel> channels;
    final Names names;
    final SslContext tls;
    final Deadlines deadlines;
    final RequestWriter writer = new RequestWriter();
    final ReplyDecoder.Scratch scratch = new ReplyDecoder.Scratch();
    final DispatcherCounters counters = new DispatcherCounters();
    final Set<Connection> connections = new HashSet<>();
    final Set<Dial> dials = new HashSet<>();

    private final CallEnds ends;
    private final Map<Destination.Key, Destination> destinations = new HashMap<>();
    private final Long2ObjectHashMap<OutboundCall> unwritten = new Long2ObjectHashMap<>();
    private final LinkedHashMap<String, Target> targets = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Target> eldest) {
            return size() > TARGETS_KEPT;
        }
    };
    private final List<ArrayDeque<Destination>> lines =
            Stream.generate(() -> new ArrayDeque<Destination>()).limit(RANKS).toList();
    private final ArrayList<Connection> dirty = new ArrayList<>();
    private final CallQueue ended = new CallQueue();
    private final Runnable deliver = this::deliverLater;
    private Connection longestIdle;
    private Connection latestIdle;
    private int connectionCount;
    private int restingDestinations;
    private boolean telling;
    private boolean refused;
    private boolean deliveryScheduled;
    private boolean serving;
    private boolean closed;

    Dispatcher(Outbound outbound, EventLoop loop, ChannelFactory<Channel> channels, CallEnds ends) {
        this.config = outbound.config;
        this.names = outbound.names;
        this.tls = outbound.tls;
        this.loop = loop;
        this.channels = channels;
        this.ends = ends;
        this.deadlines = new Deadlines(loop);
    }

    /** Takes a call. Its request goes out with the next {@link #flush}, or later when its destination is full. */
    public void call(BranchCall branch) {
        OutboundCall call = new OutboundCall(this, branch);
        if (closed) {
            return;
        }
        String refusal = refusal(branch);
        if (refusal == null) {
            try {
                call.target = target(branch.url());
            } catch (BadTarget bad) {
                refusal = bad.getMessage();
            }
        }
        if (refusal != null) {
            call.ended = true;
            endLater(call, Outcome.UNKNOWN, refusal);
            return;
        }
        admit(call);
        if (!call.written && !call.ended) {
            index(call);
        }
    }

    /** Ends those calls of the transaction of which nothing was written yet, each by {@link Outcome#WITHDRAWN}. */
    public void withdraw(long transactionId) {
        OutboundCall call = unwritten.get(transactionId);
        while (call != null) {
            OutboundCall newer = call.newerSibling;
            if (call.dial != null) {
                call.dial.abandon();
            }
            end(call, Outcome.WITHDRAWN, "", true);
            call = newer;
        }
        pumpLine();
    }

    /** Sends what was written: the end of a batch. */
    public void flush() {
        for (int i = 0; i < dirty.size(); i++) {
            Connection connection = dirty.get(i);
            connection.dirty = false;
            connection.channel().flush();
        }
        dirty.clear();
    }

    /** Offers again what the receiver had no room for. It is also done by itself, a little later. */
    public void retryEnded() {
        deliver();
        flush();
    }

    /** Whether ended calls wait for room. While they do, no new work should be taken in. */
    public boolean hasBacklog() {
        return refused;
    }

    public DispatcherCounters counters() {
        return counters;
    }

    /** Closes all connections. Calls that have not ended are dropped: nobody is told. */
    @Override
    public void close() {
        closed = true;
        deadlines.stop();
        for (Dial dial : List.copyOf(dials)) {
            dial.abandon();
        }
        for (Connection connection : List.copyOf(connections)) {
            connection.abandon();
        }
    }

    // ---- one call

    private String refusal(BranchCall branch) {
        String url = branch.url();
        String protocol = branch.protocol();
        boolean http = protocol.isEmpty() || protocol.equals("http");
        if (!http && !url.startsWith("http://") && !url.startsWith("https://")) {
            return "grpc branch calls are not available in this version";
        }
        if (protocol.equals("json-rpc") && url.contains("method")) {
            return "json-rpc branch calls are not available in this version";
        }
        return RequestWriter.refusal(branch.headers());
    }

    private Target target(String url) throws BadTarget {
        Target target = targets.get(url);
        if (target == null) {
            target = Target.of(config.inDocker() ? seenFromContainer(url) : url);
            targets.put(url, target);
        }
        return target;
    }

    /** The first {@code localhost} and the first {@code 127.0.0.1} mean the machine that the container runs on. */
    private static String seenFromContainer(String url) {
        String once = replaceFirst(url, "localhost");
        return replaceFirst(once, "127.0.0.1");
    }

    private static String replaceFirst(String text, String name) {
        int at = text.indexOf(name);
        return at < 0 ? text : text.substring(0, at) + "host.docker.internal" + text.substring(at + name.length());
    }

    private void admit(OutboundCall call) {
        Destination destination = destination(call.target);
        call.destination = destination;
        destination.enqueue(call);
        destination.pump();
    }

    /** The call has left its queue. Its time runs from here, unless it already does because it was redirected. */
    void opened(OutboundCall call) {
        counters.openCalls(1);
        if (!call.timed()) {
            call.openedNs = System.nanoTime();
            long timeoutMs =
                    call.branch.requestTimeoutMs() > 0 ? call.branch.requestTimeoutMs() : config.requestTimeoutMs();
            deadlines.start(call, timeoutMs, call.openedNs);
        }
    }

    void written(OutboundCall call) {
        call.written = true;
        if (call.indexed) {
            unindex(call);
        }
    }

    void dirty(Connection connection) {
        if (!connection.dirty) {
            connection.dirty = true;
            dirty.add(connection);
        }
    }

    void deadlinePassed(OutboundCall call) {
        if (call.connection != null) {
            Connection connection = call.connection;
            call.connection = null;
            connection.abandon();
        }
        if (call.dial != null) {
            call.dial.abandon();
        }
        long timeoutMs =
                call.branch.requestTimeoutMs() > 0 ? call.branch.requestTimeoutMs() : config.requestTimeoutMs();
        unknown(call, "no reply from " + call.target.origin + " within " + timeoutMs + " ms");
        flush();
    }

    /** A kept connection was dead: the participant has most likely closed it before the request came. Once, and not counted. */
    void resend(OutboundCall call) {
        call.resent = true;
        call.connection = null;
        counters.resentOne();
        new Dial(call).begin();
        pumpLine();
    }

    void redirect(OutboundCall call, int status, String location) {
        if (call.requests == REQUESTS_MAX) {
            unknown(call, "stopped after " + REQUESTS_MAX + " redirects");
            return;
        }
        Target from = call.target;
        Target to;
        try {
            to = from.follow(location);
        } catch (BadTarget bad) {
            unknown(call, bad.getMessage());
            return;
        }
        counters.redirectedOne();
        call.requests++;
        call.resent = false;
        call.target = to;
        if (call.posts && status != 307 && status != 308) {
            call.posts = false;
            call.contentTypeDropped = true;
        }
        if (!from.shareCredentials(to)) {
            call.credentialsDropped = true;
        }
        if (Target.namesHost(location)) {
            call.hostKept = false;
        }
        Destination left = call.destination;
        call.open = false;
        counters.openCalls(-1);
        left.callMoved();
        admit(call);
        left.pump();
        pumpLine();
    }

    void unknown(OutboundCall call, String text) {
        end(call, Outcome.UNKNOWN, text);
    }

    void end(OutboundCall call, Outcome outcome, String text) {
        end(call, outcome, text, false);
        pumpLine();
    }

    private void end(OutboundCall call, Outcome outcome, String text, boolean later) {
        if (call.ended) {
            throw new IllegalStateException("call " + call.branch.number() + " ended twice");
        }
        call.ended = true;
        deadlines.cancel(call);
        if (call.indexed) {
            unindex(call);
        }
        Destination destination = call.destination;
        if (call.queue != null) {
            destination.leaveQueue(call);
        }
        if (call.open) {
            call.open = false;
            counters.openCalls(-1);
            destination.callEnded(outcome);
        }
        if (call.openedNs != 0) {
            long latencyMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - call.openedNs);
            call.latencyMs = (int) Math.min(latencyMs, Integer.MAX_VALUE);
        }
        if (later) {
            endLater(call, outcome, text);
        } else {
            tell(call, outcome, text);
        }
        destination.pump();
    }

    // ---- telling ends

    private void tell(OutboundCall call, Outcome outcome, String text) {
        counters.endedOne(outcome);
        boolean first = ended.isEmpty() && !telling;
        if (first && ends.ended(call.branch.number(), outcome, text, call.latencyMs)) {
            return;
        }
        refused |= first;
        keep(call, outcome, text);
        scheduleDelivery(refused ? RETRY_ENDED_MS : 0);
    }

    private void endLater(OutboundCall call, Outcome outcome, String text) {
        counters.endedOne(outcome);
        keep(call, outcome, text);
        scheduleDelivery(0);
    }

    private void keep(OutboundCall call, Outcome outcome, String text) {
        call.outcome = outcome;
        call.text = text;
        ended.add(call);
        counters.undeliveredEnds(1);
    }

    private void scheduleDelivery(int delayMs) {
        if (deliveryScheduled) {
            return;
        }
        deliveryScheduled = true;
        try {
            if (delayMs == 0) {
                loop.execute(deliver);
            } else {
                loop.schedule(deliver, delayMs, TimeUnit.MILLISECONDS);
            }
        } catch (RejectedExecutionException stopping) {
            closed = true;
        }
    }

    private void deliverLater() {
        deliveryScheduled = false;
        deliver();
        flush();
    }

    private void deliver() {
        if (telling || closed) {
            return;
        }
        telling = true;
        for (OutboundCall call = ended.first; call != null; call = ended.first) {
            if (!ends.ended(call.branch.number(), call.outcome, call.text, call.latencyMs)) {
                break;
            }
            ended.remove(call);
            counters.undeliveredEnds(-1);
        }
        telling = false;
        refused = !ended.isEmpty();
        if (refused) {
            scheduleDelivery(RETRY_ENDED_MS);
        }
    }

    // ---- unwritten calls by transaction

    private void index(OutboundCall call) {
        call.indexed = true;
        OutboundCall oldest = unwritten.get(call.branch.transactionId());
        if (oldest == null) {
            unwritten.put(call.branch.transactionId(), call);
        } else {
            // Behind the oldest, so that the map keeps its entry; the order among siblings means nothing.
            call.olderSibling = oldest;
            call.newerSibling = oldest.newerSibling;
            if (oldest.newerSibling != null) {
                oldest.newerSibling.olderSibling = call;
            }
            oldest.newerSibling = call;
        }
    }

    private void unindex(OutboundCall call) {
        call.indexed = false;
        if (call.newerSibling != null) {
            call.newerSibling.olderSibling = call.olderSibling;
        }
        if (call.olderSibling != null) {
            call.olderSibling.newerSibling = call.newerSibling;
        } else if (call.newerSibling != null) {
            unwritten.put(call.branch.transactionId(), call.newerSibling);
        } else {
            unwritten.remove(call.branch.transactionId());
        }
        call.olderSibling = null;
        call.newerSibling = null;
    }

    // ---- destinations and connections

    private Destination destination(Target target) {
        Destination known = target.destination;
        if (known != null && !known.forgotten) {
            return known;
        }
        Destination.Key key = new Destination.Key(target.secure, target.host, target.port);
        Destination destination = destinations.get(key);
        if (destination == null) {
            ProxyRules.Proxy proxy = config.proxies().proxyFor(target.secure, target.host, target.port);
            destination = new Destination(this, target, proxy);
            destinations.put(key, destination);
            counters.destinations(1);
        }
        target.destination = destination;
        return destination;
    }

    /** Nothing happens there now. It is remembered for a while, because it may be known to hang. */
    void rest(Destination destination) {
        deadlines.start(destination, DESTINATION_KEPT_MS, System.nanoTime());
        restingDestinations++;
        if (restingDestinations > config.pool().destinationsIdleMax()) {
            Destination oldest = (Destination) deadlines.oldest(DESTINATION_KEPT_MS);
            deadlines.cancel(oldest);
            forget(oldest);
        }
    }

    /** A resting destination rests no longer. */
    void awake() {
        restingDestinations--;
    }

    void forget(Destination destination) {
        awake();
        destination.forgotten = true;
        destinations.remove(destination.key);
        counters.destinations(-1);
    }

    /**
     * Whether a further connection may be opened. Idle ones give way first. When many are open, destinations that have not answered lately
     * get fewer: the last eighth is kept for those that do answer, the one before for those never called.
     */
    boolean mayConnect(Destination destination) {
        int allowed = connectionsAllowed(destination);
        while (connectionCount >= allowed && longestIdle != null) {
            longestIdle.close();
        }
        return connectionCount < allowed;
    }

    /** How many connections there may be in all when this destination opens one. */
    private int connectionsAllowed(Destination destination) {
        int all = config.pool().connectionsMax();
        int allowed = switch (rank(destination)) {
            case 0 -> all;
            case 1 -> all - all / 8;
            case 2 -> all - all / 4;
            case 3 -> all - all / 4 - all / 8;
            default -> all - all / 2;
        };
        return Math.max(1, allowed);
    }

    /** 0 for those that answer, 1 for those of which nothing is known; of the others the lower the fewer connections they have. */
    private int rank(Destination destination) {
        if (destination.proven()) {
            return 0;
        }
        if (destination.connections() == 0) {
            return destination.untried() ? 1 : 2;
        }
        return destination.connections() < config.pool().suspectOpenCallsMax() ? 3 : 4;
    }

    void standInLine(Destination destination) {
        if (!destination.inLine) {
            destination.inLine = true;
            lines.get(rank(destination)).add(destination);
        }
    }

    /** A connection went without a call having ended. */
    void connectionFreed() {
        pumpLine();
        flush();
    }

    /** Lets those in who waited for a connection to become free, rank by rank, until nobody moves any more. */
    private void pumpLine() {
        if (serving) {
            return;
        }
        serving = true;
        boolean moved = true;
        while (moved) {
            moved = false;
            for (int rank = 0; rank < lines.size(); rank++) {
                moved |= serve(lines.get(rank), rank);
            }
        }
        serving = false;
    }

    /** All in one line may open a connection or none may, so a head that may not blocks nobody who may. */
    private boolean serve(ArrayDeque<Destination> line, int rank) {
        boolean moved = false;
        for (Destination head = line.peek(); head != null; head = line.peek()) {
            if (head.waiting() > 0 && rank(head) == rank && !mayConnect(head)) {
                break;
            }
            line.poll();
            head.inLine = false;
            if (head.waiting() > 0 && rank(head) != rank) {
                standInLine(head);
            } else {
                head.pump();
            }
            moved = true;
        }
        return moved;
    }

    void connectionAdded() {
        connectionCount++;
        counters.connections(1);
    }

    void connectionRemoved() {
        connectionCount--;
        counters.connections(-1);
    }

    void idleAdded(Connection connection) {
        connection.idleBefore = latestIdle;
        if (latestIdle == null) {
            longestIdle = connection;
        } else {
            latestIdle.idleAfter = connection;
        }
        latestIdle = connection;
        counters.idleConnections(1);
    }

    void idleRemoved(Connection connection) {
        if (connection.idleBefore == null) {
            longestIdle = connection.idleAfter;
        } else {
            connection.idleBefore.idleAfter = connection.idleAfter;
        }
        if (connection.idleAfter == null) {
            latestIdle = connection.idleBefore;
        } else {
            connection.idleAfter.idleBefore = connection.idleBefore;
        }
        connection.idleBefore = null;
        connection.idleAfter = null;
        counters.idleConnections(-1);
    }

    boolean isIdle(Connection connection) {
        return connection.idleBefore != null || longestIdle == connection;
    }
}
