package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.engine.Outcome;
import io.assent.engine.TransactionKind;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectTest {
    private Caller caller;

    @BeforeEach
    void open() throws IOException {
        caller = new Caller();
    }

    @AfterEach
    void close() {
        caller.close();
    }

    @AfterAll
    static void noBufferIsLost() {
        assertThat(LeakWatch.leaks()).isEmpty();
    }

    /** Redirects what comes to /step, answers the rest. */
    private static Participant redirecting(int status, String location, String body) throws IOException {
        return new Participant(exchange -> {
            for (Participant.Request request = exchange.read(); request != null; request = exchange.read()) {
                boolean first = request.line().contains(" /step");
                exchange.write(
                        first
                                ? "HTTP/1.1 " + status + " x\r\nLocation: " + location + "\r\nContent-Length: "
                                        + body.length() + "\r\n\r\n" + body
                                : "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nFAILURE");
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "301,GET,0,",
        "302,GET,0,",
        "303,GET,0,",
        "307,GET,0,application/json",
        "308,GET,0,application/json",
        "307,POST,13,application/json",
        "308,POST,13,application/json"
    })
    void shouldFollowWithTheMethodOfTheRequest(int status, String method, int length, String type) throws IOException {
        try (Participant participant = redirecting(status, "/other?x=1", "an ONGOING redirect")) {
            Caller.Ended end = caller.call(participant.url())
                    .payload(new byte[length])
                    .header("X-Branch", "b")
                    .end();
            assertThat(end.outcome()).isEqualTo(Outcome.FAILURE);
            List<Participant.Request> requests = participant.requests();
            assertThat(requests).hasSize(2);
            assertThat(requests.get(1).line()).isEqualTo(method + " /other?x=1 HTTP/1.1");
            assertThat(requests.get(1).header("X-Branch")).isEqualTo("b");
            assertThat(requests.get(1).header("Content-Type")).isEqualTo(type);
            assertThat(requests.get(1).body()).hasSize(length);
            assertThat(participant.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303})
    void shouldKnowNothingWhenAPostWouldLoseItsBody(int status) throws IOException {
        try (Participant participant = redirecting(status, "//u:pw@127.0.0.1:1/login?x", "FAILURE")) {
            for (String protocol : new String[] {"http", "json-rpc"}) {
                assertThat(caller.call(participant.url() + "?method=m")
                                .protocol(protocol)
                                .end())
                        .extracting("outcome", "text")
                        .containsExactly(
                                Outcome.UNKNOWN,
                                "status " + status + ": a POST would be redirected as a GET without its body,"
                                        + " only 307 and 308 keep it: the redirect leads to //u:***@127.0.0.1:1/login?x");
            }
            assertThat(participant.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void shouldKnowNothingWhenACheckBackIsRedirected(int status) throws IOException {
        try (Participant participant = redirecting(status, "/login", "")) {
            for (String protocol : new String[] {"http", "json-rpc"}) {
                Caller.Ended end = caller.call(participant.url() + "?method=m")
                        .kind(TransactionKind.MSG)
                        .protocol(protocol)
                        .branch("00", "msg")
                        .payload(new byte[0])
                        .end();
                assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
                assertThat(end.text())
                        .startsWith("status " + status + ": a check-back is not redirected")
                        .endsWith("the redirect leads to /login");
            }
            assertThat(participant.requests()).hasSize(2);
        }
    }

    @Test
    void shouldFollowTheGetOfAMessageStep() throws IOException {
        try (Participant participant = redirecting(302, "/other", "")) {
            caller.call(participant.url())
                    .kind(TransactionKind.MSG)
                    .payload(new byte[0])
                    .end();
            assertThat(participant.requests().get(1).line()).isEqualTo("GET /other HTTP/1.1");
        }
    }

    @Test
    void shouldSend10RequestsAndNotOneMore() throws IOException {
        for (int redirects = 9; redirects <= 10; redirects++) {
            int wanted = redirects;
            try (Participant participant = new Participant(exchange -> {
                int answered = 0;
                while (exchange.read() != null) {
                    exchange.write(
                            answered++ < wanted
                                    ? "HTTP/1.1 307 x\r\nLocation: /step" + answered
                                            + "\r\nContent-Length: 7\r\n\r\nFAILURE"
                                    : Participant.OK);
                }
            })) {
                Caller.Ended end = caller.call(participant.url()).end();
                assertThat(participant.requests()).hasSize(10);
                assertThat(end.outcome()).isEqualTo(redirects == 9 ? Outcome.SUCCESS : Outcome.UNKNOWN);
                assertThat(end.text())
                        .isEqualTo(
                                redirects == 9
                                        ? ""
                                        : "status 307: stopped after 10 requests: the redirect leads to /step10");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://h/x", "mailto:x", "http://", "http://a b/"})
    void shouldKnowNothingWhenTheLocationIsNotHttpWhateverTheBody(String location) throws IOException {
        try (Participant participant = redirecting(302, location, "FAILURE")) {
            Caller.Ended end =
                    caller.call(participant.url()).payload(new byte[0]).end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).startsWith("status 302: the ").doesNotContain("FAILURE");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 304, 305, 306})
    void shouldNotFollowOtherStatuses(int status) throws IOException {
        try (Participant participant = redirecting(status, "http://u:pw@h/other", "")) {
            assertThat(caller.call(participant.url()).end())
                    .extracting("outcome", "text")
                    .containsExactly(Outcome.UNKNOWN, "status " + status + ": not followed to http://u:***@h/other");
            assertThat(participant.requests()).hasSize(1);
        }
    }

    @Test
    void shouldNotWaitForTheBodyOfARedirect() throws IOException {
        try (Participant participant = new Participant(exchange -> {
            if (exchange.read().line().contains("/step")) {
                exchange.write("HTTP/1.1 307 x\r\nLocation: /other\r\nContent-Length: 1000000\r\n\r\nand then nothing");
                exchange.read();
            } else {
                exchange.write(Participant.OK);
            }
        })) {
            assertThat(caller.call(participant.url()).end().outcome()).isEqualTo(Outcome.SUCCESS);
            assertThat(participant.accepted()).isEqualTo(2);
        }
    }

    @Test
    void shouldGoToAnotherDestinationWithoutCredentialsAndHost() throws IOException {
        try (Participant other = Participant.answering(Participant.OK);
                Participant participant = redirecting(307, "http://localhost:" + other.port() + "/there?a=b c", "")) {
            String url = "http://user:pw@127.0.0.1:" + participant.port() + "/step";
            caller.call(url)
                    .header("Cookie", "secret")
                    .header("Host", "chosen")
                    .header("X-Kept", "1")
                    .end();
            Participant.Request request = other.requests().get(0);
            assertThat(request.line()).isEqualTo("POST /there?a=b%20c HTTP/1.1");
            assertThat(request.header("Host")).isEqualTo("localhost:" + other.port());
            assertThat(request.header("Authorization")).isNull();
            assertThat(request.header("Cookie")).isNull();
            assertThat(request.header("X-Kept")).isEqualTo("1");
            assertThat(participant.requests().get(0).header("Host")).isEqualTo("chosen");
        }
    }

    @Test
    void shouldKeepTheDeadlineOverRedirects() throws IOException {
        try (Participant hanging = Participant.hanging();
                Participant participant = redirecting(307, hanging.url(), "")) {
            Caller.Ended end = caller.call(participant.url()).timeoutMs(200).end();
            assertThat(end.outcome()).isEqualTo(Outcome.UNKNOWN);
            assertThat(end.text()).isEqualTo("no reply from http://127.0.0.1:" + hanging.port() + " within 200 ms");
            assertThat(end.latencyMs()).isGreaterThanOrEqualTo(200);
        }
    }
}
