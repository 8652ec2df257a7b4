package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.otlp.OtlpReceiver;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;

/** Tests {@code run --otlp-endpoint} of the distribution in a separate process. */
@Timeout(300)
class RunOtlpIT {
  private static final AwsBasicCredentials CREDENTIALS =
      AwsBasicCredentials.create("AKIDEXAMPLE", "otlp-secret");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path directory;

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  private final HealthPages health = HealthPages.onFreePort();

  /** The first whole minute ends up to two minutes after the start. */
  @Test
  void minutesOfAnOutageArriveSignedAfterARestart() {
    OtlpReceiver away = receiver();
    URI address = away.address();
    away.close();
    try (Running agent = agent(address).start()) {
      Eventually.holds(
          "a failed request",
          Duration.ofMinutes(3),
          () -> agent.log().toString().contains("OTLP request failed"));
      assertThat(health.await("/readyz", 200, LIMIT)).isNotEmpty();
      assertThat(agent.stop().exitCode()).isZero();
    }

    try (OtlpReceiver receiver = receiver();
        Running agent = agent(receiver.address()).start()) {
      health.await("/readyz", 200, LIMIT);
      Result result = agent.stop();

      assertThat(result.exitCode()).isZero();
      assertThat(result.err()).contains("Sender sending to OTLP: region=eu-west-1");
      assertThat(receiver.of("cni_enis"))
          .as("the minutes of both agents")
          .hasSizeGreaterThan(1)
          .allSatisfy((at, point) -> assertThat(point.value()).isEqualTo(2));
      assertThat(receiver.of("cni_ipamd_errors_total").values())
          .allMatch(point -> point.start().isPresent());
      assertThat(receiver.series().keySet())
          .allMatch(name -> name.contains("cluster=prod") && name.contains("node=n1"));
    }
  }

  private AgentProcess agent(URI address) {
    return AgentProcess.of("run", "--cluster-id", "prod", "--region", "eu-west-1")
        .with("--node-name", "n1", "--poll-interval", "10s", "--otlp-endpoint", "cloudwatch")
        .with("--cloudwatch=false", "--state-dir", directory.toString())
        .with("--health-address", health.address())
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .in(Map.of("AWS_ENDPOINT_URL_CLOUDWATCH", address.toString()))
        .in(Map.of("AWS_ACCESS_KEY_ID", CREDENTIALS.accessKeyId()))
        .in(Map.of("AWS_SECRET_ACCESS_KEY", CREDENTIALS.secretAccessKey()));
  }

  private static OtlpReceiver receiver() {
    return new OtlpReceiver(Optional.of(CREDENTIALS), InstantSource.system());
  }
}
