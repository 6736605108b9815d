package io.assent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client makes of each answer of the coordinator. */
class AnswersTest {

    private final CoordinatorStub stub = new CoordinatorStub();
    private final AssentClient client = stub.client();

    @AfterEach
    void close() {
        stub.close();
    }

    private void submit() {
        client.saga("g").step("http://a/x", "http://a/y", "1").submit();
    }

    @Test
    void shouldThrowTransactionFailedWhenTheAnswerIs409() {
        stub.answering(
                409, "{\"dtm_result\":\"FAILURE\",\"message\":\"current status 'failed', cannot sumbmit. FAILURE\"}");
        assertThatThrownBy(this::submit)
                .isInstanceOf(TransactionFailed.class)
                .hasMessage("submit: current status 'failed', cannot sumbmit. FAILURE");
    }

    @Test
    void shouldThrowTransactionFailedWhenA200SaysFailure() {
        stub.answering(200, "{\"dtm_result\":\"FAILURE\"}");
        assertThatThrownBy(this::submit).isInstanceOf(TransactionFailed.class);
    }

    @Test
    void shouldThrowStillOngoingWhenTheAnswerIs425OrSaysSo() {
        stub.answering(425, "{\"dtm_result\":\"ONGOING\",\"message\":\"ONGOING\"}")
                .answering(200, "{\"dtm_result\":\"ONGOING\"}");
        assertThatThrownBy(this::submit).isInstanceOf(StillOngoing.class);
        assertThatThrownBy(this::submit).isInstanceOf(StillOngoing.class);
    }

    @Test
    void shouldTellTheRetryPauseWhenTheAnswerIs503() {
        stub.answering(503, "{\"message\":\"starting\"}", "Retry-After", "2").answering(503, "", "Retry-After", "soon");
        final CoordinatorUnavailable first = catchThrowableOfType(CoordinatorUnavailable.class, this::submit);
        assertThat(first.retryAfter()).contains(Duration.ofSeconds(2));
        assertThat(first).hasMessage("submit: starting");
        final CoordinatorUnavailable second = catchThrowableOfType(CoordinatorUnavailable.class, this::submit);
        assertThat(second.retryAfter()).isEmpty();
        assertThat(second.httpStatus()).isEqualTo(503);
    }

    @Test
    void shouldThrowThePlainExceptionWhenTheOutcomeIsUnknown() {
        stub.answering(500, "{\"message\":\"gid has 200 characters\"}");
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("submit: status 500: gid has 200 characters");
    }

    @Test
    void shouldThrowThePlainExceptionWhenNoAnswerComesInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0)) {
            final AssentClient impatient = AssentClient.builder("http://127.0.0.1:" + silent.getLocalPort())
                    .requestTimeout(Duration.ofMillis(200))
                    .build();
            assertThatThrownBy(() -> impatient.msg("g").step("u", "1").submit())
                    .isExactlyInstanceOf(AssentException.class)
                    .hasMessageContaining("no answer");
        }
    }

    @Test
    void shouldThrowUnavailableWhenNobodyListens() throws IOException {
        final int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        final AssentClient nowhere = AssentClient.connect("http://127.0.0.1:" + port + "/api/dtmsvr");
        assertThatThrownBy(nowhere::newGid).isInstanceOf(CoordinatorUnavailable.class);
    }

    @Test
    void shouldReturnTheGidWhenTheAnswerHasOne() {
        stub.answering(200, "{\"dtm_result\":\"SUCCESS\",\"gid\":\"abc\"}").answering(200, "{\"gid\":\"abc\"}");
        assertThat(client.newGid()).isEqualTo("abc");
        assertThat(stub.onlyRequest().uri()).isEqualTo("/api/dtmsvr/newGid");
        assertThatThrownBy(client::newGid).isInstanceOf(AssentException.class).hasMessageContaining("dtm_result");
    }

    @Test
    void shouldReturnTheVersionWhenAsked() {
        stub.answering(200, "{\"version\":\"v1\"}");
        assertThat(client.version()).isEqualTo("v1");
    }

    @Test
    void shouldReturnAViewWhenTheTransactionFailedWithTheWordInItsReason() {
        stub.answering(
                200,
                "{\"branches\":[{\"id\":0,\"create_time\":\"2026-01-02T03:04:05Z\",\"update_time\":\"2026-01-02T03:04:05Z\","
                        + "\"gid\":\"g\",\"url\":\"http://a\",\"bin_data\":\"eyJhIjoxfQ==\",\"branch_id\":\"01\",\"op\":\"compensate\","
                        + "\"status\":\"succeed\",\"finish_time\":\"2026-01-02T03:04:06.5+01:00\"}],"
                        + "\"transaction\":{\"id\":0,\"create_time\":\"2026-01-02T03:04:05Z\",\"update_time\":null,\"gid\":\"g\","
                        + "\"trans_type\":\"saga\",\"status\":\"failed\",\"rollback_time\":\"2026-01-02T03:04:07Z\","
                        + "\"rollback_reason\":\"no money FAILURE\",\"concurrent\":false}}");
        final TransactionView view = client.query("g g").orElseThrow();
        assertThat(stub.onlyRequest().uri()).isEqualTo("/api/dtmsvr/query?gid=g+g");
        assertThat(view.status()).isEqualTo(TransactionStatus.FAILED);
        assertThat(view.status().isTerminal()).isTrue();
        assertThat(view.rollbackReason()).isEqualTo("no money FAILURE");
        assertThat(view.finishTime()).isEmpty();
        assertThat(view.rollbackTime()).contains(OffsetDateTime.parse("2026-01-02T03:04:07Z"));
        assertThat(view.fields()).containsEntry("concurrent", false);
        assertThat(view.branches()).singleElement().satisfies(branch -> {
            assertThat(branch.payload()).isEqualTo("{\"a\":1}");
            assertThat(branch.op()).isEqualTo("compensate");
            assertThat(branch.finishTime()).contains(OffsetDateTime.parse("2026-01-02T03:04:06.5+01:00"));
        });
    }

    @Test
    void shouldReturnNothingWhenTheTransactionIsUnknown() {
        stub.answering(200, "{\"branches\":[],\"transaction\":null}");
        assertThat(client.query("nobody")).isEmpty();
    }

    @Test
    void shouldSayWhatIsWrongWhenTheAnswerIsNoView() {
        stub.answering(200, "<html>").answering(200, "{\"transaction\":{\"status\":\"odd\"}}");
        assertThatThrownBy(() -> client.query("g"))
                .isInstanceOf(AssentException.class)
                .hasMessageContaining("not a JSON object");
        assertThatThrownBy(() -> client.query("g"))
                .isInstanceOf(AssentException.class)
                .hasMessageContaining("'odd'");
    }
}
