package io.assent.loadtest.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest {

    @Test
    void shouldRepeatTheLastOutcomeWhenThereAreMoreAttempts() {
        final Script script = Script.parse("err.close.ok-200");
        assertThat(script.at(1).kind()).isEqualTo(Script.Kind.ERR);
        assertThat(script.at(2).kind()).isEqualTo(Script.Kind.CLOSE);
        assertThat(script.at(3)).isEqualTo(new Script.Outcome(Script.Kind.OK, 200));
        assertThat(script.at(9)).isEqualTo(script.at(3));
        assertThat(script).hasToString("err.close.ok-200");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ok.", "OK", "maybe", "ok-", "ok-x", "ok-60001", "ok--1", "ok-9999999"})
    void shouldRefuseTheTextWhenItIsNoScript(final String text) {
        assertThatThrownBy(() -> Script.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldTakeTheLongestLatenessWhenItIsExactlyTheBound() {
        assertThat(Script.parse("ok-60000").at(1).lateMs()).isEqualTo(Script.LATE_MS_MAX);
    }
}
