package io.assent.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** No class of scenarios escapes the matrix. */
class ScenarioSourcesTest {
    private static final Path SOURCES = Path.of("src/test/java/io/assent/scenario");

    private static List<Class<?>> classes() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("ByProtocolTest.java"))
                    .<Class<?>>map(name -> {
                        try {
                            return Class.forName("io.assent.scenario." + name.replace(".java", ""));
                        } catch (ClassNotFoundException e) {
                            throw new AssertionError(e);
                        }
                    })
                    .toList();
        }
    }

    @Test
    void shouldWatchEveryClassOfScenarios() throws IOException {
        assertThat(classes())
                .extracting(Class::getSimpleName)
                .contains(
                        "SagaByProtocolTest",
                        "MsgByProtocolTest",
                        "TccByProtocolTest",
                        "XaByProtocolTest",
                        "WorkflowByProtocolTest");
        assertThat(classes()).allSatisfy(type -> {
            assertThat(type.isAnnotationPresent(Disabled.class)).isFalse();
            assertThat(type.getAnnotation(ExtendWith.class).value()).contains(MatrixWatch.class);
        });
    }

    @Test
    void shouldRunEveryTestOfTheseClassesByProtocol() throws IOException {
        for (Class<?> type : classes()) {
            List<String> scenarios = MatrixWatch.scenarios(type);
            for (Method method : type.getDeclaredMethods()) {
                if (method.getName().matches("(should|line\\d).*")) {
                    assertThat(scenarios).contains(method.getName());
                    assertThat(method.getAnnotation(ArgumentsSource.class).value())
                            .isEqualTo(Worlds.class);
                }
            }
        }
    }
}
