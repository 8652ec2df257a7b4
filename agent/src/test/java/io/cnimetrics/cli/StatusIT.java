package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** The command {@code status} asks a running agent. */
class StatusIT {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();
  private final HealthPages health = HealthPages.onFreePort();

  @Test
  void statusShowsTheLastPollAndTheLastAnswer() {
    try (Running agent = agent().in(cloudWatch.environment()).start()) {
      agent.awaitLog("sending to CloudWatch");
      health.await("/readyz", 200, LIMIT);

      JsonNode page = page();
      assertThat(page.at("/node/nodeName").asText()).isEqualTo("node-a");
      assertThat(page.at("/lastPoll/result").asText()).isEqualTo("good");
      assertThat(page.at("/metrics").size()).isGreaterThan(20);
      assertThat(page.at("/pending/minutes").asInt()).isZero();
      assertThat(page.at("/destinations/0/lastSuccess").asText()).endsWith("Z");
      assertThat(page.at("/destinations/0/lastFailure").isMissingNode()).isTrue();

      Result table = status().run();
      assertThat(table.exitCode()).as(table.err()).isZero();
      assertThat(table.out()).contains("Node       node-a", "read ipamD", "last success");
    }
  }

  @Test
  void deniedCloudWatchIsTheLastFailure() {
    cloudWatch.refusing(403, "AccessDenied", "not authorized to perform PutMetricData");
    try (Running agent = agent().in(cloudWatch.environment()).start()) {
      agent.awaitLog("outcome=UNAUTHORIZED");

      JsonNode failure = page().at("/destinations/0/lastFailure");
      assertThat(failure.get("outcome").asText()).isEqualTo("UNAUTHORIZED");
      assertThat(failure.get("code").asText()).isEqualTo("AccessDenied");
      assertThat(failure.get("message").asText()).contains("cloudwatch:PutMetricData");
    }
  }

  @Test
  void agentThatDoesNotSendKnowsItsInstance() throws IOException {
    try (FakeImds imds = FakeImds.ofAnInstance();
        Running agent =
            agent()
                .with("--cloudwatch=false", "--prometheus")
                .in(
                    Map.of(
                        "AWS_EC2_METADATA_DISABLED",
                        "false",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                        imds.endpoint().toString()))
                .start()) {
      health.await("/readyz", 200, LIMIT);
      Eventually.holds(
          "the instance is known",
          LIMIT,
          () -> page().at("/node/instanceId").asText().startsWith("i-"));

      assertThat(page().at("/node/instanceType").asText()).isEqualTo("m5.xlarge");
      assertThat(page().at("/destinations")).isEmpty();
      assertThat(agent.log()).noneMatch(line -> line.contains(" WARN "));
    }
  }

  private AgentProcess agent() {
    return AgentProcess.of("run", "--cluster-id", "prod", "--region", "eu-west-1")
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--poll-interval", "10s", "--node-name", "node-a")
        .with("--health-address", health.address());
  }

  private AgentProcess status() {
    return AgentProcess.of("status").in(Map.of("HEALTH_ADDRESS", health.address()));
  }

  private JsonNode page() {
    return RecordedNode.json(health.get("/status").map(response -> response.body()).orElse("{}"));
  }
}
