package io.assent.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {

    @Test
    void shouldReadEveryKindOfValueWhenTheTextIsJson() {
        assertThat(JsonReader.read(" {\"a\":[1,-2,0,3.50,1e3,true,false,null],\"b\":{}, \"c\" : [ ] } "))
                .isEqualTo(Map.of(
                        "a",
                        java.util.Arrays.asList(
                                1L, -2L, 0L, new BigDecimal("3.50"), new BigDecimal("1e3"), true, false, null),
                        "b",
                        Map.of(),
                        "c",
                        List.of()));
    }

    @Test
    void shouldKeepTheOrderAndTheLastOfEqualNamesWhenReadingAnObject() {
        assertThat(JsonReader.readObject("{\"z\":1,\"a\":2,\"z\":3}"))
                .containsExactly(Map.entry("z", 3L), Map.entry("a", 2L));
    }

    @Test
    void shouldDecodeEscapesWhenAStringHasThem() {
        assertThat(JsonReader.read(
                        "\"q\\\" b\\\\ s\\/ \\b\\f\\n\\r\\t \\u0041\\u00e9\\uD83D\\uDE00 \u00e9\uD83D\uDE00\""))
                .isEqualTo("q\" b\\ s/ \b\f\n\r\t A\u00e9\uD83D\uDE00 \u00e9\uD83D\uDE00");
    }

    @Test
    void shouldReplaceSurrogatesWhenTheyStandAlone() {
        assertThat(JsonReader.read("\"a\\uD83Db\\uDE00c\\uDE00\\uD83D\"")).isEqualTo("a\uFFFDb\uFFFDc\uFFFD\uFFFD");
        assertThat(JsonReader.read("\"\uD83D\"")).isEqualTo("\uFFFD");
    }

    @Test
    void shouldKeepEveryDigitWhenANumberIsLong() {
        assertThat(JsonReader.read("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(JsonReader.read("9223372036854775808")).isEqualTo(new BigDecimal("9223372036854775808"));
        assertThat(JsonReader.read("0.1234567890123456789012345"))
                .isEqualTo(new BigDecimal("0.1234567890123456789012345"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[1,]",
                "{\"a\":1,}",
                "{a:1}",
                "{\"a\" 1}",
                "{\"a\":}",
                "01",
                "-",
                "1.",
                ".5",
                "1e",
                "1e+",
                "+1",
                "tru",
                "nul",
                "True",
                "'a'",
                "\"a",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"a\nb\"",
                "\"\\u\u0661234\"",
                "1 2",
                "[1 2]",
                "// c",
                "{}x",
                "\"\\",
                "NaN",
                "1e99999999999",
                "\u00a01"
            })
    void shouldRefuseTheTextWhenItIsNotJson(final String text) {
        assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(JsonException.class);
    }

    @Test
    void shouldNameOffsetAndFindingWhenTheTextIsBroken() {
        assertThatThrownBy(() -> JsonReader.read("{\"a\":x}")).hasMessage("expected a digit at offset 5, found 'x'");
        assertThatThrownBy(() -> JsonReader.readObject("[]"))
                .hasMessage("the text must be a JSON object, but is an array");
    }

    @Test
    void shouldRefuseNestingWhenItIsOneLevelTooDeep() {
        final int most = JsonReader.DEPTH_MAX;
        assertThat(JsonReader.read("[".repeat(most) + "]".repeat(most))).isInstanceOf(List.class);
        assertThatThrownBy(() -> JsonReader.read("[".repeat(most + 1) + "]".repeat(most + 1)))
                .isInstanceOf(JsonException.class)
                .hasMessageContaining("deeper than 128");
    }

    @Test
    void shouldNotCountSiblingsAsDepthWhenThereAreMany() {
        assertThat((List<?>) JsonReader.read("[" + "[],".repeat(1_000) + "{}]")).hasSize(1_001);
    }

    @Test
    void shouldRefuseANumberWhenItIsOneCharacterTooLong() {
        final int most = JsonReader.NUMBER_LENGTH_MAX;
        assertThat(JsonReader.read("1".repeat(most))).isInstanceOf(BigDecimal.class);
        assertThatThrownBy(() -> JsonReader.read("1".repeat(most + 1))).isInstanceOf(JsonException.class);
    }

    @Test
    void shouldReadBackWhatWasWrittenWhenValuesAreRandom() {
        final long seed = System.nanoTime();
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 2_000; i++) {
            final Object value = randomValue(random, 4);
            assertThat(JsonReader.read(JsonWriter.write(value)))
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(value);
        }
    }

    private static Object randomValue(final SplittableRandom random, final int depth) {
        switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0:
                return null;
            case 1:
                return random.nextBoolean();
            case 2:
                return random.nextLong() >> random.nextInt(64);
            case 3:
                return BigDecimal.valueOf(random.nextInt(), 1 + random.nextInt(20));
            case 4:
                return randomText(random);
            case 5:
                final java.util.ArrayList<Object> list = new java.util.ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    list.add(randomValue(random, depth - 1));
                }
                return list;
            default:
                final Map<String, Object> map = new LinkedHashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    map.put(randomText(random), randomValue(random, depth - 1));
                }
                return map;
        }
    }

    private static String randomText(final SplittableRandom random) {
        final StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            final int point = random.nextInt(4) == 0 ? random.nextInt(0x10000, 0x110000) : random.nextInt(0xD800);
            text.appendCodePoint(point);
        }
        return text.toString();
    }
}
