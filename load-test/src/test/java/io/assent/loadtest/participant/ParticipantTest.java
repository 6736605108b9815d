package io.assent.loadtest.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ParticipantTest {

    private final Participant participant = Participant.start(0);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        participant.close();
    }

    private HttpResponse<String> send(final String target, final String body, final Duration limit)
            throws IOException, InterruptedException {
        final HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(participant.url() + target)).timeout(limit);
        return http.send(
                (body == null ? request.GET() : request.POST(HttpRequest.BodyPublishers.ofString(body))).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> send(final String target, final String body) throws IOException, InterruptedException {
        return send(target, body, Duration.ofSeconds(10));
    }

    @Test
    void shouldAnswerSuccessWhenThePathIsNotScripted() throws Exception {
        assertThat(send("/TransOut?gid=g", "{}").body()).isEqualTo("{\"dtm_result\":\"SUCCESS\"}");
        assertThat(send("/TransIn?gid=g", null).statusCode()).isEqualTo(200);
        assertThat(participant.requests()).isEqualTo(2);
        assertThat(participant.lastBranches()).isEqualTo(1);
        assertThat(participant.ledger().size()).isZero();
    }

    @Test
    void shouldAnswerByAttemptWhenThePathIsScripted() throws Exception {
        final String target = "/act/fail.ongoing.err.ok-20/alice/-30?branch_id=01&gid=g&op=action&trans_type=saga";
        assertThat(send(target, "{}").statusCode()).isEqualTo(409);
        assertThat(send(target, "{}").statusCode()).isEqualTo(425);
        assertThat(send(target, "{}").statusCode()).isEqualTo(500);
        assertThat(send(target, "{}").body()).contains("SUCCESS");
        assertThat(participant.ledger().entriesOf("g")).hasSize(4).allSatisfy(call -> {
            assertThat(call.operation()).isEqualTo("01/action");
            assertThat(call.answered()).isGreaterThan(call.received());
        });
        assertThat(send("/ledger/balances", null).body()).isEqualTo("{\"alice\":-30}");
        assertThat(send("/ledger/entries?gid=g", null).body()).contains("\"outcome\":\"ok-20\"");
        assertThat(send("/ledger/counts", null).body()).contains("\"calls\":4");
    }

    @Test
    void shouldCloseTheConnectionWhenTheRequestSaysSo() throws Exception {
        try (Socket socket = new Socket("127.0.0.1", participant.port())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(participant.connections()).isLessThanOrEqualTo(1);
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("SUCCESS\"}");
        }
        while (participant.connections() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldRecordNoAnswerWhenTheScriptHangsOrCloses() {
        assertThatThrownBy(() -> send("/act/lost/bob/5?branch_id=01&gid=g&op=action", "{}"))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> send("/act/hang/bob/5?branch_id=02&gid=g&op=action", "{}", Duration.ofMillis(300)))
                .isInstanceOf(HttpTimeoutException.class);
        assertThat(participant.ledger().entriesOf("g"))
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.answered()).isZero());
        assertThat(participant.ledger().balances()).containsEntry("bob", 5L);
    }

    @Test
    void shouldAnswer400WhenTheScriptIsWrong() throws Exception {
        assertThat(send("/act/maybe/bob/5", "{}").statusCode()).isEqualTo(400);
        assertThat(send("/act/ok/bob", "{}").body()).contains("expected /act/");
        assertThat(participant.ledger().size()).isZero();
    }
}
