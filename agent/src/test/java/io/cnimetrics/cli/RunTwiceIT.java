package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests two agents of two releases on one node. */
@Timeout(150)
class RunTwiceIT {
  private static final String SENDING = "Sender sending to CloudWatch: ";
  private static final String OTHER =
      "another agent on this node already publishes to the namespace Kubernetes/CNI";
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  @AutoClose private final StubCloudWatch ofFirst = StubCloudWatch.start();
  @AutoClose private final StubCloudWatch ofSecond = StubCloudWatch.start();
  private final HealthPages firstPages = HealthPages.onFreePort();
  private final HealthPages secondPages = HealthPages.onFreePort();

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void secondAgentOnAnotherPortIsUnreadyAndSendsNothingUntilTheFirstEnds(
      boolean withState, @TempDir Path directory) {
    AgentProcess first = agent("first", firstPages, ofFirst);
    AgentProcess second = agent("second", secondPages, ofSecond);
    if (withState) {
      first.with("--state-dir", directory.toString());
      second.with("--state-dir", directory.toString());
    }
    try (Running running = first.start()) {
      running.awaitLog(SENDING);
      firstPages.await("/readyz", 200, LIMIT);
      try (Running waiting = second.start()) {
        assertThat(waiting.awaitLog(OTHER)).contains(" WARN ", "double every sum", "kubectl get");
        assertThat(secondPages.await("/readyz", 503, LIMIT)).contains(OTHER, "keep one of the two");
        assertThat(secondPages.await("/livez", 200, LIMIT)).isEqualTo("ok\n");
        assertThat(ofSecond.requests()).isEmpty();

        assertThat(running.stop().exitCode()).isZero();
        waiting.awaitLog(SENDING);
        secondPages.await("/readyz", 200, LIMIT);
        assertThat(waiting.stop().exitCode()).isZero();
        assertThat(ofSecond.requests()).isNotEmpty();
      }
    }
  }

  @Test
  void secondAgentTakesOverIfTheFirstIsKilled() {
    try (Running running = agent("first", firstPages, ofFirst).start();
        Running waiting = agent("second", secondPages, ofSecond).start()) {
      Running other = awaitOne(running, waiting);
      (other == waiting ? running : waiting).kill();

      other.awaitLog(SENDING);
    }
  }

  @Test
  void secondAgentOnTheSamePortEndsWithTheReasonBecauseTheFirstWouldAnswerItsProbes() {
    try (Running running = agent("first", firstPages, ofFirst).start()) {
      running.awaitLog(SENDING);
      assertThat(pod(firstPages)).isEqualTo("first");

      Result second = agent("second", firstPages, ofSecond).run();

      assertThat(second.exitCode()).isEqualTo(Cli.FAILED);
      assertThat(second.err())
          .contains(OTHER, "its probes would reach the process on " + firstPages.address())
          .contains("kubectl get pods -A --field-selector spec.nodeName=node-1")
          .doesNotContain("Exception");
      assertThat(ofSecond.requests()).isEmpty();
      assertThat(pod(firstPages)).isEqualTo("first");
    }
  }

  @Test
  void successorWithTheStateDirectoryWaitsForLongOnTheSamePort(@TempDir Path directory) {
    AgentProcess first = agent("first", firstPages, ofFirst);
    AgentProcess second = agent("second", firstPages, ofSecond);
    first.with("--state-dir", directory.toString());
    second.with("--state-dir", directory.toString());
    try (Running running = first.start()) {
      running.awaitLog(SENDING);
      try (Running waiting = second.start()) {
        waiting.awaitLog(OTHER);
        Eventually.comes(Instant.now().plusSeconds(18));
        assertThat(waiting.isRunning()).isTrue();
        assertThat(ofSecond.requests()).isEmpty();

        running.kill();
        waiting.awaitLog(SENDING);
      }
    }
  }

  @Test
  void secondAgentOnTheSamePortTakesOverIfTheFirstIsStopping() {
    try (Running running = agent("first", firstPages, ofFirst).start()) {
      running.awaitLog(SENDING);
      try (Running waiting = agent("second", firstPages, ofSecond).start()) {
        waiting.awaitLog(OTHER);
        assertThat(running.stop().exitCode()).isZero();

        waiting.awaitLog(SENDING);
        firstPages.await("/readyz", 200, LIMIT);
        assertThat(pod(firstPages)).isEqualTo("second");
      }
    }
  }

  @Test
  void sigtermEndsTheWait() {
    try (Running running = agent("first", firstPages, ofFirst).start()) {
      running.awaitLog(SENDING);
      try (Running waiting = agent("second", secondPages, ofSecond).start()) {
        waiting.awaitLog(OTHER);

        Result result = waiting.stop();
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.time()).isLessThan(Duration.ofSeconds(5));
      }
    }
  }

  @Test
  void agentsThatDoubleNothingRunSideBySide() {
    try (Running running = agent("first", firstPages, ofFirst).start()) {
      running.awaitLog(SENDING);
      try (Running elsewhere =
              agent("second", secondPages, ofSecond).with("--namespace=Other").start();
          Running prometheus =
              agent("third", HealthPages.onFreePort(), ofSecond)
                  .in(Map.of("USE_CLOUDWATCH", "false", "USE_PROMETHEUS", "true"))
                  .start()) {
        elsewhere.awaitLog(SENDING);
        prometheus.awaitLog("pages=");
      }
    }
  }

  /** Waits until one of the two agents waits for the other, and returns the waiting agent. */
  private static Running awaitOne(Running first, Running second) {
    boolean[] waits = new boolean[2];
    Eventually.holds(
        "one waits",
        LIMIT,
        () -> {
          waits[0] = first.log().stream().anyMatch(line -> line.contains(OTHER));
          waits[1] = second.log().stream().anyMatch(line -> line.contains(OTHER));
          return waits[0] || waits[1];
        });
    assertThat(waits[0] && waits[1]).isFalse();
    return waits[0] ? first : second;
  }

  private static String pod(HealthPages pages) {
    return pages
        .get("/livez")
        .flatMap(page -> page.headers().firstValue("Pod-Name"))
        .orElse("none");
  }

  private AgentProcess agent(String pod, HealthPages pages, StubCloudWatch cloudWatch) {
    return AgentProcess.of("run", "--cluster-id", "prod", "--region", "eu-west-1")
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--node-name", "node-1", "--health-address", pages.address())
        .in(cloudWatch.environment())
        .in(Map.of("POD_NAME", pod));
  }
}
