package io.cnimetrics.agent;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.publish.FakeCloudWatch;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.testing.FakeClock;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each point has the value that ipamD reported at the point's time, even if the OTLP receiver,
 * ipamD or the agent fails. No minute is missing, and the increases of the totals add up to all
 * events. With a publish interval above one minute, minutes can be missing, but no event is lost.
 */
class OtlpTotalsTest {
  private static final Instant START = Instant.parse("2026-11-28T10:00:17Z");
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final FakeClock clock = new FakeClock(START);
  private final Timeline timeline = new Timeline(clock);
  private final ModelIpamd ipamd = new ModelIpamd(clock, 7);
  private final Receiving receiver = new Receiving();
  private Duration publishInterval = MINUTE;
  private @Nullable ModelAgent agent;

  /** A receiver that works, is unreachable, or loses its answer. */
  private static final class Receiving implements MetricSink {
    private final Map<String, TreeMap<Instant, Datum>> points = new HashMap<>();
    private boolean away;
    private boolean losesAnswers;

    @Override
    public PutResult put(String namespace, List<Datum> datums, Duration limit) {
      if (away) {
        return FakeCloudWatch.UNREACHABLE;
      }
      for (Datum datum : datums) {
        Datum earlier =
            points
                .computeIfAbsent(datum.metric(), metric -> new TreeMap<>())
                .put(datum.at(), datum);
        assertThat(earlier == null || earlier.equals(datum))
            .as("a repeated point has the same value: %s and %s", earlier, datum)
            .isTrue();
      }
      return losesAnswers ? FakeCloudWatch.UNREACHABLE : PutResult.ACCEPTED;
    }

    SortedMap<Instant, Datum> of(String metric) {
      return points.getOrDefault(metric, new TreeMap<>());
    }
  }

  @Test
  void outagesLostAnswersAndRestartsLoseNoEventAndCountNoneTwice() {
    start();
    timeline.pass(MINUTE.multipliedBy(4));
    receiver.away = true;
    timeline.pass(MINUTE.multipliedBy(20));
    ipamd.restart();
    timeline.pass(MINUTE.multipliedBy(3));
    kill();
    timeline.pass(Duration.ofSeconds(10));
    start();
    timeline.pass(MINUTE.multipliedBy(5));
    receiver.away = false;
    receiver.losesAnswers = true;
    timeline.pass(MINUTE.multipliedBy(5));
    receiver.losesAnswers = false;
    timeline.pass(MINUTE.multipliedBy(10));

    assertEverythingArrived(48);
  }

  /** One point per interval is enough, and CloudWatch bills the bytes of each point. */
  @Test
  void fiveMinutesHaveOnePointOfEachSeries() {
    publishInterval = MINUTE.multipliedBy(5);
    start();
    timeline.pass(MINUTE.multipliedBy(60));

    // The agent sends early when an alert starts. Alerts start repeatedly here, because minutes
    // without errors end them.
    assertThat(receiver.of("assignIPAddresses")).hasSizeBetween(11, 15);
    assertEverythingArrived(11);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 1", "3, 1", "4, 1", "5, 1", "1, 5", "2, 5", "3, 5", "4, 5", "5, 5"})
  void randomFaultsLoseNoEventAndCountNoneTwice(long seed, int minutes) {
    publishInterval = MINUTE.multipliedBy(minutes);
    SplittableRandom random = new SplittableRandom(seed);
    start();
    for (int event = 0; event < 40; event++) {
      switch (random.nextInt(5)) {
        case 0 -> receiver.away = !receiver.away;
        case 1 -> receiver.losesAnswers = !receiver.losesAnswers;
        case 2 -> ipamd.restart();
        case 3 -> {
          kill();
          start();
        }
        default -> ipamd.down(random.nextBoolean());
      }
      timeline.pass(Duration.ofSeconds(random.nextInt(1, 400)));
    }
    receiver.away = false;
    receiver.losesAnswers = false;
    ipamd.down(false);
    timeline.pass(MINUTE.multipliedBy(20));

    assertEverythingArrived(60 / minutes);
  }

  private void assertEverythingArrived(int leastMinutes) {
    Map<Instant, ModelIpamd.Answer> answers = new HashMap<>();
    Set<Long> read = new HashSet<>();
    Instant last = receiver.of("assignIPAddresses").lastKey();
    for (ModelIpamd.Answer answer : ipamd.answers()) {
      answers.put(answer.at().truncatedTo(ChronoUnit.MILLIS), answer);
      // The first minute is not whole, and the last minute has not ended.
      if (answer.minute() > minute(START) && answer.minute() <= minute(last)) {
        read.add(answer.minute());
      }
    }
    assertThat(receiver.of("assignIPAddresses"))
        .hasSizeGreaterThanOrEqualTo(Math.min(leastMinutes, read.size()))
        .allSatisfy(
            (at, datum) ->
                assertThat(datum.value())
                    .isEqualTo((double) requireNonNull(answers.get(at)).assigned()));
    if (publishInterval.equals(MINUTE)) {
      assertThat(receiver.of("assignIPAddresses").keySet())
          .extracting(OtlpTotalsTest::minute)
          .containsAll(read);
    }

    Map<Instant, Double> totals = new HashMap<>();
    receiver
        .of("ipamdErr")
        .forEach(
            (at, datum) -> {
              Instant start = datum.start().orElseThrow();
              assertThat(datum.value())
                  .as("a total never falls")
                  .isGreaterThanOrEqualTo(totals.getOrDefault(start, 0.0));
              totals.put(start, datum.value());
            });
    Instant lastTotal = receiver.of("ipamdErr").lastKey();
    assertThat(totals.values().stream().mapToDouble(Double::doubleValue).sum())
        .isEqualTo(requireNonNull(answers.get(lastTotal)).errors());
  }

  private static long minute(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 60L);
  }

  private ModelAgent agent() {
    return new ModelAgent(
        "n1",
        ipamd,
        Optional.of(directory),
        new FakeCloudWatch(),
        Optional.of(receiver),
        clock,
        publishInterval,
        1);
  }

  private void start() {
    ModelAgent started = agent();
    started.start();
    agent = started;
    timeline.add(
        clock.instant(), now -> started.runs() ? Optional.of(started.poll()) : Optional.empty());
    timeline.add(
        clock.instant(), now -> started.runs() ? Optional.of(started.send()) : Optional.empty());
  }

  private void kill() {
    requireNonNull(agent).kill();
  }
}
