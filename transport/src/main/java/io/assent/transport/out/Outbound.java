package io.assent.transport.out;

import io.assent.transport.SteadyTasks;
import io.grpc.netty.GrpcSslContexts;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.TrustManagerFactory;

/**
 * What the dispatchers of all event loops share: configuration, the names of hosts, and what https trusts.
 *
 * <p>Safe for any thread. Close it after the event loops have ended.
 */
public final class Outbound implements AutoCloseable {
    final DispatcherConfig config;
    final Names names;
    final SteadyTasks tasks;
    /** For https. */
    final SslContext tls;
    /** For the gRPC targets that are called over TLS. */
    final SslContext grpcTls;

    /**
     * @throws IOException when the trust store cannot be read; the message names it
     */
    public Outbound(DispatcherConfig config, NameResolver resolver, SteadyTasks tasks) throws IOException {
        this.config = config;
        this.tasks = tasks;
        this.tls = tls(config.trustStore(), false);
        this.grpcTls = tls(config.trustStore(), true);
        this.names = new Names(resolver, config.names(), tasks);
    }

    /** The one dispatcher of an event loop. All its methods are to be called on that loop. */
    public Dispatcher dispatcher(EventLoop loop, CallEnds ends) {
        boolean epoll = loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class);
        return new Dispatcher(this, loop, epoll, ends);
    }

    @Override
    public void close() {
        names.close();
    }

    private static SslContext tls(DispatcherConfig.TrustStore store, boolean grpc) throws IOException {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).endpointIdentificationAlgorithm("HTTPS");
            if (store != null) {
                char[] password =
                        store.password() == null ? null : store.password().toCharArray();
                KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
                try (InputStream in = Files.newInputStream(store.path())) {
                    trusted.load(in, password);
                }
                TrustManagerFactory managers =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                managers.init(trusted);
                builder.trustManager(managers);
            }
            return (grpc ? GrpcSslContexts.configure(builder, SslProvider.JDK) : builder).build();
        } catch (GeneralSecurityException | IOException unreadable) {
            String which = store == null ? "of the system" : store.toString();
            throw new IOException("trust store " + which + " cannot be used: " + unreadable.getMessage(), unreadable);
        }
    }
}
