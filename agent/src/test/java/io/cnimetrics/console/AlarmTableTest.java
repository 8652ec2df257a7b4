package io.cnimetrics.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where alarms send the person who is woken. */
class AlarmTableTest {
  static Stream<Alarm> alarms() {
    return AlarmTable.all().stream();
  }

  static Stream<AlarmText> texts() {
    return Stream.concat(alarms().map(Alarm::text), Stream.of(AlarmTable.CANNOT_START));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void everyCheckNamedIsOneOfTheDoctors(AlarmText text) throws IOException {
    List<String> ids =
        Files.readAllLines(Path.of("..", "docs", "doctor.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(3, line.indexOf('`', 3)))
            .toList();

    assertThat(text.checks()).isNotEmpty().isSubsetOf(ids);
  }

  @Test
  void readmeGoesFromEachAlarmToItsFirstCheck() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    String rows = readme.substring(readme.indexOf("| alarm | remedy |"));

    assertThat(rows.substring(0, rows.indexOf("\n\n")).lines().skip(2))
        .extracting(row -> row.replaceAll("\\| (.*?) \\|.*\\| (.*?) \\|", "$1: $2"))
        .containsExactlyElementsOf(
            alarms()
                .map(Alarm::text)
                .map(text -> text.title() + ": `" + text.checks().get(0) + "`")
                .toList());
  }

  @ParameterizedTest
  @MethodSource("texts")
  void logHasTheLineThatIsLookedFor(AlarmText text) {
    assertThat(text.troubles())
        .allSatisfy(
            name ->
                assertThat(MetricCatalog.named(name).flatMap(AlarmTableTest::told)).isPresent());
    assertThat(text.troubles().isEmpty()).isEqualTo(text.equals(AlarmTable.NO_DATA.text()));
  }

  private static Optional<Metric> told(Metric metric) {
    return Optional.of(metric).filter(its -> its.alertAt().isPresent());
  }

  @ParameterizedTest
  @MethodSource("alarms")
  void nodeTellsNoLaterThanTheAlarm(Alarm alarm) {
    for (String name : alarm.metrics()) {
      if (alarm.text().troubles().contains(name)) {
        int least =
            alarm.threshold().value() + (alarm.comparison() == Alarm.Comparison.ABOVE ? 1 : 0);
        assertThat(MetricCatalog.named(name).orElseThrow().isAlert(least)).as(name).isTrue();
      }
    }
  }
}
