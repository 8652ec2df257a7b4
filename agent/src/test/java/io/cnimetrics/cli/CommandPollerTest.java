package io.cnimetrics.cli;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.testing.FakeIpamd;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class CommandPollerTest {
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd();

  /** Shows two ENIs without their subnets, like an ipamD before 1.22.0. */
  @Test
  void valuesAreTheSameWithAndWithoutSubnets() {
    ipamd.serve("/v1/enis", "{\"ENIs\":{%s,%s}}".formatted(fullEni(0), fullEni(1)));
    ipamd.serve(
        "/metrics",
        """
        awscni_pod_eni_error_count{fn="tryEnableSecurityGroupsForPods"} 40
        awscni_eni_max 3
        awscni_ip_max 33
        """);

    assertThat(values(Optional.of(new SubnetsOfMetadata())))
        .isEqualTo(values(Optional.empty()))
        .containsEntry("effectiveMaxIPAddresses", 22.0);
  }

  private static String fullEni(int device) {
    return "\"eni-%d\":{\"IsPrimary\":%b,\"DeviceNumber\":%d,\"IPv4Addresses\":{\"10.0.0.%d\":"
            .formatted(device, device == 0, device, device + 5)
        + "{\"Address\":\"10.0.0.%d\",\"Assigned\":true}}}".formatted(device + 5);
  }

  private Map<String, Double> values(Optional<Subnets> subnets) {
    AgentConfig config =
        ThisNode.config(
            new Values(
                Map.of(
                    "--introspection-url", ipamd.introspectionUrl().toString(),
                    "--metrics-url", ipamd.metricsUrl().toString(),
                    "--max-pods", "110"),
                Map.of(),
                List.of()));
    InstanceMetadata.Result metadata =
        new InstanceMetadata.Result(SimulatedSource.instance("t3.large"), List.of());
    var node = ThisNode.component(config, () -> NOW);
    Report report =
        new CommandPoller(
                config,
                node.sampler(),
                node.ipamdReader(),
                subnets,
                CompletableFuture.completedFuture(
                    Identification.of(CommandPoller.given(config), metadata)),
                () -> NOW)
            .once();
    return report.reading().samples().stream()
        .filter(sample -> sample.value().isPresent())
        .collect(toMap(sample -> sample.metric().name(), CommandPollerTest::value));
  }

  private static double value(Sample sample) {
    return sample.value().getAsDouble();
  }

  /** Instance metadata shows the subnets of both ENIs. */
  private static final class SubnetsOfMetadata implements Subnets {
    @Override
    public InstanceMetadata.Interfaces interfaces(Duration limit) {
      return new InstanceMetadata.Interfaces(
          Map.of("eni-0", "subnet-1", "eni-1", "subnet-1"), Optional.empty());
    }

    @Override
    public Ec2Result<Answer> read(Set<String> subnetIds, String region, Duration limit) {
      return new Ec2Result.Found<>(new Answer(List.of(), Map.of()));
    }
  }
}
