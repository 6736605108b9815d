package io.assent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** PROTOCOL 5.2 and 12.1: what a branch call says about itself. */
class BranchContextTest {
    @Test
    void shouldReadTheQueryOfABranchCall() {
        assertThat(BranchContext.ofQuery("a=b&branch_id=01&gid=g+%C3%A4%2B&op=action&trans_type=saga"))
                .isEqualTo(new BranchContext("saga", "g ä+", "01", "action"));
    }

    /** The coordinator appends its parameters to the URL's own. */
    @Test
    void shouldTakeTheLastOfSeveralParametersOfOneName() {
        assertThat(BranchContext.ofQuery("op=mine&gid=mine&branch_id=02&gid=g&op=cancel&trans_type=tcc"))
                .isEqualTo(new BranchContext("tcc", "g", "02", "cancel"));
    }

    @Test
    void shouldDropFromValuesWhatTheCoordinatorDropsFromGids() {
        Map<String, String> metadata =
                Map.of("trans_type", "saga", "gid", "a;b\r\nc", "branch_id", "01", "op", "action");
        assertThat(BranchContext.of(metadata::get).gid()).isEqualTo("abc");
    }

    @Test
    void shouldNameWhatIsMissingOrTooLong() {
        assertThatThrownBy(() -> BranchContext.ofQuery(null)).hasMessageContaining("trans_type is missing");
        assertThatThrownBy(() -> BranchContext.ofQuery("trans_type=saga&gid=&branch_id=01&op=action"))
                .hasMessageContaining("gid is missing");
        assertThatThrownBy(() -> new BranchContext("saga", "g", "01", "x".repeat(46)))
                .hasMessageContaining("op has 46 characters, at most 45");
        assertThatThrownBy(() -> new BranchContext("saga", "g", "1".repeat(129), "action"))
                .hasMessageContaining("branch_id has 129 characters, at most 128");
        assertThat(new BranchContext("saga", "\uD83D\uDE00".repeat(128), "01", "action"))
                .isNotNull();
    }
}
