package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.FakeEc2;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.CloudWatchEmulator;
import io.cnimetrics.testing.EagerNode;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;
import software.amazon.awssdk.services.ec2.model.Subnet;

/** Tests {@code run --subnets} of the distribution in a separate process. */
@Order(3)
@Timeout(720)
class RunSubnetsIT {
  private static final RecordedNode NODE = RecordedNode.of("v1.23.1/seed");
  private static final String RECORDED = NODE.truth().get("enis").get(0).get("subnetId").asText();

  private final String cluster = "subnets-" + UUID.randomUUID();
  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(NODE);
  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();
  @AutoClose private final FakeEc2 ec2 = FakeEc2.start();
  private final HealthPages health = HealthPages.onFreePort();

  @Test
  void freeAddressesArePublishedUnderClusterAndSubnet() {
    CloudWatchEmulator emulator = CloudWatchEmulator.shared();
    Subnet subnet = ownSubnet(emulator);
    ipamd.serve("/v1/enis", NODE.enisAt(Instant.now()).replace(RECORDED, subnet.subnetId()));
    try (Running agent =
        agent(subnet.subnetId(), emulator.environment()).with("--subnets=true").start()) {
      // The first value arrives within 150 s. On a busy machine EC2's first answers can take longer
      // than the agent's limit of 10 s. After one late answer the value arrives within 298 s, and
      // after two late answers within 658 s.
      assertThat(
              Eventually.within(
                  Duration.ofMinutes(11), () -> !minutes(emulator, subnet.subnetId()).isEmpty()))
          .as(() -> "a value; the agent's log: " + agent.log())
          .isTrue();

      assertThat(agent.stop().exitCode()).isZero();
    }
    assertThat(minutes(emulator, subnet.subnetId()).values())
        .containsOnly((double) subnet.availableIpAddressCount());
  }

  @Test
  void missingPermissionIsOneLineAndTheAgentIsReady() {
    ec2.withoutPermissionForSubnets();
    Map<String, String> environment = Map.of("AWS_ENDPOINT_URL_EC2", ec2.endpoint().toString());
    try (Running agent =
        agent(RECORDED, cloudWatch.environment())
            .in(environment)
            .with("--subnets=true", "--region=us-west-2")
            .start()) {
      // The agent is ready before the first subnet request, which it sends in the first minute.
      assertThat(health.await("/readyz", 200, Duration.ofSeconds(30))).isEqualTo("ok\n");
      Eventually.holds(
          "a refusal", Duration.ofSeconds(100), () -> agent.log().toString().contains("Policy"));

      assertThat(agent.log())
          .filteredOn(line -> line.contains("DescribeSubnets"))
          .singleElement()
          .asString()
          .contains(" WARN ", "UnauthorizedOperation", "iam-policy/CNIMetricsSubnetsPolicy.json");
      assertThat(agent.stop().exitCode()).isZero();
    }
  }

  /** A new subnet. No other test starts instances in this region. */
  private static Subnet ownSubnet(CloudWatchEmulator emulator) {
    String vpc =
        emulator.ec2().createVpc(network -> network.cidrBlock("10.99.0.0/16")).vpc().vpcId();
    return emulator
        .ec2()
        .createSubnet(subnet -> subnet.vpcId(vpc).cidrBlock("10.99.1.0/24"))
        .subnet();
  }

  private AgentProcess agent(String subnetId, Map<String, String> environment) {
    return AgentProcess.of("run", "--poll-interval", "10s")
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--health-address", health.address())
        .with("--cluster-id", cluster, "--node-name", EagerNode.of(subnetId))
        .in(environment);
  }

  private SortedMap<Instant, Double> minutes(CloudWatchEmulator emulator, String subnetId) {
    Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
    return emulator.series(
        "Kubernetes/CNI",
        "subnetFreeIPs",
        Map.of("CLUSTER_ID", cluster, "SubnetId", subnetId),
        Statistic.MINIMUM,
        hour.minusSeconds(600),
        hour.plusSeconds(4200),
        Duration.ofMinutes(1));
  }
}
