package io.assent.loadtest.generator;

import io.assent.loadtest.net.EventLoops;
import io.assent.loadtest.net.HttpFrame;
import io.assent.loadtest.net.HttpFrameHandler;
import io.assent.loadtest.net.HttpMessages;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Submits over HTTP: as many connections as submits may be unanswered, each with one request at a time, idle ones used newest first. A
 * connection that is refused or broken is told of and made again after 10 ms.
 */
final class HttpSubmits implements Submits {

    private static final long RECONNECT_MS = 10;

    private final Template template;
    private final EventLoop loop;
    private final Answers answers;
    private final HttpFrame frame = new HttpFrame();
    private final Bootstrap connector;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    /** Submits without a connection, by the time their latency counts from. */
    private final ArrayDeque<Long> unsent = new ArrayDeque<>();
    /** What is written to it goes out when its read is done. */
    private Connection reading;

    private boolean closed;

    HttpSubmits(final Sagas sagas, final int connections, final EventLoop loop, final Answers answers) {
        this.template = new Template(
                sagas, String.format("%08x-", ThreadLocalRandom.current().nextInt()));
        this.loop = loop;
        this.answers = answers;
        this.connector = new Bootstrap()
                .group(loop)
                .channel(EventLoops.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 3_000)
                .remoteAddress(sagas.host(), sagas.port())
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(final Channel channel) {
                        channel.pipeline().addLast(new Connection());
                    }
                });
        for (int i = 0; i < connections; i++) {
            connect();
        }
    }

    private void connect() {
        if (closed) {
            return;
        }
        connector.connect().addListener(connected -> {
            if (!connected.isSuccess() && !closed) {
                answers.disturbed("connect");
                loop.schedule(this::connect, RECONNECT_MS, TimeUnit.MILLISECONDS);
            }
        });
    }

    @Override
    public void submit(final long sinceNs) {
        final Connection free = idle.pollLast();
        if (free == null) {
            unsent.add(sinceNs);
        } else {
            free.submit(sinceNs);
        }
    }

    @Override
    public int forgetUnsent() {
        final int forgotten = unsent.size();
        unsent.clear();
        return forgotten;
    }

    @Override
    public void close() {
        closed = true;
        idle.forEach(connection -> connection.context.close());
    }

    private final class Connection extends HttpFrameHandler {

        private ChannelHandlerContext context;
        private long sinceNs;
        private boolean open;

        Connection() {
            super(frame);
        }

        @Override
        public void channelActive(final ChannelHandlerContext active) {
            context = active;
            rest();
        }

        /** Takes the next submit that waits, or waits for one. */
        private void rest() {
            final Long next = unsent.poll();
            if (next == null) {
                idle.addLast(this);
            } else {
                submit(next);
            }
        }

        void submit(final long since) {
            open = true;
            sinceNs = since;
            context.write(template.next(context.alloc()), context.voidPromise());
            if (reading != this) {
                context.flush();
            }
        }

        @Override
        protected void onMessage(final ChannelHandlerContext from, final HttpFrame message) {
            final int status = message.status();
            final long since = sinceNs;
            open = false;
            reading = this;
            rest();
            if (status == 200) {
                answers.succeeded(since);
            } else {
                answers.failed(since, "status " + status);
            }
            reading = null;
        }

        @Override
        public void channelInactive(final ChannelHandlerContext from) throws Exception {
            super.channelInactive(from);
            idle.remove(this);
            if (closed) {
                return;
            }
            if (open) {
                answers.failed(sinceNs, "broken");
            } else {
                answers.disturbed("closed");
            }
            loop.schedule(HttpSubmits.this::connect, RECONNECT_MS, TimeUnit.MILLISECONDS);
        }
    }

    /** The request as bytes, in which only the gid changes. */
    private static final class Template {

        private final byte[] request;
        private final GidCounter gid;

        Template(final Sagas sagas, final String prefix) {
            final String first = GidCounter.first(prefix);
            final StringBuilder body = new StringBuilder("{\"gid\":\"")
                    .append(first)
                    .append("\",\"trans_type\":\"saga\",\"steps\":")
                    .append(sagas.steps())
                    .append(",\"payloads\":[");
            final String payload = '"' + Sagas.PAYLOAD.replace("\"", "\\\"") + '"';
            for (int i = 0; i < sagas.actions().size(); i++) {
                body.append(i == 0 ? "" : ",").append(payload);
            }
            body.append(sagas.waiting() ? "],\"wait_result\":true}" : "]}");
            request = HttpMessages.post(sagas.host() + ":" + sagas.port(), Sagas.SUBMIT, body.toString());
            gid = new GidCounter(request, first);
        }

        ByteBuf next(final ByteBufAllocator allocator) {
            gid.next();
            return allocator.directBuffer(request.length).writeBytes(request);
        }
    }
}
