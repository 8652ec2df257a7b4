package io.cnimetrics.simulator;

import static io.cnimetrics.simulator.Nodes.at;
import static io.cnimetrics.simulator.Nodes.node;
import static io.cnimetrics.simulator.Nodes.pods;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.Scenario.WarmTargets;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SimulatedNodeTest {
  private static final String REFUSED = "awscni_no_available_ip_addresses";
  private static final String IPAMD_ERRORS = "awscni_ipamd_error_count";

  @Test
  void podsBeyondThePoolAreAlwaysRefused() {
    SimulatedNode node = node(pods("100"));

    NodeState full = at(node, 120);
    NodeState later = at(node, 180);

    assertThat(full.enis()).isEqualTo(4);
    assertThat(full.total()).isEqualTo(56);
    assertThat(full.assigned()).isEqualTo(56);
    assertThat(full.waitingPods()).isEqualTo(2);
    assertThat(later.counter(REFUSED)).isGreaterThan(full.counter(REFUSED));
    assertThat(later.counter("awscni_add_ip_req_count") - 56).isEqualTo(later.counter(REFUSED));
  }

  @Test
  void idleNodeKeepsOneInterfaceOfFreeAddresses() {
    NodeState state = at(node(Scenario.of("m5.xlarge")), 60);

    assertThat(state.enis()).isEqualTo(1);
    assertThat(state.free()).isEqualTo(14);
    assertThat(state.counter(IPAMD_ERRORS)).isZero();
  }

  @Test
  void firstPodCausesASecondInterface() {
    NodeState state = at(node(pods("1")), 60);

    assertThat(state.enis()).isEqualTo(2);
    assertThat(state.total()).isEqualTo(28);
  }

  @Test
  void subnetWithTooFewAddressesForAWholeInterfaceGivesNothing() {
    SimulatedNode node = node(pods("50").subnetFree(20));

    NodeState state = at(node, 100);

    assertThat(state.enis()).isOne();
    assertThat(state.total()).isEqualTo(14);
    assertThat(state.subnetFree()).isEqualTo(6);
    assertThat(node.counters().of("awscni_aws_api_error_count"))
        .containsOnlyKeys(
            "api=\"CreateNetworkInterface\",error=\"InsufficientFreeAddressesInSubnet\"");
  }

  @Test
  void warmIpTargetRequestsOnlyTheMissingAddresses() {
    NodeState state =
        at(node(pods("0:16:0.1").subnetFree(20).warmTargets(new WarmTargets(1, 2, 0, 1))), 300);

    assertThat(state.enis()).isEqualTo(2);
    assertThat(state.total()).as("the second interface needs an address itself").isEqualTo(18);
  }

  @Test
  void emptySubnetIsNotRequestedForTwoMinutes() {
    SimulatedNode node = node(pods("50").subnetFree(20));
    String failed = "fn=\"increaseIPPoolAllocENI\"";

    // The first request is refused after 3 or 4 s.
    at(node, 122);
    assertThat(node.counters().of(IPAMD_ERRORS))
        .containsEntry(failed, 1.0)
        .containsEntry("fn=\"increaseIPPoolAllocIPAddressesFailed\"", 1.0);
    at(node, 130);
    assertThat(node.counters().of(IPAMD_ERRORS)).containsEntry(failed, 2.0);
  }

  @Test
  void eachErrorTextIsASeparateSeries() {
    SimulatedNode node = node(pods("50").subnetFree(14).cniVersion(CniVersion.parse("v1.18.6")));

    at(node, 300);

    assertThat(node.counters().of("awscni_aws_utils_error_count").keySet())
        .hasSize(3)
        .allSatisfy(labels -> assertThat(labels).contains("\\n\tstatus code: 400"));
  }

  @Test
  void onePrefixMoreThanNeededIsRequested() {
    SimulatedNode node = node(pods("20").prefixDelegation(true));

    NodeState state = at(node, 60);

    assertThat(state.enis()).isOne();
    assertThat(state.prefixes())
        .as("addresses for 20 pods, and at least 16 free addresses")
        .isEqualTo(3);
    assertThat(state.total()).isEqualTo(48);
    assertThat(state.assigned()).isEqualTo(20);
  }

  @Test
  void prefixModeStopsAtMaxPods() {
    SimulatedNode node = node(pods("500").prefixDelegation(true));

    NodeState state = at(node, 120);

    assertThat(state.total()).isEqualTo(112);
    assertThat(state.assigned()).isEqualTo(110);
    assertThat(state.waitingPods()).isZero();
  }

  @Test
  void subnetWithoutAFreePrefixIsAnError() {
    SimulatedNode node = node(pods("40").prefixDelegation(true).subnetFree(30));

    NodeState state = at(node, 60);

    assertThat(state.prefixes()).isOne();
    assertThat(node.counters().of("awscni_aws_api_error_count"))
        .containsKey("api=\"AssignPrivateIpAddresses\",error=\"InsufficientCidrBlocks\"");
  }

  @Test
  void unusedPrefixesAreReleased() {
    SimulatedNode node = node(pods("60:1:0.1").prefixDelegation(true));

    assertThat(at(node, 60).prefixes())
        .as("addresses for 54 pods, and at least 16 free addresses")
        .isEqualTo(5);
    assertThat(at(node, 900).prefixes()).isEqualTo(2);
  }

  @Test
  void warmIpTargetIsTheNumberOfFreeAddresses() {
    NodeState state = at(node(pods("3").warmTargets(new WarmTargets(1, 5, 0, 1))), 60);

    assertThat(state.total()).isEqualTo(8);
    assertThat(state.free()).isEqualTo(5);
  }

  @Test
  void otherFreeAddressesAreReleasedWithWarmIpTarget() {
    SimulatedNode node = node(pods("30:1:0.02").warmTargets(new WarmTargets(1, 5, 0, 1)));

    assertThat(at(node, 150).enis())
        .as("addresses for 27 pods, and at least 5 free addresses")
        .isEqualTo(3);
    NodeState state = at(node, 2000);

    assertThat(state.total()).isEqualTo(6);
    assertThat(state.enis()).as("it depends on which addresses remain").isLessThanOrEqualTo(2);
    assertThat(state.subnetFree()).isEqualTo(4000 - 6 - (state.enis() - 1));
  }

  @Test
  void minimumIpTargetIsALowerBoundOfTheTotal() {
    NodeState state = at(node(pods("3").warmTargets(new WarmTargets(1, 2, 20, 1))), 60);

    assertThat(state.total()).isEqualTo(20);
    assertThat(state.enis()).isEqualTo(2);
  }

  @Test
  void warmEniTargetOfZeroWaitsForAnEmptyPool() {
    SimulatedNode node = node(pods("13").warmTargets(new WarmTargets(0, 0, 0, 1)));

    assertThat(at(node, 60).enis()).isOne();
  }

  @Test
  void maxPodsEndsTheGrowth() {
    SimulatedNode node = node(pods("30").maxPods(10));

    NodeState state = at(node, 120);

    assertThat(state.total()).isEqualTo(14);
    assertThat(state.assigned()).isEqualTo(10);
    assertThat(state.counter(REFUSED)).isZero();
  }

  @Test
  void releasedAddressCoolsForThirtySeconds() {
    SimulatedNode node = node(pods("10:9:0.02"));

    assertThat(at(node, 49).cooling()).isZero();
    assertThat(at(node, 50).cooling()).isOne();
    assertThat(at(node, 79).cooling()).isOne();
    NodeState over = at(node, 80);
    assertThat(over.cooling()).isZero();
    assertThat(over.assigned()).isEqualTo(9);
    assertThat(over.counter("awscni_del_ip_req_count")).isOne();
  }

  @Test
  void interfacesWithoutPodsAreFreedAfterAScaleDown() {
    SimulatedNode node = node(pods("50:2:0.5"));

    assertThat(at(node, 35).enis()).isEqualTo(4);
    NodeState down = at(node, 400);

    assertThat(down.enis()).isEqualTo(2);
    assertThat(down.total()).isEqualTo(28);
    assertThat(down.assigned()).isEqualTo(2);
    assertThat(down.subnetFree()).isEqualTo(4000 - 28 - 1);
  }

  @Test
  void sameSeedGivesTheSameRun() {
    Scenario scenario = pods("0:100:1");

    assertThat(bodies(scenario, 300)).isEqualTo(bodies(scenario, 300));
  }

  @Test
  void numberOfAdvancesDoesNotMatter() {
    Scenario scenario = pods("0:100:1");
    SimulatedNode often = node(scenario);
    for (int millis = 0; millis < 300_000; millis += 700) {
      often.advanceTo(Duration.ofMillis(millis));
    }

    assertThat(at(often, 300)).isEqualTo(at(node(scenario), 300));
  }

  @Test
  void anotherSeedGivesAnotherRun() {
    Scenario scenario = pods("100");
    String one = bodies(scenario.seed(1), 300);

    assertThat(bodies(scenario.seed(2), 300)).isNotEqualTo(one);
  }

  @Test
  void timeDoesNotGoBack() {
    SimulatedNode node = node(pods("100"));
    NodeState state = at(node, 100);

    assertThat(at(node, 50)).isEqualTo(state);
  }

  @Test
  void restartResetsTheCountersAndKeepsThePods() {
    SimulatedNode node = node(pods("100"));
    at(node, 100);

    node.ipamd().restart(node.now());

    NodeState state = node.state();
    assertThat(state.assigned()).isEqualTo(56);
    assertThat(state.counter("awscni_add_ip_req_count")).isZero();
    assertThat(state.counter(REFUSED)).isZero();
    assertThat(at(node, 160).counter(REFUSED)).isPositive();
  }

  @Test
  void restartForgetsCooldowns() {
    SimulatedNode node = node(pods("10:0:10"));
    assertThat(at(node, 5).cooling()).isEqualTo(10);

    node.ipamd().restart(node.now());

    assertThat(node.state().cooling()).isZero();
  }

  private static String bodies(Scenario scenario, int seconds) {
    SimulatedNode node = node(scenario);
    at(node, seconds);
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    return EnisJson.of(node, now) + MetricsText.of(node, now);
  }
}
