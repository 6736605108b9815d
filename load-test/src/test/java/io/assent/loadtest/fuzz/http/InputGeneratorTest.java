package io.assent.loadtest.fuzz.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.loadtest.fuzz.BranchUrls;
import io.assent.loadtest.fuzz.Chance;
import io.assent.loadtest.fuzz.http.Piece.Must;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class InputGeneratorTest {

    private static final BranchUrls URLS = new BranchUrls("127.0.0.1:41001", "127.0.0.1:41002", "127.0.0.1:41003");
    private static final int MANY = 20_000;
    private static final long SEED = 7;

    private final InputGenerator generator = new InputGenerator(SEED, URLS);

    @Test
    void shouldMakeTheSameBytesFromTheSameSeedAndNumberInAnyOrder() {
        final InputGenerator other = new InputGenerator(SEED, URLS);
        for (long number = 2_000; number >= 0; number--) {
            final HttpInput first = generator.input(2_000 - number);
            final HttpInput again = other.input(2_000 - number);
            assertThat(again.bytes()).as("input %d", 2_000 - number).isEqualTo(first.bytes());
            assertThat(again.ending()).isEqualTo(first.ending());
            assertThat(again.segments()).isEqualTo(first.segments());
            other.input(number);
        }
    }

    @Test
    void shouldMakeOtherBytesFromAnotherSeed() {
        final InputGenerator other = new InputGenerator(SEED + 1, URLS);
        int same = 0;
        for (long number = 0; number < 1_000; number++) {
            same += Arrays.equals(
                            generator.input(number).bytes(), other.input(number).bytes())
                    ? 1
                    : 0;
        }
        assertThat(same).isLessThan(30);
    }

    @Test
    void shouldMakeEveryKindByItsShare() {
        final Map<InputKind, Integer> counts = new EnumMap<>(InputKind.class);
        for (long number = 0; number < MANY; number++) {
            counts.merge(generator.input(number).kind(), 1, Integer::sum);
        }
        assertThat(counts).hasSize(InputKind.values().length);
        assertThat(counts.get(InputKind.DOCUMENTED)).isBetween(MANY / 5, MANY / 3);
        assertThat(counts.get(InputKind.LARGE)).isBetween(MANY / 1_000, MANY / 100);
        assertThat(InputKind.at(0)).isEqualTo(InputKind.DOCUMENTED);
        assertThat(InputKind.at(999)).isEqualTo(InputKind.LARGE);
    }

    @Test
    void shouldNameNoOtherPortOfThisMachineAndNoOtherHost() {
        final Pattern address = Pattern.compile("(?<![a-z])[a-z]++://([^/?#\"\\s\\\\]*)");
        final Set<String> permitted = URLS.authorities();
        for (long number = 0; number < MANY; number++) {
            final HttpInput input = generator.input(number);
            if (input.kind() == InputKind.CHUNKED || input.kind() == InputKind.HALF_SENT) {
                // Cut in pieces; what they are cut from is like the rest.
                continue;
            }
            final Matcher found = address.matcher(new String(input.bytes(), StandardCharsets.ISO_8859_1));
            while (found.find()) {
                final boolean topic = found.group().startsWith("topic://");
                final boolean target = found.group().startsWith("http://localhost");
                final boolean blank = found.group(1).equals("127.0.0.1:1");
                assertThat(topic || target || blank || permitted.contains(found.group(1)))
                        .as("input %d names %s", number, found.group())
                        .isTrue();
            }
        }
    }

    @Test
    void shouldAskForFewRepeatsWithoutAPause() {
        final Pattern limit = Pattern.compile("\"retry_limit\":\\s*(-?\\d+)[,}]", Pattern.CASE_INSENSITIVE);
        for (long number = 0; number < MANY; number++) {
            final Matcher found =
                    limit.matcher(new String(generator.input(number).bytes(), StandardCharsets.ISO_8859_1));
            while (found.find()) {
                final String digits = found.group(1);
                final boolean refused = digits.startsWith("-") || digits.length() > 9;
                assertThat(refused || Long.parseLong(digits) < 100)
                        .as("input %d: %s", number, digits)
                        .isTrue();
            }
        }
    }

    @Test
    void shouldDemandAnAnswerOfMostInputsAndKnowHowEachEnds() {
        int answered = 0;
        final Set<HttpInput.Ending> endings = new HashSet<>();
        for (long number = 0; number < 5_000; number++) {
            final HttpInput input = generator.input(number);
            endings.add(input.ending());
            final Piece last = input.pieces().get(input.pieces().size() - 1);
            answered += input.pieces().get(0).must() == Must.ANSWER ? 1 : 0;
            if (last.must() == Must.WHATEVER) {
                assertThat(input.ending()).as("input %d", number).isNotEqualTo(HttpInput.Ending.KEEP);
            }
        }
        assertThat(answered).isGreaterThan(3_500);
        assertThat(endings).containsExactlyInAnyOrder(HttpInput.Ending.values());
    }

    @Test
    void shouldReachTheLargestBodiesAndGoOneOver() {
        final Set<Integer> lengths = new HashSet<>();
        for (long number = 0; number < 60; number++) {
            final HttpInput input = new LargeCalls(new Chance(SEED, number), URLS, number).input();
            final byte[] request = input.pieces().get(0).bytes();
            final int body = new String(request, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n") + 4;
            lengths.add(request.length - body);
            assertThat(input.pieces().get(0).must())
                    .isEqualTo(request.length - body > 4 << 20 ? Must.REFUSE : Must.ANSWER);
        }
        assertThat(lengths).contains(4 << 20).anyMatch(length -> length > 4 << 20);
    }
}
