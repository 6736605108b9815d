package io.assent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    private CoordinatorStub refusing(final String status, final String message) {
        return stub.answering(
                409,
                "{\"dtm_result\":\"FAILURE\",\"message\":\"" + message + "\"}",
                Map.of("X-Assent-Status", status, "X-Assent-Code", "status.forbids"));
    }

    /** As DTM answers: what a 409 means stands in no header. */
    private CoordinatorStub refusingAsDtm(final String message) {
        return stub.answering(409, "{\"dtm_result\":\"FAILURE\",\"message\":\"" + message + "\"}");
    }

    private CoordinatorStub knowing(final String status) {
        return stub.answering(
                200,
                "{\"branches\":[],\"transaction\":{\"gid\":\"g\",\"trans_type\":\"saga\",\"status\":\"" + status
                        + "\"}}");
    }

    private List<String> paths() {
        return stub.requests().stream().map(CoordinatorStub.Request::uri).toList();
    }

    @Test
    void shouldThrowTransactionFailedWhenThe409SaysThatItHasFailed() {
        refusing("failed", "current status 'failed', cannot sumbmit. FAILURE");
        assertThatThrownBy(this::submit)
                .isInstanceOf(TransactionFailed.class)
                .hasMessage("submit: current status 'failed', cannot sumbmit. FAILURE");
        assertThat(paths()).containsExactly("/api/dtmsvr/submit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepared", "submitted", "aborting"})
    void shouldThrowStillOngoingWhenThe409SaysThatItIsNotAtItsEnd(final String status) {
        refusing(status, "wait result not return success: FAILURE");
        assertThatThrownBy(this::submit)
                .isInstanceOf(StillOngoing.class)
                .hasMessage("submit: wait result not return success: FAILURE");
        assertThat(paths()).containsExactly("/api/dtmsvr/submit");
    }

    @ParameterizedTest
    @ValueSource(strings = {"prepared", "submitted", "aborting"})
    void shouldAskWhenA409DoesNotSayThatTheTransactionGoesOn(final String status) {
        refusingAsDtm("wait result not return success: FAILURE");
        knowing(status);
        assertThatThrownBy(this::submit)
                .isInstanceOf(StillOngoing.class)
                .hasMessage("submit: wait result not return success: FAILURE");
        assertThat(paths()).containsExactly("/api/dtmsvr/submit", "/api/dtmsvr/query?gid=g");
    }

    @Test
    void shouldAskWhenA409DoesNotSayThatTheTransactionHasFailed() {
        refusingAsDtm("url:http://a/x return failed: no money FAILURE");
        knowing("failed");
        assertThatThrownBy(this::submit)
                .isInstanceOf(TransactionFailed.class)
                .hasMessage("submit: url:http://a/x return failed: no money FAILURE");
    }

    @Test
    void shouldAskWhenA200SaysFailure() {
        stub.answering(200, "{\"dtm_result\":\"FAILURE\"}");
        knowing("submitted");
        stub.answering(200, "{\"dtm_result\":\"FAILURE\"}");
        knowing("failed");
        assertThatThrownBy(this::submit).isInstanceOf(StillOngoing.class);
        assertThatThrownBy(this::submit).isInstanceOf(TransactionFailed.class);
    }

    @Test
    void shouldReturnFromASubmitThatIsRepeatedAfterItHasSucceeded() {
        refusing("succeed", "current status 'succeed', cannot sumbmit. FAILURE");
        refusingAsDtm("current status 'succeed', cannot sumbmit. FAILURE");
        knowing("succeed");
        submit();
        submit();
        assertThat(paths()).containsExactly("/api/dtmsvr/submit", "/api/dtmsvr/submit", "/api/dtmsvr/query?gid=g");
    }

    @Test
    void shouldThrowThePlainExceptionWhenItHasSucceededBeforeAnAbortOrAPrepare() {
        refusing("succeed", "trans type: 'msg' current status 'succeed', cannot abort. FAILURE");
        assertThatThrownBy(() -> client.abort("g", "msg", ""))
                .isExactlyInstanceOf(AssentException.class)
                .hasMessageEndingWith("(it has succeeded)");
        assertThatThrownBy(() -> client.msg("g").step("http://a/x").prepare("http://a/q"))
                .isExactlyInstanceOf(AssentException.class)
                .hasMessageEndingWith("(it has succeeded)");
    }

    @Test
    void shouldThrowThePlainExceptionWhenNobodyKnowsWhatA409Means() {
        refusingAsDtm("odd FAILURE");
        stub.answering(200, "{\"branches\":[],\"transaction\":null}");
        refusingAsDtm("odd FAILURE");
        stub.answering(500, "{\"message\":\"the store is away\"}");
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("submit: odd FAILURE (its status is not known)");
        assertThatThrownBy(this::submit)
                .isExactlyInstanceOf(AssentException.class)
                .hasMessage("submit: odd FAILURE (its status is not known: query: status 500: the store is away)");
    }

    @Test
    void shouldThrowGidInUseWhenTheGidIsAnothers() {
        for (final String code : List.of("gid.content", "trans_type.mismatch")) {
            stub.answering(
                    409,
                    "{\"dtm_result\":\"FAILURE\",\"message\":\"gid g belongs to a saga FAILURE\"}",
                    Map.of("X-Assent-Status", "submitted", "X-Assent-Code", code));
        }
        assertThatThrownBy(this::submit)
                .isInstanceOf(GidInUse.class)
                .hasMessage("submit: gid g belongs to a saga FAILURE");
        assertThatThrownBy(this::submit).isInstanceOf(GidInUse.class);
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
