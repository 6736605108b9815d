package io.assent.transport.out;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

/**
 * Opens a connection for one call: looks the name up, tries the addresses one after the other, goes through the proxy, agrees on
 * encryption, and sends the call. The call's deadline covers all of it. From its beginning on it counts as a connection of the destination.
 */
final class Dial {
    private final Dispatcher dispatcher;
    private final HttpDestination destination;
    private final HttpCall call;
    private final String host;
    private final int port;
    private Names.Waiter waiter;
    private InetAddress[] addresses;
    private int tried;
    private Channel channel;
    private boolean over;

    Dial(HttpCall call) {
        this.call = call;
        this.destination = call.httpDestination();
        this.dispatcher = call.dispatcher;
        ProxyRules.Proxy proxy = destination.proxy;
        this.host = proxy == null ? destination.key.host() : proxy.host();
        this.port = proxy == null ? destination.key.port() : proxy.port();
    }

    void begin() {
        call.dial = this;
        destination.connectionAdded();
        dispatcher.dials.add(this);
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(host);
        if (literal != null) {
            try {
                addresses = new InetAddress[] {InetAddress.getByAddress(host, literal)};
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("an address of " + literal.length + " bytes", impossible);
            }
            connect();
            return;
        }
        waiter = new Names.Waiter(dispatcher.loop) {
            @Override
            void resolved(InetAddress[] found, String failure) {
                if (!over && waiter == this) {
                    waiter = null;
                    Dial.this.resolved(found, failure);
                    dispatcher.flush();
                }
            }
        };
        InetAddress[] known = dispatcher.names.lookUp(host, waiter);
        if (known != null) {
            waiter = null;
            resolved(known, null);
        } else {
            Names.Waiter waiting = waiter;
            int timeoutMs = dispatcher.config.names().timeoutMs();
            dispatcher.loop.schedule(() -> lookupTimedOut(waiting, timeoutMs), timeoutMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Whether it waits for its peer to agree on encryption. */
    boolean securing() {
        return !over && destination.key.secure() && destination.proxy == null && channel != null && channel.isActive();
    }

    /** The call does not need it any more. */
    void abandon() {
        if (over) {
            return;
        }
        end();
        if (waiter != null) {
            dispatcher.names.forget(host, waiter);
            waiter = null;
        }
        if (channel != null) {
            channel.close();
        }
    }

    private void lookupTimedOut(Names.Waiter waiting, int timeoutMs) {
        if (!over && waiter == waiting) {
            dispatcher.names.forget(host, waiting);
            waiter = null;
            fail("host name " + host + " was not resolved within " + timeoutMs + " ms");
            dispatcher.flush();
        }
    }

    private void resolved(InetAddress[] found, String failure) {
        if (failure != null) {
            fail(failure);
            return;
        }
        addresses = found.clone();
        for (int i = 1; i < addresses.length; i++) {
            if (addresses[i].equals(destination.goodAddress)) {
                System.arraycopy(addresses, 0, addresses, 1, i);
                addresses[0] = destination.goodAddress;
            }
        }
        connect();
    }

    private void connect() {
        InetAddress address = addresses[tried++];
        Connection connection = new Connection(dispatcher, destination);
        int left = addresses.length - tried + 1;
        long timeoutMs = Math.min(dispatcher.config.connectTimeoutMs(), call.remainingMs(System.nanoTime()) / left + 1);
        ChannelFuture connecting = new Bootstrap()
                .group(dispatcher.loop)
                .channelFactory(dispatcher.channels)
                .disableResolver()
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.RECVBUF_ALLOCATOR, LongReplies.ONE_BUFFER)
                // A participant may answer before it has read the whole request, and close: its answer is still to be
                // read.
                .option(ChannelOption.AUTO_CLOSE, destination.key.secure())
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) timeoutMs)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        prepare(opened.pipeline(), address, connection);
                    }
                })
                .connect(remote(address));
        channel = connecting.channel();
        connecting.addListener(done -> connected(done, address, connection));
    }

    private InetSocketAddress remote(InetAddress address) {
        return tunnelled()
                ? InetSocketAddress.createUnresolved(destination.key.host(), destination.key.port())
                : new InetSocketAddress(address, port);
    }

    private boolean tunnelled() {
        return destination.proxy != null && destination.key.secure();
    }

    private void prepare(ChannelPipeline pipeline, InetAddress address, Connection connection) {
        if (tunnelled()) {
            InetSocketAddress proxyAddress = new InetSocketAddress(address, port);
            HttpProxyHandler tunnel = destination.proxy.authorization() == null
                    ? new HttpProxyHandler(proxyAddress)
                    : new HttpProxyHandler(proxyAddress, destination.proxy.user(), destination.proxy.password());
            tunnel.setConnectTimeoutMillis(0);
            pipeline.addLast(tunnel);
        }
        if (destination.key.secure()) {
            SslHandler tls = dispatcher.tls.newHandler(
                    pipeline.channel().alloc(), destination.key.host(), destination.key.port());
            tls.setHandshakeTimeoutMillis(0);
            pipeline.addLast(tls);
        }
        pipeline.addLast(connection);
    }

    private void connected(Future<?> done, InetAddress address, Connection connection) {
        if (over) {
            if (done.isSuccess()) {
                connection.channel().close();
            }
            return;
        }
        if (!done.isSuccess()) {
            if (tried < addresses.length) {
                connect();
            } else {
                dispatcher.names.outdated(host);
                fail("connection to " + destination.origin + " failed: "
                        + ConnectionFault.text(done.cause(), ConnectionFault.PLAIN_HTTP));
            }
        } else if (destination.key.secure()) {
            connection
                    .channel()
                    .pipeline()
                    .get(SslHandler.class)
                    .handshakeFuture()
                    .addListener(agreed -> secured(agreed, address, connection));
        } else {
            succeed(address, connection);
        }
        dispatcher.flush();
    }

    private void secured(Future<?> agreed, InetAddress address, Connection connection) {
        if (over) {
            return;
        }
        if (agreed.isSuccess()) {
            succeed(address, connection);
        } else {
            Channel broken = channel;
            Throwable fault = connection.brokenBy() == null ? agreed.cause() : connection.brokenBy();
            fail("secure connection to " + destination.origin + " failed: "
                    + ConnectionFault.text(fault, ConnectionFault.PLAIN_HTTP));
            broken.close();
        }
        dispatcher.flush();
    }

    private void succeed(InetAddress address, Connection connection) {
        over = true;
        dispatcher.dials.remove(this);
        destination.goodAddress = address;
        call.dial = null;
        dispatcher.counters.connectionOpened();
        connection.opened();
        connection.send(call);
    }

    private void fail(String text) {
        end();
        dispatcher.unknown(call, text);
    }

    /** The place it held is free again. */
    private void end() {
        over = true;
        call.dial = null;
        dispatcher.dials.remove(this);
        destination.connectionRemoved();
    }
}
