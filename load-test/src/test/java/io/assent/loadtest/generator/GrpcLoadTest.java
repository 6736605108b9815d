package io.assent.loadtest.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.loadtest.net.Protocol;
import io.assent.loadtest.participant.GrpcParticipant;
import io.assent.loadtest.process.ChildProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Generators and participant over real sockets; to a submit the participant answers OK as a coordinator would. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GrpcLoadTest {

    private static final int PER_SECOND = 200;

    private static LoadPlan plan(final int port, final int calls) {
        return new LoadPlan(sagas(Protocol.GRPC, port), calls, 1, Duration.ofMillis(100), Duration.ofMillis(400));
    }

    private static Sagas sagas(final Protocol protocol, final int port) {
        return Sagas.ofTwoBranches(protocol, "127.0.0.1", port, "127.0.0.1:1", true);
    }

    private static PacedPlan paced(final int port, final int unansweredMax) {
        return new PacedPlan(
                sagas(Protocol.GRPC, port), PER_SECOND, unansweredMax, Duration.ofMillis(100), Duration.ofMillis(500));
    }

    @Test
    void shouldSubmitInAClosedLoop() throws Exception {
        try (GrpcParticipant coordinator = GrpcParticipant.start("127.0.0.1", 0)) {
            final LoadReport report = new SagaGenerator(plan(coordinator.port(), 8), () -> 0).run();
            assertThat(report.errors()).isEmpty();
            assertThat(report.answered())
                    .isPositive()
                    .isEqualTo(report.completed())
                    .isEqualTo(report.latencies().getTotalCount())
                    .isLessThan(coordinator.requests());
            assertThat(coordinator.connectionsEver()).isEqualTo(4);
        }
    }

    @Test
    void shouldSubmitExactlyAsManyAsAskedFor() throws Exception {
        try (GrpcParticipant coordinator = GrpcParticipant.start("127.0.0.1", 0)) {
            final LoadReport report =
                    new SagaGenerator(plan(coordinator.port(), 3), () -> 0).run(1_001, Duration.ofSeconds(30));
            assertThat(report.errors()).isEmpty();
            assertThat(report.answered()).isEqualTo(1_001);
            assertThat(coordinator.requests()).isEqualTo(1_001);
        }
    }

    @Test
    void shouldCountErrorsByKindWhenNobodyListens() throws Exception {
        final LoadReport report = new SagaGenerator(plan(ChildProcess.freePort(), 2), () -> 0).run();
        assertThat(report.errors()).containsOnlyKeys("status UNAVAILABLE");
        assertThat(report.answered()).isZero();
    }

    @Test
    void shouldSubmitAtItsRate() throws Exception {
        final LongAdder heard = new LongAdder();
        try (GrpcParticipant coordinator = GrpcParticipant.start("127.0.0.1", 0);
                PacedGenerator generator =
                        new PacedGenerator(paced(coordinator.port(), 500), (latencyMs, error) -> heard.increment())) {
            generator.measure();
            generator.start();
            while (coordinator.requests() < 50) {
                Thread.onSpinWait();
            }
            final LoadReport report = generator.stop();
            assertThat(report.errors()).isEmpty();
            assertThat(report.answered())
                    .isEqualTo(report.latencies().getTotalCount())
                    .isBetween(50L - 1, (long) (report.seconds() * PER_SECOND) + 2);
            assertThat(report.seconds()).isGreaterThan(49.0 / PER_SECOND);
            assertThat(coordinator.requests()).isEqualTo(heard.sum());
        }
    }

    @Test
    void shouldLeaveOutAndCountWhatTooManyWaitBefore() throws Exception {
        try (GrpcParticipant hanging = GrpcParticipant.startHanging(1)) {
            final LoadReport report = PacedGenerator.run(paced(hanging.port(), 3));
            assertThat(report.answered()).isZero();
            assertThat(report.errors()).containsOnlyKeys("left out", "no answer");
            assertThat(hanging.requests()).isEqualTo(3);
        }
    }

    @Test
    void shouldRefuseThePacedPlanWhenABoundIsPassed() throws IOException {
        final Duration second = Duration.ofSeconds(1);
        assertThat(plan(PacedPlan.PER_SECOND_MAX, LoadPlan.CONNECTIONS_MAX, LoadPlan.DURATION_MAX, second))
                .isNotNull();
        assertThatThrownBy(() -> plan(PacedPlan.PER_SECOND_MAX + 1, 1, second, second))
                .hasMessageContaining("perSecond");
        assertThatThrownBy(() -> plan(0, 1, second, second)).hasMessageContaining("perSecond");
        assertThatThrownBy(() -> plan(1, LoadPlan.CONNECTIONS_MAX + 1, second, second))
                .hasMessageContaining("unansweredMax");
        assertThatThrownBy(() -> plan(1, 0, second, second)).hasMessageContaining("unansweredMax");
        assertThatThrownBy(() -> plan(1, 1, LoadPlan.DURATION_MAX.plusMillis(1), second))
                .hasMessageContaining("warmUp");
        assertThatThrownBy(() -> plan(1, 1, second.negated(), second)).hasMessageContaining("warmUp");
        assertThatThrownBy(() -> plan(1, 1, second, LoadPlan.DURATION_MAX.plusMillis(1)))
                .hasMessageContaining("duration");
        assertThatThrownBy(() -> plan(1, 1, second, Duration.ZERO)).hasMessageContaining("duration");
    }

    private static PacedPlan plan(
            final int perSecond, final int unansweredMax, final Duration warmUp, final Duration duration) {
        return new PacedPlan(sagas(Protocol.HTTP, 1), perSecond, unansweredMax, warmUp, duration);
    }
}
