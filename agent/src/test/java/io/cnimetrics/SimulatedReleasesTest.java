package io.cnimetrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.simulator.CniVersion;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.NodeUnderTest;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Releases without a recorded node: the agent reads the same numbers that the simulator has. */
class SimulatedReleasesTest {
  private final FakeClock clock = new FakeClock(Instant.parse("2026-11-21T10:00:00Z"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1.0.0", "v1.2.1", "v1.3.3", "v1.4.1", "v1.5.0", "v1.6.0", "v1.7.0", "v1.8.0", "v1.9.0",
        "v1.10.0", "v1.11.5", "v1.12.6", "v1.13.4", "v1.14.1", "v1.16.4", "v1.17.1", "v1.18.0",
        "v1.19.0", "v1.19.3", "v1.19.6", "v1.20.0", "v1.21.0", "v1.22.0", "v1.22.4", "v1.23.0"
      })
  void numbersAreThoseOfTheModel(String release) {
    Scenario scenario = scenario(release);
    try (SimulatedIpamd ipamd = start(scenario)) {
      NodeUnderTest node = NodeUnderTest.of(ipamd, scenario, clock).poll();
      assertAgrees(node, ipamd.state(), CniVersion.parse(release).atLeast(5, 0));

      clock.advance(Duration.ofSeconds(45));
      double requestsBefore = node.totals().getOrDefault("addReqCount", Double.NaN);
      node.poll();
      assertAgrees(node, ipamd.state(), CniVersion.parse(release).atLeast(5, 0));
      assertThat(node.increase("addReqCount"))
          .isEqualTo(ipamd.state().counter("awscni_add_ip_req_count") - requestsBefore);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1.9.0", "v1.15.0", "v1.20.0", "v1.23.1"})
  void numbersOfPrefixesAreThoseOfTheModel(String release) {
    Scenario scenario = scenario(release).prefixDelegation(true);
    try (SimulatedIpamd ipamd = start(scenario)) {
      NodeUnderTest node = NodeUnderTest.of(ipamd, scenario, clock).poll();
      assertAgrees(node, ipamd.state(), true);
      assertThat(node.gauge("totalIPv4Prefixes")).isEqualTo(ipamd.state().prefixes());
      assertThat(node.gauge("maxIPAddresses")).isEqualTo(4 * 14 * 16);
    }
  }

  private static void assertAgrees(NodeUnderTest node, NodeState truth, boolean coolingKnown) {
    assertThat(node.gauge("totalIPAddresses")).isEqualTo(truth.total());
    assertThat(node.gauge("assignIPAddresses")).isEqualTo(truth.assigned());
    assertThat(node.gauge("eniAllocated")).isEqualTo(truth.enis());
    assertThat(node.gauges().containsKey("coolingIPAddresses")).isEqualTo(coolingKnown);
    if (coolingKnown) {
      assertThat(node.gauge("coolingIPAddresses")).isEqualTo(truth.cooling());
      assertThat(node.gauge("availableIPAddresses")).isEqualTo(truth.free());
    }
    for (JsonNode problem : node.json().get("problems")) {
      throw new AssertionError(problem);
    }
  }

  /** Pods end, so that addresses are cooling. */
  private static Scenario scenario(String release) {
    return Scenario.of("m5.xlarge")
        .cniVersion(CniVersion.parse(release))
        .pods(PodSchedule.parse("40:10:0.1"));
  }

  private SimulatedIpamd start(Scenario scenario) {
    return SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, Duration.ofMinutes(3), clock);
  }
}
