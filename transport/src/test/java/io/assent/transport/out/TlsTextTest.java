package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.engine.Outcome;
import io.assent.transport.SteadyTasks;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person reads when the two ends do not agree on TLS. */
class TlsTextTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private static Path keys;
    private static KeyManagerFactory managers;
    private static SSLContext serverTls;

    @BeforeAll
    static void makeCertificate() throws Exception {
        keys = directory.resolve("keys.p12");
        managers = ServerCertificate.make(keys, PASSWORD);
        serverTls = SSLContext.getInstance("TLS");
        serverTls.init(managers.getKeyManagers(), null, null);
    }

    private static Participant secure() throws IOException {
        ServerSocket server =
                serverTls.getServerSocketFactory().createServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        return new Participant(server, exchange -> {
            while (exchange.read() != null) {
                exchange.write(Participant.OK);
            }
        });
    }

    private static GrpcParticipant grpc(boolean secure) throws IOException {
        SslContext tls =
                GrpcSslContexts.configure(SslContextBuilder.forServer(managers)).build();
        return new GrpcParticipant("127.0.0.1", 0, any -> Status.OK, server -> {
            if (secure) {
                server.sslContext(tls);
            }
        });
    }

    private static DispatcherConfig trusting(Path store, String password) {
        return DispatcherConfig.DEFAULT.withTrustStore(new DispatcherConfig.TrustStore(store, password));
    }

    private static DispatcherConfig grpcTls(DispatcherConfig config) {
        return config.withGrpc(DispatcherConfig.Grpc.DEFAULT.withTls(GrpcTls.parse("*")));
    }

    private static void shouldSay(Caller.Ended end, String text) {
        assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(end.text()).isEqualTo(text);
    }

    @Test
    void shouldSayThatAPortSpeaksNoTlsWhenItIsCalledByHttps() throws IOException {
        try (Participant plain = new Participant(exchange -> {
                    exchange.socket.getInputStream().read();
                    exchange.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                    exchange.socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                });
                Participant waiting = Participant.hanging();
                Participant closing = new Participant(
                        exchange -> exchange.socket.getInputStream().read());
                Caller caller = new Caller()) {
            shouldSay(
                    caller.call("https://localhost:" + plain.port()).end(),
                    "secure connection to https://localhost:" + plain.port()
                            + " failed: the port does not speak TLS, call it by http://");
            shouldSay(
                    caller.call("https://localhost:" + waiting.port())
                            .timeoutMs(500)
                            .end(),
                    "no answer to the TLS handshake from https://localhost:" + waiting.port()
                            + " within 500 ms, a port that speaks no TLS is called by http://");
            Caller.Ended end =
                    caller.call("https://localhost:" + closing.port()).end();
            assertThat(end.text())
                    .startsWith("secure connection to https://localhost:" + closing.port() + " failed: ")
                    .containsAnyOf("the peer closed the connection", "Connection reset by peer")
                    .doesNotContain("Exception", "(..)");
        }
    }

    @Test
    void shouldSayThatAPortSpeaksTlsWhenItIsCalledByHttp() throws IOException {
        try (Participant secure = secure();
                GrpcParticipant grpc = grpc(false);
                Caller caller = new Caller()) {
            shouldSay(
                    caller.call("http://localhost:" + secure.port()).end(), "the port speaks TLS, call it by https://");
            shouldSay(
                    caller.call("http://localhost:" + grpc.port()).end(),
                    "the reply is not HTTP/1.x but looks like HTTP/2, as that of a gRPC port");
        }
    }

    @Test
    void shouldSayWhyACertificateIsNoGood() throws IOException {
        try (Participant secure = secure();
                GrpcParticipant grpc = grpc(true);
                Caller strict = new Caller(grpcTls(DispatcherConfig.DEFAULT));
                Caller trusting = new Caller(grpcTls(trusting(keys, PASSWORD)))) {
            String untrusted = "its certificate is not trusted, TrustStore must hold it or its issuer";
            shouldSay(
                    strict.call("https://localhost:" + secure.port()).end(),
                    "secure connection to https://localhost:" + secure.port() + " failed: " + untrusted);
            shouldSay(
                    strict.call("localhost:" + grpc.port() + "/a.B/C")
                            .protocol("grpc")
                            .end(),
                    "rpc error: code = Unavailable desc = io exception: " + untrusted);
            String otherName = "its certificate is for another name:"
                    + " No subject alternative names matching IP address 127.0.0.1 found";
            shouldSay(
                    trusting.call("https://127.0.0.1:" + secure.port()).end(),
                    "secure connection to https://127.0.0.1:" + secure.port() + " failed: " + otherName);
            shouldSay(
                    trusting.call("127.0.0.1:" + grpc.port() + "/a.B/C")
                            .protocol("grpc")
                            .end(),
                    "rpc error: code = Unavailable desc = io exception: " + otherName);
        }
    }

    @Test
    void shouldSayWhatAPortSpeaksThatIsCalledByGrpc() throws IOException {
        try (Participant plain = Participant.answering("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
                Participant secure = secure();
                GrpcParticipant grpc = grpc(false);
                Caller caller = new Caller();
                Caller tls = new Caller(grpcTls(trusting(keys, PASSWORD)))) {
            shouldSay(
                    caller.call("localhost:" + secure.port() + "/a.B/C")
                            .protocol("grpc")
                            .end(),
                    "rpc error: code = Internal desc = http2 exception: the port speaks TLS, GrpcTls must name it");
            shouldSay(
                    caller.call("localhost:" + plain.port() + "/a.B/C")
                            .protocol("grpc")
                            .end(),
                    "rpc error: code = Internal desc = http2 exception: the port speaks HTTP/1 and not gRPC");
            shouldSay(
                    tls.call("localhost:" + grpc.port() + "/a.B/C")
                            .protocol("grpc")
                            .end(),
                    "rpc error: code = Unavailable desc = io exception:"
                            + " the port does not speak TLS, GrpcTls must not name it");
            shouldSay(
                    tls.call("localhost:" + secure.port() + "/a.B/C")
                            .protocol("grpc")
                            .end(),
                    "rpc error: code = Unavailable desc = Failed ALPN negotiation: Unable to find compatible protocol");
        }
    }

    @Test
    void shouldNameNoCallsOfTheSystem() throws IOException {
        int nobody;
        try (ServerSocket free = new ServerSocket(0)) {
            nobody = free.getLocalPort();
        }
        try (Participant resetting = new Participant(exchange -> {
                    exchange.socket.getInputStream().read();
                    exchange.reset();
                });
                Caller caller = new Caller()) {
            assertThat(caller.call("http://127.0.0.1:" + nobody).end().text())
                    .isEqualTo("connection to http://127.0.0.1:" + nobody
                            + " failed: Connection refused: 127.0.0.1/127.0.0.1:" + nobody);
            assertThat(caller.call("127.0.0.1:" + nobody + "/a.B/C")
                            .protocol("grpc")
                            .end()
                            .text())
                    .startsWith("rpc error: code = Unavailable desc = io exception: Connection refused: ");
            shouldSay(
                    caller.call("http://127.0.0.1:" + resetting.port()).end(),
                    "connection to http://127.0.0.1:" + resetting.port()
                            + " closed before a reply came: Connection reset by peer");
        }
    }

    @Test
    void shouldTrustTheCertificatesOfAPemFile() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, PASSWORD.toCharArray());
        }
        Path otherKeys = directory.resolve("other.p12");
        ServerCertificate.make(otherKeys, PASSWORD);
        KeyStore other = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(otherKeys)) {
            other.load(in, PASSWORD.toCharArray());
        }
        Path pem = Files.writeString(
                directory.resolve("trusted.pem"),
                "# two of them\n\n" + pem(other.getCertificate("svc")) + "\nSecond - the right one\n======\n"
                        + pem(store.getCertificate("svc")));
        try (Participant secure = secure();
                GrpcParticipant grpc = grpc(true);
                Caller caller = new Caller(grpcTls(trusting(pem, null)))) {
            Caller.Ended https =
                    caller.call("https://localhost:" + secure.port()).end();
            assertThat(https.outcome()).as(https.text()).isEqualTo(Outcome.SUCCESS);
            Caller.Ended overGrpc = caller.call("localhost:" + grpc.port() + "/a.B/C")
                    .protocol("grpc")
                    .end();
            assertThat(overGrpc.outcome()).as(overGrpc.text()).isEqualTo(Outcome.SUCCESS);
        }
    }

    private static String pem(Certificate certificate) throws Exception {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }

    private static Outbound outbound(DispatcherConfig config) throws IOException {
        return new Outbound(config, NameResolver.SYSTEM, new SteadyTasks());
    }

    @Test
    void shouldSayWhyATrustStoreCanNotBeUsed() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "certificates to come");
        Path broken = Files.writeString(
                directory.resolve("broken.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> outbound(trusting(directory.resolve("none"), null)))
                .hasMessage("trust store " + directory.resolve("none") + " cannot be used: there is no such file");
        assertThatThrownBy(() -> outbound(trusting(text, null)))
                .hasMessage("trust store " + text
                        + " cannot be used: it is neither a key store nor a text with certificates (PEM)");
        assertThatThrownBy(() -> outbound(trusting(broken, null)))
                .hasMessageStartingWith("trust store " + broken + " cannot be used: ");
        assertThatThrownBy(() -> outbound(trusting(keys, null)))
                .hasMessage("trust store " + keys
                        + " cannot be used: it holds no certificate, or none without its password");
        assertThatThrownBy(() -> outbound(trusting(keys, "wrong"))).hasMessageContaining("password");
    }
}
