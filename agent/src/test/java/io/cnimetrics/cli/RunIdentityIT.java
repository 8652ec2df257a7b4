package io.cnimetrics.cli;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.FakeEc2;
import io.cnimetrics.aws.FakeImds;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.CloudWatchEmulator;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;

/** Tests how {@code run} of the distribution detects the identity, in a separate process. */
@Order(2)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class RunIdentityIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The agent retries a refused request within a minute. */
  private static final Duration RETRIED = Duration.ofSeconds(75);

  private final String cluster = "identity-" + UUID.randomUUID();
  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();
  @AutoClose private final FakeEc2 ec2 = FakeEc2.start();
  @AutoClose private FakeImds imds;
  private HealthPages health;

  @BeforeEach
  void start() throws IOException {
    imds = FakeImds.ofAnInstance();
    health = HealthPages.onFreePort();
  }

  @Test
  void clusterIsFoundByItsEc2Tags() {
    CloudWatchEmulator emulator = CloudWatchEmulator.shared();
    imds.with("instance-id", emulator.createInstance(Map.of("eks:cluster-name", cluster)));
    try (Running agent = agent(emulator.environment(), emulator.endpoint()).start()) {
      assertThat(agent.awaitLog("Publisher identity: "))
          .contains("cluster=" + cluster + " cluster_from=\"EC2 tag eks:cluster-name\"")
          .contains("type=m5.xlarge");
      agent.awaitLog("Sender sending to CloudWatch: ");

      assertThat(agent.stop().exitCode()).isZero();
      assertThat(minutes(emulator, "agentStarts")).hasSize(1);
    }
  }

  @Test
  void instanceWithoutTagsEndsWithRemedies() {
    Result result = agent(cloudWatch.environment(), ec2.endpoint()).run();

    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.err())
        .contains("set --cluster-id or AWS_CLUSTER_ID, or tag the instance with CLUSTER_ID");
    assertThat(cloudWatch.requests()).isEmpty();
  }

  @Test
  void refusedTagsAreRetriedAndNothingIsLost() {
    CloudWatchEmulator emulator = CloudWatchEmulator.shared();
    ec2.refusing(403, "UnauthorizedOperation", "You are not authorized.");
    try (Running agent = agent(emulator.environment(), ec2.endpoint()).start()) {
      agent.awaitLog("reason=DENIED");
      Instant firstWhole = Instant.now().truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);

      assertThat(health.await("/readyz", 503, LIMIT)).contains("ec2:DescribeTags");
      assertThat(health.await("/livez", 200, LIMIT)).isEqualTo("ok\n");
      Eventually.comes(firstWhole.plusSeconds(62));
      assertThat(agent.isRunning()).isTrue();

      ec2.withTags(Map.of("eks:cluster-name", cluster));
      health.await("/readyz", 200, RETRIED);
      agent.awaitLog("Publisher identity: ");
      assertThat(agent.stop().exitCode()).isZero();
      assertThat(minutes(emulator, "agentStarts")).hasSize(1);
      SortedMap<Instant, Double> minutes = minutes(emulator, "assignIPAddresses");
      assertThat(minutes.firstKey()).isBeforeOrEqualTo(firstWhole);
      assertThat(minutes.lastKey()).isAfter(firstWhole);
      assertThat(minutes.keySet()).isEqualTo(everyMinute(minutes.firstKey(), minutes.lastKey()));
    }
  }

  @Test
  void credentialsThatEc2QuotesAreNotShown() {
    ec2.refusing(403, "SignatureDoesNotMatch", "x-amz-security-token:planted-token");
    Map<String, String> planted =
        Map.of(
            "AWS_ACCESS_KEY_ID", "planted-key-id",
            "AWS_SECRET_ACCESS_KEY", "planted-secret",
            "AWS_SESSION_TOKEN", "planted-token");
    AgentProcess refused = agent(planted, ec2.endpoint()).with("--log-level", "TRACE");
    try (Running agent = refused.start()) {
      assertThat(agent.awaitLog("reason=DENIED")).contains("SignatureDoesNotMatch");

      Result result = agent.stop();
      assertThat(result.exitCode()).isZero();
      assertThat(result.err() + result.out()).doesNotContain("planted");
    }
  }

  @Test
  void credentialsOfTheInstancesRoleAreNotShown() {
    imds.withToken("planted-imds-token").with("iam/security-credentials/", "node");
    imds.with(
        "iam/security-credentials/node",
        """
        {"Code": "Success", "AccessKeyId": "planted-key-id", "SecretAccessKey": "planted-secret",
         "Token": "planted-token", "Expiration": "%s"}
        """
            .formatted(Instant.now().plus(6, ChronoUnit.HOURS).truncatedTo(ChronoUnit.SECONDS)));
    cloudWatch.refusingWithAnEcho(403, "AccessDenied");
    Map<String, String> endpoint =
        Map.of("AWS_ENDPOINT_URL_CLOUDWATCH", cloudWatch.endpoint().toString());
    AgentProcess refused =
        agent(endpoint, ec2.endpoint())
            .with("--cluster-id", cluster, "--region", "eu-west-1", "--log-level", "TRACE");
    try (Running agent = refused.start()) {
      agent.awaitLog("outcome=UNAUTHORIZED");

      Result result = agent.stop();
      assertThat(cloudWatch.requests().get(0).getHeader("X-Amz-Security-Token"))
          .isEqualTo("planted-token");
      assertThat(result.err() + result.out()).doesNotContain("planted");
    }
  }

  @Test
  void blockedMetadataDoesNotMatterIfEverythingIsSet() {
    imds.hangingAt(FakeImds.TOKEN_PATH);
    AgentProcess given =
        agent(cloudWatch.environment(), ec2.endpoint())
            .with("--cluster-id", cluster, "--region", "eu-west-1");
    try (Running agent = given.start()) {
      assertThat(agent.awaitLog("Publisher identity: "))
          .contains("cluster_from=\"given\"", "region_from=\"given\"", "instance=unknown");
      agent.awaitLog("Sender sending to CloudWatch: ");

      assertThat(agent.stop().exitCode()).isZero();
      assertThat(ec2.requests()).isEmpty();
    }
  }

  private AgentProcess agent(Map<String, String> environment, URI ec2Endpoint) {
    return AgentProcess.of("run", "--poll-interval", "10s")
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--health-address", health.address())
        .in(environment)
        .in(
            Map.of(
                "AWS_ENDPOINT_URL_EC2", ec2Endpoint.toString(),
                "AWS_EC2_METADATA_DISABLED", "false",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", imds.endpoint().toString()));
  }

  private static Set<Instant> everyMinute(Instant first, Instant last) {
    return Stream.iterate(first, at -> !at.isAfter(last), at -> at.plusSeconds(60))
        .collect(toSet());
  }

  private SortedMap<Instant, Double> minutes(CloudWatchEmulator emulator, String metric) {
    Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
    return emulator.series(
        "Kubernetes/CNI",
        metric,
        Map.of("CLUSTER_ID", cluster),
        Statistic.SAMPLE_COUNT,
        hour.minusSeconds(600),
        hour.plusSeconds(4200),
        Duration.ofMinutes(1));
  }
}
