package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.assent.engine.TransactionKind;
import io.assent.transport.SteadyTasks;
import io.assent.transport.SteadyTasks.Kind;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A throw within what a dispatcher does again and again ends none of it, and is counted. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SteadyDispatchTest {
    private final SteadyTasks tasks = new SteadyTasks();
    private final EventLoop loop = new DefaultEventLoop();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }

    private final class Timed extends Deadlines.Timed {
        private final String name;

        Timed(String name) {
            this.name = name;
        }

        @Override
        void expired() {
            if (name.equals("broken")) {
                throw new IllegalStateException("planted");
            }
            heard.add(name);
        }
    }

    @Test
    void shouldEndEveryOtherCallInTimeWhenEndingOneFails() throws InterruptedException {
        Deadlines deadlines = new Deadlines(loop, tasks);
        loop.execute(() -> {
            deadlines.start(new Timed("broken"), 5, System.nanoTime());
            deadlines.start(new Timed("same"), 5, System.nanoTime());
            deadlines.start(new Timed("later"), 50, System.nanoTime());
        });
        assertThat(heard.take()).isEqualTo("same");
        assertThat(heard.take()).isEqualTo("later");
        assertThat(tasks.failures(Kind.CALL_DEADLINES)).isEqualTo(1);
    }

    @Test
    void shouldTellAnEndAgainWhenTellingItFailed() throws InterruptedException {
        AtomicInteger told = new AtomicInteger();
        EndedCalls ends = new EndedCalls(
                loop,
                tasks,
                (number, outcome, text, latencyMs, retryAfterS) -> {
                    if (told.incrementAndGet() <= 2) {
                        throw new IllegalStateException("planted");
                    }
                    heard.add("call");
                    return true;
                },
                new DispatcherCounters(),
                () -> {});
        loop.execute(() -> ends.tellLater(endedCall(), Outcome.SUCCESS, ""));
        assertThat(heard.take()).isEqualTo("call");
        assertThat(tasks.failures(Kind.CALL_ENDS)).isEqualTo(2);
        assertThat(loop.submit(ends::refused).syncUninterruptibly().getNow()).isFalse();
    }

    @Test
    void shouldLookANameUpAgainWhenALookUpBroke() throws InterruptedException {
        AtomicInteger asked = new AtomicInteger();
        DispatcherConfig.Names bounds = new DispatcherConfig.Names(30_000, 300_000, 1, 5_000, 10, 1, 1, 10);
        Names names = new Names(
                host -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new LinkageError("planted");
                    }
                    return addresses();
                },
                bounds,
                tasks);
        assertThat(lookUp(names)).isEqualTo("host name svc cannot be resolved");
        // A failure holds for a millisecond.
        while (!lookUp(names).equals("found")) {
            Thread.onSpinWait();
        }
        assertThat(tasks.failures(Kind.NAMES)).isEqualTo(1);
        names.close();
    }

    private String lookUp(Names names) throws InterruptedException {
        InetAddress[] known = names.lookUp("svc", new Names.Waiter(loop) {
            @Override
            void resolved(InetAddress[] addresses, String failure) {
                heard.add(failure == null ? "found" : failure);
            }
        });
        return known == null ? heard.take() : "found";
    }

    private static OutboundCall endedCall() {
        return new UnsendableCall(
                null,
                new BranchCall(
                        1,
                        1,
                        "g",
                        TransactionKind.SAGA,
                        "http",
                        "01",
                        "action",
                        "http://svc/",
                        new byte[0],
                        0,
                        0,
                        List.of(),
                        0,
                        false,
                        0));
    }

    private static InetAddress[] addresses() throws UnknownHostException {
        return new InetAddress[] {InetAddress.getByName("127.0.0.1")};
    }
}
