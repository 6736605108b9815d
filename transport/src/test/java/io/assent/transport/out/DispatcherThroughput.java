package io.assent.transport.out;

import io.assent.engine.BranchCall;
import io.assent.engine.Outcome;
import io.assent.engine.TransactionKind;
import io.assent.transport.SteadyTasks;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Calls per second of one dispatcher on one loop against a participant that answers everything, in the same process. Not a test:
 * {@code main [calls in flight] [seconds]}.
 */
final class DispatcherThroughput {
    private static final byte[] PAYLOAD =
            "{\"amount\":30,\"from\":\"a\",\"to\":\"b\"}".getBytes(StandardCharsets.UTF_8);
    private static final AtomicLong ENDED = new AtomicLong();

    private static Dispatcher dispatcher;
    private static String url;
    private static long number;

    private DispatcherThroughput() {}

    public static void main(String[] arguments) throws Exception {
        int inFlight = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 64;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 5;
        MultiThreadIoEventLoopGroup servers = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Channel server = new ServerBootstrap()
                .group(servers)
                .channel(EpollServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Answering());
                    }
                })
                .bind("127.0.0.1", 0)
                .sync()
                .channel();
        url = "http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort() + "/api/busi/TransOut";
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        EventLoop loop = loops.next();
        Outbound outbound = new Outbound(DispatcherConfig.DEFAULT, NameResolver.SYSTEM, new SteadyTasks());
        loop.submit(() -> {
                    dispatcher = outbound.dispatcher(loop, DispatcherThroughput::ended);
                    for (int i = 0; i < inFlight; i++) {
                        next();
                    }
                    dispatcher.flush();
                })
                .sync();
        Thread.sleep(3_000);
        long before = ENDED.get();
        long startNs = System.nanoTime();
        Thread.sleep(seconds * 1_000L);
        long calls = ENDED.get() - before;
        System.out.printf(
                "%d in flight: %,.0f calls/s, %d connections%n",
                inFlight,
                calls * 1e9 / (System.nanoTime() - startNs),
                dispatcher.counters().connections());
        System.exit(0);
    }

    private static boolean ended(long callNumber, Outcome outcome, String text, int latencyMs, int retryAfterS) {
        if (outcome != Outcome.SUCCESS) {
            throw new IllegalStateException(outcome + " " + text);
        }
        ENDED.lazySet(ENDED.getPlain() + 1);
        next();
        return true;
    }

    private static void next() {
        number++;
        dispatcher.call(new BranchCall(
                number,
                number,
                "1122334455667788" + number,
                TransactionKind.SAGA,
                "",
                "01",
                "action",
                url,
                PAYLOAD,
                0,
                PAYLOAD.length,
                List.of(),
                0,
                false,
                0));
    }

    /** Takes what comes in one piece as one request. */
    private static final class Answering extends ChannelInboundHandlerAdapter {
        private final ByteBuf answer = Unpooled.unreleasableBuffer(Unpooled.directBuffer()
                .writeBytes(("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 25\r\n\r\n"
                                + "{\"dtm_result\":\"SUCCESS\"}\n")
                        .getBytes(StandardCharsets.UTF_8)));

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ((ByteBuf) message).release();
            context.write(answer.duplicate(), context.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }
}
