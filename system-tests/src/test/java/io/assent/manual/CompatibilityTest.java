package io.assent.manual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every row of docs/compatibility.md is shown by a test that exists, and nothing that the page must speak of is missing. */
class CompatibilityTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final int ODDITIES = 53;
    private static final List<String> VERDICTS =
            List.of("as said", "fixed", "kept", "differs", "does not arise", "SDKs only");

    private static CompatibilityPage page() throws IOException {
        return new CompatibilityPage(PROJECT, Files.readString(PROJECT.resolve("docs/compatibility.md")));
    }

    @Test
    void shouldNameATestThatExistsInEveryRow() throws IOException {
        assertThat(page().faults()).isEmpty();
        assertThat(page().rows()).extracting(CompatibilityPage.Row::verdict).isSubsetOf(VERDICTS);
    }

    @Test
    void shouldHaveEachItemOnceAndEveryOneOfTheOddities() throws IOException {
        List<String> items =
                page().rows().stream().map(CompatibilityPage.Row::item).toList();
        assertThat(items).doesNotHaveDuplicates();
        for (int number = 1; number <= ODDITIES; number++) {
            assertThat(items).contains("13." + number);
        }
        for (char letter = 'a'; letter <= 'g'; letter++) {
            assertThat(items).contains("13." + letter);
        }
        for (int section = 1; section <= 11; section++) {
            String prefix = "6." + section + ".";
            assertThat(items).anyMatch(item -> item.startsWith(prefix));
        }
        assertThat(items.stream().filter(item -> item.startsWith("6.1."))).hasSizeGreaterThanOrEqualTo(11);
        assertThat(items.stream().filter(item -> item.startsWith("6.7."))).hasSizeGreaterThanOrEqualTo(7);
    }

    /** What is kept or done otherwise on purpose surprises somebody one day. */
    @Test
    void shouldTellEveryDeliberateOddityOnThePageOfThem() throws IOException {
        Set<String> told = new TreeSet<>();
        Matcher brackets =
                Pattern.compile("\\(([0-9., ]+)\\)").matcher(Files.readString(PROJECT.resolve("docs/INTENTIONAL.md")));
        while (brackets.find()) {
            for (String number : brackets.group(1).split(",")) {
                told.add(number.strip());
            }
        }
        List<String> deliberate = page().rows().stream()
                .filter(row -> row.verdict().equals("kept") || row.verdict().equals("differs"))
                .map(row -> row.item().replaceAll("^13\\.|(?<=^6\\.\\d{1,2})\\..*", ""))
                .toList();
        assertThat(told).containsAll(deliberate);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "| 13.1 | x | fixed | `CompatibilityTest.shouldNameATestThatExistsInEveryRow` |; ''",
                "| 13.1 | x | fixed | `engine/SagaScenarioTest.shouldRunActionsInOrderAndSucceed`, `wire/endpoints/query.txt` |; ''",
                "| 13.1 | x | SDKs only | |; ''",
                "| 13.1 | x | fixed | |; 13.1 names no test",
                "| 13.1 | x | fixed | `CompatibilityTest.shouldNotBeThere` |; 13.1: there is no test CompatibilityTest.shouldNotBeThere",
                "| 13.1 | x | fixed | `CompatibilityTest.page` |; 13.1: there is no test CompatibilityTest.page",
                "| 13.1 | x | fixed | `NoSuchTest.shouldWork` |; 13.1: expected one class NoSuchTest, found 0",
                "| 13.1 | x | fixed | `JsonRpcTest.shouldGiveAFreshGid` |; 13.1: expected one class JsonRpcTest, found 2",
                "| 13.1 | x | fixed | `server/SagaScenarioTest.shouldRunActionsInOrderAndSucceed` |; 13.1: expected one class SagaScenarioTest, found 0",
                "| 13.1 | x | fixed | `wire/endpoints/none.txt` |; 13.1: there is no vector wire/endpoints/none.txt",
                "| 13.1 | x | fixed | `wire/endpoints` |; 13.1: there is no vector wire/endpoints",
                "| 13.1 | x | fixed | `somebody` |; 13.1: somebody is neither Class.method nor a vector",
            })
    void shouldFindWhatDoesNotExist(String row, String fault) {
        List<String> faults = new CompatibilityPage(PROJECT, row).faults();
        assertThat(faults).isEqualTo(fault.isEmpty() ? List.of() : List.of(fault));
    }

    @Test
    void shouldNotTakeATestThatIsSwitchedOff() throws IOException {
        String source =
                Files.readString(PROJECT.resolve("system-tests/src/test/java/io/assent/manual/CompatibilityTest.java"));
        assertThat(CompatibilityPage.isTest(source, "shouldNotTakeATestThatIsSwitchedOff"))
                .isTrue();
        String off = source.replace("@Test\n    void shouldNot", "@Test\n    @Disabled\n    void shouldNot");
        assertThat(CompatibilityPage.isTest(off, "shouldNotTakeATestThatIsSwitchedOff"))
                .isFalse();
    }
}
