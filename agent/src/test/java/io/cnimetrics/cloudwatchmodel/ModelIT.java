package io.cnimetrics.cloudwatchmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cnimetrics.cloudwatchmodel.Queries.Asked;
import io.cnimetrics.testing.CloudWatchEmulator;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;

/** Compares the model of CloudWatch with the emulator, in everything that the emulator supports. */
class ModelIT {
  private static final List<Integer> PERIODS = List.of(1, 5, 60);

  private static Story story;
  private static CloudWatchEmulator emulator;

  @BeforeAll
  static void load(@TempDir Path state) {
    emulator = CloudWatchEmulator.shared();
    story = new Hour(1, state).story;
    new Upload(emulator.cloudWatch()).all(story.cloudWatch);
  }

  @Test
  void statisticsAreThoseOfTheEmulator() {
    Set<Asked> asked = new LinkedHashSet<>(Printed.dashboard().asked());
    Printed.byId(Printed.alarms(1, Map.of()))
        .values()
        .forEach(alarm -> asked.addAll(alarm.queries().asked()));
    // The emulator does not have percentiles and trimmed counts.
    asked.removeIf(
        each -> Statistic.fromValue(each.statistic()) == Statistic.UNKNOWN_TO_SDK_VERSION);

    assertThat(asked).hasSizeGreaterThan(35);
    for (int minutes : PERIODS) {
      Window window = Window.of(Hour.FROM, Hour.TO, Duration.ofMinutes(minutes));
      asked.forEach(each -> assertAgrees(each, window));
    }
  }

  private static void assertAgrees(Asked asked, Window window) {
    SortedMap<Instant, Double> expected =
        emulator.series(
            asked.key().namespace(),
            asked.key().series().metric(),
            asked.key().series().dimensions(),
            Statistic.fromValue(asked.statistic()),
            window.from(),
            window.to(),
            window.period());
    Map<Instant, Double> values =
        story.cloudWatch.statistic(asked.key(), asked.statistic(), window).values();

    assertThat(values.keySet()).as("%s", asked).isNotEmpty().isEqualTo(expected.keySet());
    values.forEach(
        (at, value) ->
            assertThat(value).as("%s at %s", asked, at).isCloseTo(expected.get(at), within(1e-9)));
  }
}
