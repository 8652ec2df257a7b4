package io.cnimetrics;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Data goes one way: each package may import only the packages in its row. */
class ArchitectureTest {
  private static final String ROOT = "io.cnimetrics.";

  /** All packages that run on every node, except the loops and the wiring. */
  private static final Set<String> BELOW_AGENT =
      Set.of(
          "snapshot",
          "wire",
          "config",
          "capacity",
          "ipamd",
          "aws",
          "identity",
          "catalog",
          "schedule",
          "publish",
          "cloudwatch",
          "otlp",
          "health");

  private static final Map<String, Set<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.ofEntries(
              entry("snapshot", Set.of()),
              entry("config", Set.of("wire")),
              entry("deadline", Set.of()),
              entry("capacity", Set.of("snapshot")),
              entry("wire", Set.of()),
              entry("ipamd", Set.of("snapshot", "wire")),
              entry("aws", Set.of("snapshot", "deadline", "wire")),
              entry("identity", Set.of("snapshot", "aws")),
              entry("catalog", Set.of("snapshot", "capacity")),
              entry("text", Set.of()),
              entry("dryrun", Set.of("catalog", "snapshot", "capacity", "publish", "text")),
              entry("console", Set.of("catalog", "snapshot", "text")),
              entry(
                  "plan",
                  Set.of("config", "console", "catalog", "otlp", "publish", "schedule", "text")),
              entry("recommend", Set.of("catalog", "capacity", "text")),
              entry("simulator", Set.of("snapshot", "capacity", "text")),
              entry(
                  "doctor", Set.of("snapshot", "capacity", "catalog", "text", "deadline", "wire")),
              entry("schedule", Set.of()),
              entry("publish", Set.of("catalog", "schedule")),
              entry("cloudwatch", Set.of("publish", "catalog", "aws", "snapshot", "deadline")),
              entry("otlp", Set.of("publish", "catalog", "snapshot", "aws", "deadline", "wire")),
              entry("health", Set.of("publish", "catalog", "snapshot")),
              entry("agent", BELOW_AGENT),
              entry(
                  "wiring",
                  Stream.concat(BELOW_AGENT.stream(), Stream.of("agent")).collect(toSet()))));

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

  /** Code of other commands would use memory on each node, because {@code run} runs there. */
  @Test
  void runReachesNoOtherCommand() {
    noClasses()
        .that()
        .haveFullyQualifiedName("io.cnimetrics.cli.Run")
        .should()
        .transitivelyDependOnClassesThat()
        .resideInAnyPackage(
            Stream.of("doctor", "dryrun", "console", "plan", "recommend", "simulator")
                .map(name -> ROOT + name)
                .toArray(String[]::new))
        .check(CLASSES);
  }

  /** The command runs in an init container with little memory. */
  @Test
  void prepareStateDirReachesNothingOfTheAgent() {
    noClasses()
        .that()
        .haveFullyQualifiedName("io.cnimetrics.cli.PrepareStateDir")
        .should()
        .transitivelyDependOnClassesThat()
        .resideInAnyPackage(ROOT + "agent", ROOT + "wiring", "ch.qos.logback..")
        .check(CLASSES);
  }

  @TestFactory
  Stream<DynamicTest> libraryStaysInItsPackages() {
    return Map.of(
            "okhttp3..", Set.of("ipamd"),
            "software.amazon.awssdk..", Set.of("aws", "cloudwatch", "otlp"),
            "dagger..", Set.of("wiring"),
            "io.prometheus..", Set.of("health"),
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

  /** The gate replays a saved input only if its directory has the name of a fuzz test. */
  @Test
  void savedInputsBelongToFuzzTests() throws IOException {
    Path resources = Path.of("src/test/resources");
    try (Stream<Path> files = Files.walk(resources)) {
      assertThat(files.filter(path -> path.toString().endsWith("FuzzTestInputs")))
          .isNotEmpty()
          .allSatisfy(
              inputs ->
                  assertThat(fuzzTest(resources.relativize(inputs)).getDeclaredMethods())
                      .extracting(Method::getName)
                      .contains(requireNonNull(inputs.toFile().list())));
    }
  }

  private static Class<?> fuzzTest(Path inputs) throws ClassNotFoundException {
    return Class.forName(
        inputs.toString().replaceFirst("Inputs$", "").replace(File.separatorChar, '.'));
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
