package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.simulator.CniVersion;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A pod waits for the cooldown only if it is refused while all free addresses are cooling. */
class CooldownTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");
  private static final String REFUSALS = "awscni_no_available_ip_addresses";

  @Test
  void podsOfAFullNodeThatEndedWaitForNothing() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(List.of(node(0, 56, 0, 4), node(10, 34, 22, 6)), Optional.empty());

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "No pod waits for an address, but the node has a problem since before 12:00 UTC (over"
                + " 10 s): ipamD refused addresses to pods a short time ago. Pods hold 34 of 56"
                + " addresses, and 22 are cooling for 30 s: the next pod gets one within 30 s");
    assertThat(level(diagnosis, "cooldown")).isEqualTo(Level.NOTE);
  }

  @Test
  void podsThatEndedWaitForNothingAlthoughTheAgentSawARefusalSecondsAgo() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(
            List.of(node(0, 34, 22, 6)), Optional.of(agent(increase(REFUSALS, -45, -5))));

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(level(diagnosis, "cooldown")).isEqualTo(Level.NOTE);
  }

  @Test
  void podsThatAreRefusedBetweenTwoPollsWithCoolingAddressesWait() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(List.of(node(0, 34, 22, 6), node(30, 33, 23, 9)), Optional.empty());

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.FAIL);
    assertThat(diagnosis.verdict().finding()).hasValue("cooldown");
  }

  @Test
  void podsThatTheAgentSawWaitStillWait() {
    AgentReport agent =
        agent(
            increase(REFUSALS, -200, -20),
            increase(RecentIncrease.REFUSED_WHILE_COOLING, -140, -20));
    Diagnosis diagnosis = DoctorFixture.diagnosis(List.of(node(0, 34, 22, 60)), Optional.of(agent));

    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "Pods get addresses late since 11:56 UTC (3 min): pods wait for addresses to cool"
                + " down. Pods hold 34 of 56 addresses, and 22 are cooling for 30 s: the next pod"
                + " gets one within 30 s");
  }

  /** Full, and not nearly full: no pod gets an address before the cooldown ends. */
  @Test
  void nodeWhoseOtherAddressesAllCoolIsFullUntilTheyHaveCooled() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(List.of(node(0, 53, 3, 0), node(10, 53, 3, 0)), Optional.empty());

    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "No trouble found: no pod waits for an address. Pods hold 53 of 56 addresses, and 3 are"
                + " cooling for 30 s: the next pod gets one within 30 s. The notes are not urgent");
    assertThat(DoctorFixture.finding(diagnosis, "node-full"))
        .satisfies(
            full -> {
              assertThat(full.level()).isEqualTo(Level.NOTE);
              assertThat(full.title()).isEqualTo("The node is full until addresses have cooled");
              assertThat(full.evidence()).isEqualTo("pods hold 53 of 56 addresses");
              assertThat(full.cause())
                  .isEqualTo("Pods hold all other addresses of the node; 3 are cooling for 30 s");
            });
  }

  /** max-pods permits 107 addresses here, so the ENIs are the limit. */
  @Test
  void nodeWithAllItsPodsIsFullAlthoughAnAddressIsCooling() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(
            List.of(pool(0, 57, 56, 1).build(), pool(10, 57, 56, 1).build()), Optional.empty());

    assertThat(DoctorFixture.finding(diagnosis, "node-full").title()).isEqualTo("The node is full");
    assertThat(diagnosis.verdict().text())
        .contains("Pods hold 56 of 56 addresses, and 1 is cooling");
  }

  @Test
  void tenPodsThatWaitOnAFullNodeStillWaitAfterAnotherPodEnded() {
    RecentIncrease refusals =
        new RecentIncrease(REFUSALS, 140, NOON.minusSeconds(190), NOON.minusSeconds(10));
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(List.of(node(0, 55, 1, 140)), Optional.of(agent(refusals)));

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.FAIL);
    assertThat(level(diagnosis, "refused-pods")).isEqualTo(Level.FAIL);
  }

  @Test
  void podsThatWaitedTwoMinutesAgoDoNotWaitNow() {
    AgentReport agent =
        agent(
            increase(REFUSALS, -200, -120),
            increase(RecentIncrease.REFUSED_WHILE_COOLING, -200, -120));
    Diagnosis diagnosis = DoctorFixture.diagnosis(List.of(node(0, 34, 22, 60)), Optional.of(agent));

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(level(diagnosis, "cooldown")).isEqualTo(Level.NOTE);
  }

  @Test
  void fullNodeWithoutARefusalInTheLastMinuteRefusesNoPodNow() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(
            List.of(node(0, 56, 0, 6)), Optional.of(agent(increase(REFUSALS, -170, -90))));

    assertThat(level(diagnosis, "refused-pods")).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
  }

  @Test
  void poolThatOnlyCoolsAndRefusesNoPodIsNoFailure() {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(
            List.of(pool(0, 12, 4, 8).build(), pool(10, 12, 2, 10).build()), Optional.empty());

    assertThat(diagnosis.verdict().level()).isNotEqualTo(Level.FAIL);
  }

  @ParameterizedTest
  @EnumSource(names = {"COOLDOWN", "CHURN"})
  void onePollOfAReleaseThatDoesNotCountRefusedPodsDoesNotShowThatNoPodWaits(NamedScenario node) {
    Diagnosis diagnosis =
        DoctorFixture.diagnosis(
            node.scenario().cniVersion(CniVersion.parse("v1.14.1")), node.warmUp(), 1);

    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "It is not known whether pods get addresses, or since when (use --polls 2): the warm"
                + " pool is empty below the node's maximum");
  }

  private static NodeSnapshot node(int second, long assigned, long cooling, double refusals) {
    return pool(second, 56, assigned, cooling).sum(REFUSALS, refusals).build();
  }

  private static Snapshots pool(int second, long total, long assigned, long cooling) {
    return Snapshots.nothingRead()
        .at(NOON.plusSeconds(second))
        .enis(Snapshots.eni(0, total, assigned, cooling))
        .sum(REFUSALS, 0)
        .sum("awscni_eni_max", 4)
        .sum("awscni_ip_max", 56);
  }

  /** A pod was refused once while an ENI was attached, and got an address at its second try. */
  @Test
  void refusalHalfAMinuteBeforeTheLastPollOfTheAgentIsPast() {
    Diagnosis diagnosis = refusedOnce(NOON.minusSeconds(2));

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "Pods get addresses, but the node has a problem since 11:59 UTC (32 s): ipamD refused"
                + " addresses to pods a short time ago");
  }

  @Test
  void refusalAtTheLastPollOfTheAgentIsPresent() {
    assertThat(refusedOnce(NOON.minusSeconds(32)).verdict().level()).isEqualTo(Level.FAIL);
  }

  private static Diagnosis refusedOnce(Instant readUntil) {
    return DoctorFixture.diagnosis(
        List.of(node(0, 54, 0, 1)), Optional.of(agent(readUntil, increase(REFUSALS, -32, -32))));
  }

  private static AgentReport agent(RecentIncrease... increases) {
    return agent(NOON.minusSeconds(1), increases);
  }

  private static AgentReport agent(Instant readUntil, RecentIncrease... increases) {
    return new AgentReport(
        NOON.minus(Duration.ofHours(1)),
        readUntil,
        List.of(increases),
        AgentReport.Restarts.NONE,
        Optional.empty());
  }

  private static RecentIncrease increase(String counter, int since, int last) {
    return new RecentIncrease(counter, 4, NOON.plusSeconds(since), NOON.plusSeconds(last));
  }

  private static Level level(Diagnosis diagnosis, String id) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.id().equals(id))
        .findFirst()
        .orElseThrow()
        .level();
  }
}
