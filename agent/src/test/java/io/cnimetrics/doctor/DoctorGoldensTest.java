package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.text.Palette;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

class DoctorGoldensTest {
  /** The default height of a terminal. */
  private static final int SCREEN_LINES = 24;

  @Test
  void healthyNodeIsAsApprovedAndFitsOnOneScreen() {
    String table = table(NamedScenario.HEALTHY, false);

    Goldens.check("doctor-healthy.table.txt", table);
    assertThat(table.lines()).hasSizeLessThanOrEqualTo(SCREEN_LINES);
  }

  @Test
  void nodeWithIdleAddressesFitsOnOneScreen() {
    assertThat(table(NamedScenario.IDLE_ADDRESSES, false).lines())
        .hasSizeLessThanOrEqualTo(SCREEN_LINES);
  }

  @Test
  void verboseTableIsAsApproved() {
    Goldens.check("doctor-healthy.verbose.txt", table(NamedScenario.HEALTHY, true));
  }

  @Test
  void healthyNodeInJsonIsAsApproved() {
    Goldens.check(
        "doctor-healthy.json", DoctorJson.of(DoctorFixture.diagnosis(NamedScenario.HEALTHY, 1)));
  }

  @Test
  void emptySubnetIsAsApproved() {
    Goldens.check("doctor-subnet-empty.table.txt", table(NamedScenario.SUBNET_EMPTY, false));
    Goldens.check(
        "doctor-subnet-empty.json",
        DoctorJson.of(DoctorFixture.diagnosis(NamedScenario.SUBNET_EMPTY, 1)));
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INTROSPECTION_HANGS") // It needs 5 s.
  void everyLineButCommandsAndLinksFitsIntoEightyColumns(NamedScenario scenario) {
    assertThat(table(scenario, true).lines())
        .filteredOn(line -> !line.startsWith("      $ ") && !line.startsWith("      https://"))
        .allMatch(line -> line.length() <= 80);
  }

  private static final int MOST_LINES = 44;

  /** A terminal of 80 columns folds the long commands. */
  private static final int MOST_FOLDED_LINES = 58;

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INTROSPECTION_HANGS") // It needs 5 s.
  void outputOfOneFaultIsShort(NamedScenario scenario) {
    String output = DoctorTexts.output(scenario);

    assertThat(output.lines()).hasSizeLessThanOrEqualTo(MOST_LINES);
    assertThat(output.lines().mapToInt(line -> Math.max(1, (line.length() + 79) / 80)).sum())
        .isLessThanOrEqualTo(MOST_FOLDED_LINES);
  }

  private static String table(NamedScenario scenario, boolean verbose) {
    NodeEvidence node = DoctorFixture.poll(scenario);
    Diagnosis diagnosis = DoctorFixture.diagnosis(scenario, 1);
    Optional<String> cniVersion =
        node.snapshot().metrics().flatMap(metrics -> metrics.cniVersion());
    return DoctorTable.of(node.identity(), cniVersion, diagnosis, verbose, Palette.PLAIN)
        .replaceFirst("checked at .*", "checked at 2026-11-28 10:03 UTC");
  }
}
