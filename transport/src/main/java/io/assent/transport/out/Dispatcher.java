package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.Outcome;
import io.assent.transport.SteadyTasks;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls the branches of transactions and tells how each call ended (PROTOCOL 5). A call that is handed in ends exactly once: by its reply,
 * its broken connection, its deadline, or by being withdrawn before a byte of it was written.
 *
 * <p>One per event loop, and every method is to be called on that loop. Nothing blocks and nothing is awaited. Ends are told from within
 * events of the loop, never from within {@link #call} or {@link #withdraw}; the receiver may call back in.
 */
public final class Dispatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    private static final int REQUESTS_MAX = 10;
    private static final int TARGETS_KEPT = 1_024;
    /** No URL begins so. */
    private static final String AS_IT_IS = " ";

    /** How long a destination or a route without calls is remembered, because it may be known to hang. */
    static final int KEPT_MS = 600_000;

    final DispatcherConfig config;
    final EventLoop loop;
    final boolean epoll;
    final ChannelFactory<Channel> channels;
    final Names names;
    final SteadyTasks tasks;
    final SslContext tls;
    final Deadlines deadlines;
    final RequestWriter writer = new RequestWriter();
    final JsonRpc jsonRpc = new JsonRpc();
    final ReplyDecoder.Scratch scratch = new ReplyDecoder.Scratch();
    final DispatcherCounters counters = new DispatcherCounters();
    final Set<Connection> connections = new HashSet<>();
    final Set<Dial> dials = new HashSet<>();
    final ConnectionBudget budget;
    final GrpcChannels grpcChannels;
    final LongReplies longReplies;

    private final EndedCalls ends;
    private final Map<Destination.Key, Destination> destinations = new HashMap<>();
    private final UnwrittenCalls unwritten = new UnwrittenCalls();
    private final Map<String, Target> targets = new Kept<>();
    private final Map<String, GrpcTarget> grpcTargets = new Kept<>();
    private final Map<String, Boolean> warned = new Kept<>();
    private final ArrayList<Connection> dirty = new ArrayList<>();
    /** Those where nothing happens, the one that has rested longest first. */
    private final LinkedHashSet<Destination> resting = new LinkedHashSet<>();

    /** Whether a call is being taken in: its end, should it come at once, is told later. */
    private boolean taking;

    private boolean closed;

    /** The latest ones. */
    private static final class Kept<T> extends LinkedHashMap<String, T> {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
            return size() > TARGETS_KEPT;
        }
    }

    Dispatcher(Outbound outbound, EventLoop loop, boolean epoll, CallEnds ends) {
        this.config = outbound.config;
        this.names = outbound.names;
        this.tasks = outbound.tasks;
        this.tls = outbound.tls;
        this.loop = loop;
        this.epoll = epoll;
        this.channels = epoll ? EpollSocketChannel::new : NioSocketChannel::new;
        this.ends = new EndedCalls(loop, outbound.tasks, ends, counters, this::flush);
        this.budget = new ConnectionBudget(config.pool(), counters);
        this.deadlines = new Deadlines(loop, outbound.tasks);
        this.longReplies = new LongReplies(loop);
        this.grpcChannels = new GrpcChannels(this, outbound.grpcTls);
    }

    /** Takes a call. Its request goes out with the next {@link #flush}, or later when its destination is full. */
    public void call(BranchCall branch) {
        if (closed) {
            return;
        }
        boolean before = taking;
        taking = true;
        try {
            OutboundCall call = GrpcTarget.applies(branch) ? grpcCall(branch) : httpCall(branch);
            admit(call);
            if (!call.written && !call.ended) {
                unwritten.add(call);
            }
        } catch (Unsendable bad) {
            OutboundCall call = new UnsendableCall(this, branch);
            call.ended = true;
            ends.tellLater(call, Outcome.UNKNOWN, bad.getMessage());
        } finally {
            taking = before;
        }
    }

    /** Ends those calls of the transaction of which nothing was written yet, each by {@link Outcome#WITHDRAWN}. */
    public void withdraw(long transactionId) {
        List<Destination> freed = new ArrayList<>();
        OutboundCall call = unwritten.of(transactionId);
        while (call != null) {
            OutboundCall newer = call.newerSibling;
            call.drop();
            settle(call, Outcome.WITHDRAWN);
            ends.tellLater(call, Outcome.WITHDRAWN, "");
            freed.add(call.destination);
            call = newer;
        }
        // Only now: the place of one withdrawn call must not let the next one out.
        boolean before = taking;
        taking = true;
        for (Destination destination : freed) {
            destination.pump();
        }
        budget.serveLines();
        taking = before;
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
        ends.deliver();
        flush();
    }

    /** Whether ended calls wait for room. While they do, no new work should be taken in. */
    public boolean hasBacklog() {
        return ends.refused();
    }

    public DispatcherCounters counters() {
        return counters;
    }

    /** Closes all connections. Calls that have not ended are dropped: nobody is told. */
    @Override
    public void close() {
        closed = true;
        deadlines.stop();
        ends.stop();
        for (Dial dial : List.copyOf(dials)) {
            dial.abandon();
        }
        for (Connection connection : List.copyOf(connections)) {
            connection.abandon();
        }
        grpcChannels.close();
    }

    // ---- one call

    private HttpCall httpCall(BranchCall branch) throws Unsendable {
        String refusal = RequestWriter.refusal(branch.headers());
        if (refusal != null) {
            throw new Unsendable(refusal);
        }
        boolean rpc = JsonRpc.applies(branch);
        Target target = target(branch.url(), rpc);
        HttpCall call = new HttpCall(this, rpc ? jsonRpc.wrapped(branch) : branch, rpc, target);
        warnOfDropped(branch, call.headers);
        call.leadTo(rpc ? methodRoute(target, branch.url()) : route(target));
        return call;
    }

    private GrpcCall grpcCall(BranchCall branch) throws Unsendable {
        GrpcTarget target = grpcTargets.get(branch.url());
        if (target == null) {
            target = GrpcTarget.of(config.inDocker() ? seenFromContainer(branch.url()) : branch.url());
            grpcTargets.put(branch.url(), target);
        }
        List<Header> headers = GrpcMetadata.sent(branch.headers());
        GrpcCall call = new GrpcCall(this, branch, target, GrpcMetadata.of(branch, headers));
        warnOfDropped(branch, headers);
        call.leadTo(route(target));
        return call;
    }

    /** Once for each of the latest transactions that have such headers. */
    private void warnOfDropped(BranchCall branch, List<Header> sent) {
        int dropped = branch.headers().size() - sent.size();
        if (dropped > 0 && warned.put(branch.gid(), Boolean.TRUE) == null) {
            LOG.warn(
                    "gid {}: {} of its branch headers belong to one connection and are not sent on",
                    branch.gid(),
                    dropped);
        }
    }

    /** @param asItIs whether nothing is appended to its query */
    private Target target(String url, boolean asItIs) throws Unsendable {
        String key = asItIs ? AS_IT_IS + url : url;
        Target target = targets.get(key);
        if (target == null) {
            String seen = config.inDocker() ? seenFromContainer(url) : url;
            target = asItIs ? Target.asItIs(seen) : Target.of(seen);
            targets.put(key, target);
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
        call.destination.enqueue(call);
        call.destination.pump();
    }

    /** The call has left its queue. Its time runs from here, unless it already does because it was redirected. */
    void opened(OutboundCall call) {
        counters.openCalls(call.routeClass, 1);
        if (!call.timed()) {
            call.openedNs = System.nanoTime();
            deadlines.start(call, call.timeoutMs(), call.openedNs);
        }
    }

    void written(OutboundCall call) {
        call.written = true;
        unwritten.remove(call);
    }

    void dirty(Connection connection) {
        if (!connection.dirty) {
            connection.dirty = true;
            dirty.add(connection);
        }
    }

    void deadlinePassed(OutboundCall call) {
        String text = call.late();
        call.drop();
        unknown(call, text);
        flush();
    }

    /** A kept connection was dead: the participant has most likely closed it before the request came. Once, and not counted. */
    void resend(HttpCall call) {
        call.resent = true;
        call.connection = null;
        counters.resentOne();
        new Dial(call).begin();
        budget.serveLines();
    }

    void redirect(HttpCall call, int status, String location) {
        Target from = call.target;
        Target to;
        try {
            to = redirected(call, status, location);
        } catch (Unsendable not) {
            unknown(
                    call,
                    Verdict.withStatus(status, not.getMessage(), "the redirect leads to " + Verdict.shown(location)));
            return;
        }
        counters.redirectedOne();
        call.requests++;
        call.resent = false;
        call.target = to;
        call.contentTypeDropped |= !keepsMethod(status);
        if (!from.shareCredentials(to)) {
            call.credentialsDropped = true;
        }
        if (Target.namesHost(location)) {
            call.hostKept = false;
        }
        Destination left = call.destination;
        call.open = false;
        counters.openCalls(call.routeClass, -1);
        left.callMoved(call);
        call.leadTo(route(to));
        admit(call);
        left.pump();
        budget.serveLines();
    }

    private static Target redirected(HttpCall call, int status, String location) throws Unsendable {
        if (call.checksBack()) {
            throw new Unsendable("a check-back is not redirected: who answers elsewhere need not know the transaction");
        }
        if (call.posts && !keepsMethod(status)) {
            throw new Unsendable("a POST would be redirected as a GET without its body, only 307 and 308 keep it");
        }
        if (call.requests == REQUESTS_MAX) {
            throw new Unsendable("stopped after " + REQUESTS_MAX + " requests");
        }
        return call.target.follow(location);
    }

    private static boolean keepsMethod(int status) {
        return status == 307 || status == 308;
    }

    /** What is told of a reply's text. */
    String boundedText(String text) {
        return text.length() <= config.textBytesMax() ? text : text.substring(0, config.textBytesMax());
    }

    void unknown(OutboundCall call, String text) {
        end(call, Outcome.UNKNOWN, text);
    }

    void end(OutboundCall call, Outcome outcome, String text) {
        if (closed) {
            return;
        }
        settle(call, outcome);
        if (taking) {
            ends.tellLater(call, outcome, text);
        } else {
            ends.tell(call, outcome, text);
        }
        call.destination.pump();
        budget.serveLines();
    }

    /** Takes the call out of everything it is in. */
    private void settle(OutboundCall call, Outcome outcome) {
        if (call.ended) {
            throw new IllegalStateException("call " + call.branch.number() + " ended twice");
        }
        call.ended = true;
        deadlines.cancel(call);
        unwritten.remove(call);
        Destination destination = call.destination;
        if (call.queue != null) {
            destination.leaveQueue(call);
        }
        if (call.open) {
            call.open = false;
            counters.openCalls(call.routeClass, -1);
            destination.callEnded(call, outcome);
        }
        if (call.openedNs != 0) {
            long latencyMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - call.openedNs);
            call.latencyMs = (int) Math.min(latencyMs, Integer.MAX_VALUE);
        }
    }

    // ---- destinations and connections

    private Route route(Target target) {
        Route known = target.route;
        if (known == null || known.forgotten) {
            known = destination(target).route(target.routeName());
            target.route = known.keptApart() ? known : null;
        }
        return known;
    }

    /** Of a JSON-RPC call: all methods of a service share one path. */
    private Route methodRoute(Target target, String url) {
        Route known = target.route;
        if (known == null || known.forgotten) {
            known = destination(target).route(target.routeName() + "?" + JsonRpc.method(url));
            target.route = known.keptApart() ? known : null;
        }
        return known;
    }

    private Route route(GrpcTarget target) {
        Route known = target.route;
        if (known == null || known.forgotten) {
            known = destination(target).route(target.method.getFullMethodName());
            target.route = known.keptApart() ? known : null;
        }
        return known;
    }

    private Destination destination(Target target) {
        Destination.Protocol protocol = target.secure ? Destination.Protocol.HTTPS : Destination.Protocol.HTTP;
        Destination.Key key = new Destination.Key(protocol, target.host, target.port);
        return destinations.computeIfAbsent(key, missing -> {
            counters.destinations(1);
            ProxyRules.Proxy proxy = config.proxies().proxyFor(target.secure, target.host, target.port);
            return new HttpDestination(this, key, target.origin, proxy);
        });
    }

    private Destination destination(GrpcTarget target) {
        Destination.Key key = new Destination.Key(Destination.Protocol.GRPC, target.host, target.port);
        return destinations.computeIfAbsent(key, missing -> {
            counters.destinations(1);
            return new GrpcDestination(this, key, target.authority);
        });
    }

    /** Whether one more route may be remembered; destinations that have rested longest are forgotten for it. */
    boolean mayRememberRoute() {
        while (counters.routes() >= config.pool().routesMax() && !resting.isEmpty()) {
            forgetOldest();
        }
        return counters.routes() < config.pool().routesMax();
    }

    /** Nothing happens there now. It is remembered for a while, because it may be known to hang. */
    void rest(Destination destination) {
        deadlines.start(destination, KEPT_MS, System.nanoTime());
        resting.add(destination);
        if (resting.size() > config.pool().destinationsIdleMax()) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        Destination oldest = resting.iterator().next();
        deadlines.cancel(oldest);
        forget(oldest);
    }

    /** A resting destination rests no longer. */
    void awake(Destination destination) {
        resting.remove(destination);
    }

    void forget(Destination destination) {
        awake(destination);
        destination.forgetAll();
        destinations.remove(destination.key);
        counters.destinations(-1);
    }

    /** A connection went without a call having ended. */
    void connectionFreed() {
        budget.serveLines();
        flush();
    }
}
