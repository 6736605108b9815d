package io.assent.transport.out;

import io.assent.transport.SteadyTasks;
import io.grpc.netty.GrpcSslContexts;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * What the dispatchers of all event loops share: configuration, the names of hosts, and what https trusts.
 *
 * <p>Safe for any thread. Close it after the event loops have ended.
 */
public final class Outbound implements AutoCloseable {
    private static final String PEM_BEGIN = "-----BEGIN CERTIFICATE-----";

    private static final byte PKCS12_BEGIN = 0x30;
    private static final byte JKS_BEGIN = (byte) 0xfe;

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

    /** A key store, or certificates one after the other as text (PEM). */
    private static KeyStore trusted(DispatcherConfig.TrustStore store) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        if (!Files.isRegularFile(store.path())) {
            throw new IOException("there is no such file");
        }
        byte[] file = Files.readAllBytes(store.path());
        if (!new String(file, StandardCharsets.ISO_8859_1).contains(PEM_BEGIN)) {
            if (file.length == 0 || (file[0] != PKCS12_BEGIN && file[0] != JKS_BEGIN)) {
                throw new IOException("it is neither a key store nor a text with certificates (PEM)");
            }
            char[] password = store.password() == null ? null : store.password().toCharArray();
            trusted.load(new ByteArrayInputStream(file), password);
            return trusted;
        }
        trusted.load(null, null);
        int number = 0;
        for (Certificate certificate :
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(file))) {
            trusted.setCertificateEntry("certificate " + ++number, certificate);
        }
        return trusted;
    }

    private static boolean trustsAny(TrustManagerFactory managers) {
        for (TrustManager manager : managers.getTrustManagers()) {
            if (manager instanceof X509TrustManager certificates && certificates.getAcceptedIssuers().length > 0) {
                return true;
            }
        }
        return false;
    }

    private static SslContext tls(DispatcherConfig.TrustStore store, boolean grpc) throws IOException {
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient().sslProvider(SslProvider.JDK).endpointIdentificationAlgorithm("HTTPS");
            if (store != null) {
                KeyStore trusted = trusted(store);
                TrustManagerFactory managers =
                        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                managers.init(trusted);
                if (!trustsAny(managers)) {
                    throw new IOException("it holds no certificate, or none without its password");
                }
                builder.trustManager(managers);
            }
            return (grpc ? GrpcSslContexts.configure(builder, SslProvider.JDK) : builder).build();
        } catch (GeneralSecurityException | IOException unreadable) {
            String which = store == null ? "of the system" : store.toString();
            throw new IOException("trust store " + which + " cannot be used: " + unreadable.getMessage(), unreadable);
        }
    }
}
