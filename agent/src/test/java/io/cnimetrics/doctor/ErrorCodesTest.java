package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Doctor names every error code of AWS with its call, and shows old errors as old. */
class ErrorCodesTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  /** Each code that a cause lists, and one code that no cause lists. */
  static Stream<String> codes() {
    return Stream.concat(
        Arrays.stream(Cause.values()).flatMap(cause -> cause.ec2Codes().stream()).sorted(),
        Stream.of("InvalidParameterCombination"));
  }

  static List<String> ids() {
    return Stream.concat(
            Arrays.stream(Cause.values())
                .filter(cause -> !cause.ec2Codes().isEmpty())
                .map(Cause::finding),
            Stream.of("ec2-other", "metadata-away"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("codes")
  void codeThatRisesOnAnEmptyNodeIsTheVerdict(String code) {
    IpamdError error = Snapshots.apiError("CreateNetworkInterface", code);
    Diagnosis diagnosis =
        diagnosis(node(error, 200, 216).sum("awscni_no_available_ip_addresses", 9));

    Finding first = diagnosis.findings().get(0);
    assertThat(first.level()).isEqualTo(Level.FAIL);
    assertThat(first.id()).isEqualTo(Cause.ofCode(code).map(Cause::finding).orElse("ec2-other"));
    assertThat(first.evidence())
        .contains("CreateNetworkInterface " + code, "216 since ipamD started", "16 of them");
    assertThat(first.remedy()).isNotBlank();
    assertThat(diagnosis.verdict().finding()).hasValue(first.id());
  }

  @ParameterizedTest
  @ValueSource(strings = {"InsufficientFreeAddressesInSubnet", "InsufficientCidrBlocks"})
  void emptySubnetIsTheVerdictAlthoughIpamdAsksOnlyEveryTwoMinutes(String code) {
    Diagnosis diagnosis = diagnosis(node(Snapshots.apiError("CreateNetworkInterface", code), 1, 1));

    Finding first = diagnosis.findings().get(0);
    assertThat(diagnosis.verdict().finding()).hasValue(first.id());
    assertThat(first.id()).isEqualTo(Cause.ofCode(code).orElseThrow().finding());
    assertThat(first.title()).startsWith("The subnet had ");
    assertThat(first.evidence()).contains("1 since ipamD started, none in the last 30 s");
  }

  @ParameterizedTest
  @MethodSource("codes")
  void codeThatDoesNotRiseIsNoted(String code) {
    IpamdError error = Snapshots.apiError("AttachNetworkInterface", code);
    Instant later = NOON.plus(Duration.ofMinutes(3));
    Polls polls = new Polls(List.of(empty(NOON).error(error, 7), empty(later).error(error, 7)));

    Finding found = finding(polls, code);

    assertThat(found.level()).isEqualTo(Level.NOTE);
    assertThat(found.evidence()).contains("AttachNetworkInterface " + code, "none in the last");
  }

  /** Otherwise the log and the doctor name different causes at the same time. */
  @Test
  void causesOfEc2HaveTheSameOrderInTheLogAndInDoctor() {
    List<CheckId> inLog =
        Arrays.stream(Cause.values())
            .filter(cause -> !cause.ec2Codes().isEmpty())
            .map(CheckId::of)
            .toList();

    assertThat(CheckId.with(CheckId.Trait.NO_GROWTH)).containsSubsequence(inLog);
  }

  @Test
  void agentOnTheNodeShowsSinceWhen() {
    IpamdError error = Snapshots.apiError("CreateNetworkInterface", "UnauthorizedOperation");
    Instant since = NOON.minus(Duration.ofMinutes(12));
    AgentReport agent =
        new AgentReport(
            NOON.minus(Duration.ofHours(3)),
            NOON,
            List.of(new RecentIncrease(error.key(), 24, since, NOON.minusSeconds(20))),
            AgentReport.Restarts.NONE,
            Optional.empty());

    Diagnosis diagnosis =
        DoctorFixture.diagnosis(List.of(empty(NOON).error(error, 40).build()), Optional.of(agent));

    assertThat(diagnosis.verdict().text())
        .isEqualTo("Pods get no address since 11:48 UTC (12 min): EC2 denies calls of ipamD");
  }

  @Test
  void errorsThatAgentAndDoctorBothSawCountOnce() {
    IpamdError error = Snapshots.apiError("CreateNetworkInterface", "UnauthorizedOperation");
    Instant since = NOON.minus(Duration.ofMinutes(1));
    AgentReport agent =
        new AgentReport(
            since,
            NOON.plus(Duration.ofSeconds(20)),
            List.of(new RecentIncrease(error.key(), 32, since, NOON.plus(Duration.ofSeconds(20)))),
            AgentReport.Restarts.NONE,
            Optional.empty());
    List<NodeSnapshot> polls =
        List.of(
            empty(NOON).error(error, 30).build(),
            empty(NOON.plus(INTERVAL)).error(error, 34).build());

    assertThat(of(DoctorFixture.diagnosis(polls, Optional.of(agent)), "ec2-denied").evidence())
        .contains("34 times since 11:59 UTC")
        .doesNotContain("36", "restart");
  }

  /** Doctor adds the errors since the agent's last poll to the errors that the agent counted. */
  @Test
  void errorsSinceTheLastPollOfTheAgentAreCounted() {
    IpamdError error = Snapshots.apiError("CreateNetworkInterface", "UnauthorizedOperation");
    Instant since = NOON.minusSeconds(60);
    AgentReport agent =
        new AgentReport(
            NOON.minusSeconds(90),
            NOON.minusSeconds(20),
            List.of(new RecentIncrease(error.key(), 32, since, NOON.minusSeconds(20)).counted(32)),
            AgentReport.Restarts.NONE,
            Optional.empty());

    Finding found =
        of(
            DoctorFixture.diagnosis(
                List.of(empty(NOON).error(error, 40).build()), Optional.of(agent)),
            "ec2-denied");

    assertThat(found.evidence()).contains("40 times since 11:59 UTC");
    assertThat(found.since()).hasValue(Since.exactly(since));
  }

  @Test
  void agentOnTheNodeShowsThatTheErrorsEnded() {
    IpamdError error = Snapshots.apiError("CreateNetworkInterface", "RequestLimitExceeded");
    AgentReport agent =
        new AgentReport(
            NOON.minus(Duration.ofHours(3)),
            NOON,
            List.of(),
            AgentReport.Restarts.NONE,
            Optional.empty());

    Diagnosis diagnosis =
        DoctorFixture.diagnosis(List.of(empty(NOON).error(error, 40).build()), Optional.of(agent));

    assertThat(of(diagnosis, "ec2-throttled").level()).isEqualTo(Level.NOTE);
  }

  @Test
  void metadataThatFailsForPodsIsTheVerdictAlthoughThePoolIsFull() {
    IpamdError error = Snapshots.apiError("GetVPCIPv4CIDRBlocks", "IMDSRequestError");
    List<NodeSnapshot> polls =
        List.of(
            Snapshots.nothingRead()
                .at(NOON)
                .enis(Snapshots.eni(0, 14, 3, 0))
                .error(error, 3)
                .build(),
            Snapshots.nothingRead()
                .at(NOON.plus(INTERVAL))
                .enis(Snapshots.eni(0, 14, 3, 1))
                .error(error, 5)
                .build());

    Diagnosis diagnosis = DoctorFixture.diagnosis(polls, Optional.empty());

    assertThat(diagnosis.verdict().finding()).hasValue("metadata-away");
    assertThat(diagnosis.verdict().level()).isEqualTo(Level.FAIL);
  }

  @Test
  void metadataErrorOnAnOptionalPathIsNoTrouble() {
    IpamdError error = Snapshots.apiError("GetMetadata", "EC2MetadataError");

    assertThat(diagnosis(node(error, 3, 5)).findings())
        .filteredOn(finding -> finding.id().startsWith("ec2-") || finding.id().startsWith("meta"))
        .filteredOn(finding -> !finding.id().equals("ec2-endpoint"))
        .extracting(Finding::level)
        .containsOnly(Level.OK);
  }

  private record Polls(List<Snapshots> snapshots) {
    Polls sum(String series, double last) {
      snapshots.get(0).sum(series, 0);
      snapshots.get(1).sum(series, last);
      return this;
    }
  }

  /** Two polls of a node without addresses. */
  private static Polls node(IpamdError error, double before, double after) {
    return new Polls(
        List.of(empty(NOON).error(error, before), empty(NOON.plus(INTERVAL)).error(error, after)));
  }

  private static Snapshots empty(Instant at) {
    return Snapshots.nothingRead()
        .at(at)
        .enis(Snapshots.eni(0, 0, 0, 0))
        .sum("awscni_eni_max", 3)
        .sum("awscni_ip_max", 27);
  }

  private static Diagnosis diagnosis(Polls polls) {
    return DoctorFixture.diagnosis(
        polls.snapshots().stream().map(Snapshots::build).toList(), Optional.empty());
  }

  private static Finding finding(Polls polls, String code) {
    return of(diagnosis(polls), Cause.ofCode(code).map(Cause::finding).orElse("ec2-other"));
  }

  private static Finding of(Diagnosis diagnosis, String id) {
    return diagnosis.findings().stream()
        .filter(finding -> finding.id().equals(id))
        .findFirst()
        .orElseThrow();
  }
}
