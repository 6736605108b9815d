package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import io.assent.engine.TransactionKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What participants receive, byte for byte (PROTOCOL 5.1, 5.2). */
class RequestBytesTest {
    private Caller caller;
    private Participant participant;

    @BeforeEach
    void open() throws IOException {
        caller = new Caller();
        participant = Participant.answering(Participant.OK);
    }

    @AfterEach
    void close() throws IOException {
        caller.close();
        participant.close();
    }

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    @Test
    void shouldPostThePayloadWhenThereIsOne() {
        caller.call(participant.url()).end();
        Participant.Request request = participant.requests().get(0);
        assertThat(request.head())
                .isEqualTo("POST /step?branch_id=01&gid=g1&op=action&trans_type=saga HTTP/1.1\r\n"
                        + "Host: 127.0.0.1:" + participant.port() + "\r\n"
                        + "User-Agent: assent\r\n"
                        + "Accept: application/json\r\n"
                        + "Content-Type: application/json\r\n"
                        + "Accept-Encoding: gzip\r\n"
                        + "Content-Length: 13\r\n");
        assertThat(request.body()).asString(StandardCharsets.UTF_8).isEqualTo("{\"amount\":30}");
    }

    @ParameterizedTest
    @MethodSource("io.assent.engine.TransactionKind#standard")
    void shouldGetWhenThereIsNoPayloadUnlessItIsXaOrAWorkflow(TransactionKind kind) {
        caller.call(participant.url()).kind(kind).payload(new byte[0]).end();
        Participant.Request request = participant.requests().get(0);
        boolean posts = kind.equals(TransactionKind.XA) || kind.equals(TransactionKind.WORKFLOW);
        assertThat(request.line())
                .isEqualTo((posts ? "POST" : "GET") + " /step?branch_id=01&gid=g1&op=action&trans_type="
                        + kind.wireName() + " HTTP/1.1");
        assertThat(request.header("Content-Length")).isEqualTo(posts ? "0" : null);
        assertThat(request.header("Content-Type")).isEqualTo("application/json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a-b_c.d~e|a-b_c.d~e",
                "a b|a+b",
                "a+b&c=d/e?f%g|a%2Bb%26c%3Dd%2Fe%3Ff%25g",
                "ü|%C3%BC",
                "ü a-1\uD83D\uDE00|%C3%BC+a-1%F0%9F%98%80",
                "*!()|%2A%21%28%29",
            })
    void shouldEscapeParameters(String gid, String escaped) {
        caller.call(participant.url() + "?gid=mine&x={y}")
                .gid(gid)
                .branch("0102", "compensate")
                .end();
        assertThat(participant.requests().get(0).line())
                .isEqualTo("POST /step?gid=mine&x={y}&branch_id=0102&gid=" + escaped
                        + "&op=compensate&trans_type=saga HTTP/1.1");
    }

    @Test
    void shouldSendThePayloadUnchangedWhateverItsSizeAndBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int size : new int[] {1, 16 << 10, (16 << 10) + 1, 4 << 20}) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            assertThat(caller.call(participant.url())
                            .payload(payload)
                            .timeoutMs(20_000)
                            .end()
                            .outcome())
                    .isEqualTo(Outcome.SUCCESS);
            Participant.Request request =
                    participant.requests().get(participant.requests().size() - 1);
            assertThat(request.body()).as("seed %d", seed).isEqualTo(payload);
        }
        assertThat(participant.accepted()).isEqualTo(1);
    }

    @Test
    void shouldLetBranchHeadersOverrideWithoutCase() {
        caller.call(participant.url())
                .header("content-TYPE", "text/plain")
                .header("HOST", "other.example")
                .header("Accept", "")
                .header("User-Agent", "mine")
                .header("X-Name", "Zoë")
                .header("x-twice", "1")
                .header("X-Twice", "2")
                .header("Content-Length", "999")
                .header("Transfer-Encoding", "chunked")
                .header("X-Trimmed", " \ta b\t ")
                .header("Authorization", "mine")
                .end();
        assertThat(participant.requests().get(0).head())
                .isEqualTo("POST /step?branch_id=01&gid=g1&op=action&trans_type=saga HTTP/1.1\r\n"
                        + "Host: other.example\r\n"
                        + "Accept-Encoding: gzip\r\n"
                        + "content-TYPE: text/plain\r\n"
                        + "Accept: \r\n"
                        + "User-Agent: mine\r\n"
                        + "X-Name: "
                        + new String("Zoë".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                        + "\r\n"
                        + "X-Twice: 2\r\n"
                        + "X-Trimmed: a b\r\n"
                        + "Authorization: mine\r\n"
                        + "Content-Length: 13\r\n");
    }

    @Test
    void shouldSendNoHeaderOfOneConnection() {
        caller.call(participant.url())
                .header("CONNECTION", "close, X-Named ,Content-Type")
                .header("Keep-Alive", "timeout=1")
                .header("Proxy-Authorization", "Basic x")
                .header("proxy-Connection", "keep-alive")
                .header("TE", "trailers")
                .header("Trailer", "X")
                .header("Transfer-Encoding", "chunked")
                .header("Upgrade", "h2c")
                .header("HTTP2-Settings", "AAMAAABkAAQAAP__")
                .header("x-named", "1")
                .header("content-type", "text/xml")
                .header("Accept-Encoding", "br, *")
                .header("Content-Length", "0")
                .header("X-Kept", "2")
                .end();
        assertThat(participant.requests().get(0).head())
                .isEqualTo("POST /step?branch_id=01&gid=g1&op=action&trans_type=saga HTTP/1.1\r\n"
                        + "Host: 127.0.0.1:" + participant.port() + "\r\n"
                        + "User-Agent: assent\r\n"
                        + "Accept: application/json\r\n"
                        + "Content-Type: application/json\r\n"
                        + "Accept-Encoding: gzip\r\n"
                        + "X-Kept: 2\r\n"
                        + "Content-Length: 13\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "application/json; charset=utf-8, true",
        "Text/JSON, true",
        "application/problem+json, true",
        "application/json-patch, true",
        "application/xml, true",
        "text/xml;a=b, true",
        "application/soap+xml, true",
        "text/plain, false",
        "application/x-www-form-urlencoded, false",
        "application/jsonp, false",
        "application/octet-stream, false",
        "image/svg+xml, false",
        "'', false",
    })
    void shouldAcceptWhatItSendsWhenItIsJsonOrXml(String type, boolean accepts) {
        caller.call(participant.url()).header("content-type", type).end();
        caller.call(participant.url())
                .header("content-type", type)
                .header("accept", "a/b")
                .end();
        assertThat(participant.requests())
                .extracting(request -> request.header("Accept"))
                .containsExactly(accepts ? type : null, "a/b");
    }

    @Test
    void shouldKeepNoCookies() throws IOException {
        String cookie = "HTTP/1.1 200 OK\r\nSet-Cookie: session=1; Path=/\r\nContent-Length: 2\r\n\r\n{}";
        try (Participant setting = Participant.answering(cookie)) {
            caller.call(setting.url()).end();
            caller.call(setting.url()).end();
            caller.call(setting.url()).header("Cookie", "mine=2").end();
            assertThat(setting.requests())
                    .extracting(request -> request.header("Cookie"))
                    .containsExactly(null, null, "mine=2");
        }
    }

    @Test
    void shouldSendTheCredentialsOfTheUrlUnlessAHeaderBringsSome() {
        String url = "http://user:pw@127.0.0.1:" + participant.port() + "/";
        caller.call(url).end();
        caller.call(url).header("authorization", "Bearer x").end();
        caller.call(url).end();
        assertThat(participant.requests())
                .extracting(request -> request.header("Authorization"))
                .containsExactly("Basic dXNlcjpwdw==", "Bearer x", "Basic dXNlcjpwdw==");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {"X Y|v", "|v", "X:|v", "Xü|v", "X|aLFb", "X|aCRb", "X|aNULb", "XCRLFY|v"})
    void shouldWriteNothingWhenAHeaderIsInvalid(String name, String value) {
        Caller.Ended end = caller.call(participant.url())
                .header("X-Good", "v")
                .header(withControls(name == null ? "" : name), withControls(value))
                .end();
        assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(end.text()).startsWith("branch header ").doesNotContain("\r", "\n");
        assertThat(participant.accepted()).isZero();
    }

    private static String withControls(String text) {
        return text.replace("CR", "\r").replace("LF", "\n").replace("NUL", "\0");
    }

    @ParameterizedTest
    @CsvSource({
        "'',http://127.0.0.1,true",
        "http,HTTP://127.0.0.1,true",
        "grpc,http://127.0.0.1,true",
        "json-rpc,http://127.0.0.1,true",
        "anything,http://127.0.0.1,true",
        "grpc,HTTP://127.0.0.1,false"
    })
    void shouldChooseHttpByProtocolOrPrefix(String protocol, String prefix, boolean http) {
        Caller.Ended end = caller.call(prefix + ":" + participant.port() + "/p")
                .protocol(protocol)
                .end();
        assertThat(end.outcome()).isEqualTo(http ? Outcome.SUCCESS : Outcome.UNKNOWN);
        assertThat(participant.accepted()).isEqualTo(http ? 1 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:1/p", "/p", "nacos://service/p", " http://127.0.0.1/"})
    void shouldSayThatTheSchemeIsMissingWhenTheProtocolIsHttp(String url) {
        assertThat(caller.call(url).end())
                .extracting("outcome", "text")
                .containsExactly(Outcome.UNKNOWN, "the URL does not begin with http:// or https://");
    }

    @Test
    void shouldCallTheMachineOutsideWhenInAContainer() throws IOException {
        try (Caller inside = new Caller(
                DispatcherConfig.DEFAULT.withInDocker(true),
                host -> {
                    assertThat(host).isEqualTo("host.docker.internal");
                    return new java.net.InetAddress[] {java.net.InetAddress.getByName("127.0.0.1")};
                },
                false)) {
            inside.call("http://localhost:" + participant.port() + "/a?b=127.0.0.1&c=localhost")
                    .end();
            inside.call("http://127.0.0.1:" + participant.port() + "/a?b=127.0.0.1")
                    .end();
        }
        assertThat(participant.requests())
                .extracting(request -> request.line().replaceAll("&branch_id.*", "") + " "
                        + request.header("Host").replaceAll(":.*", ""))
                .containsExactly(
                        "POST /a?b=host.docker.internal&c=localhost host.docker.internal",
                        "POST /a?b=127.0.0.1 host.docker.internal");
    }
}
