package io.cnimetrics.health;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that need a new process, in which no other code has used the JDK's server before. */
@Timeout(60)
class OwnProcessTest {
  private static final String LIBRARY = " io.prometheus.";

  @Test
  void prometheusIsNotLoadedWithoutMetrics() throws Exception {
    List<String> lines = run();

    assertThat(lines).contains("/livez 200", "/readyz 200", "/metrics 404");
    assertThat(lines).anyMatch(line -> line.contains(" io.cnimetrics.health.HealthServer "));
    assertThat(lines).noneMatch(line -> line.contains(LIBRARY));
  }

  @Test
  void prometheusIsLoadedWithMetrics() throws Exception {
    List<String> lines = run("metrics");

    assertThat(lines).contains("/metrics 200").anyMatch(line -> line.contains(LIBRARY));
  }

  @Test
  void limitsOfTheJdksServerHold() throws Exception {
    assertThat(run()).contains("long header cut off");
  }

  /** Runs the program and returns its output. The output includes the classes that it loads. */
  private static List<String> run(String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                System.getProperty("java.home") + "/bin/java",
                "-Xlog:class+load:stdout",
                "-cp",
                System.getProperty("java.class.path"),
                ServeInOwnProcess.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(printed).isZero();
      return printed.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }
}
