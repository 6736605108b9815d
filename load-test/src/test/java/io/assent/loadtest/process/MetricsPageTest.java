package io.assent.loadtest.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MetricsPageTest {

    private final MetricsPage page =
            new MetricsPage("# HELP a b\n# TYPE a gauge\na{x=\"1 2\"} 3.5\na{x=\"2\"} 4\nab 1e3\n");

    @Test
    void shouldFindASeriesByItsNameAndLabels() {
        assertThat(page.value("a{x=\"1 2\"}")).hasValue(3.5);
        assertThat(page.value("a")).isEmpty();
        assertThat(page.required("ab")).isEqualTo(1_000);
    }

    @Test
    void shouldAddUpTheSeriesOfOneMetricOnly() {
        assertThat(page.sum("a")).isEqualTo(7.5);
        assertThat(page.sum("ab")).isEqualTo(1_000);
        assertThat(page.sum("none")).isZero();
    }

    @Test
    void shouldNameWhatIsMissingOrNoMetric() {
        assertThatThrownBy(() -> page.required("a{x=\"3\"}"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a{x=\"3\"}");
        assertThatThrownBy(() -> new MetricsPage("a 1\nnonsense\n"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'nonsense'");
    }
}
