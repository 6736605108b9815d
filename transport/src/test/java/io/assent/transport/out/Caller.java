package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.Outcome;
import io.assent.engine.TransactionKind;
import io.assent.transport.SteadyTasks;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** An event loop with a dispatcher, and the ends of its calls. */
final class Caller implements AutoCloseable {
    static {
        LeakWatch.start();
    }

    static final long PATIENCE_S = 30;

    final MultiThreadIoEventLoopGroup group;
    final EventLoop loop;
    final Outbound outbound;
    final Dispatcher dispatcher;
    /** How many ends the ring takes; negative for all. */
    final AtomicInteger room = new AtomicInteger(-1);

    private final AtomicLong numbers = new AtomicLong();
    private final Map<Long, CompletableFuture<Ended>> ends = new ConcurrentHashMap<>();
    /** Every end in its order, repeated ones too. */
    private final Queue<Long> all = new ConcurrentLinkedQueue<>();

    record Ended(Outcome outcome, String text, int latencyMs, int retryAfterS) {}

    Caller() throws IOException {
        this(DispatcherConfig.DEFAULT);
    }

    Caller(DispatcherConfig config) throws IOException {
        this(config, NameResolver.SYSTEM, Epoll.isAvailable());
    }

    Caller(DispatcherConfig config, NameResolver resolver, boolean epoll) throws IOException {
        group = new MultiThreadIoEventLoopGroup(1, epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
        loop = group.next();
        outbound = new Outbound(config, resolver, new SteadyTasks());
        dispatcher = onLoop(() -> outbound.dispatcher(loop, this::ended));
    }

    /** A call under construction; starts as a saga action with a small body. */
    final class Call {
        private TransactionKind kind = TransactionKind.SAGA;
        private String protocol = "";
        private long transactionId = 1;
        private String gid = "g1";
        private String branchId = "01";
        private String operation = "action";
        private final String url;
        private byte[] payload = "{\"amount\":30}".getBytes(StandardCharsets.UTF_8);
        private final List<Header> headers = new ArrayList<>();
        private long timeoutMs;
        private boolean priority;
        private int attempt;

        private Call(String url) {
            this.url = url;
        }

        Call kind(TransactionKind value) {
            kind = value;
            return this;
        }

        Call protocol(String value) {
            protocol = value;
            return this;
        }

        Call transaction(long id) {
            transactionId = id;
            return this;
        }

        Call gid(String value) {
            gid = value;
            return this;
        }

        Call branch(String id, String op) {
            branchId = id;
            operation = op;
            return this;
        }

        Call payload(byte[] value) {
            payload = value;
            return this;
        }

        Call header(String name, String value) {
            headers.add(new Header(name, value));
            return this;
        }

        Call timeoutMs(long value) {
            timeoutMs = value;
            return this;
        }

        Call priority() {
            priority = true;
            return this;
        }

        Call attempt(int value) {
            attempt = value;
            return this;
        }

        /** Hands it in without a flush. Only on the loop. */
        long hand() {
            long number = numbers.incrementAndGet();
            // The body lies somewhere in the submission, never at its start.
            byte[] submission = new byte[payload.length + 7];
            System.arraycopy(payload, 0, submission, 3, payload.length);
            dispatcher.call(new BranchCall(
                    number,
                    transactionId,
                    gid,
                    kind,
                    protocol,
                    branchId,
                    operation,
                    url,
                    submission,
                    3,
                    payload.length,
                    List.copyOf(headers),
                    timeoutMs,
                    priority,
                    attempt));
            return number;
        }

        /** Hands it in and sends it. */
        long start() {
            return onLoop(() -> {
                long number = hand();
                dispatcher.flush();
                return number;
            });
        }

        /** Hands it in, sends it, and waits for its end. */
        Ended end() {
            return await(start());
        }
    }

    Call call(String url) {
        return new Call(url);
    }

    /** The one end of a call. */
    Ended await(long number) {
        try {
            return first(number).get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (Exception missing) {
            throw new AssertionError("call " + number + " does not end", missing);
        }
    }

    boolean hasEnded(long number) {
        return first(number).isDone();
    }

    /** How often this call has ended. */
    int endsOf(long number) {
        return (int) all.stream().filter(other -> other == number).count();
    }

    long count(Outcome outcome) {
        return ends.values().stream()
                .filter(end -> end.isDone() && end.join().outcome() == outcome)
                .count();
    }

    int endedCalls() {
        return all.size();
    }

    <T> T onLoop(Callable<T> task) {
        try {
            return loop.submit(task).get(PATIENCE_S, TimeUnit.SECONDS);
        } catch (Exception failed) {
            throw new AssertionError("on the event loop", failed);
        }
    }

    void onLoop(Runnable task) {
        onLoop(() -> {
            task.run();
            return null;
        });
    }

    static void eventually(BooleanSupplier condition, String what) {
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - endNs > 0) {
                throw new AssertionError("waited " + PATIENCE_S + " s in vain: " + what);
            }
            LockSupport.parkNanos(500_000);
        }
    }

    @Override
    public void close() {
        onLoop(dispatcher::close);
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        outbound.close();
    }

    private boolean ended(long number, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        if (room.get() == 0) {
            return false;
        }
        if (room.get() > 0) {
            room.decrementAndGet();
        }
        all.add(number);
        first(number).complete(new Ended(outcome, text, latencyMs, retryAfterS));
        return true;
    }

    private CompletableFuture<Ended> first(long number) {
        return ends.computeIfAbsent(number, n -> new CompletableFuture<>());
    }
}
