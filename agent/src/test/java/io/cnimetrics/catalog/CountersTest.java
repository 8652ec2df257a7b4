package io.cnimetrics.catalog;

import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.testing.Laws;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CountersTest {
  private static final double STARTED = (double) START.minusSeconds(3600).getEpochSecond();

  private final Sampler sampler =
      new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START.minusSeconds(60));
  private SamplerState history = SamplerState.NONE;

  @Test
  void firstGoodPollIsABaseline() {
    assertThat(errors(read(12).processStart(STARTED))).isEmpty();
    assertThat(errors(read(15).processStart(STARTED))).hasValue(3);
    assertThat(errors(read(15).processStart(STARTED))).hasValue(0);
  }

  @Test
  void ipamdStartedAfterTheAgentCountsFromZero() {
    assertThat(errors(read(12).processStart(STARTED + 3600))).hasValue(12);
  }

  @Test
  void startInTheFutureIsABaseline() {
    assertThat(errors(read(12).processStart(STARTED + 7200))).isEmpty();
    assertThat(errors(read(15).processStart(STARTED + 7200))).hasValue(3);
  }

  @Test
  void clockThatWasWrongAtTheAgentsStartMakesNoIncrease() {
    Sampler oneMinuteOld =
        new Sampler(
            MetricCatalog.all(),
            new PodLimits(110, 3),
            START.minusSeconds(86_400),
            at -> Duration.ofMinutes(1),
            Duration.ZERO);
    Snapshots hourOld = read(12).processStart(STARTED);

    assertThat(oneMinuteOld.read(hourOld.build(), SamplerState.NONE).rose()).isEmpty();
  }

  @Test
  void familyThatIsMissingOnceMakesNoIncreaseWhenItReturns() {
    errors(read(12).processStart(STARTED));
    assertThat(errors(nothingRead().processStart(STARTED))).hasValue(0);
    assertThat(errors(read(13).processStart(STARTED))).hasValue(1);
  }

  /** Prometheus takes a total that falls for a restart, and counts the next total again. */
  @Test
  void totalFallsOnlyIfIpamdRestarts() {
    for (Snapshots lower : List.of(nothingRead(), read(11))) {
      errors(read(12).processStart(STARTED));
      assertThat(total(poll(lower.processStart(STARTED)), "ipamdErr")).hasValue(12);
    }
    assertThat(total(poll(read(3).processStart(STARTED + 60)), "ipamdErr")).hasValue(3);
  }

  @Test
  void failedPollKeepsTheBaseline() {
    errors(read(12).processStart(STARTED));
    assertThat(errors(nothingRead())).isEmpty();
    assertThat(errors(read(20).processStart(STARTED))).hasValue(8);
  }

  @Test
  void newStartTimeCountsFromZeroEvenIfTheTotalIsHigher() {
    errors(read(12).processStart(STARTED));
    assertThat(errors(read(20).processStart(STARTED + 0.01))).hasValue(20);
  }

  @Test
  void clockStepMovesTheStartTimeButIsNoRestart() {
    errors(read(12).processStart(STARTED).boot(STARTED - 100));
    assertThat(errors(read(15).processStart(STARTED + 3600).boot(STARTED + 3500))).hasValue(3);
    assertThat(errors(read(16).processStart(STARTED - 7).boot(STARTED - 107))).hasValue(1);
  }

  @Test
  void bootTimesReadOneSecondApartAreNoRestart() {
    errors(read(12).processStart(STARTED).boot(STARTED - 100));
    assertThat(errors(read(15).processStart(STARTED + 1).boot(STARTED - 100))).hasValue(3);
  }

  @Test
  void bootOfTheNodeIsARestartEvenIfIpamdStartsAtTheSameTimeAfterTheBoot() {
    errors(read(12).processStart(STARTED).boot(STARTED - 100, OptionalDouble.of(1)));
    history = SamplerState.of(history.toNumbers());
    Snapshots rebooted =
        read(3).processStart(STARTED + 9_000).boot(STARTED + 8_900, OptionalDouble.of(2));
    assertThat(errors(rebooted)).hasValue(3);
  }

  @Test
  void clockStepIsNoRestartEvenIfTheIdOfTheBootIsUnknown() {
    errors(read(12).processStart(STARTED).boot(STARTED - 100, OptionalDouble.empty()));
    history = SamplerState.of(history.toNumbers());
    Snapshots stepped = read(15).processStart(STARTED + 3600);
    assertThat(errors(stepped.boot(STARTED + 3500, OptionalDouble.empty()))).hasValue(3);
    assertThat(errors(read(16).processStart(STARTED - 7).boot(STARTED - 107))).hasValue(1);
  }

  @Test
  void clockStepAfterTheUpdateOfAnAgentThatStoredNoIdIsNoRestart() {
    errors(read(12).processStart(STARTED).boot(STARTED - 100));
    Map<String, Double> stored = history.toNumbers();
    stored.remove("bootId");
    history = SamplerState.of(stored);
    assertThat(errors(read(15).processStart(STARTED + 3600).boot(STARTED + 3500))).hasValue(3);
  }

  @Test
  void restartIsSeenAcrossAStepOfTheClock() {
    errors(read(12).processStart(STARTED).boot(STARTED - 100));
    assertThat(errors(read(15).processStart(STARTED + 3620.02).boot(STARTED + 3500))).hasValue(15);
  }

  @Test
  void sameStartTimeNeverCountsBelowZero() {
    errors(read(12).processStart(STARTED));
    assertThat(errors(read(11).processStart(STARTED))).hasValue(0);
    assertThat(errors(read(13).processStart(STARTED))).hasValue(1);
  }

  @Test
  void fallenCounterCountsFromZeroWithoutAStartTime() {
    poll(read(12).sum("awscni_reconcile_count", 5));
    Map<String, Sample> samples = poll(read(3).sum("awscni_reconcile_count", 7));
    assertThat(value(samples, "ipamdErr")).hasValue(3);
    assertThat(value(samples, "reconcileCount")).hasValue(7);
    assertThat(value(samples, "ipamdRestarts")).hasValue(1);
    assertThat(total(samples, "ipamdRestarts")).hasValue(1);
  }

  /** The sum of the same fractions depends on their order. */
  @Test
  void totalThatFellByRoundingIsNoRestart() {
    errors(read(0.1 + 0.2 + 0.3));
    assertThat(errors(read(0.3 + 0.2 + 0.1))).hasValue(0);
  }

  @Test
  void counterThatAppearsLaterCountsFromZero() {
    poll(nothingRead().processStart(STARTED));
    Map<String, Sample> samples = poll(read(4).processStart(STARTED));
    assertThat(value(samples, "ipamdErr")).hasValue(4);
    assertThat(value(samples, "ipamdRestarts")).hasValue(0);
  }

  @Test
  void totalOfAnAbsentCounterIsZero() {
    assertThat(total(poll(nothingRead().metrics()), "forceRemoveENI")).hasValue(0);
  }

  @Test
  void totalThatIsNotANumberIsAbsentAndKeepsTheBaseline() {
    errors(read(12).processStart(STARTED));
    assertThat(poll(read(Double.NaN).processStart(STARTED))).doesNotContainKey("ipamdErr");
    assertThat(errors(read(14).processStart(STARTED))).hasValue(2);
  }

  @Test
  void firstNumberAfterAnInvalidTotalIsTheBaseline() {
    poll(read(Double.NaN).processStart(STARTED));
    assertThat(errors(read(100).processStart(STARTED))).isEmpty();
    assertThat(errors(read(103).processStart(STARTED))).hasValue(3);
  }

  @Test
  void restartsHaveATotalFromTheFirstPollOn() {
    Map<String, Sample> samples = poll(read(1).processStart(STARTED));
    assertThat(total(samples, "ipamdRestarts")).hasValue(0);
    assertThat(value(samples, "ipamdRestarts")).isEmpty();
  }

  @Test
  void latencyIsTheMeanOfTheNewCalls() {
    poll(latency(100, 10));
    assertThat(value(poll(latency(160, 12)), "awsAPILatency")).hasValue(30);
    assertThat(poll(latency(160, 12))).doesNotContainKey("awsAPILatency");
  }

  /** For any spacing of polls, only increases between the last poll and a restart are lost. */
  @Test
  void sumOfIncreasesMatchesWhatPollsRead() {
    Laws.forAll(500, Random::nextLong, CountersTest::increasesAddUp);
  }

  private static void increasesAddUp(long seed) {
    Random random = new Random(seed);
    CountersTest agent = new CountersTest();
    double start = STARTED;
    double total = random.nextInt(100);
    double polled = total;
    double seen = 0;
    double reported = 0;
    agent.errors(read(total).processStart(start));
    for (int step = 0; step < 40; step++) {
      if (random.nextInt(10) == 0) {
        start += random.nextInt(1, 1000) / 100.0;
        total = 0;
        polled = 0;
      }
      total += random.nextInt(5);
      if (random.nextInt(3) == 0) {
        seen += total - polled;
        polled = total;
        reported += agent.errors(read(total).processStart(start)).orElseThrow();
      }
    }
    assertThat(reported).isEqualTo(seen);
  }

  /**
   * For each process of ipamD, the increases add up to the largest total that a read showed. This
   * holds even if reads fail or lack the counter, a total decreases, the clock changes, or the
   * agent restarts.
   */
  @Test
  void distortedReadsAddNothingAndLoseNothing() {
    Laws.forAll(1_000, Random::nextLong, CountersTest::largestTotalsAddUp);
  }

  private static void largestTotalsAddUp(long seed) {
    Random random = new Random(seed);
    CountersTest agent = new CountersTest();
    double start = STARTED;
    double boot = STARTED - 100;
    double total = random.nextInt(100);
    double first = total;
    double largest = total;
    double earlier = 0;
    double reported = 0;
    agent.errors(read(total).processStart(start).boot(boot));
    for (int step = 0; step < 40; step++) {
      total += random.nextInt(5);
      Snapshots read = nothingRead().processStart(start).boot(boot);
      switch (random.nextInt(10)) {
        case 0 -> {
          start += random.nextInt(200, 1000) / 100.0;
          total = 0;
          earlier += largest;
          largest = 0;
          continue;
        }
        case 1 -> {
          double steppedBy = random.nextInt(-200_000_000, 200_000_000);
          start += steppedBy;
          boot += steppedBy;
          continue;
        }
        case 2 -> agent.history = SamplerState.of(agent.history.toNumbers());
        case 3 -> read = nothingRead();
        case 4, 5 -> {}
        case 6 -> read.sum("awscni_ipamd_error_count", Math.max(0, total - random.nextInt(5)));
        default -> read.sum("awscni_ipamd_error_count", total);
      }
      largest =
          Math.max(
              largest,
              read.build().metrics().stream()
                  .flatMapToDouble(
                      metrics -> metrics.total(Series.of("awscni_ipamd_error_count")).stream())
                  .max()
                  .orElse(0));
      reported += agent.errors(read).orElse(0);
    }
    assertThat(reported).isEqualTo(earlier + largest - first);
  }

  private static Snapshots read(double errors) {
    return nothingRead().sum("awscni_ipamd_error_count", errors);
  }

  private static Snapshots latency(double sum, double count) {
    return nothingRead()
        .processStart(STARTED)
        .sum("awscni_aws_api_latency_ms_sum", sum)
        .sum("awscni_aws_api_latency_ms_count", count);
  }

  private OptionalDouble errors(Snapshots snapshot) {
    return value(poll(snapshot), "ipamdErr");
  }

  private static OptionalDouble value(Map<String, Sample> samples, String metric) {
    return Optional.ofNullable(samples.get(metric))
        .map(Sample::value)
        .orElse(OptionalDouble.empty());
  }

  private static OptionalDouble total(Map<String, Sample> samples, String metric) {
    return Optional.ofNullable(samples.get(metric))
        .map(Sample::total)
        .orElse(OptionalDouble.empty());
  }

  private Map<String, Sample> poll(Snapshots snapshot) {
    Sampler.PollSamples reading = sampler.read(snapshot.build(), history);
    history = reading.history();
    return reading.samples().stream()
        .collect(Collectors.toMap(sample -> sample.metric().name(), Function.identity()));
  }
}
