package io.assent.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.assent.architecture.fixture.BadClock;
import io.assent.architecture.fixture.BadManager;
import io.assent.architecture.fixture.BadMap;
import io.assent.architecture.fixture.BadReach;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Direction of dependencies, determinism of the engine, names. Each rule is also shown to fail on a class that breaks it. */
class ArchitectureTest {
    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.assent");

    private static final String ENGINE = "io.assent.engine..";

    /** Of the engine's classes, these alone are used by several threads, and decide nothing. */
    private static final Set<String> NOT_DETERMINISTIC = Set.of("io.assent.engine.MemoryHistory");

    private static ArchRule dependsOnlyOn(String module, String... allowed) {
        return classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(allowed))
                .as(module + " depends only on " + String.join(", ", allowed));
    }

    private static ArchRule engineRule(String packageName) {
        return dependsOnlyOn(packageName, "java..", "org.agrona..", ENGINE, packageName);
    }

    private static ArchRule noAccessTo(String packageName, String what, DescribedPredicate<JavaAccess<?>> forbidden) {
        return noClasses()
                .that()
                .resideInAPackage(packageName)
                .and(DescribedPredicate.describe(
                        "decide", (JavaClass type) -> !NOT_DETERMINISTIC.contains(type.getFullName())))
                .should()
                .accessTargetWhere(forbidden)
                .as(packageName + " uses no " + what);
    }

    private static ArchRule noClock(String packageName) {
        Set<String> owners = Set.of(
                "java.lang.Thread",
                "java.util.Random",
                "java.util.SplittableRandom",
                "java.security.SecureRandom",
                "java.util.concurrent.ThreadLocalRandom",
                "java.util.UUID",
                "java.time.Clock",
                "java.util.concurrent.locks.LockSupport");
        Set<String> methods = Set.of("currentTimeMillis", "nanoTime", "random");
        return noAccessTo(
                packageName,
                "clock, randomness or thread",
                DescribedPredicate.describe("clock, randomness or thread", access -> {
                    String owner = access.getTargetOwner().getFullName();
                    boolean isNow = access.getName().equals("now") && owner.startsWith("java.time.");
                    return owners.contains(owner)
                            || isNow
                            || (methods.contains(access.getName()) && owner.startsWith("java.lang."));
                }));
    }

    private static ArchRule noHashIteration(String packageName) {
        return noAccessTo(
                packageName,
                "java.util.HashMap or HashSet",
                DescribedPredicate.describe("a hash collection of java.util", access -> {
                    String owner = access.getTargetOwner().getFullName();
                    return owner.equals(HashMap.class.getName())
                            || owner.equals(HashSet.class.getName())
                            || owner.equals("java.util.LinkedHashMap");
                }));
    }

    private static ArchRule noBadNames() {
        return noClasses()
                .should()
                .haveNameMatching(".*(Impl|Manager|Utils?|Helper)(\\$.*)?")
                .orShould()
                .haveNameMatching(".*\\.(Abstract|I)[A-Z][a-z]+.*Base")
                .orShould()
                .haveSimpleNameStartingWith("Abstract");
    }

    @Test
    void shouldLetModulesDependOnlyInTheirDirection() {
        engineRule(ENGINE).check(PRODUCTION);
        dependsOnlyOn(
                        "io.assent.journal..",
                        "java..",
                        "org.agrona..",
                        "net.openhft..",
                        "org.slf4j..",
                        "io.assent.journal..")
                .check(PRODUCTION);
        dependsOnlyOn(
                        "io.assent.transport..",
                        "java..",
                        "javax.net.ssl..",
                        "org.agrona..",
                        "io.netty..",
                        "com.fasterxml.jackson.core..",
                        "org.slf4j..",
                        "io.grpc..",
                        "com.google.protobuf..",
                        ENGINE,
                        "io.assent.grpc..",
                        "io.assent.transport..")
                .check(PRODUCTION);
        dependsOnlyOn("io.assent.client", "java..", "io.assent.client", "io.assent.client.internal")
                .check(PRODUCTION);
        dependsOnlyOn("io.assent.client.internal", "java..", "io.assent.client", "io.assent.client.internal")
                .check(PRODUCTION);
        // No transport: which one is there is the user's choice.
        dependsOnlyOn(
                        "io.assent.client.grpc..",
                        "java..",
                        "io.grpc",
                        "io.grpc.stub",
                        "com.google.protobuf",
                        "io.assent.grpc",
                        "io.assent.client..")
                .check(PRODUCTION);
        noClasses()
                .that(resideInAPackage("io.assent.loadtest.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(ENGINE, "io.assent.server..", "io.assent.journal.."))
                .check(PRODUCTION);
    }

    @Test
    void shouldKeepTheEngineDeterministic() {
        noClock(ENGINE).check(PRODUCTION);
        noHashIteration(ENGINE).check(PRODUCTION);
    }

    @Test
    void shouldNameTheRole() {
        noBadNames().check(PRODUCTION);
    }

    @Test
    void shouldDescribeEveryPackage() {
        Map<String, Boolean> described = new HashMap<>();
        for (JavaClass type : PRODUCTION) {
            String name = type.getPackageName();
            boolean isDescription = type.getSimpleName().equals("package-info");
            described.merge(
                    name, isDescription || type.getPackage().tryGetPackageInfo().isPresent(), Boolean::logicalOr);
        }
        Set<String> missing = new TreeSet<>();
        described.forEach((name, has) -> {
            boolean sourceExists = PackageSources.hasDescription(name);
            if (!has && !sourceExists && !name.endsWith(".sbe")) {
                missing.add(name);
            }
        });
        assertThat(missing).as("packages without package-info.java").isEmpty();
    }

    @Test
    void shouldFailOnClassesThatBreakTheRules() {
        String fixtures = "io.assent.architecture.fixture..";
        JavaClasses bad =
                new ClassFileImporter().importClasses(BadClock.class, BadMap.class, BadManager.class, BadReach.class);
        assertThat(noClock(fixtures).evaluate(bad).hasViolation()).isTrue();
        assertThat(noHashIteration(fixtures).evaluate(bad).hasViolation()).isTrue();
        assertThat(noBadNames().evaluate(bad).hasViolation()).isTrue();
        assertThat(engineRule(fixtures).evaluate(bad).hasViolation()).isTrue();
    }
}
