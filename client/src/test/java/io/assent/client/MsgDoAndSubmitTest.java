package io.assent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PROTOCOL 12.3, row by row. */
class MsgDoAndSubmitTest {

    private static final String YES = "{\"dtm_result\":\"SUCCESS\"}";

    private final CoordinatorStub coordinator = new CoordinatorStub().answering(200, YES);
    private final CoordinatorStub participant = new CoordinatorStub();
    private final AtomicInteger runs = new AtomicInteger();

    @AfterEach
    void close() {
        coordinator.close();
        participant.close();
    }

    private void run(final LocalTransaction local) throws Exception {
        coordinator
                .client()
                .msg("g")
                .step("http://b/in", "1")
                .branchHeader("X-A", "b")
                .doAndSubmit(participant.url("/check?own=1"), barrier -> {
                    runs.incrementAndGet();
                    local.run(barrier);
                });
    }

    private List<String> calls() {
        return coordinator.requests().stream()
                .map(r -> r.uri().substring("/api/dtmsvr/".length()))
                .toList();
    }

    @Test
    void shouldSubmitWhenTheLocalTransactionCommits() throws Exception {
        run(barrier -> assertThat(barrier).isEqualTo(new BranchContext("msg", "g", "00", "msg")));
        assertThat(calls()).containsExactly("prepare", "submit");
        assertThat(participant.requests()).isEmpty();
    }

    @Test
    void shouldAbortAndThrowOnWhenTheLocalTransactionSaysNo() {
        final TransactionFailed no = new TransactionFailed("no money");
        assertThatThrownBy(() -> run(barrier -> {
                    throw no;
                }))
                .isSameAs(no);
        assertThat(calls()).containsExactly("prepare", "abort");
        assertThat(coordinator.requests().get(1).body()).contains("\"rollback_reason\":\"no money\"");
    }

    @Test
    void shouldSubmitAndThrowOnWhenTheCheckSaysCommitted() {
        participant.answering(200, YES);
        assertThatThrownBy(() -> run(barrier -> {
                    throw new IOException("connection lost at commit");
                }))
                .isInstanceOf(IOException.class);
        assertThat(calls()).containsExactly("prepare", "submit");
        final CoordinatorStub.Request check = participant.onlyRequest();
        assertThat(check.method()).isEqualTo("GET");
        assertThat(check.uri())
                .isEqualTo("/check?own=1&branch_id=00&dtm="
                        + coordinator.url("/api/dtmsvr").replace(":", "%3A").replace("/", "%2F")
                        + "&gid=g&op=msg&trans_type=msg");
        assertThat(check.accept()).isNull();
    }

    @Test
    void shouldAbortAndThrowOnWhenTheCheckSaysRolledBack() {
        participant.answering(409, "");
        assertThatThrownBy(() -> run(barrier -> {
                    throw new IllegalStateException("bug");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(calls()).containsExactly("prepare", "abort");
    }

    @Test
    void shouldLeaveTheMessagePreparedWhenTheCheckSaysNothingDefinite() {
        participant.answering(500, "").answering(200, "ONGOING").answering(201, "");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> run(barrier -> {
                        throw new IllegalStateException("bug");
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(calls()).containsExactly("prepare", "prepare", "prepare");
    }

    @Test
    void shouldNotRunTheLocalTransactionWhenThePrepareFails() {
        try (CoordinatorStub refusing =
                new CoordinatorStub().answering(409, "{\"dtm_result\":\"FAILURE\"}", "X-Assent-Status", "failed")) {
            assertThatThrownBy(() -> refusing.client()
                            .msg("g")
                            .step("u", "1")
                            .doAndSubmit(participant.url("/check"), barrier -> runs.incrementAndGet()))
                    .isInstanceOf(TransactionFailed.class);
        }
        assertThat(runs).hasValue(0);
    }

    @Test
    void shouldKeepTheErrorOfTheLocalTransactionFirstWhenTheAbortFailsToo() {
        try (CoordinatorStub failing =
                new CoordinatorStub().answering(200, YES).answering(500, "{\"message\":\"disk\"}")) {
            final TransactionFailed no = new TransactionFailed("no");
            assertThatThrownBy(() -> failing.client()
                            .msg("g")
                            .step("u", "1")
                            .doAndSubmit("http://127.0.0.1:1/", barrier -> {
                                throw no;
                            }))
                    .isSameAs(no)
                    .satisfies(
                            e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(AssentException.class));
        }
    }
}
