package io.assent.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.forwarder.Forwarder;
import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.GrpcParticipant;
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

    private final Participant participant = Participant.start(0);

    @AfterEach
    void close() {
        participant.close();
    }

    private LoadReport run(final int port, final boolean waiting, final int connections) throws InterruptedException {
        return new SagaGenerator(
                        new LoadPlan(
                                sagas(Protocol.HTTP, port, waiting),
                                connections,
                                100,
                                Duration.ofMillis(100),
                                Duration.ofMillis(400)),
                        participant::lastBranches)
                .run();
    }

    private Sagas sagas(final Protocol protocol, final int port, final boolean waiting) {
        return Sagas.ofTwoBranches(protocol, "127.0.0.1", port, participant.url(), waiting);
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

    // Over gRPC the coordinator is a participant too: it takes any method, submit among them.

    @Test
    void shouldSubmitOverGrpcAndCountWhatIsAnswered() throws Exception {
        try (GrpcParticipant coordinator = GrpcParticipant.start("127.0.0.1", 0)) {
            final LoadReport report = counted(coordinator.port(), 500);
            assertThat(report.errors()).isEmpty();
            assertThat(report.answered())
                    .isEqualTo(500)
                    .isEqualTo(report.latencies().getTotalCount());
            assertThat(coordinator.requests()).isEqualTo(500);
            assertThat(coordinator.connectionsEver()).isBetween(1L, 4L);
        }
    }

    @Test
    void shouldCountErrorsByStatusWhenTheServerIsAwayOverGrpc() throws Exception {
        final LoadReport report = counted(ChildProcess.freePort(), 8);
        assertThat(report.answered()).isZero();
        assertThat(report.errorCount()).isEqualTo(8);
        assertThat(report.errors()).containsOnlyKeys("status UNAVAILABLE");
    }

    private LoadReport counted(final int port, final int count) throws InterruptedException {
        return new SagaGenerator(
                        new LoadPlan(sagas(Protocol.GRPC, port, true), 8, 1, Duration.ZERO, Duration.ofSeconds(1)),
                        () -> 0)
                .run(count, Duration.ofSeconds(30));
    }

    @Test
    void shouldSubmitAtTheRateThatItIsToldAndLeaveOutWhatIsTooMuch() throws Exception {
        try (GrpcParticipant coordinator = GrpcParticipant.start("127.0.0.1", 0);
                GrpcParticipant silent = GrpcParticipant.startHanging(1)) {
            final PacedPlan plan = new PacedPlan(
                    sagas(Protocol.GRPC, coordinator.port(), true), 200, 64, Duration.ZERO, Duration.ofSeconds(1));
            final LoadReport report = PacedGenerator.run(plan);
            assertThat(report.errors()).isEmpty();
            // Beside those that were due: the ones that were under way when measuring began.
            assertThat(report.answered()).isBetween(1L, (long) Math.ceil(200 * report.seconds()) + 64);
            final LoadReport stalled = PacedGenerator.run(new PacedPlan(
                    sagas(Protocol.GRPC, silent.port(), true), 1_000, 5, Duration.ZERO, Duration.ofSeconds(1)));
            assertThat(stalled.answered()).isZero();
            assertThat(stalled.errors()).containsKeys("left out", "no answer");
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

    private LoadPlan plan(final int connections, final Duration duration) {
        return new LoadPlan(sagas(Protocol.HTTP, 1, true), connections, 1, Duration.ZERO, duration);
    }

    @Test
    void shouldRefuseThePaceWhenABoundIsPassed() {
        assertThat(pace(PacedPlan.PER_SECOND_MAX, LoadPlan.CONNECTIONS_MAX)).isNotNull();
        assertThatThrownBy(() -> pace(PacedPlan.PER_SECOND_MAX + 1, 1)).hasMessageContaining("perSecond");
        assertThatThrownBy(() -> pace(0, 1)).hasMessageContaining("perSecond");
        assertThatThrownBy(() -> pace(1, LoadPlan.CONNECTIONS_MAX + 1)).hasMessageContaining("unansweredMax");
        assertThatThrownBy(() -> new Sagas(Protocol.HTTP, "h", 1, List.of(), true))
                .hasMessageContaining("actions");
    }

    private PacedPlan pace(final int perSecond, final int unansweredMax) {
        return new PacedPlan(
                sagas(Protocol.HTTP, 1, true), perSecond, unansweredMax, Duration.ZERO, LoadPlan.DURATION_MAX);
    }
}
