package io.assent.loadtest.participant;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.HttpFrame;
import io.assent.loadtest.net.HttpFrameHandler;
import io.assent.loadtest.net.HttpMessages;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * A participant on the loopback address: any path is answered at once with SUCCESS; {@code /act/...} by script and with a ledger;
 * {@code GET /ledger/entries?gid=G}, {@code /ledger/balances} and {@code /ledger/counts} show what happened.
 */
public final class Participant implements LoadParticipant {

    private static final byte[] ACT = "/act/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LEDGER = "/ledger/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_BRANCH = "/TransIn".getBytes(StandardCharsets.US_ASCII);
    private static final ByteBuf SUCCESS =
            HttpMessages.constant(HttpMessages.json(200, "{\"dtm_result\":\"SUCCESS\"}"));

    private final ObjectMapper mapper = new ObjectMapper();
    private final Ledger ledger = new Ledger(System::currentTimeMillis);
    private final LongAdder requests = new LongAdder();
    private final LongAdder lastBranches = new LongAdder();
    private final AtomicInteger connections = new AtomicInteger();
    private final EventLoopGroup loops;
    private final Channel listener;

    private Participant(final int port) {
        loops = EventLoops.group(1, "participant");
        try {
            listener = new ServerBootstrap()
                    .group(loops)
                    .channel(EventLoops.serverChannel())
                    .option(ChannelOption.SO_BACKLOG, 4096)
                    .childOption(ChannelOption.TCP_NODELAY, true)
                    .childHandler(new ChannelInitializer<Channel>() {
                        private final HttpFrame frame = new HttpFrame();

                        @Override
                        protected void initChannel(final Channel channel) {
                            channel.pipeline().addLast(new Connection(frame));
                        }
                    })
                    .bind("127.0.0.1", port)
                    .syncUninterruptibly()
                    .channel();
        } catch (final RuntimeException e) {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            throw e;
        }
    }

    /**
     * Starts a participant with one event loop.
     *
     * @param port where to listen, 0 for any free port.
     * @return the running participant.
     */
    public static Participant start(final int port) {
        return new Participant(port);
    }

    /**
     * Tells where it listens.
     *
     * @return the port.
     */
    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /**
     * Tells its address.
     *
     * @return the URL without a path.
     */
    @Override
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /**
     * Shows what was called by script.
     *
     * @return the ledger.
     */
    public Ledger ledger() {
        return ledger;
    }

    /**
     * Counts the unscripted calls.
     *
     * @return how many were answered.
     */
    public long requests() {
        return requests.sum();
    }

    /**
     * Counts the calls of {@code /TransIn}, the last branch of the load generator's sagas.
     *
     * @return how many were answered: the sagas completed.
     */
    @Override
    public long lastBranches() {
        return lastBranches.sum();
    }

    /**
     * Counts the open connections. Once a caller is dead and the count is 0, everything it sent has been read and recorded.
     *
     * @return how many there are now.
     */
    public int connections() {
        return connections.get();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Connection extends HttpFrameHandler {

        private boolean lastRequest;

        Connection(final HttpFrame frame) {
            super(frame);
        }

        @Override
        public void channelActive(final ChannelHandlerContext context) throws Exception {
            connections.incrementAndGet();
            super.channelActive(context);
        }

        @Override
        public void channelInactive(final ChannelHandlerContext context) throws Exception {
            super.channelInactive(context);
            connections.decrementAndGet();
        }

        @Override
        protected void onMessage(final ChannelHandlerContext context, final HttpFrame message) {
            lastRequest = !message.keepAlive();
            if (message.targetStartsWith(ACT)) {
                act(context, message.target());
            } else if (message.targetStartsWith(LEDGER)) {
                show(context, message.target());
            } else {
                requests.increment();
                if (message.targetStartsWith(LAST_BRANCH)) {
                    lastBranches.increment();
                }
                write(context, SUCCESS.duplicate());
            }
        }

        private void act(final ChannelHandlerContext context, final String target) {
            final QueryStringDecoder url = new QueryStringDecoder(target);
            final String[] path = url.rawPath().split("/", -1);
            final Script script;
            final long amount;
            try {
                if (path.length != 5) {
                    throw new IllegalArgumentException("expected /act/SCRIPT/ACCOUNT/AMOUNT, found " + url.rawPath());
                }
                script = Script.parse(path[2]);
                amount = Long.parseLong(path[4]);
            } catch (final IllegalArgumentException e) {
                write(context, 400, "{\"message\":" + quoted(String.valueOf(e.getMessage())) + "}");
                return;
            }
            final LedgerEntry entry = ledger.received(
                    parameter(url, "gid"), parameter(url, "branch_id"), parameter(url, "op"), script, path[3], amount);
            final Script.Outcome outcome = script.at(entry.attempt());
            if (outcome.lateMs() == 0) {
                finish(context, entry, outcome.kind());
            } else {
                context.executor()
                        .schedule(
                                () -> {
                                    finish(context, entry, outcome.kind());
                                    context.flush();
                                },
                                outcome.lateMs(),
                                TimeUnit.MILLISECONDS);
            }
        }

        private void finish(final ChannelHandlerContext context, final LedgerEntry entry, final Script.Kind kind) {
            switch (kind) {
                case OK, FAIL, ONGOING, ERR -> {
                    if (context.channel().isActive()) {
                        ledger.answered(entry.received());
                        write(context, kind.status(), kind.body());
                    }
                }
                case CLOSE, LOST -> context.close();
                case HANG -> {}
            }
        }

        private void show(final ChannelHandlerContext context, final String target) {
            final QueryStringDecoder url = new QueryStringDecoder(target);
            final Object shown = switch (url.path()) {
                case "/ledger/entries" ->
                    parameter(url, "gid").isEmpty() ? ledger.entries() : ledger.entriesOf(parameter(url, "gid"));
                case "/ledger/balances" -> ledger.balances();
                case "/ledger/counts" ->
                    Map.of("calls", ledger.size(), "requests", requests(), "last_branches", lastBranches());
                default -> null;
            };
            if (shown == null) {
                write(context, 404, "{\"message\":\"known are /ledger/entries, /ledger/balances and /ledger/counts\"}");
                return;
            }
            try {
                write(context, 200, mapper.writeValueAsString(shown));
            } catch (final JsonProcessingException e) {
                write(context, 500, "{\"message\":" + quoted(e.getOriginalMessage()) + "}");
            }
        }

        private void write(final ChannelHandlerContext context, final int status, final String body) {
            write(context, Unpooled.wrappedBuffer(HttpMessages.json(status, body)));
        }

        private void write(final ChannelHandlerContext context, final ByteBuf response) {
            if (lastRequest) {
                context.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
            } else {
                context.write(response, context.voidPromise());
            }
        }

        private String quoted(final String text) {
            return mapper.getNodeFactory().textNode(text).toString();
        }

        private String parameter(final QueryStringDecoder url, final String name) {
            final List<String> values = url.parameters().get(name);
            return values == null ? "" : values.get(0);
        }
    }
}
