package io.assent.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a client may do to a connection (SAFETY, Inbound manners). */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class InboundMannersTest {
    private static final String PING = "GET /api/ping HTTP/1.1\r\nHost: x\r\n";

    @TempDir
    static Path data;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = new TestServer(data);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String raw(String request) {
        return RawClient.exchange(server.port(), request);
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void shouldAnswerPipelinedRequestsInTheirOrder() {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 200; i++) {
            requests.append(
                    i % 2 == 0 ? "GET /api/dtmsvr/query?gid=g" + i + " HTTP/1.1\r\nHost: x\r\n\r\n" : PING + "\r\n");
        }
        String replies = raw(requests + PING + "Connection: close\r\n\r\n");
        assertThat(count(replies, "HTTP/1.1 200 OK")).isEqualTo(201);
        int at = 0;
        for (int i = 0; i < 200; i++) {
            at = replies.indexOf(i % 2 == 0 ? "\"transaction\":null" : "pong", at);
            assertThat(at).as("reply " + i).isPositive();
            at++;
        }
    }

    @Test
    void shouldAnswerEverythingWhenAClientEndsItsSideWithManyRequestsUnderWay() {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            requests.append("GET /api/dtmsvr/query?gid=g").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
        }
        for (int repeat = 0; repeat < 20; repeat++) {
            assertThat(count(RawClient.exchange(server.port(), requests.toString(), true), "HTTP/1.1 200 OK"))
                    .isEqualTo(500);
        }
    }

    @Test
    void shouldAnswerNothingBehindARequestThatIsGivenUpBecauseItsClientHasEndedItsSide() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String body =
                    "{\"gid\":\"given-up\",\"trans_type\":\"saga\",\"wait_result\":true,\"payloads\":[\"\"],\"steps\":[{\"action\":\"http://127.0.0.1:"
                            + silent.getLocalPort() + "/\"}]}";
            String replies = RawClient.exchange(
                    server.port(),
                    "GET /api/dtmsvr/query?gid=before HTTP/1.1\r\nHost: x\r\n\r\n"
                            + "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length()
                            + "\r\n\r\n" + body
                            + PING + "\r\n",
                    true);
            assertThat(count(replies, "HTTP/1.1 ")).isEqualTo(1);
            assertThat(replies).contains("\"transaction\":null").doesNotContain("pong");
        }
        assertThat(server.status("given-up")).isEqualTo("submitted");
    }

    @Test
    void shouldSendALargeResponseWholeWhenTheClientHasEndedItsSide() {
        int length = 3 << 20;
        server.submit("{\"gid\":\"long-read\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\""
                + "x".repeat(length) + "\"]}");
        String reply = RawClient.exchange(
                server.port(), "GET /api/dtmsvr/query?gid=long-read HTTP/1.1\r\nHost: x\r\n\r\n", true);
        assertThat(reply.length()).isGreaterThan(length * 2);
        assertThat(reply).startsWith("HTTP/1.1 200 OK").endsWith("}");
    }

    @Test
    void shouldSendTheRestOfAResponseWhenTheClientEndsItsSideInItsMidst() throws IOException {
        int length = 3 << 20;
        server.submit(
                "{\"gid\":\"interrupted-read\",\"trans_type\":\"saga\",\"steps\":[{\"action\":\"\"}],\"payloads\":[\""
                        + "x".repeat(length) + "\"]}");
        try (Socket socket = new Socket()) {
            // So little that the server can not get rid of the response before it is read.
            socket.setReceiveBufferSize(4 << 10);
            socket.setSoTimeout(30_000);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
            socket.getOutputStream()
                    .write("GET /api/dtmsvr/query?gid=interrupted-read HTTP/1.1\r\nHost: x\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            socket.shutdownOutput();
            // Answered behind the end of the input, for the event loop sees that first.
            assertThat(raw(PING + "Connection: close\r\n\r\n")).contains("pong");
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(reply.length()).isGreaterThan(length * 2);
            assertThat(reply.substring(reply.length() - 2)).isEqualTo("}}");
        }
    }

    @Test
    void shouldLetAClientReadEveryAnswerWhenWhatItSentBehindThemIsRefusedUnread() {
        String many = "GET /api/metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40);
        for (int repeat = 0; repeat < 5; repeat++) {
            String replies = raw(many + "no request\r\n\r\n" + "x".repeat(1 << 20));
            assertThat(count(replies, "HTTP/1.1 200 OK")).isEqualTo(40);
            assertThat(count(replies, "HTTP/1.1 400 Bad Request")).isEqualTo(1);
        }
    }

    @Test
    void shouldEscapeWhatWouldBreakOutOfTheLocationOfARedirect() {
        String reply = raw(
                "GET /api/dtmsvr/query/?a=\u0001\u007f\u00e9\"&b=%41 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(reply)
                .startsWith("HTTP/1.1 301 ")
                .contains("\r\nLocation: /api/dtmsvr/query?a=%01%7F%E9\"&b=%41\r\n");
    }

    @Test
    void shouldServeOldAndOddClients() {
        assertThat(raw("GET /api/ping HTTP/1.0\r\n\r\n")).contains("pong").contains("Connection: close");
        assertThat(raw("GET http://any.host/api/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains("pong");
        assertThat(raw("HEAD /api/ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .contains("200 OK")
                .doesNotContain("pong");
        assertThat(raw(
                        "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                                + chunk("{\"gid") + chunk("\":\"chunked\",\"trans_type\":\"saga\"") + chunk("}")
                                + chunk("")))
                .contains("SUCCESS");
        assertThat(raw("POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
                        + "Connection: close\r\n\r\n{}"))
                .startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 ");
        assertThat(RawClient.exchange(server.port(), PING + "\r\n", true)).contains("pong");
    }

    @Test
    void shouldRefuseWhatLeavesTheEndOfARequestOpen() {
        assertThat(
                        raw(
                                "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("Connection: close");
        assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void shouldBoundHeadersAndBodies() {
        assertThat(raw(PING + "X: " + "y".repeat(20_000) + "\r\n\r\n")).startsWith("HTTP/1.1 431 ");
        String body = "{\"gid\":\"big\",\"trans_type\":\"saga\",\"x\":\"";
        int fill = Limits.BODY_BYTES_MAX - body.length() - 2;
        String head = "POST /api/dtmsvr/submit HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ";
        assertThat(raw(head + Limits.BODY_BYTES_MAX + "\r\n\r\n" + body + "x".repeat(fill) + "\"}"))
                .contains("SUCCESS");
        assertThat(raw(head + (Limits.BODY_BYTES_MAX + 1) + "\r\n\r\n")).startsWith("HTTP/1.1 413 ");
    }

    @Test
    void shouldRedirectATrailingSlash() {
        assertThat(raw("GET /api/dtmsvr/query/?gid=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 301 ")
                .contains("Location: /api/dtmsvr/query?gid=1\r\n");
        assertThat(
                        raw(
                                "POST /api/dtmsvr/submit/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                .startsWith("HTTP/1.1 307 ");
    }
}
