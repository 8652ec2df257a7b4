package io.cnimetrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.NodeUnderTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The examples of AWS's documentation. They are simulated, or served exactly as printed. */
class DocumentedCasesTest {
  private final FakeClock clock = new FakeClock(Instant.parse("2026-11-21T10:00:00Z"));

  @Test
  void hundredPodsFillFourInterfacesOfAnM5XlargeAndSomeAreRefused() {
    Scenario scenario = Scenario.of("m5.xlarge").pods(PodSchedule.parse("100"));
    try (SimulatedIpamd ipamd = start(scenario)) {
      NodeUnderTest node = NodeUnderTest.of(ipamd, scenario, clock).poll();
      assertThat(node.gauges())
          .containsEntry("eniAllocated", 4.0)
          .containsEntry("eniMaxAvailable", 4.0)
          .containsEntry("totalIPAddresses", 56.0)
          .containsEntry("maxIPAddresses", 56.0)
          .containsEntry("assignIPAddresses", 56.0)
          .containsEntry("availableIPAddresses", 0.0);

      clock.advance(Duration.ofMinutes(2));
      assertThat(node.poll().increase("noAvailableIPAddrs")).isPositive();
      assertThat(node.gauge("noAddressMinutes")).isEqualTo(1);
    }
  }

  @Test
  void twoC5XlargeHaveEightInterfacesAnd112Addresses() {
    Scenario scenario = Scenario.of("c5.xlarge").pods(PodSchedule.parse("100"));
    try (SimulatedIpamd one = start(scenario);
        SimulatedIpamd other = start(scenario)) {
      NodeUnderTest first = NodeUnderTest.of(one, scenario, clock).poll();
      NodeUnderTest second = NodeUnderTest.of(other, scenario, clock).poll();
      assertThat(first.gauge("eniAllocated") + second.gauge("eniAllocated")).isEqualTo(8);
      assertThat(first.gauge("totalIPAddresses") + second.gauge("totalIPAddresses")).isEqualTo(112);
    }
  }

  @Test
  void subnetWith20FreeAddressesHasTooFewForASecondInterface() {
    Scenario scenario = Scenario.of("m5.xlarge").subnetFree(20).pods(PodSchedule.parse("100"));
    try (SimulatedIpamd ipamd = start(scenario)) {
      NodeUnderTest node = NodeUnderTest.of(ipamd, scenario, clock).poll();
      assertThat(node.gauge("eniAllocated")).isEqualTo(1);
      assertThat(node.gauge("totalIPAddresses")).isEqualTo(14);

      clock.advance(Duration.ofMinutes(5));
      node.poll();
      assertThat(node.increase("awsAPINoAddressErr")).isPositive();
      assertThat(node.increase("ipamdErr")).isPositive();
      assertThat(node.gauge("warmPoolEmptyMinutes")).isPositive();
    }
  }

  @Test
  void introspectionOf2018IsRead() throws IOException {
    try (FakeIpamd ipamd =
        new FakeIpamd().serve("/v1/enis", resource("/fixtures/enis-2018.json"))) {
      NodeUnderTest node = new NodeUnderTest(ipamd).poll();
      assertThat(node.gauges())
          .containsEntry("eniAllocated", 2.0)
          .containsEntry("totalIPAddresses", 10.0)
          .containsEntry("assignIPAddresses", 3.0)
          .containsEntry("availableIPAddresses", 7.0)
          .doesNotContainKey("coolingIPAddresses");
      assertThat(node.json().get("enis").get(0).get("primary").asBoolean()).isTrue();
      assertThat(node.json().get("enis").get(0).get("assigned").asInt()).isEqualTo(1);
      assertThat(node.json().get("enis").get(1).get("assigned").asInt()).isEqualTo(2);
    }
  }

  private SimulatedIpamd start(Scenario scenario) {
    return SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, Duration.ofMinutes(10), clock);
  }

  private static String resource(String name) throws IOException {
    try (InputStream file = DocumentedCasesTest.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
