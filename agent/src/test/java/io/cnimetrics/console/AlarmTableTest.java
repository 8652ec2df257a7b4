package io.cnimetrics.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.console.ClusterSeries.ClusterStatistic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks the remedies, queries and limits that alarms name. */
class AlarmTableTest {
  static Stream<Alarm> alarms() {
    return AlarmTable.all().stream();
  }

  static Stream<Alarm.Text> texts() {
    return Stream.concat(
        AlarmTable.byNode().stream().map(Alarm::text), Stream.of(AlarmTable.CANNOT_START));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void everyNamedCheckExistsInTheDoctor(Alarm.Text text) throws IOException {
    List<String> ids =
        Files.readAllLines(Path.of("..", "docs", "doctor.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.substring(3, line.indexOf('`', 3)))
            .toList();

    assertThat(text.checks()).isNotEmpty().isSubsetOf(ids);
  }

  @Test
  void readmeNamesThePageAndTheFirstCheckOfEachAlarm() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    String rows = readme.substring(readme.indexOf("| alarm | remedy |"));

    assertThat(rows.substring(0, rows.indexOf("\n\n")).lines().skip(2))
        .extracting(row -> row.replaceAll("\\| (.*?) \\|.*\\| (.*?) \\|", "$1: $2"))
        .containsExactlyElementsOf(
            alarms()
                .map(
                    alarm ->
                        "[%s](docs/runbooks/%s): `%s`"
                            .formatted(
                                alarm.text().title(),
                                Alarm.page(alarm.name()),
                                alarm.text().checks().get(0)))
                .toList());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void noNodeReportsForFifteenMinutesInPrometheusToo(int publishMinutes) {
    PromQuery query =
        new PromQuery.Dialect("", publishMinutes, PromQuery::number, "").of(AlarmTable.NO_DATA);

    int minutes = PromQuery.lag(publishMinutes) + query.pendingMinutes();
    assertThat(AlarmTable.NO_DATA.text().meaning()).contains(minutes + " minutes");
    assertThat(minutes).isEqualTo(AlarmTable.NO_DATA.evaluation().datapoints());
  }

  @ParameterizedTest
  @MethodSource("texts")
  void agentLogsTheLineThatTheQueryFinds(Alarm.Text text) {
    assertThat(text.troubles()).allMatch(metric -> metric.alertAt().isPresent());
    assertThat(text.troubles().isEmpty())
        .isEqualTo(
            Stream.of(AlarmTable.NO_DATA, AlarmTable.NODE_SILENT, AlarmTable.SUBNET_EMPTY_SOON)
                .anyMatch(a -> a.text().equals(text)));
  }

  @ParameterizedTest
  @MethodSource("alarms")
  void alarmFitsTheLimitsAndUsesNoAverage(Alarm alarm) {
    // An average depends on which nodes have reported so far.
    assertThat(alarm.formula().series())
        .hasSizeBetween(1, 10)
        .noneMatch(series -> series.statistic() == ClusterStatistic.AVERAGE);
  }

  @ParameterizedTest
  @MethodSource("alarms")
  void nodeLogsALineBeforeOrWhenTheAlarmStarts(Alarm alarm) {
    for (Metric metric : alarm.metrics()) {
      if (alarm.text().troubles().contains(metric)) {
        int least =
            alarm.threshold().value() + (alarm.comparison() == Alarm.Comparison.ABOVE ? 1 : 0);
        assertThat(metric.isAlert(least)).as(metric.name()).isTrue();
      }
    }
  }
}
