package io.cnimetrics.standin;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to start the agent.
 *
 * @param java from the program to the main class
 */
record Variant(String name, List<String> java) {
  Variant {
    java = List.copyOf(java);
  }

  /** All jars on the JDK that this runs on, with no option at all. */
  static Variant ofDefaults(Path lib) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new Variant("default JVM", List.of(java, "-cp", lib.resolve("*").toString(), Node.MAIN));
  }

  /** The image's runtime, jar and options, without its cache. */
  static Variant tuned(Path built) {
    return new Variant(
        "tuned",
        List.of(
            runtime(built),
            "@" + built.resolve("jvm.options"),
            "-cp",
            built.resolve("agent.jar").toString(),
            Node.MAIN));
  }

  /**
   * As the image starts it.
   *
   * @param options that are added, separated by blanks
   */
  static Variant ofImage(String name, Path built, String options) {
    List<String> java = new ArrayList<>();
    java.add(runtime(built));
    java.add("@" + built.resolve("jvm.options"));
    java.add("-XX:AOTCache=" + built.resolve("agent.aot"));
    java.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    java.addAll(List.of("-cp", built.resolve("agent.jar").toString(), Node.MAIN));
    return new Variant(name, java);
  }

  private static String runtime(Path built) {
    return built.resolve("runtime/bin/java").toString();
  }
}
