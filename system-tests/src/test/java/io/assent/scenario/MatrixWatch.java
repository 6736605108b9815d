package io.assent.scenario;

import io.assent.scenario.Matrix.Cell;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

/**
 * Watches the scenarios of a class, prints their matrix when the class has ended, and fails the class when a cell is empty or skipped. A
 * scenario is a method that takes a world and is not private, annotated or not, so that one without its annotation is missed. All matrices of a run are
 * in {@code target/scenarios.txt}.
 */
final class MatrixWatch implements BeforeAllCallback, InvocationInterceptor, AfterAllCallback {
    private static final Path ALL = Path.of("target", "scenarios.txt");
    /** By class. One thread runs all classes. */
    private static final Map<String, Matrix> ENDED = new TreeMap<>();

    @Override
    public void beforeAll(ExtensionContext context) {
        Class<?> type = context.getRequiredTestClass();
        store(context).put(type, new Matrix(type.getSimpleName(), scenarios(type)));
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> invocationContext,
            ExtensionContext context)
            throws Throwable {
        if (!(invocationContext.getArguments().get(0) instanceof World world)) {
            throw new IllegalStateException(
                    "expected a scenario, which takes a world; found " + invocationContext.getExecutable());
        }
        Cell cell = Cell.FAILED;
        try {
            invocation.proceed();
            cell = Cell.PASSED;
        } catch (TestAbortedException skipped) {
            cell = Cell.SKIPPED;
            throw skipped;
        } finally {
            matrix(context).ended(invocationContext.getExecutable().getName(), world.protocol(), cell);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws IOException {
        Matrix matrix = matrix(context);
        ENDED.put(context.getRequiredTestClass().getSimpleName(), matrix);
        List<String> all = new ArrayList<>();
        ENDED.values().forEach(each -> all.add(each.toString()));
        Files.write(ALL, all);
        System.out.println(matrix);
        if (!matrix.gaps().isEmpty()) {
            throw new AssertionError("scenarios have to run by every protocol: " + matrix.gaps());
        }
    }

    private static Matrix matrix(ExtensionContext context) {
        return store(context).get(context.getRequiredTestClass(), Matrix.class);
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(Namespace.create(MatrixWatch.class));
    }

    static List<String> scenarios(Class<?> type) {
        return Stream.of(type.getDeclaredMethods())
                .filter(method -> !Modifier.isPrivate(method.getModifiers())
                        && method.getParameterCount() > 0
                        && method.getParameterTypes()[0].equals(World.class))
                .map(Method::getName)
                .toList();
    }
}
