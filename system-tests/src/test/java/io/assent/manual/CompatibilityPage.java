package io.assent.manual;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tables of docs/compatibility.md, and whether what they name exists. A row is {@code | item | what it is about | verdict | evidence |};
 * evidence is in backticks: {@code ClassTest.method}, with {@code module/} in front where two modules have a class of that name, or {@code
 * wire/folder/file.txt}.
 */
final class CompatibilityPage {
    private static final Pattern ROW = Pattern.compile("\\| ((?:6|13)\\.[0-9a-g.]+) \\|(.*)\\|(.*)\\|(.*)\\|");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");
    private static final Pattern METHOD = Pattern.compile("(?:(\\w[\\w-]*)/)?(\\w+Test)\\.(\\w+)");
    /** Rows of these verdicts concern no test of this build. */
    private static final List<String> ELSEWHERE = List.of("SDKs only");

    private final Path project;
    private final List<Row> rows;

    /** One item of the protocol page. */
    record Row(String item, String verdict, List<String> evidence) {}

    CompatibilityPage(Path project, String text) {
        this.project = project;
        List<Row> found = new ArrayList<>();
        for (String line : text.split("\n")) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                List<String> evidence = new ArrayList<>();
                Matcher quoted = QUOTED.matcher(row.group(4));
                while (quoted.find()) {
                    evidence.add(quoted.group(1));
                }
                found.add(new Row(row.group(1), row.group(3).strip(), evidence));
            }
        }
        this.rows = List.copyOf(found);
    }

    List<Row> rows() {
        return rows;
    }

    /** Each row without evidence and each piece of evidence that does not exist, as sentences. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Row row : rows) {
            if (row.evidence.isEmpty() && !ELSEWHERE.contains(row.verdict)) {
                faults.add(row.item + " names no test");
            }
            for (String evidence : row.evidence) {
                String fault = evidence.startsWith("wire/") ? vectorFault(evidence) : testFault(evidence);
                if (fault != null) {
                    faults.add(row.item + ": " + fault);
                }
            }
        }
        return faults;
    }

    private String vectorFault(String name) {
        Path file = project.resolve("system-tests/src/test/resources").resolve(name);
        return name.endsWith(".txt") && Files.isRegularFile(file) ? null : "there is no vector " + name;
    }

    private String testFault(String evidence) {
        Matcher method = METHOD.matcher(evidence);
        if (!method.matches()) {
            return evidence + " is neither Class.method nor a vector";
        }
        List<Path> files = sources(method.group(1), method.group(2));
        if (files.size() != 1) {
            return "expected one class " + method.group(2) + ", found " + files.size();
        }
        return isTest(read(files.get(0)), method.group(3)) ? null : "there is no test " + evidence;
    }

    private List<Path> sources(String module, String type) {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> modules = Files.list(project)) {
            for (Path folder : modules.map(path -> path.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                boolean wanted = module == null || folder.startsWith(project.resolve(module));
                try (Stream<Path> files = Files.walk(folder)) {
                    files.filter(file -> wanted && file.endsWith(type + ".java"))
                            .forEach(found::add);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Whether the method is declared there, under an annotation that makes it a test and none that switches it off. */
    static boolean isTest(String source, String method) {
        Matcher declaration = Pattern.compile("(?:void|Stream<DynamicTest>) " + method + "\\(")
                .matcher(source);
        if (!declaration.find()) {
            return false;
        }
        String before = source.substring(0, declaration.start());
        String annotations = before.substring(Math.max(before.lastIndexOf("}\n"), before.lastIndexOf(";\n")) + 1);
        return Pattern.compile("@(Test|ParameterizedTest|TestFactory)\\b")
                        .matcher(annotations)
                        .find()
                && !annotations.contains("@Disabled");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
