package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.OwnJvm;
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
    return OwnJvm.lines(
        OwnJvm.of(List.of("-Xlog:class+load:stdout"), ServeInOwnProcess.class, List.of(arguments)));
  }
}
