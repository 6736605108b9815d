package io.assent.benchmarks;

import io.assent.engine.EffectQueue.Effect;
import io.assent.engine.Effects;
import io.assent.engine.Pressure;
import io.assent.engine.Settings;
import io.assent.engine.codec.CommandPublisher;
import io.assent.journal.MemoryJournal;
import io.assent.server.sequencer.CommandRing;
import io.assent.server.sequencer.Decider;
import io.assent.server.sequencer.Drainer;
import io.assent.server.sequencer.EngineClock;
import io.assent.server.sequencer.LoopDrainer;
import io.assent.server.sequencer.LoopOutlet;
import io.assent.server.sequencer.Sequencer;
import io.assent.server.sequencer.ThreadDrainer;
import io.netty.channel.DefaultEventLoop;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The way of a small command from an event loop through the ring to the decider, in both ways of draining. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
    private static final int COMMANDS = 10_000;

    @Param({"loop", "thread"})
    public String drain;

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final CommandRing ring = new CommandRing(4_096, 1 << 20);
    private final CommandPublisher commands = new CommandPublisher(ring.newSink());
    private final Counting decider = new Counting();
    private Drainer drainer;

    /** Counts and decides nothing. */
    private static final class Counting implements Decider {
        volatile CountDownLatch latch = new CountDownLatch(0);

        @Override
        public int decide(
                long position,
                long nowMs,
                long dueMs,
                Pressure pressure,
                DirectBuffer command,
                int offset,
                int length,
                MutableDirectBuffer events,
                Effects effects) {
            latch.countDown();
            return 0;
        }

        @Override
        public long nextDeadlineMs() {
            return Long.MAX_VALUE;
        }

        @Override
        public long nextDeadlineMs(String gid) {
            return Long.MAX_VALUE;
        }

        @Override
        public boolean hasWork() {
            return false;
        }

        @Override
        public int openCallCount() {
            return 0;
        }

        @Override
        public void forEachOpenGid(Consumer<String> consumer) {
            // None is open.
        }

        @Override
        public void onDeadlineFired(Consumer<String> listener) {
            // None fires.
        }
    }

    private final class Outlet implements LoopOutlet {
        @Override
        public boolean isCurrentThread() {
            return loop.inEventLoop();
        }

        @Override
        public void deliver(List<Effect> effects) {
            // There are none.
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public void executeLater(Runnable task, long delayMs) {
            loop.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    @Setup(Level.Trial)
    public void start() {
        LoopOutlet outlet = new Outlet();
        Sequencer sequencer = new Sequencer(
                ring,
                decider,
                new MemoryJournal(),
                EngineClock.real(System::nanoTime, System::currentTimeMillis, 0),
                List.of(outlet),
                () -> Pressure.NONE,
                null,
                (why, cause) -> {
                    throw new IllegalStateException(why, cause);
                });
        sequencer.start(Settings.DEFAULT, 1);
        drainer = drain.equals("loop")
                ? new LoopDrainer(sequencer, outlet)
                : new ThreadDrainer(sequencer, List.of(outlet));
        ring.onPublished(drainer::wake);
        drainer.start();
    }

    @TearDown(Level.Trial)
    public void stop() {
        drainer.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    @Benchmark
    @OperationsPerInvocation(COMMANDS)
    public void handOff() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(COMMANDS);
        decider.latch = done;
        loop.execute(() -> publish(COMMANDS));
        done.await();
    }

    private void publish(int count) {
        int left = count;
        while (left > 0 && commands.query(1, "gid")) {
            left--;
        }
        if (left > 0) {
            int rest = left;
            loop.execute(() -> publish(rest));
        }
    }
}
