package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No two statements about one node contradict each other, in any scenario. */
class ConsistencyTest {
  /** A diagnosis with one poll, which cannot know what rises, and one with three polls. */
  record Case(NamedScenario scenario, int polls, Diagnosis diagnosis) {
    static Case of(NamedScenario scenario, int polls) {
      return new Case(scenario, polls, DoctorFixture.diagnosis(scenario, polls));
    }

    List<Finding> findings() {
      return diagnosis.findings();
    }

    Optional<Finding> find(String id) {
      return findings().stream().filter(finding -> finding.id().equals(id)).findFirst();
    }

    @Override
    public String toString() {
      return "%s, %d polls".formatted(scenario.label(), polls);
    }
  }

  private static final List<Case> CASES = new ArrayList<>();

  static synchronized Stream<Case> cases() {
    if (CASES.isEmpty()) {
      Arrays.stream(NamedScenario.values())
          .filter(scenario -> scenario != NamedScenario.INTROSPECTION_HANGS) // It needs 5 s.
          .flatMap(scenario -> Stream.of(Case.of(scenario, 1), Case.of(scenario, 3)))
          .forEach(CASES::add);
    }
    return CASES.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void verdictIsThatOfTheFirstFindingAndTheExitCodeFollowsIt(Case one) {
    Finding first = one.findings().get(0);
    boolean trouble = first.level() == Level.FAIL || first.level() == Level.WARN;

    assertThat(one.diagnosis().verdict().level()).isEqualTo(trouble ? first.level() : Level.OK);
    assertThat(one.diagnosis().verdict().finding())
        .isEqualTo(trouble ? Optional.of(first.id()) : Optional.empty());
    assertThat(one.diagnosis().fails()).isEqualTo(first.level() == Level.FAIL);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void causeOfASymptomIsPresentAndAtLeastAsSerious(Case one) {
    assertThat(one.findings())
        .filteredOn(finding -> finding.explainedBy().isPresent())
        .allSatisfy(
            symptom -> {
              Finding cause = one.find(symptom.explainedBy().orElseThrow()).orElseThrow();
              assertThat(cause.isPresent()).isTrue();
              assertThat(cause.id()).isNotEqualTo(symptom.id());
              if (symptom.level() == Level.FAIL) {
                assertThat(cause.level()).isEqualTo(Level.FAIL);
              }
              assertThat(symptom.commands()).isEmpty();
            });
  }

  @ParameterizedTest
  @MethodSource("cases")
  void firstFindingIsACause(Case one) {
    assertThat(one.findings().get(0).explainedBy()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void podsGetNoAddressOnlyIfACheckOfPodsFails(Case one) {
    boolean podsFail =
        Stream.of("refused-pods", "no-addresses", "warm-pool", "metadata-away", "ipamd-restarts")
            .flatMap(id -> one.find(id).stream())
            .anyMatch(finding -> finding.level() == Level.FAIL);

    if (one.diagnosis().verdict().text().startsWith("Pods get no address")) {
      assertThat(podsFail).isTrue();
    }
    if (one.diagnosis().verdict().text().matches(".*[Pp]ods get addresses.*")) {
      assertThat(podsFail).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void noAdviceToSaveAddressesStandsBesideAFailure(Case one) {
    if (one.diagnosis().fails()) {
      assertThat(one.find("idle-addresses"))
          .hasValueSatisfying(idle -> assertThat(idle.level()).isNotEqualTo(Level.NOTE));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatHasEndedIsANoteOrOfUnknownTime(Case one) {
    assertThat(one.findings())
        .filteredOn(Finding::past)
        .allMatch(
            finding ->
                finding.level() == Level.NOTE
                    || (finding.level() == Level.WARN && one.polls() == 1));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void troubleHasEvidenceCauseAndAdvice(Case one) {
    assertThat(one.findings())
        .filteredOn(finding -> finding.level() == Level.FAIL || finding.level() == Level.WARN)
        .allSatisfy(
            finding -> {
              assertThat(finding.evidence()).isNotBlank();
              assertThat(finding.cause()).isNotBlank();
              assertThat(finding.remedy()).isNotBlank();
            });
  }
}
