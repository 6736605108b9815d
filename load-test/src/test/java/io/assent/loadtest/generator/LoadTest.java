package io.assent.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.forwarder.Forwarder;
import io.assent.loadtest.participant.Participant;
import io.assent.loadtest.process.ChildProcess;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generator, forwarder and participant together over real sockets. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoadTest {

    private final Participant participant = Participant.start(0);

    @AfterEach
    void close() {
        participant.close();
    }

    private LoadReport run(final int port, final boolean waiting, final int connections) throws InterruptedException {
        return new SagaGenerator(
                        new LoadPlan(
                                "127.0.0.1",
                                port,
                                LoadPlan.SUBMIT,
                                participant.url(),
                                waiting,
                                connections,
                                100,
                                Duration.ofMillis(100),
                                Duration.ofMillis(400)),
                        participant::lastBranches)
                .run();
    }

    @Test
    void shouldCallBothBranchesOfEachSagaWhenTheForwarderAnswersLast() throws Exception {
        try (Forwarder forwarder = Forwarder.start(0, "127.0.0.1", participant.port(), false)) {
            final LoadReport report = run(forwarder.port(), true, 8);
            assertThat(report.errors()).isEmpty();
            assertThat(report.answered())
                    .isPositive()
                    .isEqualTo(report.latencies().getTotalCount());
            assertThat(report.completed()).isEqualTo(report.answered());
            assertThat(participant.requests())
                    .isEqualTo(2 * participant.lastBranches())
                    .isGreaterThan(2 * report.answered());
            assertThat(report.latencyMs(99))
                    .isGreaterThanOrEqualTo(report.latencyMs(50))
                    .isPositive();
        }
    }

    @Test
    void shouldCountCompletedSagasWhenTheForwarderAnswersFirst() throws Exception {
        try (Forwarder forwarder = Forwarder.start(0, "127.0.0.1", participant.port(), true)) {
            final LoadReport report = run(forwarder.port(), false, 8);
            assertThat(report.errors()).isEmpty();
            assertThat(report.completed()).isPositive();
            // What was answered and is not completed is bounded by what may be in flight and the connections.
            assertThat(Math.abs(report.answered() - report.completed())).isLessThanOrEqualTo(2 * (100 + 8));
        }
    }

    @Test
    void shouldCountErrorsByKindWhenTheServerRefusesOrIsAway() throws Exception {
        final LoadReport away = run(ChildProcess.freePort(), true, 2);
        assertThat(away.errors()).containsOnlyKeys("connect");
        assertThat(away.answered()).isZero();
        final int gone = ChildProcess.freePort();
        try (Forwarder forwarder = Forwarder.start(0, "127.0.0.1", gone, false)) {
            assertThat(run(forwarder.port(), true, 2).errors()).containsOnlyKeys("status 502");
        }
    }

    @Test
    void shouldRefuseThePlanWhenABoundIsPassed() {
        assertThat(plan(LoadPlan.CONNECTIONS_MAX, LoadPlan.DURATION_MAX)).isNotNull();
        assertThatThrownBy(() -> plan(LoadPlan.CONNECTIONS_MAX + 1, Duration.ofSeconds(1)))
                .hasMessageContaining("connections");
        assertThatThrownBy(() -> plan(0, Duration.ofSeconds(1))).hasMessageContaining("connections");
        assertThatThrownBy(() -> plan(1, LoadPlan.DURATION_MAX.plusSeconds(1))).hasMessageContaining("duration");
        assertThatThrownBy(() -> plan(1, Duration.ZERO)).hasMessageContaining("duration");
    }

    private static LoadPlan plan(final int connections, final Duration duration) {
        return new LoadPlan("h", 1, "/", "u", true, connections, 1, Duration.ZERO, duration);
    }
}
