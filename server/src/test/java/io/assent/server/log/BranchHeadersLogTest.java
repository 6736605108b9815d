package io.assent.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.assent.engine.BranchCall;
import io.assent.engine.BranchCall.Header;
import io.assent.engine.TransactionKind;
import io.assent.transport.SteadyTasks;
import io.assent.transport.out.Dispatcher;
import io.assent.transport.out.DispatcherConfig;
import io.assent.transport.out.NameResolver;
import io.assent.transport.out.Outbound;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Headers that are not sent on to a branch are told of once for a transaction. */
class BranchHeadersLogTest {

    @Test
    void shouldWarnOnceForATransactionWhateverItsCalls() throws Exception {
        MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoop loop = group.next();
        CountDownLatch ends = new CountDownLatch(5);
        try (Lines lines = new Lines(Dispatcher.class, Level.WARN);
                Outbound outbound = new Outbound(DispatcherConfig.DEFAULT, NameResolver.SYSTEM, new SteadyTasks())) {
            loop.submit(() -> {
                        Dispatcher dispatcher = outbound.dispatcher(loop, (number, outcome, text, latency, pause) -> {
                            ends.countDown();
                            return true;
                        });
                        dispatcher.call(call(1, "plain", "http://127.0.0.1:1/", "X-Kept"));
                        dispatcher.call(call(2, "one", "http://127.0.0.1:1/", "Keep-Alive"));
                        dispatcher.call(call(3, "one", "http://127.0.0.1:1/", "Keep-Alive"));
                        dispatcher.call(call(4, "one", "127.0.0.1:1/a.B/C", "Host"));
                        dispatcher.call(call(5, "two", "127.0.0.1:1/a.B/C", "Host"));
                        dispatcher.flush();
                        return null;
                    })
                    .get(30, TimeUnit.SECONDS);
            assertThat(ends.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(lines.taken())
                    .containsExactly(
                            "WARN gid 'one': 1 of its branch headers belong to one connection and are not sent on",
                            "WARN gid 'two': 1 of its branch headers belong to one connection and are not sent on");
        } finally {
            group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static BranchCall call(long number, String gid, String url, String header) {
        return new BranchCall(
                number,
                1,
                gid,
                TransactionKind.SAGA,
                "grpc",
                "01",
                "action",
                url,
                new byte[0],
                0,
                0,
                List.of(new Header(header, "v")),
                0,
                false,
                0);
    }
}
