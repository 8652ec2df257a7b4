package io.cnimetrics.doctor;

import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.prefixed;
import static io.cnimetrics.testing.Snapshots.trunk;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The checks of the node's ENIs and limits. */
class NodeSetupTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final NodeEvidence HEALTHY = DoctorFixture.poll(NamedScenario.HEALTHY);

  @ParameterizedTest(name = "ipamD runs for {0} min, pods hold {1} of 16 and {2} of 14: {3}")
  @CsvSource({"1, 3, 2, warn", "60, 3, 2, note", "1, 16, 2, note", "60, 3, 14, warn"})
  void mixedAddressesMatterIfTheModeHasJustChangedOrPodsGetNone(
      int minutes, int inPrefix, int single, String level) {
    Snapshots node =
        Snapshots.nothingRead()
            .at(NOON)
            .enis(eni(0, 14, single, 0), prefixed(1, 1, inPrefix))
            .sum("awscni_eni_max", 4)
            .sum("awscni_ip_max", 56)
            .processStart(NOON.getEpochSecond() - 60.0 * minutes);

    Finding finding = finding(node, "m5.xlarge", "mixed-prefixes");

    assertThat(finding.level().label()).isEqualTo(level);
    assertThat(finding.evidence())
        .isEqualTo(
            "16 addresses of prefixes, of which %d are free; new pods get only single addresses"
                .formatted(16 - inPrefix));
  }

  @Test
  void limitsOfIpamdThatEc2NeverRefusedAreOnlyNoted() {
    Finding finding = finding(limits(4, 116), "d3en.12xlarge", "instance-type");

    assertThat(finding.level()).isEqualTo(Level.NOTE);
    assertThat(finding.evidence())
        .isEqualTo(
            "for d3en.12xlarge EC2 permits 3 ENIs × 29 addresses for pods, and ipamD assumes 4 ENIs"
                + " × 29 addresses");
  }

  /** ipamD tags an ENI, and releases 1.22.0 to 1.23.1 need the tags of its subnet. */
  @ParameterizedTest
  @CsvSource({
    "DescribeSubnets, EC2 returned an error",
    "CreateTags, EC2 returned an error",
    "AttachNetworkInterface, The ENI did not appear on the node"
  })
  void failedSetupOfAnEniIsExplainedByTheCallsThatItNeeds(String call, String cause) {
    Snapshots node =
        Snapshots.nothingRead()
            .at(NOON)
            .enis(eni(0, 14, 3, 0))
            .error(Snapshots.functionError("eniReconcileAdd"), 2)
            .error(Snapshots.apiError(call, "UnauthorizedOperation"), 2);

    assertThat(finding(node, "m5.xlarge", "ipamd-errors").cause()).startsWith(cause);
  }

  @Test
  void limitsThatEc2RefusedAreAWarningWithTheFittingMaxPods() {
    Snapshots node =
        limits(4, 116)
            .error(Snapshots.apiError("AttachNetworkInterface", "AttachmentLimitExceeded"), 7);

    Finding finding = finding(node, "d3en.12xlarge", "instance-type");

    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.evidence()).endsWith("; EC2 answered AttachmentLimitExceeded 7 times");
    assertThat(finding.remedy()).contains("max-pods to 90");
  }

  @ParameterizedTest(name = "{0} ENIs, {1} addresses")
  @CsvSource({"3, 87", "2, 58", "0, 0", "-1, 0"})
  void fewerEnisThanTheTypePermitsAreNoContradiction(int enis, int addresses) {
    Finding finding = finding(limits(enis, addresses), "d3en.12xlarge", "instance-type");

    assertThat(finding.level()).isEqualTo(Level.OK);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INTROSPECTION_HANGS") // It needs 5 s.
  void idleAddressesAreNoAdviceWhilePodsWait(NamedScenario scenario) {
    List<Finding> findings = DoctorFixture.findings(scenario, 2);

    boolean fails = findings.stream().anyMatch(finding -> finding.level() == Level.FAIL);
    assertThat(findings)
        .filteredOn(finding -> fails && finding.id().equals("idle-addresses"))
        .noneMatch(finding -> finding.level() == Level.NOTE);
  }

  @Test
  void warmTargetsOfAMultiNicNodeReleaseAddressesOfNetworkCardZero() {
    Scenario node = Scenario.of("c8ib.metal-96xl").networkCards(2, 0).pods(PodSchedule.parse("1"));

    assertThat(DoctorFixture.findings(node, Duration.ofMinutes(20), 1))
        .filteredOn(finding -> finding.id().equals("idle-addresses"))
        .extracting(Finding::evidence)
        .containsExactly(
            "125 of 126 addresses of network card 0 are free; warm targets would release 121");
  }

  @Test
  void releaseThatIpamdDoesNotReportIsBoundedByItsMetrics() {
    Snapshots node = Snapshots.nothingRead().at(NOON).enis(eni(0, 14, 3, 0));
    Finding old =
        finding(node.sum("awscni_no_available_ip_addresses", 0), "m5.xlarge", "cni-release");
    Finding recent =
        finding(
            node.sum("awscni_ipamd_startup_duration_seconds_count", 1), "m5.xlarge", "cni-release");

    assertThat(old.level()).isEqualTo(Level.NOT_CHECKED);
    assertThat(old.evidence()).isEqualTo("ipamD does not report its release");
    assertThat(recent.level()).isEqualTo(Level.OK);
    assertThat(recent.evidence())
        .isEqualTo("ipamD does not report its release, but answers like 1.20.0 or later");
  }

  @ParameterizedTest(name = "{0}, custom networking: {1}, trunk: {2}, limit of ENIs: {3}")
  @CsvSource(
      nullValues = "-",
      value = {
        "v1.19.4, true, true, 4, The bug affects this node",
        "v1.19.4-eksbuild.1, false, true, 4, The bug does not affect this node now",
        "v1.19.4, true, false, 4, The bug does not affect this node now",
        "v1.19.4, -, true, 4, The bug affects this node if",
        "v1.16.3, -, true, 2, The bug affects this node",
        "v1.16.3, -, true, 4, 'The bug does not affect this node now, because the node has 2 of 4"
            + " ENIs'"
      })
  void bugOfTheReleaseSaysWhetherItAffectsThisNode(
      String release, @Nullable Boolean custom, boolean trunk, double most, String answer) {
    Snapshots node =
        Snapshots.nothingRead()
            .at(NOON)
            .enis(eni(0, 14, 3, 0), trunk ? trunk(1, 14, 0) : eni(1, 14, 0, 0))
            .sum("awscni_eni_max", most)
            .release(release);

    Finding finding =
        finding(custom == null ? node : node.customNetworking(custom), "m5.xlarge", "cni-release");

    assertThat(finding.cause()).contains("fixes this bug. " + answer);
    assertThat(finding.evidence()).endsWith(release);
  }

  @Test
  void poolThatNeedsAddressesIsAffectedThoughTheNodeHasRoomForAnEni() {
    Snapshots node =
        Snapshots.nothingRead()
            .at(NOON)
            .enis(eni(0, 14, 14, 0))
            .sum("awscni_eni_max", 4)
            .release("v1.16.3");

    assertThat(finding(node, "m5.xlarge", "cni-release").cause())
        .endsWith(
            "The bug affects this node, because the node has 1 of 4 ENIs and no available"
                + " address");
  }

  /** Later releases listen on the socket too, so an upgrade of the VPC CNI alone does not help. */
  @Test
  void socketOfTheGrpcServerNeedsANewerNetworkPolicyAgent() {
    Snapshots node = Snapshots.nothingRead().at(NOON).enis(eni(0, 14, 3, 0)).release("v1.23.0");

    Finding finding = finding(node, "m5.xlarge", "cni-release");

    assertThat(finding.level()).isEqualTo(Level.NOTE);
    assertThat(finding.cause()).contains("before 1.4.1").doesNotContain("fixes");
    assertThat(finding.remedy()).contains("upgrade the agent");
  }

  @ParameterizedTest(name = "{0}, limit of ENIs: {1}")
  @CsvSource({
    "v1.21.1-eksbuild.3, 3, note",
    "v1.22.4, 3, note",
    "v1.22.4, 4, ok",
    "v1.19.6, 3, ok",
    "v1.23.1, 3, ok"
  })
  void releaseThatMiscountsUnmanagedEnis(String release, double most, String level) {
    Snapshots node =
        Snapshots.nothingRead()
            .at(NOON)
            .enis(eni(0, 14, 3, 0))
            .sum("awscni_eni_max", most)
            .release(release);

    assertThat(finding(node, "m5.xlarge", "cni-release").level().label()).isEqualTo(level);
  }

  /** aws/amazon-vpc-cni-k8s#2792: pods of a new node use the trunk ENI. */
  @ParameterizedTest(name = "custom networking is on: {0}, and pods hold {1} of the trunk: {2}")
  @CsvSource({"true, 3, warn", "true, 0, ok", "false, 3, ok"})
  void podsOnATrunkEniIgnoreCustomNetworking(boolean custom, long held, String level) {
    Snapshots node =
        Snapshots.nothingRead()
            .at(NOON)
            .customNetworking(custom)
            .enis(eni(0, 0, 0, 0), eni(1, 14, 5, 0), Snapshots.trunk(2, 14, held));

    assertThat(finding(node, "m5.xlarge", "custom-networking").level().label()).isEqualTo(level);
  }

  private static Snapshots limits(int enis, int addresses) {
    return Snapshots.nothingRead()
        .at(NOON)
        .enis(eni(0, 29, 3, 0))
        .sum("awscni_eni_max", enis)
        .sum("awscni_ip_max", addresses);
  }

  private static Finding finding(Snapshots polled, String type, String id) {
    NodeSnapshot snapshot =
        polled.build().on(Snapshots.instance("i-1", type, "eu-west-1", "eu-west-1a"), List.of());
    Sampler sampler = new Sampler(MetricCatalog.all(), new PodLimits(110, 3), NOON);
    Poll poll = new Poll(snapshot, sampler.read(snapshot, SamplerState.NONE));
    NodeEvidence node =
        new NodeEvidence(
            List.of(poll),
            Optional.empty(),
            HEALTHY.identity(),
            HEALTHY.origins(),
            HEALTHY.agentSettings());
    return DoctorFixture.CHECKS.stream()
        .filter(check -> check.spec().id().toString().equals(id))
        .flatMap(check -> check.run(node).stream())
        .findFirst()
        .orElseThrow();
  }
}
