package io.assent.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.transport.SteadyTasks;
import java.nio.charset.StandardCharsets;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class BrokenValueTest {
    @Test
    void shouldLeaveOutAValueThatCanNotBeToldAndTellAllOthers() {
        SteadyTasks tasks = new SteadyTasks();
        Metrics metrics = new Metrics("4", "1", tasks);
        DoubleSupplier broken = () -> {
            throw new IllegalStateException("planted");
        };
        metrics.gauge("a_broken", "Broken.", broken);
        metrics.gauges("a_half", "Half.", "half", new String[] {"one", "two"}, new DoubleSupplier[] {broken, () -> 2});
        metrics.counter("a_sound_total", "Sound.", () -> 3);
        String told = new String(metrics.exposition(), StandardCharsets.UTF_8);
        assertThat(told)
                .contains("a_half{half=\"two\"} 2.0", "a_sound_total 3.0")
                .doesNotContain("half=\"one\"");
        assertThat(tasks.failures(SteadyTasks.Kind.METRICS)).isEqualTo(2);
    }
}
