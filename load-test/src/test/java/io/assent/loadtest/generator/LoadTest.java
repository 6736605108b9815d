package io.assent.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.forwarder.Forwarder;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.Participant;
import io.assent.loadtest.process.ChildProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generator, forwarder and participant together over real sockets. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoadTest {

    private static final Sagas SAGAS = Sagas.ofTwoBranches(Protocol.HTTP, "h", 1, "u", true);

    private final Participant participant = Participant.start(0);

    @AfterEach
    void close() {
        participant.close();
    }

    private LoadReport run(final int port, final boolean waiting, final int connections) throws InterruptedException {
        return new SagaGenerator(
                        new LoadPlan(
                                Sagas.ofTwoBranches(Protocol.HTTP, "127.0.0.1", port, participant.url(), waiting),
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
        return new LoadPlan(SAGAS, connections, 1, Duration.ZERO, duration);
    }

    @Test
    void shouldSubmitExactlyAsManyAsAskedFor() throws Exception {
        try (Forwarder forwarder = Forwarder.start(0, "127.0.0.1", participant.port(), false)) {
            final Sagas sagas =
                    Sagas.ofTwoBranches(Protocol.HTTP, "127.0.0.1", forwarder.port(), participant.url(), true);
            final LoadReport report = new SagaGenerator(
                            new LoadPlan(sagas, 8, 1, Duration.ZERO, Duration.ofSeconds(1)), () -> 0)
                    .run(101, Duration.ofSeconds(30));
            assertThat(report.errors()).isEmpty();
            assertThat(report.answered()).isEqualTo(101);
            assertThat(participant.lastBranches()).isEqualTo(101);
            assertThat(participant.requests()).isEqualTo(202);
        }
    }

    @Test
    void shouldRefuseToCountWhatIsNoCountOrHasNoResult() {
        assertThatThrownBy(
                        () -> new SagaGenerator(plan(1, Duration.ofSeconds(1)), () -> 0).run(0, Duration.ofSeconds(1)))
                .hasMessageContaining("count");
        final Sagas notWaiting = Sagas.ofTwoBranches(Protocol.HTTP, "h", 1, "u", false);
        final LoadPlan plan = new LoadPlan(notWaiting, 1, 1, Duration.ZERO, Duration.ofSeconds(1));
        assertThatThrownBy(() -> new SagaGenerator(plan, () -> 0).run(1, Duration.ofSeconds(1)))
                .hasMessageContaining("wait");
        assertThatThrownBy(() -> new Sagas(Protocol.HTTP, "h", 1, List.of(), true))
                .hasMessageContaining("actions");
    }
}
