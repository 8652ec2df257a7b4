package io.cnimetrics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Data goes one way: each package may import only what stands in its row. */
class ArchitectureTest {
  private static final String ROOT = "io.cnimetrics.";

  private static final Map<String, Set<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.of(
              "snapshot", Set.of(),
              "config", Set.of(),
              "capacity", Set.of("snapshot"),
              "ipamd", Set.of("snapshot"),
              "identity", Set.of("snapshot"),
              "catalog", Set.of("snapshot", "capacity"),
              "render", Set.of("catalog", "snapshot", "capacity"),
              "simulator", Set.of("snapshot", "capacity"),
              "schedule", Set.of(),
              "wiring", Set.of("snapshot", "config", "capacity", "ipamd", "identity", "catalog")));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.cnimetrics");

  @TestFactory
  Stream<DynamicTest> packageImportsOnlyItsRow() {
    return MAY_IMPORT.keySet().stream()
        .map(
            name ->
                DynamicTest.dynamicTest(
                    name,
                    () ->
                        classes()
                            .that()
                            .resideInAPackage(ROOT + name)
                            .should()
                            .onlyDependOnClassesThat()
                            .resideInAnyPackage(allowed(name))
                            .check(CLASSES)));
  }

  @TestFactory
  Stream<DynamicTest> libraryStaysInItsPackages() {
    return Map.of(
            "okhttp3..", Set.of("ipamd"),
            "software.amazon.awssdk..", Set.of("identity"),
            "picocli..", Set.of("cli"),
            "dagger..", Set.of("wiring"),
            "io.prometheus..", Set.of("render"),
            "ch.qos.logback..", Set.of("cli"))
        .entrySet()
        .stream()
        .map(
            library ->
                DynamicTest.dynamicTest(
                    library.getKey(),
                    () ->
                        noClasses()
                            .that()
                            .resideOutsideOfPackages(
                                library.getValue().stream()
                                    .map(name -> ROOT + name)
                                    .toArray(String[]::new))
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(library.getKey())
                            .check(CLASSES)));
  }

  private static String[] allowed(String name) {
    List<String> allowed = new ArrayList<>(List.of(ROOT + name));
    MAY_IMPORT.getOrDefault(name, Set.of()).forEach(other -> allowed.add(ROOT + other));
    allowed.add("java..");
    allowed.add("javax..");
    for (String library : LIBRARIES) {
      allowed.add(library);
    }
    return allowed.toArray(String[]::new);
  }

  private static final List<String> LIBRARIES =
      List.of(
          "com.fasterxml.jackson..",
          "com.sun.net.httpserver..",
          "dagger..",
          "io.prometheus..",
          "kotlin..",
          "okhttp3..",
          "okio..",
          "org.jspecify..",
          "org.slf4j..",
          "software.amazon.awssdk..");
}
