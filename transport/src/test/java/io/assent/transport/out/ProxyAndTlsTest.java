package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.engine.Outcome;
import io.assent.transport.SteadyTasks;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The ways to a participant that are not a plain connection. */
class ProxyAndTlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path directory;

    private static Path keys;
    private static SSLContext serverTls;

    @BeforeAll
    static void makeCertificate() throws Exception {
        keys = directory.resolve("keys.p12");
        KeyManagerFactory managers = ServerCertificate.make(keys, PASSWORD);
        serverTls = SSLContext.getInstance("TLS");
        serverTls.init(managers.getKeyManagers(), null, null);
    }

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    private static final NameResolver EVERYTHING_HERE = host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")};

    private static DispatcherConfig trusting() {
        return DispatcherConfig.DEFAULT
                .withRequestTimeoutMs(20_000)
                .withTrustStore(new DispatcherConfig.TrustStore(keys, PASSWORD));
    }

    private static Participant secureParticipant(List<String> names) throws IOException {
        SSLServerSocket server = (SSLServerSocket)
                serverTls.getServerSocketFactory().createServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
        return new Participant(server, exchange -> {
            while (exchange.read() != null) {
                ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) exchange.socket).getSession();
                session.getRequestedServerNames().forEach(name -> names.add(((SNIHostName) name).getAsciiName()));
                exchange.write(Participant.OK);
            }
        });
    }

    @Test
    void shouldCallOverTlsWithTheNameOfTheHost() throws IOException {
        List<String> names = new CopyOnWriteArrayList<>();
        try (Caller caller = new Caller(trusting(), EVERYTHING_HERE, true);
                Participant participant = secureParticipant(names)) {
            for (int i = 0; i < 3; i++) {
                Caller.Ended end = caller.call("https://svc.example:" + participant.port() + "/p")
                        .payload(new byte[100_000])
                        .end();
                assertThat(end.outcome()).as(end.text()).isEqualTo(Outcome.SUCCESS);
            }
            assertThat(participant.accepted()).isEqualTo(1);
            assertThat(names).containsOnly("svc.example");
            assertThat(participant.requests().get(2).body()).hasSize(100_000);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"other.example", "127.0.0.1"})
    void shouldRefuseACertificateForAnotherHost(String host) throws IOException {
        try (Caller caller = new Caller(trusting(), EVERYTHING_HERE, true);
                Participant participant = secureParticipant(new CopyOnWriteArrayList<>())) {
            Caller.Ended end = caller.call("https://" + host + ":" + participant.port() + "/")
                    .end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text())
                    .startsWith("secure connection to https://" + host + ":" + participant.port() + " failed");
            assertThat(participant.requests()).isEmpty();
            assertThat(caller.dispatcher.counters().connections()).isZero();
        }
    }

    @Test
    void shouldRefuseACertificateThatTheSystemDoesNotTrust() throws IOException {
        try (Caller caller = new Caller();
                Participant participant = secureParticipant(new CopyOnWriteArrayList<>())) {
            Caller.Ended end = caller.call("https://localhost:" + participant.port() + "/")
                    .timeoutMs(20_000)
                    .end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).contains("secure connection", "TrustStore");
            assertThat(participant.requests()).isEmpty();
        }
    }

    @Test
    void shouldEndByTheDeadlineWhenTheOtherSideNeverAgrees() throws IOException {
        try (Caller caller = new Caller(trusting());
                Participant silent = Participant.hanging()) {
            Caller.Ended end = caller.call("https://localhost:" + silent.port() + "/")
                    .timeoutMs(200)
                    .end();
            assertThat(end.text())
                    .isEqualTo("no answer to the TLS handshake from https://localhost:" + silent.port()
                            + " within 200 ms, a port that speaks no TLS is called by http://");
            Caller.eventually(() -> silent.open() == 0, "the connection closes");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldBelieveAReplyWithoutLengthOnlyWhenTlsSaysThatItHasEnded(boolean announced) throws IOException {
        try (Caller caller = new Caller(trusting());
                Participant participant = new Participant(exchange -> {
                    SSLSocket secure = (SSLSocket) serverTls
                            .getSocketFactory()
                            .createSocket(exchange.socket, null, exchange.socket.getPort(), false);
                    secure.setUseClientMode(false);
                    assertThat(secure.getInputStream().read(new byte[4096])).isPositive();
                    secure.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\nall of it".getBytes(StandardCharsets.UTF_8));
                    if (announced) {
                        secure.shutdownOutput();
                        exchange.socket.getInputStream().read();
                    }
                })) {
            Caller.Ended end = caller.call("https://localhost:" + participant.port() + "/")
                    .payload(new byte[0])
                    .end();
            assertThat(end.outcome()).as(end.text()).isEqualTo(announced ? Outcome.SUCCESS : Outcome.UNKNOWN);
            assertThat(end.text()).contains(announced ? "" : "in the middle of the reply");
        }
    }

    @Test
    void shouldSayWhichTrustStoreCannotBeUsed() {
        Path missing = directory.resolve("missing.p12");
        DispatcherConfig config =
                DispatcherConfig.DEFAULT.withTrustStore(new DispatcherConfig.TrustStore(missing, "secret"));
        assertThatThrownBy(() -> new Outbound(config, NameResolver.SYSTEM, new SteadyTasks()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(missing.toString());
        assertThat(config.toString()).doesNotContain("secret");
    }

    /** Serves requests with whole URLs and CONNECT, like a proxy; every host is on this machine. */
    private static Participant proxy(String credentials) throws IOException {
        return new Participant(exchange -> {
            for (Participant.Request request = exchange.read(); request != null; request = exchange.read()) {
                boolean known = credentials == null || credentials.equals(request.header("Proxy-Authorization"));
                if (!known) {
                    exchange.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
                } else if (request.line().startsWith("CONNECT ")) {
                    int port = Integer.parseInt(request.line().replaceAll(".*:(\\d+) .*", "$1"));
                    exchange.write("HTTP/1.1 200 Connection established\r\n\r\n");
                    try (Socket target = new Socket("127.0.0.1", port)) {
                        Thread back = new Thread(() -> copy(target, exchange.socket));
                        back.start();
                        copy(exchange.socket, target);
                        return;
                    }
                } else {
                    exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied");
                }
            }
        });
    }

    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            in.transferTo(out);
            to.shutdownOutput();
        } catch (IOException closed) {
            // The tunnel ends.
        }
    }

    private static DispatcherConfig through(Participant proxy, String userInfo) {
        String url = "http://" + userInfo + "127.0.0.1:" + proxy.port();
        return trusting()
                .withProxies(ProxyRules.fromEnvironment(
                        Map.of("HTTP_PROXY", url, "https_proxy", url + "/", "NO_PROXY", "direct.example")));
    }

    @Test
    void shouldSendPlainCallsToTheProxyWithTheirWholeUrl() throws IOException {
        try (Participant proxy = proxy("Basic dTpwdyE=");
                Participant direct = Participant.answering(Participant.OK);
                Caller caller = new Caller(through(proxy, "u:pw%21@"), EVERYTHING_HERE, true)) {
            for (int i = 0; i < 2; i++) {
                assertThat(caller.call("http://svc.example:81/p?a=1").end().outcome())
                        .isEqualTo(Outcome.SUCCESS);
            }
            assertThat(proxy.requests()).hasSize(2);
            Participant.Request request = proxy.requests().get(1);
            assertThat(request.line())
                    .isEqualTo(
                            "POST http://svc.example:81/p?a=1&branch_id=01&gid=g1&op=action&trans_type=saga HTTP/1.1");
            assertThat(request.header("Host")).isEqualTo("svc.example:81");
            assertThat(proxy.accepted()).isEqualTo(1);

            caller.call(direct.url()).end();
            caller.call("http://localhost:" + direct.port() + "/").end();
            caller.call("http://direct.example:" + direct.port() + "/").end();
            caller.call("http://sub.direct.example:" + direct.port() + "/").end();
            assertThat(direct.requests()).hasSize(4).allMatch(seen -> seen.header("Proxy-Authorization") == null);
            assertThat(proxy.requests()).hasSize(2);
        }
    }

    @Test
    void shouldTunnelSecureCallsThroughTheProxy() throws IOException {
        List<String> names = new CopyOnWriteArrayList<>();
        NameResolver onlyTheProxy = host -> {
            throw new UnknownHostException(host);
        };
        try (Participant proxy = proxy("Basic dTpwdyE=");
                Participant participant = secureParticipant(names);
                Caller caller = new Caller(through(proxy, "u:pw%21@"), onlyTheProxy, true)) {
            for (int i = 0; i < 2; i++) {
                Caller.Ended end = caller.call("https://svc.example:" + participant.port() + "/p")
                        .end();
                assertThat(end.outcome()).as(end.text()).isEqualTo(Outcome.SUCCESS);
            }
            assertThat(proxy.requests()).hasSize(1);
            assertThat(proxy.requests().get(0).line())
                    .isEqualTo("CONNECT svc.example:" + participant.port() + " HTTP/1.1");
            assertThat(participant.requests().get(0).line()).startsWith("POST /p?branch_id=01");
            assertThat(participant.requests().get(0).header("Proxy-Authorization"))
                    .isNull();
            assertThat(names).containsOnly("svc.example");
        }
    }

    @Test
    void shouldSayWhyWhenTheProxyRefuses() throws IOException {
        try (Participant proxy = proxy("Basic other");
                Caller caller = new Caller(through(proxy, ""), EVERYTHING_HERE, true)) {
            assertThat(caller.call("http://svc.example/").end().outcome()).isEqualTo(Outcome.UNKNOWN);
            Caller.Ended end = caller.call("https://svc.example/").end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).contains("https://svc.example failed", "407");
            Caller.eventually(() -> caller.dispatcher.counters().openCalls() == 0, "nothing is open");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "plain.example,80,true",
        "no.example,80,false",
        "sub.no.example,80,false",
        "xno.example,80,true",
        "dot.example,80,true",
        "sub.dot.example,80,false",
        "star.example,80,true",
        "sub.star.example,80,false",
        "port.example,8080,false",
        "port.example,8081,true",
        "10.1.2.3,80,false",
        "10.2.2.3,80,true",
        "192.168.1.1,80,false",
        "192.168.1.2,80,true",
        "192.168.1.9,99,false",
        "192.168.1.9,98,true",
        "fd00::1,80,false",
        "localhost,80,false",
        "127.3.4.5,80,false",
        "::1,80,false"
    })
    void shouldKnowWhereNoProxyIsUsed(String host, int port, boolean proxied) {
        ProxyRules rules = ProxyRules.fromEnvironment(
                Map.of(
                        "http_proxy",
                        "proxy.example:3128",
                        "no_proxy",
                        "no.example, .dot.example,*.star.example,port.example:8080,10.1.0.0/16,192.168.1.1,192.168.1.9:99,fd00::/8"));
        assertThat(rules.proxyFor(false, host, port) != null).isEqualTo(proxied);
        assertThat(rules.proxyFor(true, host, port)).isNull();
        assertThat(ProxyRules.fromEnvironment(Map.of("HTTP_PROXY", "http://p", "NO_PROXY", "*"))
                        .proxyFor(false, host, port))
                .isNull();
    }

    @Test
    void shouldReadProxiesFromTheEnvironment() {
        ProxyRules rules = ProxyRules.fromEnvironment(
                Map.of("HTTP_PROXY", "http://u:p@first", "http_proxy", "second", "HTTPS_PROXY", " "));
        assertThat(rules.proxyFor(false, "x", 80)).isEqualTo(new ProxyRules.Proxy("first", 80, "u", "p", "Basic dTpw"));
        assertThat(rules.proxyFor(true, "x", 443)).isNull();
        assertThat(rules.proxyFor(false, "x", 80).toString()).isEqualTo("first:80");
        assertThat(DispatcherConfig.fromEnvironment(Map.of("IS_DOCKER", "1")).inDocker())
                .isTrue();
        assertThat(DispatcherConfig.fromEnvironment(Map.of("IS_DOCKER", "")).inDocker())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://p:1", "https://p", "http://", "http://p:x"})
    void shouldNameTheVariableWhenAProxyIsUnusable(String value) {
        assertThatThrownBy(() -> ProxyRules.fromEnvironment(Map.of("HTTPS_PROXY", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("HTTPS_PROXY");
    }

    @Test
    void shouldLeaveOutASocksProxy() {
        ProxyRules rules =
                ProxyRules.fromEnvironment(Map.of("HTTPS_PROXY", "socks5://p:1", "HTTP_PROXY", "http://q:2"));
        assertThat(rules.proxyFor(true, "x", 443)).isNull();
        assertThat(rules.proxyFor(false, "x", 80)).hasToString("q:2");
    }

    @Test
    void shouldRefuseSettingsThatAreNotPositive() {
        assertThatThrownBy(() -> DispatcherConfig.DEFAULT.withRequestTimeoutMs(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("requestTimeoutMs");
        assertThatThrownBy(() -> new DispatcherConfig.Pool(1, 1, 1, 1, 0, 1, 1, 1, 1, 1))
                .hasMessageContaining("connectionsMax");
        assertThatThrownBy(() -> new DispatcherConfig.Names(1, 1, 1, 1, 1, 1, 0, 1))
                .hasMessageContaining("slowThreadsMax");
    }
}
