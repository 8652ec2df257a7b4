package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.Snapshots;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A pool that does not grow although pods are refused, and although EC2 reports no error. */
class PoolFaultsTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final String CALLS = "awscni_ec2api_req_count";
  private static final String REFUSALS = "awscni_no_available_ip_addresses";

  @Test
  void missingEniConfigIsTheVerdictAlthoughIpamdHasJustSearchedForLeakedEnis() {
    assertThat(verdict(1)).hasValue("eniconfig");
  }

  @Test
  void poolWithCallsForANewEniHasAnEniConfig() {
    assertThat(verdict(5)).hasValue("warm-pool");
  }

  /**
   * The id of the verdict's finding. The node has custom networking, and its only ENI for pods is
   * full.
   */
  private static Optional<String> verdict(int callsOfTheLastMinute) {
    AgentReport agent =
        new AgentReport(
            NOON.minusSeconds(600),
            NOON.minusSeconds(10),
            List.of(
                new RecentIncrease(
                    CALLS, callsOfTheLastMinute, NOON.minusSeconds(20), NOON.minusSeconds(10)),
                new RecentIncrease(REFUSALS, 90, NOON.minusSeconds(240), NOON.minusSeconds(10))),
            AgentReport.Restarts.NONE,
            Optional.empty());
    return DoctorFixture.diagnosis(List.of(node(0, 90), node(10, 94)), Optional.of(agent))
        .verdict()
        .finding();
  }

  private static NodeSnapshot node(int second, double refusals) {
    return Snapshots.nothingRead()
        .at(NOON.plusSeconds(second))
        .customNetworking(true)
        .enis(Snapshots.eni(0, 0, 0, 0), Snapshots.eni(1, 14, 14, 0))
        .sum("awscni_eni_max", 3)
        .sum("awscni_ip_max", 42)
        .sum(CALLS, 8)
        .sum(REFUSALS, refusals)
        .build();
  }
}
