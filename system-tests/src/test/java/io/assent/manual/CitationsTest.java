package io.assent.manual;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sources, tests and vectors cite the protocol page as {@code PROTOCOL n.n} and the safety page as {@code SAFETY, Heading}. Every citation leads
 * somewhere, and every file that a document names exists.
 */
class CitationsTest {
    private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PROTOCOL_CITATION = Pattern.compile("PROTOCOL (\\d[^\\n]*)");
    private static final Pattern SECTION_NUMBER = Pattern.compile("(?:^|[,;] |\\band )(\\d{1,2}(?:\\.\\d{1,2})?)\\b");
    private static final Pattern SAFETY_CITATION = Pattern.compile("SAFETY,? \"?([A-Z][a-z][a-z -]*)");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern NAMED_FILE =
            Pattern.compile("`([\\w.-]+(?:/[\\w.-]+)+\\.(?:md|java|xml|yml|txt|proto|sh))`");

    @Test
    void shouldResolveEveryCitationOfTheProtocol() throws IOException {
        Set<String> sections = protocolSections();
        List<String> faults = new ArrayList<>();
        int citations = 0;
        for (Path file : citingFiles()) {
            for (String cited : protocolCitations(Files.readString(file))) {
                citations++;
                if (!sections.contains(cited)) {
                    faults.add(PROJECT.relativize(file) + " cites PROTOCOL " + cited);
                }
            }
        }
        assertThat(faults).isEmpty();
        assertThat(citations).isGreaterThan(300);
    }

    @Test
    void shouldResolveEveryCitationOfTheSafetyPage() throws IOException {
        List<String> headings = Files.readAllLines(PROJECT.resolve("docs/safety.md")).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring(3).strip())
                .toList();
        List<String> faults = new ArrayList<>();
        int citations = 0;
        for (Path file : citingFiles()) {
            Matcher citation = SAFETY_CITATION.matcher(Files.readString(file));
            while (citation.find()) {
                citations++;
                if (headings.stream().noneMatch(citation.group(1)::startsWith)) {
                    faults.add(PROJECT.relativize(file) + " cites SAFETY, " + citation.group(1));
                }
            }
        }
        assertThat(faults).isEmpty();
        assertThat(citations).isGreaterThan(8);
    }

    @Test
    void shouldFindEveryFileThatADocumentNames() throws IOException {
        List<String> faults = new ArrayList<>();
        for (Path document : documents()) {
            String text = Files.readString(document);
            Matcher link = LINK.matcher(text);
            while (link.find()) {
                if (!Files.exists(document.resolveSibling(link.group(1)))) {
                    faults.add(PROJECT.relativize(document) + " links to " + link.group(1));
                }
            }
            Matcher named = NAMED_FILE.matcher(text);
            while (named.find()) {
                String name = named.group(1);
                if (!Files.exists(PROJECT.resolve(name)) && !existsBelowASourceRoot(name)) {
                    faults.add(PROJECT.relativize(document) + " names " + name);
                }
            }
        }
        assertThat(faults).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PROTOCOL 2.2 submit, 6.3 | 2.2 6.3",
                "see PROTOCOL 13 | 13",
                "(PROTOCOL 6.9, 13.19 and 2.1) | 6.9 13.19 2.1",
                "PROTOCOL 7.1: at most 5.5 of them | 7.1",
                "PROTOCOL says so | ''",
            })
    void shouldReadCitations(String text, String numbers) {
        assertThat(String.join(" ", protocolCitations(text))).isEqualTo(numbers);
    }

    private static List<String> protocolCitations(String text) {
        List<String> found = new ArrayList<>();
        Matcher citation = PROTOCOL_CITATION.matcher(text);
        while (citation.find()) {
            Matcher number = SECTION_NUMBER.matcher(citation.group(1));
            while (number.find()) {
                found.add(number.group(1));
            }
        }
        return found;
    }

    /** Numbers of headings, and of the numbered items of sections that are one list, such as 7.4 or 13.37. */
    private static Set<String> protocolSections() throws IOException {
        Set<String> sections = new TreeSet<>();
        String section = "";
        for (String line : Files.readAllLines(PROJECT.resolve("docs/protocol.md"))) {
            Matcher heading = Pattern.compile("#{2,3} (\\d+(?:\\.\\d+)?)\\b.*").matcher(line);
            Matcher item = Pattern.compile("(\\d+)\\. .*").matcher(line);
            if (heading.matches()) {
                section = heading.group(1);
                sections.add(section);
            } else if (item.matches()) {
                sections.add(section + "." + item.group(1));
            }
        }
        return sections;
    }

    private static List<Path> citingFiles() throws IOException {
        return projectFiles(".java", ".txt", ".xml", ".proto", ".md").stream()
                .filter(file -> !file.endsWith("CitationsTest.java"))
                .toList();
    }

    private static List<Path> documents() throws IOException {
        return projectFiles(".md");
    }

    private static boolean existsBelowASourceRoot(String name) throws IOException {
        try (Stream<Path> modules = Files.list(PROJECT)) {
            return modules.anyMatch(module -> Stream.of(
                            "src/test/resources",
                            "src/main/resources",
                            "src/main/java",
                            "src/test/java",
                            "src/main/sbe")
                    .anyMatch(root -> Files.exists(module.resolve(root).resolve(name))));
        }
    }

    private static List<Path> projectFiles(String... endings) throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            return files.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
                    .filter(Files::isRegularFile)
                    .filter(file -> !isMade(PROJECT.relativize(file)))
                    .toList();
        }
    }

    private static boolean isMade(Path relative) {
        for (Path part : relative) {
            String name = part.toString();
            if (name.equals("target") || name.equals("data") || (name.startsWith(".") && !name.equals(".ci"))) {
                return true;
            }
        }
        return false;
    }
}
