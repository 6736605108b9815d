package io.assent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Utf8Test {

    @Test
    void shouldCutOnlyBetweenCharacters() {
        assertThat(Utf8.truncate("abc", 2)).isEqualTo("ab");
        assertThat(Utf8.truncate("\u00e4b", 1)).isEmpty();
        assertThat(Utf8.truncate("\u4e2d\u6587", 5)).isEqualTo("\u4e2d");
        assertThat(Utf8.truncate("a\ud83d\ude00b", 4)).isEqualTo("a");
        assertThat(Utf8.truncate("a\ud83d\ude00b", 5)).isEqualTo("a\ud83d\ude00");
        assertThat(Utf8.truncate("abc", 3)).isEqualTo("abc");
    }
}
