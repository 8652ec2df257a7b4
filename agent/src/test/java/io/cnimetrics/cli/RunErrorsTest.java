package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedLog;
import io.cnimetrics.testing.RecordedNode;
import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunErrorsTest {
  private final List<Integer> halts = new ArrayList<>();

  @Test
  void uncaughtErrorEndsTheProcess() {
    try (RecordedLog log = new RecordedLog(Run.class.getName())) {
      Run.uncaught(new Thread("send"), new LinkageError("planted"), halts::add);
      assertThat(halts).containsExactly(Cli.FAILED);
      assertThat(log.lines()).singleElement().asString().contains("ERROR", "'send'");
    }
  }

  @Test
  void uncaughtExceptionIsOnlyLogged() {
    try (RecordedLog log = new RecordedLog(Run.class.getName())) {
      Run.uncaught(new Thread("other"), new IllegalStateException("planted"), halts::add);
      assertThat(halts).isEmpty();
      assertThat(log.lines()).hasSize(1);
    }
  }

  /** Without Jackson, the first poll ends with a NoClassDefFoundError. */
  @Test
  void errorInThePollLoopEndsTheProcessAtOnce() throws Exception {
    try (ClosedPort health = new ClosedPort();
        FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"))) {
      Process process =
          new ProcessBuilder(
                  System.getProperty("java.home") + "/bin/java",
                  "-cp",
                  classPathWithout("jackson-core"),
                  Main.class.getName(),
                  "run",
                  "--introspection-url=" + ipamd.introspectionUrl(),
                  "--metrics-url=" + ipamd.metricsUrl(),
                  "--cloudwatch=false",
                  "--prometheus=true",
                  "--health-address=" + health.url().getAuthority())
              .redirectErrorStream(true)
              .start();
      try {
        String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(printed).isEqualTo(Cli.FAILED);
        assertThat(printed).contains("the thread 'main' failed", "NoClassDefFoundError");
      } finally {
        process.destroyForcibly();
      }
    }
  }

  private static String classPathWithout(String library) {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(entry -> !new File(entry).getName().startsWith(library + "-"))
        .collect(joining(File.pathSeparator));
  }
}
