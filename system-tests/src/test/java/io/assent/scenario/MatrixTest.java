package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.scenario.Matrix.Cell;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The matrix sees what is missing. */
class MatrixTest {

    @Test
    void shouldHaveNoGapWhenEachScenarioRanByEachProtocol() {
        Matrix matrix = new Matrix("Example", List.of("shouldB", "shouldA"));
        for (Protocol protocol : Protocol.values()) {
            matrix.ended("shouldA", protocol, Cell.PASSED);
            matrix.ended("shouldB", protocol, Cell.FAILED);
        }
        assertThat(matrix.gaps()).isEmpty();
        assertThat(matrix.toString().replaceAll(" +", " ").lines())
                .containsExactly("Example", " HTTP GRPC ", "shouldA PASSED PASSED ", "shouldB FAILED FAILED ");
    }

    @Test
    void shouldFindTheCellThatIsEmptyOrSkipped() {
        Matrix matrix = new Matrix("Example", List.of("shouldA", "shouldB"));
        matrix.ended("shouldA", Protocol.HTTP, Cell.PASSED);
        matrix.ended("shouldB", Protocol.HTTP, Cell.PASSED);
        matrix.ended("shouldB", Protocol.GRPC, Cell.SKIPPED);
        assertThat(matrix.gaps()).containsExactly("shouldA did not run over GRPC", "shouldB was skipped over GRPC");
        assertThat(matrix.toString()).contains(" - ");
    }

    @Test
    void shouldNotTakeAnEmptyClassOrAStranger() {
        Matrix matrix = new Matrix("Example", List.of());
        assertThat(matrix.gaps()).containsExactly("Example has no scenario");
        assertThatThrownBy(() -> matrix.ended("shouldA", Protocol.HTTP, Cell.PASSED))
                .hasMessage("expected a scenario of Example, found shouldA");
    }

    @Test
    void shouldMissAScenarioWithoutAnnotation() {
        assertThat(MatrixWatch.scenarios(Forgetful.class)).containsExactlyInAnyOrder("shouldBeSeen", "shouldBeMissed");
    }

    /** No test class: nobody runs it. */
    static final class Forgetful {
        @ParameterizedTest
        void shouldBeSeen(World world) {
            look(world);
        }

        void shouldBeMissed(World world) {
            look(world);
        }

        private void look(World world) {
            assertThat(world).isNotNull();
        }

        void other() {}
    }
}
