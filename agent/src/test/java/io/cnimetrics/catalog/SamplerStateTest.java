package io.cnimetrics.catalog;

import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.IpamdMetrics.Boot;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.testing.Laws;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplerStateTest {
  private final Sampler sampler =
      new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START.minusSeconds(60));

  @Test
  void stateIsUnchangedByConversionToNumbersAndBack() {
    SamplerState history = after(SamplerState.NONE, refusing(5));
    history = after(history, refusing(7).at(START.plusSeconds(60)));

    assertThat(SamplerState.of(history.toNumbers())).isEqualTo(history);
    assertThat(SamplerState.of(SamplerState.NONE.toNumbers())).isEqualTo(SamplerState.NONE);
  }

  @Test
  void storedStateIsReadBackUnchanged() {
    Laws.forAll(
        200,
        SamplerStateTest::anyHistory,
        history -> assertThat(SamplerState.of(history.toNumbers())).isEqualTo(history));
  }

  private static SamplerState anyHistory(Random random) {
    long restarts = Laws.anyLong(random, 0, 1L << 50);
    long minute = Laws.anyLong(random, 0, 1L << 40);
    boolean held = random.nextBoolean();
    Map<Series, Double> totals = new HashMap<>();
    MetricCatalog.counters().forEach(counter -> totals.put(counter, (double) minute));
    return new SamplerState(
        Optional.of(
            new CounterTotals(
                OptionalDouble.of(Laws.anyDouble(random)),
                Optional.of(
                    new Boot(
                        0.5 + (double) minute,
                        held ? OptionalDouble.of(-7) : OptionalDouble.empty())),
                totals)),
        restarts,
        1 + minute,
        false,
        new Streak(Math.min(restarts, minute), Math.max(restarts, minute), held),
        new Streak(0, restarts, !held),
        new Refusals(minute, minute),
        new RecentRestarts(List.of(minute)),
        held ? Optional.of(AddressMode.PREFIX) : Optional.empty());
  }

  @Test
  void counterThatWasNotStoredGetsABaseline() {
    Map<String, Double> numbers = after(SamplerState.NONE, refusing(5)).toNumbers();
    numbers.remove("total.awscni_no_available_ip_addresses");

    Sampler.PollSamples reading = sampler.read(refusing(7).build(), SamplerState.of(numbers));

    assertThat(value(reading, "noAvailableIPAddrs")).isEmpty();
    assertThat(value(reading, "ipamdErr")).hasValue(0);
  }

  @Test
  void unseenIpamdIsNotDownDuringTheGracePeriod() {
    Sampler patient = sampler.withGrace();

    Sampler.PollSamples reading = patient.read(nothingRead().build(), SamplerState.NONE);
    assertThat(value(reading, "ipamdUp")).isEmpty();
    assertThat(value(reading, "ipamdDownMinutes")).isEmpty();

    reading =
        patient.read(
            nothingRead().at(START.plus(Duration.ofMinutes(4))).build(), reading.history());
    assertThat(value(reading, "ipamdUp")).hasValue(0);
  }

  @Test
  void ipamdThatNeverComesUpIsDownSinceTheStartOfTheAgent() {
    Sampler patient = sampler.withGrace();
    SamplerState history = SamplerState.NONE;
    for (int second = -60; second < 240; second += 30) {
      Sampler.PollSamples reading = patient.read(nothing(second), history);
      assertThat(value(reading, "ipamdDownMinutes")).isEmpty();
      history = reading.history();
    }

    Sampler.PollSamples reading = patient.read(nothing(240), history);
    assertThat(value(reading, "ipamdUp")).hasValue(0);
    assertThat(value(reading, "ipamdDownMinutes")).hasValue(6);
    assertThat(value(patient.read(nothing(300), reading.history()), "ipamdDownMinutes"))
        .hasValue(7);
  }

  @Test
  void stateOfAnEarlierAgentDoesNotEndTheGracePeriod() {
    Sampler patient = sampler.withGrace();
    SamplerState kept =
        stored(
            after(
                SamplerState.NONE, refusing(0).enis(eni(0, 14, 3, 0)).at(START.minusSeconds(600))));

    Sampler.PollSamples reading = patient.read(nothing(0), kept);
    assertThat(value(reading, "ipamdUp")).isEmpty();
    assertThat(value(patient.read(nothing(240), reading.history()), "ipamdDownMinutes"))
        .hasValue(2);
  }

  @Test
  void ipamdThatWasDownBeforeTheStartOfTheAgentIsDownWithoutGrace() {
    Sampler patient = sampler.withGrace();
    SamplerState kept = SamplerState.NONE;
    for (int second = -240; second <= -120; second += 60) {
      kept = sampler.read(nothing(second), kept).history();
    }

    Sampler.PollSamples reading = patient.read(nothing(-60), stored(kept));
    assertThat(value(reading, "ipamdDownMinutes")).hasValue(4);
    reading = patient.read(nothing(0), reading.history());
    assertThat(value(reading, "ipamdDownMinutes")).hasValue(5);
  }

  @Test
  void oldMinutesWithoutIpamdAreForgotten() {
    Sampler patient = sampler.withGrace();
    SamplerState kept = sampler.read(nothing(-3_600), SamplerState.NONE).history();

    assertThat(value(patient.read(nothing(0), stored(kept)), "ipamdDownMinutes")).isEmpty();
    assertThat(value(patient.read(nothing(300), stored(kept)), "ipamdDownMinutes")).hasValue(1);
  }

  @Test
  void emptyPoolOfAnEarlierAgentCountsForFiveMinutes() {
    SamplerState kept = stored(after(after(SamplerState.NONE, empty(-60)), empty(0)));

    assertThat(value(sampler.read(empty(300).build(), kept), "warmPoolEmptyMinutes")).hasValue(3);
    assertThat(value(sampler.read(empty(360).build(), kept), "warmPoolEmptyMinutes")).hasValue(1);
  }

  private static Snapshots empty(int second) {
    return refusing(0).type("m5.xlarge").enis(eni(0, 14, 14, 0)).at(START.plusSeconds(second));
  }

  private static NodeSnapshot nothing(int second) {
    return nothingRead().at(START.plusSeconds(second)).build();
  }

  private static SamplerState stored(SamplerState history) {
    return SamplerState.of(history.toNumbers());
  }

  @Test
  void ipamdThatWasSeenBeforeIsDownAtOnce() {
    Sampler patient = sampler.withGrace();

    Sampler.PollSamples up =
        patient.read(refusing(0).enis(eni(0, 14, 3, 0)).build(), SamplerState.NONE);
    assertThat(value(up, "ipamdUp")).hasValue(1);

    assertThat(value(patient.read(nothingRead().build(), up.history()), "ipamdUp")).hasValue(0);
  }

  @Test
  void finalPollDoesNotReportIpamdAsDown() {
    SamplerState seen = after(SamplerState.NONE, refusing(0).enis(eni(0, 14, 3, 0)));

    Sampler.PollSamples reading = sampler.readFinal(refusing(2).build(), seen);

    assertThat(value(reading, "ipamdUp")).isEmpty();
    assertThat(value(reading, "ipamdDownMinutes")).isEmpty();
    assertThat(value(reading, "noAvailableIPAddrs")).hasValue(2);
    assertThat(reading.history().down()).isEqualTo(seen.down());
  }

  @Test
  void weightOfAMeanIsItsNumberOfEvents() {
    SamplerState history = after(SamplerState.NONE, latency(100, 10));

    Sample sample =
        sampler.read(latency(160, 13).build(), history).samples().stream()
            .filter(one -> one.metric().name().equals("awsAPILatency"))
            .findFirst()
            .orElseThrow();

    assertThat(sample.value()).hasValue(20);
    assertThat(sample.weight()).isEqualTo(3);
    assertThat(Metric.MinuteAggregation.WEIGHTED_MEAN.combine(20, 3, 50, 1)).isEqualTo(27.5);
  }

  @Test
  void streakFarAheadOfTheClockIsForgotten() {
    assertThat(new Streak(9, 10_000, true).lastOf(100, true).minutes()).isEqualTo(1);
    assertThat(new Streak(9, 200, true).lastOf(100, true).minutes()).isEqualTo(10);
    assertThat(new Refusals(9_000, 10_000).minutesAt(100)).isZero();
    assertThat(new Refusals(9_000, 10_000).at(100, true)).isEqualTo(new Refusals(100, 100));
  }

  @Test
  void storedMinutesThatCannotBeAreForgotten() {
    Map<String, Double> damaged =
        Map.of(
            "down.minute", 29_000_000.0,
            "down.minutesBefore", 1e18,
            "down.held", 1.0,
            "warmPoolEmpty.minute", -4e18,
            "warmPoolEmpty.minutesBefore", 7.0,
            "refusals.first", -9e18,
            "refusals.last", 29_000_000.0);

    assertThat(SamplerState.of(damaged)).isEqualTo(SamplerState.NONE);
  }

  private SamplerState after(SamplerState before, Snapshots poll) {
    return sampler.read(poll.build(), before).history();
  }

  private static Snapshots refusing(double total) {
    return nothingRead().sum("awscni_no_available_ip_addresses", total).processStart(1e9);
  }

  private static Snapshots latency(double sum, double count) {
    return nothingRead()
        .sum("awscni_aws_api_latency_ms_sum", sum)
        .sum("awscni_aws_api_latency_ms_count", count);
  }

  private static OptionalDouble value(Sampler.PollSamples reading, String metric) {
    return reading.samples().stream()
        .filter(sample -> sample.metric().name().equals(metric))
        .findFirst()
        .map(Sample::value)
        .orElse(OptionalDouble.empty());
  }
}
