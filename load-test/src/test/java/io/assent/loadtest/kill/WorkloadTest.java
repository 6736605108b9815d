package io.assent.loadtest.kill;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkloadTest {

    @ParameterizedTest
    @EnumSource(Kind.class)
    void shouldMakeARequestThatIsValidWhenAskedForAnyKind(final Kind kind) throws Exception {
        final Plan plan = new Workload(1, "http://127.0.0.1:1").plan(kind);
        final JsonNode body = new ObjectMapper().readTree(plan.requests().get(0).body());
        assertThat(body.path("trans_type").asText()).isEqualTo(kind.saga() ? "saga" : "msg");
        assertThat(body.path("steps"))
                .hasSameSizeAs(body.path("payloads"))
                .hasSize(plan.steps().size());
        assertThat(plan.steps().stream().mapToLong(Plan.Step::amount).sum()).isZero();
        assertThat(plan.allowed()).containsAll(plan.required().keySet());
        if (plan.succeeds()) {
            plan.steps().forEach(step -> assertThat(plan.required()).containsKey(step.branchId() + "/action"));
        }
    }

    @Test
    void shouldMakeTheSamePlansWhenTheSeedIsTheSame() {
        final Workload first = new Workload(42, "u");
        final Workload second = new Workload(42, "u");
        final EnumSet<Kind> seen = EnumSet.noneOf(Kind.class);
        for (int i = 0; i < 2_000; i++) {
            final Plan plan = first.next(false);
            assertThat(plan).isEqualTo(second.next(false));
            seen.add(plan.kind());
        }
        assertThat(seen).isEqualTo(EnumSet.allOf(Kind.class));
        for (int i = 0; i < 500; i++) {
            assertThat(first.next(true).kind().quick()).isTrue();
        }
    }
}
