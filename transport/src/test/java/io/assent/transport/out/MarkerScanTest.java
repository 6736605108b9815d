package io.assent.transport.out;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MarkerScanTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"ONGONGOING", "ONGOONGOING", "OONGOING", "ONONGOING", "FAFAILURE", "FFAILURE", "FAILUFAILURE"})
    void shouldFindAWordWhenItsBeginningIsRepeated(String text) {
        MarkerScan scan = scan(text, new int[0]);
        assertThat(scan.failureFound()).isEqualTo(text.contains("FAILURE"));
        assertThat(scan.ongoingFound()).isEqualTo(text.contains("ONGOING"));
    }

    @Test
    void shouldAgreeWithContainsWhereverTheTextIsCut() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int found = 0;
        for (int round = 0; round < 200_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(6); i >= 0; i--) {
                String word = random.nextBoolean() ? "FAILURE" : "ONGOING";
                int from = random.nextInt(4) == 0 ? random.nextInt(word.length()) : 0;
                int to = random.nextInt(3) == 0 ? word.length() : from + random.nextInt(word.length() - from + 1);
                text.append(word, from, to);
            }
            int[] cuts = random.ints(random.nextInt(3), 0, text.length() + 1)
                    .sorted()
                    .toArray();
            MarkerScan scan = scan(text.toString(), cuts);
            String what = "seed " + seed + ", text " + text;
            assertThat(scan.failureFound()).as(what).isEqualTo(text.indexOf("FAILURE") >= 0);
            assertThat(scan.ongoingFound()).as(what).isEqualTo(text.indexOf("ONGOING") >= 0);
            found += scan.failureFound() || scan.ongoingFound() ? 1 : 0;
        }
        assertThat(found).isBetween(10_000, 190_000);
    }

    private static MarkerScan scan(String text, int[] cuts) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        MarkerScan scan = new MarkerScan();
        int from = 0;
        for (int cut : cuts) {
            scan.add(bytes, from, cut - from);
            from = cut;
        }
        scan.add(bytes, from, bytes.length - from);
        return scan;
    }
}
