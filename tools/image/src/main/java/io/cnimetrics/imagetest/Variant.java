package io.cnimetrics.imagetest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A way to start the agent.
 *
 * @param command the command before {@code run}: an executable, or java with options and the main
 *     class
 * @param flags the flags of {@code run}
 * @param onHotSpot whether jcmd can query it
 */
record Variant(String name, List<String> command, List<String> flags, boolean onHotSpot) {
  Variant {
    command = List.copyOf(command);
    flags = List.copyOf(flags);
  }

  private Variant(String name, List<String> command, boolean onHotSpot) {
    this(name, command, List.of(), onHotSpot);
  }

  /** Returns the variant that also sends by OTLP to CloudWatch. */
  Variant withOtlp() {
    return new Variant(name + ", OTLP", command, List.of("--otlp-endpoint=cloudwatch"), onHotSpot);
  }

  /**
   * A native executable.
   *
   * @param command path and runtime options of the executable, separated by spaces
   */
  static Variant ofExecutable(String name, String command) {
    return new Variant(name, List.of(command.split(" ")), false);
  }

  /** Returns the variant of all jars on the JDK that runs this program, without options. */
  static Variant ofDefaults(Path lib) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new Variant(
        "default JVM", List.of(java, "-cp", lib.resolve("*").toString(), Node.MAIN), true);
  }

  /** Returns the variant with the image's runtime, jar and options, without the cache. */
  static Variant tuned(Path built) {
    return new Variant(
        "tuned",
        List.of(
            runtime(built),
            "@" + built.resolve("jvm.options"),
            "-cp",
            built.resolve("agent.jar").toString(),
            Node.MAIN),
        true);
  }

  /**
   * Returns the variant that starts like the image.
   *
   * @param options options, separated by spaces
   */
  static Variant ofImage(String name, Path built, String options) {
    List<String> java = new ArrayList<>();
    java.add(runtime(built));
    java.add("@" + built.resolve("jvm.options"));
    java.add("-XX:AOTCache=" + built.resolve("agent.aot"));
    java.addAll(options.isEmpty() ? List.of() : List.of(options.split(" ")));
    java.addAll(List.of("-cp", built.resolve("agent.jar").toString(), Node.MAIN));
    return new Variant(name, java, true);
  }

  private static String runtime(Path built) {
    return built.resolve("runtime/bin/java").toString();
  }
}
