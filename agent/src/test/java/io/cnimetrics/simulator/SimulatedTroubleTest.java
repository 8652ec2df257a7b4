package io.cnimetrics.simulator;

import static io.cnimetrics.simulator.Nodes.at;
import static io.cnimetrics.simulator.Nodes.node;
import static io.cnimetrics.simulator.Nodes.pods;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.Scenario.WarmTargets;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * During errors of EC2, the simulated ipamD makes the same calls and counts the same as ipamD
 * 1.23.2.
 */
class SimulatedTroubleTest {
  private static final String API_ERRORS = "awscni_aws_api_error_count";
  private static final String REFUSED = "awscni_no_available_ip_addresses";

  @Test
  void callsToEc2AreThoseOfTheRealDaemonAtFortyPods() {
    SimulatedNode node = node(pods("0:40:0.5"));

    at(node, 125);

    // The recorded node made one call of DescribeNetworkInterfaces. A second call, which looks for
    // leaked ENIs in the first five minutes, is possible.
    Map<String, Double> calls = calls(node);
    assertThat(calls.remove("fn=\"DescribeNetworkInterfaces\"")).isBetween(1.0, 2.0);
    assertThat(calls)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "fn=\"CreateTags\"", 1.0,
                "fn=\"DescribeSubnets\"", 7.0,
                "fn=\"ModifyNetworkInterfaceAttribute\"", 4.0,
                "fn=\"AssignPrivateIpAddresses\"", 1.0,
                "fn=\"CreateNetworkInterface\"", 3.0,
                "fn=\"DescribeInstances\"", 3.0,
                "fn=\"AttachNetworkInterface\"", 3.0));
  }

  @Test
  void eachAddressInPlaceCountsAtEachReconcile() {
    SimulatedNode node = node(Scenario.of("m5.xlarge"));

    at(node, 15 * 60);

    String inPlace = "fn=\"eniDataStorePoolReconcileAdd\"";
    double counted = node.counters().of("awscni_reconcile_count").getOrDefault(inPlace, 0.0);
    assertThat(counted / 14).isBetween(12.0, 15.0);
  }

  @Test
  void throttledCallIsAnError() {
    Ec2Fault throttled =
        Ec2Fault.of("RequestLimitExceeded", "CreateNetworkInterface", Duration.ofSeconds(1));

    NodeState state = at(node(pods("0:40:0.5").ec2Fault(throttled)), 120);

    assertThat(state.enis()).isOne();
    assertThat(state.counter(API_ERRORS)).isBetween(15.0, 25.0);
  }

  @Test
  void deniedCallIsNotRepeatedAndThereIsNoPause() {
    SimulatedNode node = node(NamedScenario.RIGHTS_REMOVED);

    double before = node.state().counter(API_ERRORS);
    NodeState later = at(node, 660);

    assertThat(later.counter(API_ERRORS) - before).as("two calls each 5.3 s").isBetween(20.0, 24.0);
    assertThat(node.counters().of(API_ERRORS))
        .containsOnlyKeys("api=\"DescribeSubnets\",error=\"UnauthorizedOperation\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DescribeNetworkInterfaces", "CreateTags", "AssignPrivateIpAddresses"})
  void callThatIsDeniedAtTheStartEndsIpamd(String call) {
    Ec2Fault denied = Ec2Fault.of("UnauthorizedOperation", call, Duration.ZERO);

    assertThat(node(pods("5").ec2Fault(denied)).ipamd().running()).isFalse();
  }

  @Test
  void ipamdStartsOnAnEmptySubnet() {
    SimulatedNode node = node(pods("5").subnetFree(0));

    assertThat(node.ipamd().running()).isTrue();
    assertThat(at(node, 60).total()).isZero();
  }

  @Test
  void coolingAddressesAreGivenBack() {
    Scenario shrinking = pods("0:40:0.5,40:60s,40:5:2").warmTargets(new WarmTargets(1, 5, 10, 1));

    NodeState state = at(node(shrinking), 80 + 60 + 18 + 28);

    assertThat(state.total()).isLessThanOrEqualTo(10);
  }

  @Test
  void coolingAddressesStarveShortLivedPods() {
    NodeState state = node(NamedScenario.CHURN).state();

    assertThat(state.total()).isBetween(10, 12);
    assertThat(state.waitingPods()).isBetween(14, 19);
    assertThat(state.counter(API_ERRORS)).isZero();
  }

  @Test
  void podsFailAndTheirAddressesCoolWithoutInstanceMetadata() {
    NodeState state = node(NamedScenario.METADATA_AWAY).state();

    assertThat(state.waitingPods()).isEqualTo(4);
    assertThat(state.cooling()).isBetween(4, 14);
    assertThat(state.counter(REFUSED)).isZero();
    assertThat(node(NamedScenario.METADATA_AWAY).counters().of(API_ERRORS))
        .containsKey("api=\"GetVPCIPv4CIDRBlocks\",error=\"IMDSRequestError\"");
  }

  @Test
  void missingEniConfigIsNotCounted() {
    SimulatedNode node = node(NamedScenario.ENICONFIG_MISSING);

    assertThat(node.state().waitingPods()).isEqualTo(7);
    assertThat(node.counters().of(API_ERRORS)).isEmpty();
    assertThat(node.counters().of("awscni_ipamd_error_count")).isEmpty();
  }

  @Test
  void leakedAddressesAreMoreThanThePods() {
    NodeState state = node(NamedScenario.LEAKED_ADDRESSES).state();

    assertThat(state.assigned()).isEqualTo(64);
    assertThat(state.waitingPods()).isEqualTo(2);
  }

  @Test
  void multiNicPodNeedsAnAddressOfEachCard() {
    SimulatedNode node = node(pods("0:8:0.1").networkCards(2, 0));
    at(node, 200);

    assertThat(held(node, 0)).isEqualTo(8);
    assertThat(held(node, 1)).isEqualTo(8);
    assertThat(EnisJson.of(node, Instant.EPOCH)).contains("},\"1\":{", "\"interfacesCount\":2");
  }

  @Test
  void burstOfMultiNicPodsIsRefusedByTheSecondCard() {
    NodeState state = at(node(pods("0:60s,60:68:100").networkCards(2, 60)), 61);

    assertThat(state.counter(REFUSED)).isPositive();
  }

  @Test
  void hyperPodAttachesByAnotherServiceWithItsOwnCounters() {
    SimulatedNode node = node(pods("0:40:0.5").nodeFault(NodeFault.HYPERPOD, Duration.ZERO));

    assertThat(at(node, 125).enis()).isEqualTo(4);
    assertThat(MetricsText.of(node, Instant.EPOCH))
        .contains("awscni_sagemakerapi_req_count{fn=\"AttachClusterNodeNetworkInterface\"} 3\n")
        .doesNotContain("{fn=\"AttachNetworkInterface\"}");
  }

  @Test
  void crashLoopRunsTwentyOfThirtySeconds() {
    SimulatedNode node = node(NamedScenario.CRASH_LOOP);
    int up = 0;
    for (int second = 301; second <= 330; second++) {
      node.advanceTo(Duration.ofSeconds(second));
      up += node.ipamd().running() ? 1 : 0;
    }

    assertThat(up).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({
    "UnauthorizedOperation@*,                         0,   UnauthorizedOperation",
    "InvalidSubnetID.NotFound@CreateNetworkInterface, 0,   InvalidSubnetID.NotFound",
    "OptInRequired@CreateNetworkInterface:600s,       600, OptInRequired",
    "OptInRequired@CreateNetworkInterface:600-900s,   600, OptInRequired",
  })
  void errorOfEc2IsRead(String text, int from, String code) {
    Ec2Fault fault = Ec2Fault.parse(text).orElseThrow();

    assertThat(fault.code()).isEqualTo(code);
    assertThat(fault.appliesTo("CreateNetworkInterface", Duration.ofSeconds(from))).isTrue();
    assertThat(fault.appliesTo("CreateNetworkInterface", Duration.ofSeconds(from - 1))).isFalse();
  }

  private static int held(SimulatedNode node, int card) {
    return node.ipamd().enis(card).stream().mapToInt(AttachedEni::assigned).sum();
  }

  private static Map<String, Double> calls(SimulatedNode node) {
    return new TreeMap<>(node.counters().of("awscni_ec2api_req_count"));
  }
}
