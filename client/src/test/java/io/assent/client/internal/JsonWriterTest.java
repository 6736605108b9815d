package io.assent.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JsonWriterTest {

    private record Transfer(String from, int amount, List<String> notes) {}

    private enum Colour {
        RED
    }

    @Test
    void shouldWriteEveryKindOfValueWhenItHasAJsonForm() {
        final Map<String, Object> map = new LinkedHashMap<>();
        map.put("text", "a");
        map.put("none", null);
        map.put("numbers", new int[] {1, 2});
        map.put("exact", new BigDecimal("1.50"));
        map.put("real", 2.5);
        map.put("colour", Colour.RED);
        map.put("maybe", Optional.of(7L));
        map.put("not", Optional.empty());
        map.put("transfer", new Transfer("alice", 30, List.of()));
        assertThat(JsonWriter.write(map))
                .isEqualTo(
                        "{\"text\":\"a\",\"none\":null,\"numbers\":[1,2],\"exact\":1.50,\"real\":2.5,\"colour\":\"RED\","
                                + "\"maybe\":7,\"not\":null,\"transfer\":{\"from\":\"alice\",\"amount\":30,\"notes\":[]}}");
    }

    @Test
    void shouldEscapeWhenATextHasQuotesControlsOrLoneSurrogates() {
        assertThat(JsonWriter.write("\"\\/\b\f\n\r\t\u0001\u00e9\uD83D\uDE00\uDE00\uD83D"))
                .isEqualTo("\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\u00e9\uD83D\uDE00\\ufffd\\ufffd\"");
    }

    @Test
    void shouldRefuseAValueWhenItHasNoJsonForm() {
        assertThatThrownBy(() -> JsonWriter.write(Map.of("at", new Object())))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> JsonWriter.write(Double.NaN)).isInstanceOf(JsonException.class);
        assertThatThrownBy(() -> JsonWriter.write(java.util.Collections.singletonMap(null, 1)))
                .isInstanceOf(JsonException.class);
    }

    @Test
    void shouldEndWithAnErrorWhenAListContainsItself() {
        final List<Object> list = new ArrayList<>();
        list.add(list);
        assertThatThrownBy(() -> JsonWriter.write(list))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("128");
    }
}
