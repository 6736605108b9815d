package io.assent.loadtest.generator;

import io.assent.loadtest.net.EventLoops;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.TimeUnit;

/** The event loop of one generator, and its connections. */
final class GeneratorLoop implements AutoCloseable {

    /** How long answers that are under way at the end of a run are awaited. */
    static final long DRAIN_LIMIT_S = 5;

    private final EventLoopGroup group = EventLoops.group(1, "generator");
    private final EventLoop loop = group.next();
    private Submits submits;

    GeneratorLoop(final Sagas sagas, final int connections, final Answers answers) {
        run(() -> submits = Submits.open(sagas, connections, loop, answers));
    }

    /** The connections, for use on the loop. */
    Submits submits() {
        return submits;
    }

    /** Does something on the loop and waits until it is done. */
    void run(final Runnable action) {
        loop.submit(action).syncUninterruptibly();
    }

    /** From the loop: does something later. */
    void after(final long ms, final Runnable action) {
        loop.schedule(action, ms, TimeUnit.MILLISECONDS);
    }

    /** From the loop: does something at a time of {@link System#nanoTime}. */
    void at(final long timeNs, final Runnable action) {
        loop.schedule(action, Math.max(0, timeNs - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    /** From the loop: does something again and again until the loop closes. */
    void every(final long ms, final Runnable action) {
        loop.scheduleAtFixedRate(action, ms, ms, TimeUnit.MILLISECONDS);
    }

    /** What a meter of this loop holds. */
    LoadReport report(final LoadMeter meter, final long completed, final double seconds) {
        final LoadReport[] report = new LoadReport[1];
        run(() -> report[0] = meter.report(completed, seconds));
        return report[0];
    }

    @Override
    public void close() {
        if (submits != null) {
            run(submits::close);
        }
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
