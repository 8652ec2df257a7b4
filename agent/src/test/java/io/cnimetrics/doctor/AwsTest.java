package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.Origin;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What checks make of AWS: each fires, and each does not. */
class AwsTest {
  private static final Probes.Endpoint GONE =
      region ->
          new Probes.EndpointResult(
              "https://x." + region, Optional.of("TIMEOUT"), Optional.empty());

  private final NodeEvidence healthy = DoctorFixture.poll(NamedScenario.HEALTHY);

  @ParameterizedTest
  @CsvSource({
    "SUBNET_EMPTY, 0, FAIL, 'The subnet is empty, and so is the warm pool'",
    "HEALTHY, 0, WARN, The subnet is empty",
    "HEALTHY, 15, WARN, The subnet is nearly empty",
    "HEALTHY, 16, OK, The subnet has room"
  })
  void subnetWithoutRoomIsFoundOut(NamedScenario scenario, long free, Level level, String title) {
    NodeEvidence node = DoctorFixture.poll(scenario);

    Finding finding = subnet(node, free);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.title()).isEqualTo(title);
    assertThat(finding.evidence()).startsWith("subnet-1: %d of %d free".formatted(free, free + 51));
  }

  @Test
  void reachableMaximumIsShownWithTheSubnet() {
    String id = healthy.pool().enis().get(0).subnetId().orElseThrow();
    SubnetRoom check = new SubnetRoom(Optional.of((pool, region) -> List.of(new Subnet(id, 3, 9))));

    assertThat(check.run(healthy).get(0).evidence())
        .contains("; reachable now: ", " on the node + 3 free in " + id);
  }

  @Test
  void subnetsAreNotCheckedUnlessTheyAreToBe() {
    assertThat(new SubnetRoom(Optional.empty()).run(healthy).get(0).evidence())
        .isEqualTo("--subnets is not given");
    assertThat(level(new SubnetRoom(Optional.of((pool, region) -> List.of())), healthy))
        .isEqualTo(Level.NOT_CHECKED);
  }

  @Test
  void missingRightToSubnetsIsNotCheckedAndSaysWhy() {
    SubnetRoom check =
        new SubnetRoom(
            Optional.of(
                (pool, region) -> {
                  throw new IllegalStateException("ec2:DescribeSubnets was refused");
                }));

    assertThat(new CheckRunner(List.of(check)).run(healthy))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(Level.NOT_CHECKED);
              assertThat(finding.evidence()).contains("ec2:DescribeSubnets was refused");
            });
  }

  @Test
  void endpointThatDoesNotAnswerIsAWarning() {
    Finding finding = EndpointReachable.cloudWatch(GONE).run(healthy).get(0);

    assertThat(finding.level()).isEqualTo(Level.WARN);
    assertThat(finding.evidence()).isEqualTo("https://x.eu-west-1: TIMEOUT");
    assertThat(level(EndpointReachable.cloudWatch(dated(0)), healthy)).isEqualTo(Level.OK);
  }

  @Test
  void endpointOfEc2MattersOnlyToWhoAsksIt() {
    Origins tag =
        new Origins(Optional.of(new Origin.Ec2Tag("eks:cluster-name")), healthy.origins().region());
    NodeEvidence found =
        new NodeEvidence(healthy.polls(), healthy.identity(), tag, healthy.agentSettings());

    assertThat(level(EndpointReachable.ec2(GONE, false), healthy)).isEqualTo(Level.OK);
    assertThat(level(EndpointReachable.ec2(GONE, true), healthy)).isEqualTo(Level.WARN);
    assertThat(level(EndpointReachable.ec2(GONE, false), found)).isEqualTo(Level.WARN);
  }

  @ParameterizedTest
  @CsvSource({"0, OK", "30, OK", "-30, OK", "31, WARN", "-31, WARN"})
  void clockThatIsOffByOverHalfAMinuteIsAWarning(long seconds, Level level) {
    Finding finding = new Clock(dated(seconds)).run(healthy).get(0);

    assertThat(finding.level()).isEqualTo(level);
    assertThat(finding.evidence())
        .isEqualTo(Math.abs(seconds) + (seconds < 0 ? " s ahead of AWS's" : " s behind AWS's"));
  }

  @Test
  void clockIsNotCheckedWithoutAnAnswer() {
    assertThat(level(new Clock(GONE), healthy)).isEqualTo(Level.NOT_CHECKED);
  }

  @Test
  void datumIsSentOnlyWithLeave() {
    assertThat(new TestDatum(Optional.empty()).run(healthy).get(0).evidence())
        .contains("--send-test", "doctorTest");
    assertThat(level(new TestDatum(Optional.of((metric, region) -> Optional.empty())), healthy))
        .isEqualTo(Level.OK);
  }

  @Test
  void refusedDatumIsAFailure() {
    Finding finding =
        new TestDatum(Optional.of((metric, region) -> Optional.of(metric + " denied in " + region)))
            .run(healthy)
            .get(0);

    assertThat(finding.level()).isEqualTo(Level.FAIL);
    assertThat(finding.evidence()).isEqualTo("doctorTest denied in eu-west-1");
  }

  @Test
  void withoutARegionNothingOfAwsIsChecked() {
    NodeIdentity nowhere =
        new NodeIdentity("n", Optional.empty(), Optional.empty(), Instance.UNKNOWN);
    NodeEvidence node =
        new NodeEvidence(healthy.polls(), nowhere, Origins.NONE, healthy.agentSettings());

    for (Check check :
        List.of(
            EndpointReachable.cloudWatch(GONE),
            EndpointReachable.ec2(GONE, true),
            new Clock(GONE),
            new TestDatum(Optional.of((metric, region) -> Optional.empty())),
            new SubnetRoom(Optional.of((pool, region) -> List.of())))) {
      assertThat(check.run(node).get(0).evidence()).isEqualTo("the region is unknown");
    }
  }

  private static Probes.Endpoint dated(long seconds) {
    return region ->
        new Probes.EndpointResult(
            "https://x." + region, Optional.empty(), Optional.of(Duration.ofSeconds(seconds)));
  }

  private static Finding subnet(NodeEvidence node, long free) {
    return new SubnetRoom(Optional.of((pool, region) -> List.of(new Subnet("subnet-1", free, 51))))
        .run(node)
        .get(0);
  }

  private static Level level(Check check, NodeEvidence node) {
    return check.run(node).get(0).level();
  }
}
