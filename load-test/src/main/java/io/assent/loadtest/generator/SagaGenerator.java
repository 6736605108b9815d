package io.assent.loadtest.generator;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.HttpFrame;
import io.assent.loadtest.net.HttpFrameHandler;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Runs a {@link LoadPlan}: each connection submits a saga, waits for the answer, and submits the next. Without waiting, sagas go on after their
 * answer, so a connection pauses while too many are open; what counts then is how many complete.
 *
 * <p>A connection that is refused or broken is counted and made again after 10 ms. Everything but {@link #run} happens on one event loop.
 */
public final class SagaGenerator {

    private static final long LATENCY_NS_MAX = TimeUnit.SECONDS.toNanos(120);
    private static final long RECONNECT_MS = 10;
    private static final long ERROR_PAUSE_MS = 1;

    private final LoadPlan plan;
    private final LongSupplier completedSagas;
    private final SubmitTemplate template;
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private final Map<String, Long> errors = new TreeMap<>();
    private final ArrayDeque<Connection> paused = new ArrayDeque<>();
    private final HttpFrame frame = new HttpFrame();
    private final CountDownLatch drained;
    private EventLoop loop;
    private Bootstrap connector;
    private boolean measuring;
    private boolean stopping;
    private long answeredEver;
    private long answered;
    private long openBase;

    /**
     * Makes a generator for one run.
     *
     * @param plan what load to make.
     * @param completedSagas counts the sagas completed so far; asked only when the plan does not wait.
     */
    public SagaGenerator(final LoadPlan plan, final LongSupplier completedSagas) {
        this.plan = plan;
        this.completedSagas = completedSagas;
        this.template = new SubmitTemplate(
                plan, String.format("%08x-", ThreadLocalRandom.current().nextInt()));
        this.drained = new CountDownLatch(plan.connections());
    }

    /**
     * Runs the load and waits for its end.
     *
     * @return what came of it.
     * @throws InterruptedException if interrupted; the load has ended then.
     */
    public LoadReport run() throws InterruptedException {
        final EventLoopGroup group = EventLoops.group(1, "generator");
        try {
            loop = group.next();
            connector = new Bootstrap()
                    .group(loop)
                    .channel(EventLoops.clientChannel())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3_000)
                    .remoteAddress(plan.host(), plan.port())
                    .handler(new ChannelInitializer<Channel>() {
                        @Override
                        protected void initChannel(final Channel channel) {
                            channel.pipeline().addLast(new Connection());
                        }
                    });
            openBase = plan.waiting() ? 0 : completedSagas.getAsLong();
            onLoop(() -> {
                for (int i = 0; i < plan.connections(); i++) {
                    connect();
                }
                if (!plan.waiting()) {
                    loop.scheduleAtFixedRate(this::resumePaused, 1, 1, TimeUnit.MILLISECONDS);
                }
            });
            Thread.sleep(plan.warmUp().toMillis());
            onLoop(() -> measuring = true);
            final long completedBefore = plan.waiting() ? 0 : completedSagas.getAsLong();
            final long start = System.nanoTime();
            Thread.sleep(plan.duration().toMillis());
            final long[] answeredNow = new long[1];
            onLoop(() -> {
                measuring = false;
                stopping = true;
                answeredNow[0] = answered;
                paused.forEach(Connection::end);
                paused.clear();
            });
            final long completed = plan.waiting() ? answeredNow[0] : completedSagas.getAsLong() - completedBefore;
            final double seconds = (System.nanoTime() - start) / 1e9;
            // Answers still under way are awaited, so that the next run does not begin with this one's work.
            drained.await(5, TimeUnit.SECONDS);
            final Histogram copy = new Histogram(LATENCY_NS_MAX, 3);
            final Map<String, Long> errorCopy = new TreeMap<>();
            onLoop(() -> {
                copy.add(latencies);
                errorCopy.putAll(errors);
            });
            return new LoadReport(answeredNow[0], completed, seconds, copy, errorCopy);
        } finally {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private void onLoop(final Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    private void connect() {
        if (stopping) {
            drained.countDown();
            return;
        }
        connector.connect().addListener(connected -> {
            if (!connected.isSuccess()) {
                error("connect");
                loop.schedule(this::connect, RECONNECT_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    private void error(final String kind) {
        errors.merge(kind, 1L, Long::sum);
    }

    private void resumePaused() {
        while (!paused.isEmpty() && mayOpen()) {
            paused.poll().submitAndFlush();
        }
    }

    private boolean mayOpen() {
        return answeredEver - (completedSagas.getAsLong() - openBase) < plan.inFlightMax();
    }

    private final class Connection extends HttpFrameHandler {

        private ChannelHandlerContext context;
        private long submittedNs;
        private boolean open;
        private boolean ended;

        Connection() {
            super(frame);
        }

        @Override
        public void channelActive(final ChannelHandlerContext active) {
            context = active;
            submitAndFlush();
        }

        private void submitAgain() {
            if (stopping) {
                end();
            } else if (!ended) {
                submitAndFlush();
            }
        }

        void submitAndFlush() {
            submit();
            context.flush();
        }

        private void submit() {
            open = true;
            submittedNs = System.nanoTime();
            context.write(template.next(context.alloc()), context.voidPromise());
        }

        @Override
        protected void onMessage(final ChannelHandlerContext from, final HttpFrame message) {
            open = false;
            final int status = message.status();
            if (status == 200) {
                answeredEver++;
                if (measuring) {
                    answered++;
                    latencies.recordValue(Math.min(System.nanoTime() - submittedNs, LATENCY_NS_MAX));
                }
            } else {
                error("status " + status);
            }
            if (stopping) {
                end();
            } else if (status != 200) {
                loop.schedule(this::submitAgain, ERROR_PAUSE_MS, TimeUnit.MILLISECONDS);
            } else if (plan.waiting() || mayOpen()) {
                submit();
            } else {
                paused.add(this);
            }
        }

        void end() {
            if (!ended) {
                ended = true;
                drained.countDown();
                context.close();
            }
        }

        @Override
        public void channelInactive(final ChannelHandlerContext from) throws Exception {
            super.channelInactive(from);
            if (ended) {
                return;
            }
            ended = true;
            paused.remove(this);
            error(open ? "broken" : "closed");
            loop.schedule(SagaGenerator.this::connect, RECONNECT_MS, TimeUnit.MILLISECONDS);
        }
    }
}
