package io.cnimetrics.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A class that runs in its own JVM, with the class path of the tests. */
public final class OwnJvm {
  private OwnJvm() {}

  /** Options of a JVM with the stack and the collector of the image, and a heap of this size. */
  public static List<String> ofTheImage(String mostHeap) {
    return List.of(mostHeap, "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
  }

  /** The process of a class. Standard error goes to standard output. */
  public static ProcessBuilder of(
      List<String> options, Class<?> main, Collection<String> arguments) {
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectErrorStream(true);
  }

  /** Runs a process that succeeds, and returns the lines that it prints. */
  public static List<String> lines(ProcessBuilder builder)
      throws IOException, InterruptedException {
    Process process = builder.start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      return printed.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }
}
